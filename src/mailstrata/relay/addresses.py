"""Whether an address field could be refused by SES for an address without its domain.

    all_complete(b" Ann <ann@dock.example>, guest@dock.example")      # True
    all_complete(b" Ann, guest@dock.example")                         # False: "Missing final '@domain'"

Not a parser of RFC 5322 3.4: it only tells fields in which each mailbox has a local part, an ``@`` and a domain from those in
which one has not. An empty group (``undisclosed-recipients:;``) is complete; an empty field is not.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(
    rb"\s*(?:"
    rb"(?:\"(?:[^\"\\]|\\.){0,400}\"|[^\"<>@,;:()\\]{0,400})\s*<[^\s<>@,;:\"()\\]+@[^\s<>@,;:\"()\\]+>"
    rb"|[^\s<>@,;:\"()\\]+@[^\s<>@,;:\"()\\]+"
    rb")\s*\Z"
)
"""One mailbox as nearly all are written; most fields hold one."""
_TOKEN = re.compile(rb"\"(?:[^\"\\]|\\.)*\"|\\.|[(),:;<>]|[^\"\\(),:;<>]+|.", re.DOTALL)
_LIMIT = 100_000
_SPEC = re.compile(rb"\s*(?:@[^\s:]+:)?(?:\"[^\"]*\"|[^\s@\"]+)\s*@\s*[^\s@]+\s*\Z")


def all_complete(value: bytes) -> bool:
    """Whether each mailbox of the field has a domain."""
    if _PLAIN.match(value):
        return True
    if not value.strip() or len(value) > _LIMIT:
        return False
    return all(map(_complete, _mailboxes(value)))


def _complete(mailbox: bytes) -> bool:
    inner = mailbox.rpartition(b"<")[2].partition(b">")[0] if b"<" in mailbox else mailbox
    return bool(_SPEC.match(inner))


def _mailboxes(value: bytes) -> list[bytes]:
    """The mailboxes without comments and names of groups, split where a comma divides them; a lone comma makes none."""
    found, current, depth, angle = [], b"", 0, False
    for token in _TOKEN.findall(value):
        if token == b"(" or (depth and token == b")"):
            depth += 1 if token == b"(" else -1
        elif depth:
            continue
        elif token in {b",", b";"} and not angle:
            found.append(current)
            current = b""
        elif token == b":" and not angle:
            current = b""
        else:
            angle = token == b"<" or (angle and token != b">")
            current += token
    return [mailbox for mailbox in (*found, current) if mailbox.strip()]
