"""``mailstrata relay settle``: say what became of a mail that was handed to SES without an answer."""

from __future__ import annotations

import click

from mailstrata.cli import options, relay_users


@click.command("settle")
@click.argument("number", type=click.IntRange(1))
@click.option("--sent/--not-sent", "sent", default=None, help="Whether SES took it.")
@click.option("--ses-id", metavar="ID", default="", help="With --sent: SES's message id, where it is known.")
@options.world
@options.as_json
def command(number: int, *, sent: bool | None, ses_id: str, setup: str | None, lab: str | None, as_json: bool) -> int:
    """Settle the mail NUMBER of `relay unsettled`, once SES's events or the recipient have told what became of it.

    --sent: a client that repeats it hears 250, and nothing is sent. --not-sent: a mail that the relay has promised to
    send is tried again; any other may be repeated by its client. A mail that was sent and is settled as not sent may
    reach people twice.

    Exit status: 0, or 2 when there is no such unsettled mail.
    """
    from mailstrata.adapters.relay_ledger import prepare, release, settle
    from mailstrata.model.errors import Refusal
    from mailstrata.model.relaying import Ending, State

    if sent is None:
        raise Refusal("what became of it?", "say --sent or --not-sent")
    if ses_id and not (sent and ses_id.isascii() and ses_id.isprintable() and len(ses_id) <= 200):
        raise Refusal("--ses-id is the id by which SES took it", "such as 0100018f…-000000, with --sent")
    with relay_users.database(setup, lab) as (base, _):
        prepare(base)
        accepted = Ending(state=State.ACCEPTED, ses_id=ses_id, reply="settled by the operator")
        done = settle(base, number, accepted) if sent else release(base, number)
    if not done:
        raise Refusal(f"there is no unsettled mail {number}", "mailstrata relay unsettled lists them")
    if as_json:
        from mailstrata.reports import document

        settled = {"schema": "mailstrata.relay-settled/1", "number": number, "sent": sent, "ses_id": ses_id or None}
        click.echo(document.dumps(settled), nl=False)
        return 0
    click.echo(f"{number} is settled as {'sent' if sent else 'not sent'}.")
    return 0
