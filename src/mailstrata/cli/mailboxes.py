"""Mailboxes that ``bounce read`` reads: where their passwords and tokens come from, and never as an argument."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailstrata.cli import options, secret_input
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailstrata.adapters.mail_files import Mail

PASSWORD = "MAILSTRATA_IMAP_PASSWORD"  # noqa: S105 - the name of a variable
TOKEN = "MAILSTRATA_GMAIL_TOKEN"  # noqa: S105 - the name of a variable
GMAIL_URL = "MAILSTRATA_GMAIL_URL"
"""Where the Gmail API is instead, for a lab: https, or http on this machine."""
KEPT = "imap:"
"""Before the login, the name under which the keyring keeps an IMAP password in the service ``mailstrata``."""

_HOST = re.compile(
    r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s:/@\[\]]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))(?::(?P<port>\d{1,5}))?"
)
_PLACES = "env:NAME, file:PATH or keyring:NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says of a mailbox."""

    imap: str | None = None
    user: str | None = None
    folder: str = "INBOX"
    password: str | None = None
    gmail: bool = False
    token: str | None = None
    client: str | None = None
    search: str | None = None
    newest: int = 10_000


def imap(wanted: Wanted, host: str) -> Iterator[Mail]:
    """The newest mails of a folder, by IMAP."""
    if not wanted.user:
        raise Refusal("--imap needs a login", "give it as --user ADDRESS")
    from mailstrata.adapters.imap import PORT, Mailbox

    name, port = server(host, PORT)
    password = _password(wanted.user, wanted.password)
    with Mailbox(name, wanted.user, password, port=port) as mailbox:
        yield from mailbox.mails(wanted.folder, limit=wanted.newest)


def server(host: str, usual: int) -> tuple[str, int]:
    """The name and the port of ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or an address of IPv6."""
    match = _HOST.fullmatch(host)
    port = int(match["port"] or usual) if match else 0
    if match is None or not 0 < port < 65536:
        raise Refusal(f"{host} is no server", "give its name as --imap HOST or HOST:PORT")
    return match["address"] or match["name"], port


def gmail(wanted: Wanted) -> Iterator[Mail]:
    """The newest mails that a search finds, by the Gmail API."""
    from mailstrata.adapters.gmail_api import BOUNCES, URL, GmailMailbox
    from mailstrata.adapters.google_login import Bearer, client_of, login_of

    place = wanted.token or f"env:{TOKEN}"
    client = client_of(options.read_text(wanted.client), file=wanted.client) if wanted.client else {}
    bearer = Bearer(login_of(_fields(place), client, place=place))
    with GmailMailbox(bearer, url=os.environ.get(GMAIL_URL) or URL) as mailbox:
        yield from mailbox.mails(wanted.search or BOUNCES, limit=wanted.newest)


def _password(user: str, place: str | None) -> str:
    """The password from the place that is named, else the environment, the keyring, or whoever sits there."""
    if place:
        return _one(place, _fields(place))
    password = secret_input.environment(PASSWORD)
    why = ""
    if not password:
        kept = f"keyring:{KEPT}{user}"
        try:
            password = _one(kept, _fields(kept))
        except Refusal as refusal:
            why = refusal.message
    password = password or secret_input.asked(f"Password of {user} (Gmail: an app password)")
    if not password:
        raise Refusal(
            f"there is no password for {user}: {why}",
            f"keyring set mailstrata {KEPT}{user}, or give it in ${PASSWORD}",
        )
    return password


def _one(place: str, fields: Mapping[str, str]) -> str:
    password = fields.get("password", "")
    if not password:
        raise Refusal(f"{place} holds no password", "store the bare password")
    return password


def _fields(place: str) -> Mapping[str, str]:
    """What a place of this machine holds: a bare text as ``password``, or the fields of a JSON object."""
    from mailstrata.adapters.secrets import Place, PrivateFiles, SecretPlaces, Variables
    from mailstrata.adapters.secrets_keyring import Keyring

    kind, _, name = place.partition(":")
    if kind not in {"env", "file", "keyring"} or not name:
        raise Refusal("that is no place, and a secret is never given as an argument", f"name where it is: {_PLACES}")
    if kind == "file":
        _private(name)
    places: dict[str, Place] = {"env": Variables(os.environ), "file": PrivateFiles(), "keyring": Keyring()}
    return asyncio.run(SecretPlaces(places).read(place))


def _private(name: str) -> None:
    """Refuse a file that others can read; one that is not there is told by its reader."""
    try:
        mode = Path(name).expanduser().stat().st_mode
    except OSError:
        return
    if mode & 0o077:
        raise Refusal(f"file:{name} can be read by others than its owner", f"chmod 600 {name}")
