"""``mailstrata bounce read``: what bounces say, whose fault it is, and what to do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mailstrata.model.errors import Malformed, Refusal

if TYPE_CHECKING:
    from mailstrata.adapters.mail_files import Mail
    from mailstrata.bounces.record import Json
    from mailstrata.cli.mailboxes import Wanted

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
    "--password", metavar="PLACE", help="Where the password for --imap is: env:NAME, file:PATH, keyring:NAME."
)
@click.option("--gmail", is_flag=True, help="Read a Gmail mailbox by the Gmail API; nothing in it is changed.")
@click.option("--token", metavar="PLACE", help="Where the token for --gmail is: env:NAME, file:PATH, keyring:NAME.")
@click.option(
    "--client", metavar="FILE", help="The OAuth client's file, when the token's place does not name the client."
)
@click.option(
    "--search", metavar="QUERY", help="What to look for with --gmail instead of bounces, as in Gmail's search box."
)
@click.option(
    "--newest", default=10_000, show_default=True, type=click.IntRange(min=1), help="How many mails of a mailbox."
)
def read(*, places: tuple[str, ...], text: str | None, jsonl: bool, **mailbox: Any) -> int:
    """Read bounces from files, directories, mboxes, Maildirs, standard input (-), or a mailbox by IMAP or the Gmail API.

    Raw mails and SES's own events as JSON are understood. The password for --imap comes from --password, else
    $MAILSTRATA_IMAP_PASSWORD, else the keyring (service mailstrata, user imap:ADDRESS), else a prompt; with Gmail it is an
    app password. The token for --gmail comes from --token, else $MAILSTRATA_GMAIL_TOKEN; gmail.readonly is enough.

    Exit status 1: at least one recipient failed. 2: something could not be read; the rest was. 3: a mailbox does not answer
    or lets nobody in. A mail that is no bounce is told as such.

    \b
    Examples:
      mailstrata bounce read ndr.eml
      mailstrata bounce read --jsonl Maildir/ > bounces.jsonl
      mailstrata bounce read --text '550 5.4.1 Recipient address rejected: Access denied'
      mailstrata bounce read --imap imap.gmail.com --user you@gmail.com
      mailstrata bounce read --gmail --token file:token.json
    """  # noqa: D301 - click wants a real backspace
    from mailstrata.cli.mailboxes import Wanted

    wanted = Wanted(**mailbox)
    if sum((bool(places), text is not None, wanted.imap is not None, wanted.gmail)) != 1:
        raise Refusal("give mails to read, or --text, --imap or --gmail", "mailstrata bounce read --help has examples")
    run = _Run(jsonl=jsonl)
    if text is not None:
        return run.shown(_pasted(text))
    return run.shown(run.records(_mails(places, wanted, run.failed)))


def _mails(places: tuple[str, ...], wanted: Wanted, failed: Callable[[Refusal], None]) -> Iterator[Mail]:
    from mailstrata.adapters.mail_files import mails
    from mailstrata.cli import mailboxes

    if wanted.imap is not None:
        return mailboxes.imap(wanted, wanted.imap)
    return mailboxes.gmail(wanted) if wanted.gmail else mails(places, failed)


def _pasted(text: str) -> Iterator[Json]:
    from mailstrata.bounces.records import records_of_text

    if not text.strip():
        raise Refusal("the text is empty", "paste what the bounce says: --text '550 5.1.1 user unknown'")
    return records_of_text(text, file="--text")


class _Run:
    """One reading: what it has shown, what it could not read, and how it ends."""

    def __init__(self, *, jsonl: bool) -> None:
        self._jsonl = jsonl
        self._mails = 0
        self._status = 0
        self._watched = sys.stderr.isatty() and not sys.stdout.isatty()
        self._shown = time.monotonic()

    def failed(self, refusal: Refusal) -> None:
        """Say what could not be read, and go on."""
        from mailstrata.reports.safe import safe

        self._clear()
        hint = f" ({safe(refusal.hint)})" if refusal.hint else ""
        click.echo(f"mailstrata: {safe(refusal.message)}{hint}", err=True)
        self._status = refusal.status

    def records(self, found: Iterable[Mail]) -> Iterator[Json]:
        """The records of all mails; on a terminal, a line on stderr says how far it is."""
        from mailstrata.adapters.garbage import look_seldom
        from mailstrata.bounces.records import records

        look_seldom()
        for mail in found:
            self._mails += 1
            try:
                yield from records(mail.raw, file=mail.file, number=mail.number)
            except Malformed as error:
                self.failed(Refusal(f"{mail.name}: {error}"))
            if self._watched and time.monotonic() - self._shown > _PROGRESS_SECONDS:
                self._shown = time.monotonic()
                click.echo(f"\r\x1b[K{self._mails} mails read", nl=False, err=True)

    def shown(self, found: Iterable[Json]) -> int:
        """Show each record and, for people, how many there were; Ctrl-C and a mailbox that breaks end it where it is."""
        from mailstrata.reports import bounces, terminal
        from mailstrata.reports.words import count

        tally = bounces.Tally()
        try:
            for each in found:
                if not self._jsonl and not tally.seen:
                    terminal.show(bounces.heading, sys.stdout)
                tally.count(each)
                if self._jsonl:
                    sys.stdout.write(bounces.line(each))
                else:
                    terminal.show(partial(bounces.page, each), sys.stdout)
        except KeyboardInterrupt:
            self.failed(Refusal(f"stopped after {count(self._mails, 'mail')}", status=130))
        except Refusal as refusal:
            if not tally.seen:
                raise
            self.failed(refusal)
        self._clear()
        if not self._jsonl and (tally.seen or not self._status):
            terminal.show(partial(bounces.summary, tally), sys.stdout)
        return self._status or (1 if tally.failed else 0)

    def _clear(self) -> None:
        if self._watched:
            click.echo("\r\x1b[K", nl=False, err=True)
