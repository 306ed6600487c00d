"""What the commands about the relay's users share: the users opened, a password made and shown once."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.adapters.relay_database import Database
    from mailstrata.adapters.relay_users import RelayUsers
    from mailstrata.formats.relay_settings import RelaySettings
    from mailstrata.relay.users import Secret, User

Function = Callable[..., Any]
LIMIT = 64
"""Characters of a login's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The relay's users, the database that they stand in, and the moment."""

    users: RelayUsers
    base: Database
    settings: RelaySettings
    now: datetime


def secret_options(function: Function) -> Function:
    """``--show`` and ``--out``: where the password goes when stdout is no terminal; ``--expires``: when it ends."""
    show = click.option(
        "--show", is_flag=True, help="Print the password even where stdout is no terminal, or in the JSON document."
    )
    out = click.option("--out", metavar="FILE", help="Write the password to a file that only you can read.")
    days = click.option(
        "--expires", metavar="DAYS", type=click.IntRange(1, 3650), help="Days until the password ends; default: never."
    )
    return show(out(days(function)))


@contextlib.contextmanager
def setup_of(setup: str | None, lab: str | None) -> Iterator[str | None]:
    """The setup whose [relay] is meant: ``setup``, or that of the relay in the world of the scenario ``lab``.

    Of a lab, its administrator's key is in the environment meanwhile, for the usual chain of AWS.
    """
    if lab is None:
        yield setup
        return
    from mailstrata.lab.process import RELAY_SETUP, with_relay

    with with_relay(lab) as found:
        before = dict(os.environ)
        os.environ.update(found.exports)
        try:
            yield found.exports[RELAY_SETUP]
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def opened(setup: str | None, lab: str | None = None) -> Iterator[Here]:
    """The users of the setup's relay. Raises ``Refusal`` when there is none, or its database cannot be opened."""
    from mailstrata.adapters.relay_users import RelayUsers
    from mailstrata.wiring import read_settings, relay_settings

    with setup_of(setup, lab) as found, database(found) as (base, now):
        users = RelayUsers(base, steady=time.monotonic)
        yield Here(users=users, base=base, settings=relay_settings(read_settings(found)), now=now)


@contextlib.contextmanager
def database(setup: str | None, lab: str | None = None) -> Iterator[tuple[Database, datetime]]:
    """The database of the setup's relay, and the moment. Raises ``Refusal`` as ``opened`` does."""
    from mailstrata.adapters.clock import SystemClock
    from mailstrata.adapters.relay_database import DatabaseUnavailable
    from mailstrata.adapters.relay_database import opened as opened_database
    from mailstrata.wiring import read_settings, relay_database, relay_settings

    with setup_of(setup, lab) as found:
        base = opened_database(relay_database(relay_settings(read_settings(found))))
        try:
            yield base, SystemClock().now()
        except DatabaseUnavailable as error:
            raise Refusal(f"the relay's database does not answer: {error}", "nothing was changed", status=3) from error
        finally:
            base.close()


def name_of(text: str) -> str:
    """A login's name as given. Raises ``Refusal`` for what no mail program can type."""
    if not 1 <= len(text) <= LIMIT or not text.isascii() or not text.isprintable() or " " in text:
        raise Refusal(f"{text!r} is no name for a login", f"1 to {LIMIT} visible ASCII characters, no space")
    return text


def ready_to_show(*, show: bool, out: str | None, as_json: bool) -> None:
    """Refuse before anything is made when the password would be shown to nobody, or to a log, or unasked in a document."""
    if show or out:
        return
    if as_json:
        raise Refusal("the password is no part of a document unasked", "say --show, or --out FILE")
    if not sys.stdout.isatty():
        raise Refusal("the password is shown once, and stdout is no terminal", "say --show, or --out FILE")


def give(here: Here, name: str, *, days: int | None, overlap: timedelta = timedelta(0)) -> str:
    """Make a password for a user and keep its hash. The others end after ``overlap``."""
    from mailstrata.adapters import relay_passwords

    password = relay_passwords.new_password()
    here.users.give(
        name,
        relay_passwords.hashed(password),
        created=here.now,
        expires=here.now + timedelta(days=days) if days else None,
        others_end=here.now + overlap,
    )
    return password


def handed_out(password: str, *, out: str | None) -> str:
    """What stands for the password in what is printed: itself, or the file that it was written to."""
    if not out:
        return password
    from mailstrata.adapters import files

    try:
        files.replace(Path(out), f"{password}\n".encode(), mode=files.PRIVATE)
    except OSError as error:
        words = error.strerror or "it cannot be written"
        raise Refusal(
            f"{out}: {words}; the password is lost", "make another: mailstrata relay user rotate", status=4
        ) from None
    return f"in {out}, which only you can read"


def described(user: User, now: datetime) -> dict[str, Any]:
    """A login as documents have it; of its passwords neither text nor hash."""
    return {
        "name": user.name,
        "state": user.state(now),
        "senders": user.senders,
        "rate": user.rate,
        "daily": user.daily,
        "created": user.created.isoformat(),
        "revoked": user.revoked.isoformat() if user.revoked else None,
        "passwords": [_secret(secret, now) for secret in user.secrets],
    }


def _secret(secret: Secret, now: datetime) -> dict[str, Any]:
    return {
        "number": secret.number,
        "lives": secret.lives(now),
        "created": secret.created.isoformat(),
        "expires": secret.expires.isoformat() if secret.expires else None,
        "used": secret.used.isoformat() if secret.used else None,
        "used_from": secret.used_from,
    }


def document(here: Here, name: str, **more: object) -> None:
    """Print a login as it is now, and ``more``, as a document."""
    from mailstrata.reports import document as documents

    user = here.users.user(name)
    assert user is not None
    whole = {"schema": "mailstrata.relay-user/1", "user": described(user, here.now), **more}
    click.echo(documents.dumps(whole), nl=False)


def shown_as(password: str, *, out: str | None) -> dict[str, str]:
    """What a document has of a new password: itself, as it was asked for, or its file."""
    return {"password_file": out} if out else {"password": password}


def gmail_dialogue(here: Here, name: str, password: str, address: str) -> list[str]:
    """Gmail's dialogue, field by field."""
    port, security = gmail_door(here)
    return [
        "Gmail: Settings, Accounts and Import, Send mail as, Add another email address.",
        "",
        f"  Email address       {address}",
        "  Treat as an alias   ticked, when this mailbox is also where mail to the address arrives",
        f"  SMTP server         {here.settings.name}",
        f"  Port                {port}",
        f"  Username            {name}",
        f"  Password            {password}",
        f"  Secured connection  using {security}",
        "",
        "Gmail logs in when you press Add Account, then mails a code to the address: it has to receive mail first.",
        *_forwarding(here.settings, port),
    ]


def gmail_door(here: Here) -> tuple[int, str]:
    """The port to choose in Gmail, and its word for the security there."""
    return (587, "TLS") if here.settings.listen or not here.settings.listen_tls else (465, "SSL")


def _forwarding(settings: RelaySettings, port: int) -> list[str]:
    from mailstrata.formats.relay_settings import host_and_port

    own = {host_and_port(one)[1] for one in (settings.listen if port == 587 else settings.listen_tls)}
    if port in own or not own:
        return []
    return [f"It connects to port {port}, and this relay listens at {', '.join(map(str, own))}: systemd passes it on, see",
            "docs/tasks/let-gmail-send-through-your-own-relay.md"]  # fmt: skip
