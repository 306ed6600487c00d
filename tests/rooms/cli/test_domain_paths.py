"""What `domain check` says of one domain beside its records and faults."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.rooms.cli.cli import command, golden

pytestmark = pytest.mark.lab


def still(said: str) -> str:
    """The page with the lab's clock stopped: how long a look takes is not told here, nor which region was too slow for it."""
    without = re.sub(r"(?m)^  \? AWS ses.*\n(?:    .*\n)*", "", said)
    return re.sub(r"18:4\d:\d\d(\.\d+)?", "18:43:00", re.sub(r'"last_checked":"[^"]*"', '"last_checked":"…"', without))


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and the document."""
    ran = command(capsys, "domain", "check", *arguments, "--json")
    found: dict[str, Any] = json.loads(ran.out)
    return ran.status, found


@pytest.mark.parametrize(("scenario", "status"), [("healthy", 0), ("mail-from-failed", 1)])
def test_the_page_shows_identities_records_findings_and_ways(
    scenario: str, status: int, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """What is right in one line, what is not with what belongs there, the table of ways last."""
    ran = command(capsys, "domain", "check", "--lab", scenario)
    assert ran.status == status
    golden(
        f"domain-check-{scenario}.txt",
        re.sub(r"┆.*\n", "┆ …\n", still(ran.out)),
        bless=request.config.getoption("--bless"),
    )


def test_the_document_says_for_each_way_what_it_is_now_and_after_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """Signing is off; with the plan carried out DKIM aligns too."""
    status, found = document(capsys, "--lab", "dkim-disabled")
    assert (status, found["schema"]) == (1, "mailstrata.domain/1")
    way = next(one for one in found["paths"] if one["id"] == "ses-api")
    assert (way["now"]["dkim"]["domain"], way["now"]["dkim"]["aligned"]) == ("amazonses.com", False)
    assert (way["after"]["dkim"]["domain"], way["after"]["dkim"]["aligned"]) == ("sailing.example", True)


def test_identities_of_other_regions_and_of_addresses_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Whether the setup names them or not."""
    _, elsewhere = document(capsys, "--lab", "identity-in-other-region")
    assert {(one["region"], one["state"]) for one in elsewhere["identities"]} == {
        ("us-east-1", "absent"),
        ("eu-west-1", "ok"),
    }
    _, shadowed = document(capsys, "--lab", "address-identity-shadows-domain")
    assert [one["name"] for one in shadowed["identities"]] == ["sailing.example", "admin@sailing.example"]


def test_dns_alone_claims_nothing_of_ses(capsys: pytest.CaptureFixture[str]) -> None:
    """Its identities and its paths are not known, and are not broken."""
    _, found = document(capsys, "--lab", "healthy", "--dns-only")
    assert [one["state"] for one in found["identities"]] == ["unknown"]
    assert {one["now"]["dmarc"]["result"] for one in found["paths"] if one["id"] == "ses-api"} == {"unknown"}
    assert found["receives"] == "10 inbound-smtp.us-east-1.amazonaws.com (Amazon SES)"


def test_others_that_the_spf_record_names_are_paths_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Of any domain, by DNS alone."""
    _, found = document(capsys, "dock.example", "--lab", "healthy", "--dns-only")
    assert "include:spf.protection.outlook.com" in [one["id"] for one in found["paths"]]


def test_what_is_published_decides_and_what_is_remembered_stands_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A second DMARC record: there is no policy any more, and those who hold the former one apply it for a while."""
    _, found = document(capsys, "--lab", "dmarc-broken-not-yet-seen")
    way = next(one for one in found["paths"] if one["id"] == "gmail-app-password")
    assert way["now"]["dmarc"]["result"] == "none"
    assert [(one["by"], one["dmarc"]["policy"]) for one in way["otherwise"]] == [("resolver", "quarantine")]
    assert "the former record, for up to 15 minutes" in way["otherwise"][0]["why"]
    assert {one["name"]: one["state"] for one in found["records"]}["_dmarc.sailing.example"] == "differs"


def test_what_is_merely_remembered_is_not_repaired(capsys: pytest.CaptureFixture[str]) -> None:
    """No plan, no path after it, no record that differs; the time to wait is told."""
    status, found = document(capsys, "--lab", "spf-mended-not-yet-seen")
    (finding,) = found["regions"][0]["findings"]
    assert (status, finding["code"], finding["gravity"], finding["fixes"]) == (
        0,
        "spf-multiple",
        "notice",
        ["wait-for-caches"],
    )
    assert "15 minutes" in " ".join(finding["because"])
    assert {one["state"] for one in found["records"]} == {"published"}
    way = next(one for one in found["paths"] if one["id"] == "ses-api")
    assert (way["now"]["spf"]["result"], way["after"]) == ("pass", None)
    assert [one["spf"]["result"] for one in way["otherwise"]] == ["permerror"]
    assert command(capsys, "domain", "plan", "--lab", "spf-mended-not-yet-seen").status == 0
