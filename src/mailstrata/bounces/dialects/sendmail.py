"""Sendmail's notice as text: the list of addresses, then the session with the last server.

       ----- The following addresses had permanent fatal errors -----
    <ann@harbor.example>
        (reason: 550 5.1.1 <ann@harbor.example>... User unknown)

       ----- Transcript of session follows -----
    ... while talking to mx.harbor.example.:
    >>> DATA
    <<< 550 5.1.1 <ann@harbor.example>... User unknown

Where an address has no reason of its own, the session has it. ``(expanded from: …)`` names the alias, not the
recipient.
"""

from __future__ import annotations

import re

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.form import ADDRESS, RECIPIENT_LIMIT, Form, bounces
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.rfc3464 import answer_about
from mailstrata.bounces.signs import may_be_a_notice

DIALECT = "sendmail"

_ENTRY = re.compile(rf"\n[ \t]*(?:>>> )?(?:<{ADDRESS}>|{ADDRESS.replace('addr', 'bare')})[^\n]{{0,80}}(?=\n|\Z)")

FORM = Form(
    name=DIALECT,
    opening=(
        "addresses had permanent fatal errors",
        "addresses had transient non-fatal errors",
        "addresses had delivery errors -----",
    ),
    start=("fatal errors -----", "delivery errors -----"),
    end=("----- transcript of", "   ----- message header", "----- unsent"),
    line=_ENTRY,
)


def read(notice: Notice, standard: tuple[Bounce, ...]) -> tuple[Bounce, ...] | None:
    """The addresses of the list, each with its reason or what the session says of it."""
    if standard or not FORM.is_spoken_by(notice) or not may_be_a_notice(notice):
        return None
    block = FORM.block(notice)
    named = list(dict.fromkeys(match["addr"] or match["bare"] for match in _ENTRY.finditer(block)))[:RECIPIENT_LIMIT]
    return bounces(notice, [(each, answer_about(notice, each)) for each in named], dialect=DIALECT) or None
