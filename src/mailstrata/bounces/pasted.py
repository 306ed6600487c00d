r"""An error text that somebody pasted, as a bounce of which nothing else is known.

pasted("535 Authentication Credentials Invalid").reply.code                       # 535
pasted('> The response was:\n>\n> "550 5.1.1 user unknown"').reply.code           # 550

The signs with which mail programs quote, and quotation marks around the whole, are nobody's words.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailstrata.bounces.answer import reply_in
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.original import mailboxes
from mailstrata.bounces.provider import provider_of
from mailstrata.model.reply import Reply

DIALECT = "text"
LIMIT = 20_000
_QUOTING = re.compile(r"^[ \t]*[>|][>| \t]*", re.MULTILINE)
_MARKS = (('"', '"'), ("'", "'"), ("`", "`"), ("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"))

_OF_A_MAILBOX = frozenset(
    {
        "recipient-unknown",
        "recipient-full",
        "recipient-domain-absent",
        "recipient-accepts-no-mail",
        "recipient-suppressed",
    }
)
"""Faults that are a recipient's own: an address in their text is not the sender's."""


def pasted(text: str) -> Bounce:
    """The bounce that ``text`` alone tells of; ``smtp;`` before it is left out (RFC 3464 2.3.6)."""
    said = _unquoted(text[:LIMIT]).removeprefix("Diagnostic-Code:").strip()
    kind, semicolon, rest = said.partition(";")
    answer = rest.strip() if semicolon and kind.strip().lower() in {"smtp", "x-postfix", "x-unix"} else said
    reply = Reply.parse(answer) or reply_in(" ".join(answer.split()))
    return Bounce(
        recipient="",
        status=reply.enhanced if reply else "",
        reply=reply,
        diagnostic=" ".join(answer.split()),
        dialect=DIALECT,
        provider=provider_of("", answer),
    )


def addressed(bounce: Bounce, code: str | None) -> Bounce:
    """The bounce with the recipient whom its text names: where ``code`` is a mailbox's own and one address stands there."""
    named = mailboxes(bounce.diagnostic) if code in _OF_A_MAILBOX else ()
    return replace(bounce, recipient=named[0]) if len(named) == 1 else bounce


def _unquoted(text: str) -> str:
    said = _QUOTING.sub("", text).strip()
    marked = any(len(said) > 1 and said.startswith(begin) and said.endswith(end) for begin, end in _MARKS)
    return said[1:-1].strip() if marked else said
