"""``mailstrata credentials list``: every key that could log in at SES, its age and use, and who would miss it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options

if TYPE_CHECKING:
    from mailstrata.adapters.aws_key_table import KeyRow, Keys
    from mailstrata.model.setup import Setup

_HEADINGS = ("KEY", "USER", "STATUS", "AGE", "LAST USE", "MAY SEND", "IF ROTATED TODAY")


@click.command("list")
@options.world
@options.as_json
def command(setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Show age and use of every access key of the account that could be an SMTP credential, and who would miss it.

    Any active key of an IAM user is one, once a password is derived of it. The last use is that of any service; whether SES
    counts SMTP logins is not documented, so "never" proves nothing.

    Exit status: 0, or 3 where something could not be seen.
    """
    return options.run(_listed(setup, lab, as_json=as_json))


async def _listed(setup: str | None, lab: str | None, *, as_json: bool) -> int:
    from mailstrata.adapters.aws_key_table import KeyTable
    from mailstrata.wiring import surroundings

    async with surroundings(setup=setup, lab=lab) as here:
        keys, now, known = await KeyTable(here.aws).read(), here.clock.now(), here.setup
    if as_json:
        _document(keys, known, now)
    else:
        _table(keys, known, now)
    return 3 if keys.unseen else 0


def consumers(row: KeyRow, setup: Setup) -> tuple[str, ...]:
    """Who uses a key, as far as that is known: aliases of the setup, and the service of its last request."""
    found = [f"Gmail's alias {one.address}" for one in setup.aliases if one.username == row.key_id]
    found += [f"{one.secret} (its place)" for one in setup.aliases if one.username == row.key_id and one.secret]
    if row.facts.last_service and not found:
        found.append(f"whatever used {row.facts.last_service} last, in {row.facts.last_region or 'some region'}")
    return tuple(dict.fromkeys(found))


def breaks(row: KeyRow, setup: Setup) -> str:
    """What would stop if the key were replaced and the old one made inactive, in one sentence."""
    if row.facts.status != "Active":
        return "nothing: it is inactive, and counts towards the two keys of its user"
    found = consumers(row, setup)
    return ", ".join(found) if found else "nobody who is known here: look at SES's events before"


def _table(keys: Keys, setup: Setup, now: datetime) -> None:
    from mailstrata.reports.safe import safe

    rows = [_HEADINGS, *(_cells(row, setup, now) for row in keys.rows)]
    widths = [max(len(safe(row[column])) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        cells = (safe(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for reason in keys.unseen:
        click.echo(f"not seen: {safe(reason)}", err=True)


def _cells(row: KeyRow, setup: Setup, now: datetime) -> tuple[str, ...]:
    facts = row.facts
    used = f"{_days(facts.last_used, now)} ago, {facts.last_service}" if facts.last_used else "never, or not counted"
    may = {True: "yes", False: "no", None: "not known"}[row.may_send]
    return row.key_id, facts.user, facts.status, _days(facts.created, now), used, may, breaks(row, setup)


def _days(since: datetime | None, now: datetime) -> str:
    return "?" if since is None else f"{max((now - since).days, 0)} d"


def _document(keys: Keys, setup: Setup, now: datetime) -> None:
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
            "consumers": list(consumers(row, setup)),
            "breaks": breaks(row, setup),
        }
        for row in keys.rows
    ]
    click.echo(
        document.dumps({"schema": "mailstrata.credentials-list/1", "keys": rows, "unseen": list(keys.unseen)}), nl=False
    )
