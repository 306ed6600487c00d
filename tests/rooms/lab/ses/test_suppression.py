from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.state import ConfigurationSet, SesRegion, Suppressed
from mailstrata.lab.ses.suppression import entry_of, held_back, listed, page, put, reasons_in_force, remove

NOW = datetime(2026, 5, 12, tzinfo=UTC)


@pytest.fixture
def region() -> SesRegion:
    """A region with one bounce and one complaint on its list."""
    region = SesRegion(name="us-east-1", account="123456789012")
    put(region, Suppressed(address=" Admin@Dock.EXAMPLE ", reason="BOUNCE", at=NOW))
    put(region, Suppressed(address="angry@dock.example", reason="COMPLAINT", at=NOW + timedelta(days=1)))
    return region


def test_the_domain_is_compared_without_case_and_the_local_part_with(region: SesRegion) -> None:
    """Spaces and the domain's case do not matter, the local part's case does."""
    assert entry_of(region, "Admin@DOCK.example ").address == "Admin@dock.example"
    with pytest.raises(
        AwsError, match=r"Email address admin@dock\.example does not exist on your suppression list\."
    ) as no:
        entry_of(region, "admin@dock.example")
    assert (no.value.code, no.value.status) == ("NotFoundException", 404)


def test_a_removed_entry_is_gone(region: SesRegion) -> None:
    """Removing twice is an error."""
    remove(region, "angry@dock.example")
    with pytest.raises(AwsError, match="NotFoundException"):
        remove(region, "angry@dock.example")


def test_an_entry_holds_back_only_for_a_reason_in_force(region: SesRegion) -> None:
    """A complaint holds nothing back where only bounces are suppressed; a set's empty list overrides the account."""
    assert held_back(region, "angry@dock.example", reasons=("BOUNCE",)) is None
    assert held_back(region, "angry@dock.example", reasons=("COMPLAINT",)) is not None
    free = ConfigurationSet(name="free", options={"SuppressionOptions": {"SuppressedReasons": []}})
    assert reasons_in_force(region, free) == ()
    assert reasons_in_force(region, ConfigurationSet(name="plain")) == ("BOUNCE", "COMPLAINT")


def test_the_list_is_filtered_by_reason_and_time(region: SesRegion) -> None:
    """Each filter leaves what it should."""
    everything = listed(region, reasons=(), since=None, until=None)
    assert [entry.reason for entry in everything] == ["BOUNCE", "COMPLAINT"]
    assert listed(region, reasons=("COMPLAINT",), since=None, until=NOW) == []
    assert [entry.reason for entry in listed(region, reasons=(), since=NOW + timedelta(hours=1), until=None)] == [
        "COMPLAINT"
    ]


def test_pages_join_to_the_whole_and_the_last_has_no_token() -> None:
    """Each item comes once, in order."""
    items, token, seen = list(range(12)), None, list[int]()
    while True:
        shown, token = page(items, size=5, token=token)
        seen += shown
        if token is None:
            break
    assert seen == items


@pytest.mark.parametrize("token", ["x", "ZnJvbTp4", "ZnJvbTotMQ==", "ZnJvbTo5OQ=="])
def test_a_foreign_token_is_refused(token: str) -> None:
    """A token that no page ever gave is no position."""
    with pytest.raises(AwsError, match="InvalidNextTokenException"):
        page([1, 2, 3], size=1, token=token)
