"""``--events``: what SES's own events say of who sends, from files, and from SES's record of the mails that are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from mailstrata.cli import options
from mailstrata.model.errors import Malformed, Refusal

if TYPE_CHECKING:
    from mailstrata.credentials.usage import SentMail
    from mailstrata.wiring import Stage

_ASKED = 50
"""Mails whose events SES is asked for, the latest: it answers one question a second."""


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--events FILE``, several times."""
    return click.option(
        "--events",
        multiple=True,
        metavar="FILE",
        help="SES's events as JSON, one after the other: who sent, and from where; - is stdin.",
    )(function)


def from_files(files: Sequence[str]) -> tuple[SentMail, ...]:
    """The mails that the events in ``files`` tell of. Raises ``Refusal`` that names the file and the line."""
    from mailstrata.credentials.usage import merged, of_events
    from mailstrata.formats.ses_event import stream

    found = []
    for file in files:
        try:
            found.append(of_events(stream(options.read_text(file))))
        except Malformed as error:
            raise Refusal(f"{file}, {error}") from None
    return merged(*found)


async def known(here: Stage | None, files: Sequence[str]) -> tuple[SentMail, ...]:
    """Those, and the mails that are known without being told, as far as SES keeps a record of their events."""
    if here is None:
        return from_files(files)
    from mailstrata.credentials.usage import merged, of_attempt
    from mailstrata.model.observation import Seen
    from mailstrata.model.question import MessageEvents

    told, region, asker = [from_files(files)], here.settings.setup.region, here.asker()
    sent = [one for one in await here.attempts() if one.message_id]
    for attempt in sorted(sent, key=lambda one: str(one.at))[-_ASKED:]:
        seen = await asker.ask(MessageEvents(region, attempt.message_id or ""))
        if isinstance(seen, Seen):
            told.append(of_attempt(attempt, seen.value))
    return merged(*told)
