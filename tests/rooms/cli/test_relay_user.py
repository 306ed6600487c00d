"""``mailstrata relay user``: logins made, listed, allowed more, rotated, revoked; no password but the one that is shown."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.rooms.cli.cli import Ran, command

from mailstrata.adapters.relay_database import opened
from mailstrata.adapters.relay_ledger import RelayLedger
from mailstrata.model.relaying import Entry

SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"

[relay]
name = "smtp.sailing.example"
listen = ["127.0.0.1:587"]
database = "{database}"
"""
PASSWORD = re.compile(r"(?:[2-9a-hjkmnp-z]{5}-){4}[2-9a-hjkmnp-z]{5}")


@pytest.fixture
def relay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs ``relay user …`` over a database of its own."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(SETUP.format(database=tmp_path / "relay.sqlite3"))

    def run(*arguments: str) -> Ran:
        return command(capsys, "relay", "user", *arguments, "--setup", str(setup))

    return run


def test_add_prints_gmails_dialogue_field_by_field(relay: Callable[..., Ran]) -> None:
    """All seven fields, the password among them."""
    ran = relay("add", "ann", "--from", "admin@sailing.example", "--show")
    assert ran.status == 0
    fields = dict(re.findall(r"^  (\S.*?)  +(\S.*)$", ran.out, re.MULTILINE))
    assert PASSWORD.fullmatch(fields.pop("Password"))
    assert fields == {
        "Email address": "admin@sailing.example",
        "Treat as an alias": "ticked, when this mailbox is also where mail to the address arrives",
        "SMTP server": "smtp.sailing.example",
        "Port": "587",
        "Username": "ann",
        "Secured connection": "using TLS",
    }


def test_without_a_terminal_a_password_is_not_printed_unasked(relay: Callable[..., Ran]) -> None:
    """And then nothing is made either."""
    ran = relay("add", "ann", "--from", "admin@sailing.example")
    assert ran.status == 2
    assert "say --show, or --out FILE" in ran.err
    assert "no users" in relay("list").out


def test_a_password_can_go_to_a_file_only(relay: Callable[..., Ran], tmp_path: Path) -> None:
    """Which only its owner can read."""
    out = tmp_path / "password"
    ran = relay("add", "ann", "--from", "@sailing.example", "--out", str(out))
    assert ran.status == 0
    assert not PASSWORD.search(ran.out)
    assert PASSWORD.fullmatch(out.read_text().strip())
    assert out.stat().st_mode & 0o777 == 0o600


def test_list_shows_state_addresses_bounds_and_passwords_without_any_secret(relay: Callable[..., Ran]) -> None:
    """Neither password nor hash."""
    relay("add", "ann", "--from", "admin@sailing.example", "--daily", "50", "--expires", "5", "--show")
    ran = relay("list")
    assert ran.status == 1
    assert re.match(
        r"ann  expiring\n  sends as  admin@sailing\.example; at most 50 recipients a day\n"
        r"  password  made \S+ \S+, ends \S+ \S+, never used\n\Z",
        ran.out,
    )
    document = json.loads(relay("list", "--json").out)
    assert document["schema"] == "mailstrata.relay-users/1"
    (user,) = document["users"]
    assert (user["name"], user["state"], user["senders"], user["daily"]) == (
        "ann",
        "expiring",
        ["admin@sailing.example"],
        50,
    )
    assert set(user["passwords"][0]) == {"number", "lives", "created", "expires", "used", "used_from"}


def test_rotate_makes_a_second_password_and_lets_the_first_end(relay: Callable[..., Ran]) -> None:
    """Two live; with a third the oldest ends at once."""
    relay("add", "ann", "--from", "admin@sailing.example", "--show")
    ran = relay("rotate", "ann", "--overlap", "3", "--show")
    assert ran.status == 0
    assert PASSWORD.search(ran.out)
    assert "works until" in ran.out
    relay("rotate", "ann", "--show")
    (user,) = json.loads(relay("list", "--json").out)["users"]
    assert [one["lives"] for one in user["passwords"]] == [False, True, True]


def test_a_revoked_login_is_listed_so_and_comes_back_by_rotate(relay: Callable[..., Ran]) -> None:
    """Its old passwords are gone for good."""
    relay("add", "ann", "--from", "admin@sailing.example", "--show")
    assert relay("revoke", "ann").out.startswith("ann is revoked")
    assert relay("list").out.startswith("ann  revoked\n")
    relay("rotate", "ann", "--show")
    (user,) = json.loads(relay("list", "--json").out)["users"]
    assert (user["state"], len(user["passwords"])) == ("active", 1)


def test_mails_that_wait_are_told_of_when_a_login_is_revoked(relay: Callable[..., Ran], tmp_path: Path) -> None:
    """They are promised, so they are still sent; --drop gives them up, and only those of this login."""
    for name in ("ann", "bob"):
        relay("add", name, "--from", "admin@sailing.example", "--show")
    asyncio.run(_spooled(tmp_path / "relay.sqlite3", "ann", "ann", "bob"))
    assert "2 mails that the relay took over before are still sent; --drop" in relay("revoke", "ann").out
    assert "2 mails that waited in the relay are given up" in relay("revoke", "ann", "--drop").out
    told = json.loads(relay("revoke", "bob", "--json").out)
    assert (told["user"]["state"], told["waiting"], told["dropped"]) == ("revoked", 1, 0)


async def _spooled(place: Path, *logins: str) -> None:
    """A mail of each login that waits in the relay."""
    base = opened(str(place))
    ledger = RelayLedger(base)
    ledger.start()
    for login in logins:
        row = ledger.next_id()
        await ledger.begin(
            row, Entry(login=login, sender="admin@sailing.example", recipients=("a@dock.example",), at=1)
        )
        await ledger.spool(row, (b"mail",), due=1, reply="454 4.7.0 later")
    await ledger.stop()
    base.close()


def test_a_document_has_no_password_unasked_not_even_on_a_terminal(
    relay: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused before anything is made."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ran = relay("add", "ann", "--from", "admin@sailing.example", "--json")
    assert (ran.status, ran.out) == (2, "")
    assert "no part of a document unasked" in ran.err
    assert json.loads(relay("list", "--json").out)["users"] == []


def test_each_change_is_told_in_json_too(relay: Callable[..., Ran], tmp_path: Path) -> None:
    """Nothing else stands on stdout; a password only where it was asked for, a hash never."""
    added = json.loads(relay("add", "ann", "--from", "admin@sailing.example", "--out", f"{tmp_path}/pw", "--json").out)
    assert (added["schema"], added["user"]["state"]) == ("mailstrata.relay-user/1", "active")
    assert added["gmail"] == {
        "server": "smtp.sailing.example",
        "port": 587,
        "username": "ann",
        "security": "TLS",
        "password_file": f"{tmp_path}/pw",
    }
    rotated = relay("rotate", "ann", "--show", "--json").out
    assert PASSWORD.fullmatch(json.loads(rotated)["password"])
    assert len(json.loads(rotated)["user"]["passwords"]) == 2
    assert "argon2" not in rotated
    allowed = json.loads(relay("allow", "ann", "@dock.example", "--json").out)
    assert allowed["user"]["senders"] == ["admin@sailing.example", "@dock.example"]


def test_allow_adds_an_address(relay: Callable[..., Ran]) -> None:
    """The others stay."""
    relay("add", "ann", "--from", "admin@sailing.example", "--show")
    assert relay("allow", "ann", "@dock.example").out == (
        "ann may send as admin@sailing.example, any address of dock.example\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "ann", "--from", "sailing.example", "--show"), "local-part@domain"),
        (("add", "an n", "--from", "admin@sailing.example", "--show"), "no name for a login"),
        (("revoke", "nobody"), "the relay has no user nobody"),
        (("rotate", "nobody", "--show"), "the relay has no user nobody"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(relay: Callable[..., Ran], arguments: tuple[str, ...], said: str) -> None:
    """With what to do."""
    ran = relay(*arguments)
    assert ran.status == 2
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_name_is_taken_once(relay: Callable[..., Ran]) -> None:
    """And says how to get another password."""
    relay("add", "ann", "--from", "admin@sailing.example", "--show")
    ran = relay("add", "ann", "--from", "admin@sailing.example", "--show")
    assert ran.status == 2
    assert "mailstrata relay user rotate ann" in ran.err
