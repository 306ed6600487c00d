"""Mail.Ru: Exim in Russian and then in English; refusals of its own mailboxes in a sentence.

    Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.

      ann@harbor.example
        SMTP error from remote mail server after RCPT TO:<ann@harbor.example>:
        host mx.harbor.example [192.0.2.1]: 550 5.2.2 <ann@harbor.example>... Mailbox Full

      Local mailbox bob@quay.example is unavailable: user not found

The same follows in English, so each recipient is told twice.
"""

from __future__ import annotations

import re

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.dialects.exim import read_as
from mailstrata.bounces.form import ADDRESS, Form
from mailstrata.bounces.notice import Notice

DIALECT = "mailru"

FORM = Form(
    name=DIALECT,
    opening=("это письмо создано автоматически сервером mail.ru",),
    line=re.compile(rf"\n(?:[ \t]{{0,8}}local mailbox[ \t]{{1,8}}| {{1,3}}){ADDRESS}", re.IGNORECASE),
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """One bounce for each failed recipient; ``None`` when Mail.Ru did not write the mail."""
    return None if standard or not FORM.is_spoken_by(notice) else read_as(FORM, notice)
