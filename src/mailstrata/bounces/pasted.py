"""An error text that somebody pasted, as a bounce of which nothing else is known.

pasted("535 Authentication Credentials Invalid").reply.code       # 535
"""

from __future__ import annotations

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.provider import provider_of
from mailstrata.model.reply import Reply

DIALECT = "text"
LIMIT = 20_000


def pasted(text: str) -> Bounce:
    """The bounce that ``text`` alone tells of; ``smtp;`` before it is left out (RFC 3464 2.3.6)."""
    said = text[:LIMIT].strip().removeprefix("Diagnostic-Code:").strip()
    kind, semicolon, rest = said.partition(";")
    answer = rest.strip() if semicolon and kind.strip().lower() in {"smtp", "x-postfix", "x-unix"} else said
    reply = Reply.parse(answer)
    return Bounce(
        recipient="",
        status=reply.enhanced if reply else "",
        reply=reply,
        diagnostic=" ".join(answer.split()),
        dialect=DIALECT,
        provider=provider_of("", answer),
    )
