"""The list of regions warns and never refuses (facts.md A1)."""

from __future__ import annotations

import botocore.session

from mailstrata.formats.ses_regions import API_ONLY_REGIONS, SES_REGIONS, SMTP_REGIONS, doubt


def test_a_region_with_an_endpoint_is_beyond_doubt() -> None:
    """Regions whose endpoint is documented get no warning."""
    assert [doubt(region) for region in SMTP_REGIONS] == [""] * len(SMTP_REGIONS)


def test_a_region_with_an_api_only_is_doubted_as_such() -> None:
    """Cape Town has an API and no SMTP endpoint that anybody knows of."""
    assert "no SMTP endpoint" in doubt("af-south-1")


def test_an_unknown_region_is_told_to_be_new_or_mistyped() -> None:
    """A warning names both readings, since a list is always older than AWS."""
    assert "new, or mistyped" in doubt("us-east-9")


def test_every_region_that_botocore_knows_is_known_here() -> None:
    """Of SES's API, in every partition: a password may have been made for any of them."""
    session = botocore.session.get_session()
    known = {
        region
        for partition in session.get_available_partitions()
        for service in ("ses", "sesv2")
        for region in session.get_available_regions(service, partition)
    }
    assert known <= set(SES_REGIONS)
    assert len(known) > 25


def test_the_lists_do_not_overlap() -> None:
    """Each region stands in one list."""
    assert len(set(SES_REGIONS)) == len(SMTP_REGIONS) + len(API_ONLY_REGIONS)
