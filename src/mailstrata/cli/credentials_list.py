"""``mailstrata credentials list``: every key that could log in at SES, its age and use, and who would miss it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, sent_mails

if TYPE_CHECKING:
    from mailstrata.adapters.aws_key_table import KeyRow, Keys
    from mailstrata.credentials.usage import SentMail
    from mailstrata.model.setup import Setup

_HEADINGS = ("KEY", "USER", "STATUS", "AGE", "LAST USE", "MAY SEND", "IF ROTATED TODAY")


@click.command("list")
@sent_mails.option
@options.world
@options.as_json
def command(events: tuple[str, ...], setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Show age and use of every access key of the account that could be an SMTP credential, and who would miss it.

    Any active key of an IAM user is one, once a password is derived of it. The last use is that of any service; whether SES
    counts SMTP logins is not documented, so "never" proves nothing. SES's events (--events) name the user that sent, and from
    where; never which of its keys.

    Exit status: 0, or 3 where something could not be seen.
    """
    return options.run(_listed(setup, lab, events, as_json=as_json))


async def _listed(setup: str | None, lab: str | None, events: tuple[str, ...], *, as_json: bool) -> int:
    from mailstrata.adapters.aws_key_table import KeyTable
    from mailstrata.wiring import surroundings

    async with surroundings(setup=setup, lab=lab) as here:
        known = Known(setup=here.setup, mails=await sent_mails.known(here.stage, events))
        keys, now = await KeyTable(here.aws).read(), here.clock.now()
    if as_json:
        _document(keys, known, now)
    else:
        _table(keys, known, now)
    return 3 if keys.unseen else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What tells who uses a key: the setup, and the mails that SES's events tell of."""

    setup: Setup
    mails: tuple[SentMail, ...] = ()


def consumers(row: KeyRow, known: Known) -> tuple[str, ...]:
    """Who uses a key, as far as that is known: aliases, senders in SES's events, or the service of its last request."""
    from mailstrata.credentials.usage import senders, through

    setup = known.setup
    found = [f"Gmail's alias {one.address}" for one in setup.aliases if one.username == row.key_id]
    found += [f"{one.secret} (its place)" for one in setup.aliases if one.username == row.key_id and one.secret]
    sent = through(known.mails, row.facts.user, since=row.facts.created)
    found += [f"{who}, by SES's events of {row.facts.user}" for who in senders(sent)]
    if row.facts.last_service and not found:
        found.append(f"whatever used {row.facts.last_service} last, in {row.facts.last_region or 'some region'}")
    return tuple(dict.fromkeys(found))


def breaks(row: KeyRow, known: Known) -> str:
    """What would stop if the key were replaced and the old one made inactive, in one sentence."""
    if row.facts.status != "Active":
        return "nothing: it is inactive, and counts towards the two keys of its user"
    found = consumers(row, known)
    return ", ".join(found) if found else "nobody who is known here: give SES's events before (--events)"


def _table(keys: Keys, known: Known, now: datetime) -> None:
    from mailstrata.reports.safe import safe

    rows = [_HEADINGS, *(_cells(row, known, now) for row in keys.rows)]
    widths = [max(len(safe(row[column])) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        cells = (safe(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for reason in keys.unseen:
        click.echo(f"not seen: {safe(reason)}", err=True)


def _cells(row: KeyRow, known: Known, now: datetime) -> tuple[str, ...]:
    facts = row.facts
    used = f"{_days(facts.last_used, now)} ago, {facts.last_service}" if facts.last_used else "never, or not counted"
    may = {True: "yes", False: "no", None: "not known"}[row.may_send]
    return row.key_id, facts.user, facts.status, _days(facts.created, now), used, may, breaks(row, known)


def _days(since: datetime | None, now: datetime) -> str:
    return "?" if since is None else f"{max((now - since).days, 0)} d"


def _document(keys: Keys, known: Known, now: datetime) -> None:
    from mailstrata.reports import document
    from mailstrata.reports.words import iso

    rows = [
        {
            "key": row.key_id,
            "user": row.facts.user,
            "status": row.facts.status,
            "created": iso(row.facts.created) if row.facts.created else None,
            "age_days": max((now - row.facts.created).days, 0) if row.facts.created else None,
            "last_used": iso(row.facts.last_used) if row.facts.last_used else None,
            "last_service": row.facts.last_service or None,
            "last_region": row.facts.last_region or None,
            "may_send": row.may_send,
            "consumers": list(consumers(row, known)),
            "breaks": breaks(row, known),
        }
        for row in keys.rows
    ]
    click.echo(
        document.dumps({"schema": "mailstrata.credentials-list/1", "keys": rows, "unseen": list(keys.unseen)}), nl=False
    )
