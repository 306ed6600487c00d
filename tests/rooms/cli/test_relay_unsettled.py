"""``mailstrata relay unsettled`` and ``relay settle``: mails that got no answer from SES, and what became of them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.rooms.cli.cli import Ran, command

from mailstrata.adapters.relay_database import opened
from mailstrata.adapters.relay_ledger import RelayLedger, found
from mailstrata.model.relaying import Entry

AT = 1_778_611_380_000
SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"

[relay]
name = "smtp.sailing.example"
database = "{database}"
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A relay's database."""
    return str(tmp_path / "relay.sqlite3")


@pytest.fixture
def relay(tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs ``relay …`` over it."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(SETUP.format(database=place))
    return lambda *arguments: command(capsys, "relay", *arguments, "--setup", str(setup))


async def _handed(place: str, *, kept: bool = False, at: int = AT) -> int:
    """A row without an outcome."""
    base = opened(place)
    ledger = RelayLedger(base)
    ledger.start()
    row = ledger.next_id()
    entry = Entry(
        login="ann", sender="admin@sailing.example", recipients=("a@dock.example\x1b[2J",), at=at, message_id="<1@x>"
    )
    await ledger.begin(row, entry)
    if kept:
        await ledger.keep(row, (b"mail",))
    await ledger.stop()
    base.close()
    return row


def _states(place: str) -> list[tuple[str, str]]:
    base = opened(place)
    rows = found(base, message_id="<1@x>")
    base.close()
    return [(row.ending.state, row.ending.ses_id) for row in rows]


def test_a_relay_without_unsettled_mails_says_so(relay: Callable[..., Ran]) -> None:
    """Also one that has sent nothing yet."""
    ran = relay("unsettled")
    assert (ran.status, ran.out) == (0, "Every mail has its outcome.\n")


def test_unsettled_mails_are_shown_with_what_is_needed_to_find_them(relay: Callable[..., Ran], place: str) -> None:
    """Number, time, login, addresses and Message-ID; nothing of it reaches the terminal as a command."""
    row = asyncio.run(_handed(place))
    ran = relay("unsettled")
    assert ran.status == 1
    assert ran.out.startswith(
        f"{row}  2026-05-12 18:43:00 UTC  login ann\n  from admin@sailing.example to a@dock.example"
    )
    assert "\x1b" not in ran.out
    assert json.loads(relay("unsettled", "--json").out)["mails"][0]["number"] == row


@pytest.mark.parametrize(
    ("kept", "said", "state"),
    [
        (False, ("--sent", "--ses-id", "0100-1"), ("accepted", "0100-1")),
        (False, ("--not-sent",), ("refused", "")),
        (True, ("--not-sent",), ("spooled", "")),
    ],
)
def test_a_mail_is_settled_once(
    relay: Callable[..., Ran], place: str, *, kept: bool, said: tuple[str, ...], state: tuple[str, str]
) -> None:
    """As sent or not sent; what the relay has promised to send it tries again."""
    row = asyncio.run(_handed(place, kept=kept))
    assert relay("settle", str(row), *said).status == 0
    assert _states(place) == [state]
    again = relay("settle", str(row), *said)
    assert (again.status, "no unsettled mail" in again.err) == (2, True)


@pytest.mark.parametrize("said", [(), ("--not-sent", "--ses-id", "0100-1"), ("--sent", "--ses-id", "\x1b")])
def test_what_became_of_it_has_to_be_said_clearly(relay: Callable[..., Ran], place: str, said: tuple[str, ...]) -> None:
    """Nothing is settled otherwise."""
    row = asyncio.run(_handed(place))
    assert relay("settle", str(row), *said).status == 2
    assert _states(place) == [("handed", "")]


def test_a_mail_of_this_moment_is_neither_settled_nor_counted(relay: Callable[..., Ran], place: str) -> None:
    """It may be on its way; that is said, since nobody should hear that all is well."""
    asyncio.run(_handed(place, at=time.time_ns() // 1_000_000))
    ran = relay("unsettled")
    assert ran.status == 0
    assert ran.out.startswith(
        "Every older mail has its outcome; 1 of the last two minutes without one may be under way"
    )
    assert json.loads(relay("unsettled", "--json").out)["under_way"] == 1


def test_settling_is_told_in_json_too(relay: Callable[..., Ran], place: str) -> None:
    """For a program that settles by SES's events."""
    row = asyncio.run(_handed(place))
    told = json.loads(relay("settle", str(row), "--sent", "--ses-id", "0100018f-1", "--json").out)
    assert told == {"schema": "mailstrata.relay-settled/1", "number": row, "sent": True, "ses_id": "0100018f-1"}
