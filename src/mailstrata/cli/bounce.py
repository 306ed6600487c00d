"""``mailstrata bounce read``: what bounces say, whose fault it is, and what to do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from mailstrata.model.errors import Malformed, Refusal

if TYPE_CHECKING:
    from mailstrata.adapters.mail_files import Mail
    from mailstrata.bounces.record import Json

PASSWORD = "MAILSTRATA_IMAP_PASSWORD"  # noqa: S105 - the name of a variable
_PROGRESS_SECONDS = 0.5


@click.group("bounce")
def command() -> None:
    """Bounces, NDRs and DSNs: what they say, whose fault it is, and what to do."""


@command.command("read")
@click.argument("places", nargs=-1, metavar="[FILE|DIR|MBOX|MAILDIR|-]...")
@click.option("--text", metavar="TEXT", help="Read an error text that somebody pasted, instead of a mail.")
@click.option("--jsonl", is_flag=True, help="Print one JSON object for each recipient and nothing else.")
@click.option("--imap", metavar="HOST", help="Read a mailbox of this IMAP server over TLS; nothing in it is changed.")
@click.option("--user", metavar="ADDRESS", help="The login for --imap.")
@click.option("--folder", default="INBOX", show_default=True, metavar="NAME", help="The folder for --imap.")
@click.option(
    "--newest", default=10_000, show_default=True, type=click.IntRange(min=1), help="How many messages with --imap."
)
def read(*, places: tuple[str, ...], text: str | None, jsonl: bool, imap: str | None, **login: object) -> int:
    r"""Read bounces from files, directories, mboxes, Maildirs, standard input (-), or a mailbox by IMAP.

    Raw mails and SES's own events as JSON are understood. For --imap the password is asked for, or taken from
    $MAILSTRATA_IMAP_PASSWORD; with Gmail it is an app password.

    Exit status 1: at least one recipient failed for good. A mail that is no bounce is told as such.

    \b
    Examples:
      mailstrata bounce read ndr.eml
      mailstrata bounce read --jsonl Maildir/ > bounces.jsonl
      mailstrata bounce read --text '550 5.4.1 Recipient address rejected: Access denied'
      mailstrata bounce read --imap imap.gmail.com --user you@gmail.com
    """
    if sum((bool(places), text is not None, imap is not None)) != 1:
        raise Refusal("give mails to read, or --text, or --imap", "mailstrata bounce read --help has examples")
    if text is not None:
        return _shown(_pasted(text), jsonl=jsonl)
    return _shown(_counted(_mails(places, imap, login)), jsonl=jsonl)


def _mails(places: tuple[str, ...], imap: str | None, login: dict[str, object]) -> Iterator[Mail]:
    if imap is None:
        from mailstrata.adapters.mail_files import mails

        yield from mails(places)
        return
    user = login["user"]
    if not isinstance(user, str):
        raise Refusal("--imap needs a login", "give it as --user ADDRESS")
    from mailstrata.adapters.imap import PORT, Mailbox

    host, _, port = imap.partition(":")
    password = os.environ.get(PASSWORD) or click.prompt(f"Password of {user}", hide_input=True, err=True)
    with Mailbox(host, user, password, port=int(port) if port.isdigit() else PORT) as mailbox:
        yield from mailbox.mails(str(login["folder"]), limit=int(str(login["newest"])))


def _pasted(text: str) -> Iterator[Json]:
    from mailstrata.bounces.classification.classify import classify
    from mailstrata.bounces.pasted import pasted
    from mailstrata.bounces.record import record

    bounce = pasted(text)
    yield record(bounce, classify(bounce), file="--text")


def _counted(found: Iterable[Mail]) -> Iterator[Json]:
    """The records of all mails; on a terminal, a line on stderr says how far it is."""
    from mailstrata.bounces.records import records

    watched = sys.stderr.isatty() and not sys.stdout.isatty()
    shown = time.monotonic()
    for number, mail in enumerate(found, start=1):
        try:
            yield from records(mail.raw, file=mail.name)
        except Malformed as error:
            raise Refusal(f"{mail.name}: {error}") from error
        if watched and time.monotonic() - shown > _PROGRESS_SECONDS:
            shown = time.monotonic()
            click.echo(f"\r\x1b[K{number} mails read", nl=False, err=True)
    if watched:
        click.echo("\r\x1b[K", nl=False, err=True)


def _shown(found: Iterable[Json], *, jsonl: bool) -> int:
    from mailstrata.reports import bounces, terminal

    tally = bounces.Tally()
    for each in found:
        if not jsonl and not tally.seen:
            terminal.show(lambda _: bounces.heading(), sys.stdout)
        tally.count(each)
        if jsonl:
            sys.stdout.write(bounces.line(each))
        else:
            terminal.show(partial(bounces.page, each), sys.stdout)
    if not jsonl:
        terminal.show(partial(bounces.summary, tally), sys.stdout)
    return 1 if tally.failed else 0
