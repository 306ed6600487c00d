r"""A reply as it goes over the wire (RFC 5321 4.2, RFC 2034).

    written(Reply(code=250, enhanced="2.0.0", text="Ok"))      # b"250 2.0.0 Ok\r\n"

No line is longer than 512 bytes with its CRLF (RFC 5321 4.5.3.1.5), and no text can begin a line of its own: what came from
a mail, from SES or from a client is printable ASCII afterwards.
"""

from __future__ import annotations

import re
import textwrap

from mailstrata.model.reply import Reply

_WIDTH = 480
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]+")


def written(reply: Reply) -> bytes:
    """The reply's lines, each with code and enhanced code."""
    text = reply.text if reply.text.isascii() and reply.text.isprintable() else _NOT_PRINTABLE.sub(" ", reply.text)
    lead = f"{reply.enhanced} " if reply.enhanced else ""
    if len(text) <= _WIDTH:
        return f"{reply.code} {lead}{text}\r\n".encode("ascii")
    return several(reply.code, [lead + line for line in textwrap.wrap(text, _WIDTH)])


def several(code: int, lines: list[str]) -> bytes:
    """A reply of several lines (RFC 5321 4.2.1): a hyphen after the code of all but the last."""
    *first, last = lines
    return "".join([*(f"{code}-{line}\r\n" for line in first), f"{code} {last}\r\n"]).encode("ascii")
