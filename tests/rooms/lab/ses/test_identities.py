from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from tests.rooms.lab.ses.scene import Scene

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.identities import add, candidates, covering, effective_dkim, hosted_zone
from mailstrata.lab.ses.state import SesRegion

NOW = datetime(2026, 5, 12, tzinfo=UTC)


def region_with(*names: str) -> SesRegion:
    """A region whose identities of those names are all verified."""
    region = SesRegion(name="us-east-1", account="123456789012")
    for name in names:
        add(region, name, now=NOW).status = "SUCCESS"
    return region


def test_candidates_go_from_the_address_to_its_domains() -> None:
    """An address is covered by itself, by itself without its label, by its domain and by each parent domain."""
    assert list(candidates("crew+news@Mail.Sailing.example")) == [
        "crew+news@mail.sailing.example",
        "crew@mail.sailing.example",
        "mail.sailing.example",
        "sailing.example",
        "example",
    ]


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("admin@sailing.example", "admin@sailing.example"),
        ("admin+berth@sailing.example", "admin@sailing.example"),
        ("Admin@sailing.example", "sailing.example"),
        ("crew@sub.sailing.example", "sailing.example"),
        ("crew@sailing.example.dock.example", None),
    ],
)
def test_the_most_specific_identity_covers(address: str, identity: str | None) -> None:
    """Labels are covered, the local part's case counts, a domain covers its subdomains and nothing beside it."""
    found = covering(region_with("sailing.example", "admin@sailing.example"), address)
    assert (found.name if found else None) == identity


def test_an_unverified_identity_covers_nothing() -> None:
    """A pending domain does not stand in the way of a verified parent."""
    region = region_with("sailing.example", "mail.sailing.example")
    region.identities["mail.sailing.example"].status = "PENDING"
    found = covering(region, "a@mail.sailing.example")
    assert found is not None
    assert found.name == "sailing.example"


def test_an_address_shows_the_dkim_of_exactly_its_domain(scene: Scene) -> None:
    """An address has its domain's tokens and may switch signing off for itself; a parent domain does not count."""

    async def play() -> None:
        domain = await scene.domain()
        region = scene.ses.region("us-east-1")
        own = await scene.ses.add_identity("us-east-1", "admin@sailing.example")
        below = await scene.ses.add_identity("us-east-1", "admin@mail.sailing.example")
        assert effective_dkim(region, own).tokens == domain.dkim.tokens
        assert effective_dkim(region, own).signing_enabled
        own.signing_override = False
        assert not effective_dkim(region, own).signing_enabled
        assert effective_dkim(region, below).status == "NOT_STARTED"

    asyncio.run(play())


def test_newer_regions_publish_keys_in_a_zone_of_their_own() -> None:
    """The hosted zone of the keys carries the region's name in newer regions only."""
    assert hosted_zone("us-east-1") == "dkim.amazonses.com"
    assert hosted_zone("eu-central-2") == "dkim.eu-central-2.amazonses.com"


def test_an_empty_label_makes_no_identity() -> None:
    """A malformed domain is refused."""
    with pytest.raises(AwsError, match="BadRequestException"):
        add(region_with(), "sailing..example", now=NOW)
