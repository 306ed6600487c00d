from __future__ import annotations

import csv
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any


def rows(client: Any) -> dict[str, dict[str, str]]:
    """Read the report by user."""
    text = client.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(text.splitlines())}


def test_the_report_tells_age_and_use_of_keys(world: Made) -> None:
    """Each user has a row with the state, age and last use of up to two keys, after the root account's."""
    client = world.client("iam")
    world.iam.add_user("smtp")
    used, idle = world.iam.add_key("smtp"), world.iam.add_key("smtp", status="Inactive")
    world.iam.touch(used.key_id, service="ses", region="eu-west-1")
    with pytest.raises(ClientError, match="ReportNotPresent"):
        client.get_credential_report()
    assert client.generate_credential_report()["State"] == "STARTED"
    assert client.generate_credential_report()["State"] == "COMPLETE"
    read = rows(client)
    assert list(read) == ["<root_account>", "lab-administrator", "smtp"]
    row = read["smtp"]
    assert (row["access_key_1_active"], row["access_key_1_last_used_service"]) == ("true", "ses")
    assert row["access_key_1_last_used_date"] == "2026-05-12T18:43:00+00:00"
    assert (row["access_key_2_active"], row["access_key_2_last_used_date"]) == ("false", "N/A")
    assert row["access_key_2_last_rotated"] == idle.created.isoformat(timespec="seconds")


def test_a_report_is_kept_for_four_hours(world: Made) -> None:
    """What happens after a report is in the next one, which can be had four hours later."""
    client = world.client("iam")
    client.generate_credential_report()
    world.iam.add_user("late")
    assert client.generate_credential_report()["State"] == "COMPLETE"
    assert "late" not in rows(client)
    world.clock.advance(4 * 3600)
    with pytest.raises(ClientError, match="ReportExpired"):
        client.get_credential_report()
    assert client.generate_credential_report()["State"] == "STARTED"
    assert "late" in rows(client)
