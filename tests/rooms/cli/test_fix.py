"""``mailstrata fix``: a plan first, then changes that are proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command

pytestmark = pytest.mark.lab


def test_without_apply_the_plan_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is changed: every automatic fix is planned, every other waits for a person."""
    ran = command(capsys, "fix", "--lab", "two-faults", "--json")

    document = json.loads(ran.out)
    states = {fix["id"]: fix["state"] for fix in document["fixes"]}
    assert (document["schema"], document["applied"], ran.status) == ("mailstrata.fix/1", False, 1)
    assert states == {
        "rotate-credentials": "planned",
        "retype-in-gmail": "waiting",
        "remove-suppression": "planned",
        "ask-for-ndr": "waiting",
    }


def test_with_apply_the_fix_is_done_and_the_finding_gone(capsys: pytest.CaptureFixture[str]) -> None:
    """One fix by its id: carried out, verified, and the diagnosis after it has the finding no more."""
    ran = command(capsys, "fix", "remove-suppression", "--apply", "--lab", "two-faults", "--json")

    document = json.loads(ran.out)
    assert [(fix["id"], fix["state"]) for fix in document["fixes"]] == [("remove-suppression", "done")]
    assert "recipient-suppressed" not in {finding["code"] for finding in document["diagnosis"]["findings"]}


def test_a_fix_that_nobody_needs_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2 and a line that says where to look."""
    ran = command(capsys, "fix", "enable-dkim", "--apply", "--lab", "healthy")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "mailstrata: nothing here needs enable-dkim (mailstrata diagnose says what is wrong now)\n"


@pytest.mark.parametrize("text", ["", "[" * 100_000])
def test_a_diagnosis_that_is_no_json_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2 and one line, however deep it goes."""
    given = tmp_path / "diagnosis.json"
    given.write_text(text, "ascii")
    ran = command(capsys, "fix", "--diagnosis", str(given), "--lab", "healthy")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"{given}: no JSON" in ran.err


def test_what_must_come_after_a_person_waits_for_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    """An entry removed before the recipient's server takes the mail is put back by the next bounce; named alone it goes."""
    ran = command(capsys, "fix", "--apply", "--lab", "recipient-refuses-policy", "--json")

    fixes = {fix["id"]: fix for fix in json.loads(ran.out)["fixes"]}
    assert {name: fix["state"] for name, fix in fixes.items()} == {
        "ask-recipient-admin": "waiting",
        "remove-suppression": "waiting",
    }
    assert "only after ask-recipient-admin" in fixes["remove-suppression"]["steps"][0]["text"]

    named = command(capsys, "fix", "remove-suppression", "--apply", "--lab", "recipient-refuses-policy", "--json")
    assert [fix["state"] for fix in json.loads(named.out)["fixes"]] == ["done"]
