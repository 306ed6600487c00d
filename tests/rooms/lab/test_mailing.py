"""The application's log: a line of its own for each mail, and SES's event where it keeps them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mailstrata.lab.living import Living
from mailstrata.lab.mailing import logged
from mailstrata.model.attempt import Attempt, Outcome

pytestmark = pytest.mark.lab

WORLD = """
title = "A refusal"
base = "healthy"

[[mail]]
from = "admin@sailing.example"
to = "pete@dock.example"
via = "ses-api"
at = 2026-05-12T18:02:00Z
events = {events}
"""


def _logged(path: Path, *, events: bool) -> Attempt:
    async def inside() -> Attempt:
        path.write_text(WORLD.format(events=str(events).lower()), "utf-8")
        async with Living.of(str(path)) as lab:
            (sent,) = lab.sent
            return logged(lab.parts, sent)

    return asyncio.run(inside())


def test_without_events_an_application_knows_that_ses_took_the_mail(tmp_path: Path) -> None:
    """SES's message id, and nothing of what became of it."""
    told = _logged(tmp_path / "bare.toml", events=False)
    assert (told.outcome, told.diagnostic, bool(told.message_id)) == (Outcome.UNKNOWN, "", True)


def test_with_events_it_knows_what_the_recipients_server_said(tmp_path: Path) -> None:
    """The same mail, and the answer word for word."""
    told = _logged(tmp_path / "kept.toml", events=True)
    assert told.outcome is Outcome.BOUNCED
    assert told.diagnostic.startswith("550 5.4.1 Recipient address rejected: Access denied")
    assert told.source == "SES's event in the application's log"
