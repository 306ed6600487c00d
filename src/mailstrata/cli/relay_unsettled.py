"""``mailstrata relay unsettled``: mails that were handed to SES without an answer; sent or not, nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, relay_users

if TYPE_CHECKING:
    from mailstrata.model.relaying import Row

UNDER_WAY = 120
"""Seconds within which a mail without an outcome may simply be under way."""
_UNDER_WAY = "{} of the last two minutes without one may be under way: ask again then."


@click.command("unsettled")
@options.world
@options.as_json
def command(setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Show the mails that were handed to SES and got no answer, because the connection, the relay or SES failed just then.

    They are never sent again by themselves, and the client that repeats one hears 451. SES's events tell what became of
    them: the event's tag "mailstrata" is the number shown here. Then say so with `relay settle`.

    Exit status: 0, or 1 where there are any.
    """
    from mailstrata.adapters.relay_ledger import prepare, unsettled

    with relay_users.database(setup, lab) as (base, now):
        prepare(base)
        moment = int(now.timestamp() * 1000)
        rows = unsettled(base, moment - UNDER_WAY * 1000)
        young = len(unsettled(base, moment + 1)) - len(rows)
    if as_json:
        _document(rows, young)
    else:
        for line in _lines(rows, young):
            click.echo(line)
    return 1 if rows else 0


def _lines(rows: list[Row], young: int) -> list[str]:
    from mailstrata.reports.safe import safe

    if not rows:
        return (
            [f"Every older mail has its outcome; {_UNDER_WAY.format(young)}"]
            if young
            else ["Every mail has its outcome."]
        )
    lines = []
    for row in rows:
        entry = row.entry
        lines += [
            f"{row.id}  {_when(entry.at)}  login {safe(entry.login)}",
            f"  from {safe(entry.sender)} to {safe(', '.join(entry.recipients))}",
        ]
        lines += [f"  {safe(entry.message_id)}"] if entry.message_id else []
    lines += ["", f"Beside these, {_UNDER_WAY.format(young)}"] if young else []
    return [*lines, "", "When you know what became of one: mailstrata relay settle NUMBER --sent, or --not-sent"]


def _document(rows: list[Row], young: int) -> None:
    from mailstrata.reports import document

    mails = [
        {
            "number": row.id,
            "at": datetime.fromtimestamp(row.entry.at / 1000, UTC).isoformat(),
            "login": row.entry.login,
            "from": row.entry.sender,
            "to": row.entry.recipients,
            "message_id": row.entry.message_id or None,
        }
        for row in rows
    ]
    click.echo(document.dumps({"schema": "mailstrata.relay-unsettled/1", "mails": mails, "under_way": young}), nl=False)


def _when(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
