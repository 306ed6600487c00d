"""An SMTP conversation without its wire: bytes in, replies out, each bound by what a reply may be.

    250-email-smtp.amazonaws.com
    250 AUTH PLAIN LOGIN

    reader = ReplyReader()
    reader.feed(these_octets)
    reader.take()                    # ServerReply(code=250, lines=("email-smtp.amazonaws.com", "AUTH PLAIN LOGIN"))
    reader.take()                    # None: no further reply is complete

What is no SMTP, or never ends, raises ``Garbled`` with a sentence for a person. Texts are kept verbatim; only what a
terminal would act upon is escaped.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from mailstrata.model.reply import Reply

LINE = 2048
"""Octets of one line; RFC 5321 4.5.3.1.5 allows 512, some servers more."""
LINES = 100
"""Lines of one reply; RFC 5321 sets no limit."""
SESSION = 65536
"""Octets of everything that a server says in one session."""
_SHOWN = 80
_LINE = re.compile(rb"([2-5][0-5]\d)(?:([ -])(.*))?\Z", re.DOTALL)  # RFC 5321 4.2


class Garbled(Exception):
    """The server says what is no SMTP, or more than any server has to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReply:
    """One reply with its lines, their codes taken off."""

    code: int
    lines: tuple[str, ...]

    @property
    def positive(self) -> bool:
        """A 2xx (RFC 5321 4.2.1)."""
        return 200 <= self.code < 300

    @property
    def reply(self) -> Reply:
        """The same in one line, its enhanced code apart."""
        parsed = Reply.parse("\n".join(f"{self.code} {line}" for line in self.lines))
        return parsed or Reply(code=self.code, text=" ".join(self.lines))

    def __str__(self) -> str:
        return str(self.reply)


class ReplyReader:
    """Cuts what a server sends into replies."""

    def __init__(self) -> None:
        self._partial = b""
        self._lines: list[str] = []
        self._code = 0
        self._replies: deque[ServerReply] = deque()
        self._octets = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left over: no reply, and no piece of one."""
        return not (self._partial or self._lines or self._replies)

    def feed(self, data: bytes) -> None:
        """Take in what came. Raises ``Garbled``; replies that were complete before can still be taken."""
        data = data[: SESSION + 1 - self._octets]
        self._octets += len(data)
        *whole, self._partial = (self._partial + data).split(b"\n")
        for line in whole:
            self._line(line.removesuffix(b"\r"))
        if len(self._partial) > LINE:
            raise Garbled(f"the server sends a line of more than {LINE} octets: {shown(self._partial)}")
        if self._octets > SESSION:
            raise Garbled(f"the server does not stop talking: more than {SESSION} octets")

    def take(self) -> ServerReply | None:
        """The next complete reply, or ``None``."""
        return self._replies.popleft() if self._replies else None

    def _line(self, line: bytes) -> None:
        match = _LINE.match(line)
        if match is None or len(line) > LINE:
            raise Garbled(f"the server sends what is no SMTP reply: {shown(line)}")
        code = int(match[1])
        if self._lines and code != self._code:  # RFC 5321 4.2.1: the same on every line
            raise Garbled(f"the server changes the code within one reply: {shown(line)}")
        self._code = code
        self._lines.append(escaped((match[3] or b"").decode("utf-8", "backslashreplace")))
        if match[2] == b"-" and len(self._lines) >= LINES:
            raise Garbled(f"the server sends a reply of more than {LINES} lines")
        if match[2] != b"-":
            self._replies.append(ServerReply(code=code, lines=tuple(self._lines)))
            self._lines = []


def escaped(text: str) -> str:
    """``text`` with what a terminal would act upon (controls, directions) shown as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def shown(octets: bytes) -> str:
    """The beginning of what a server sent, for a message."""
    start = escaped(octets[:_SHOWN].decode("utf-8", "backslashreplace"))
    whole = len(octets) <= _SHOWN and len(start) <= _SHOWN
    return f"'{start}'" if whole else f"'{start[:_SHOWN]}…'"


def extensions(reply: ServerReply) -> tuple[str, ...]:
    """What EHLO offers, keywords in upper case (RFC 5321 4.1.1.1), in the server's order.

    SES ends the list with a mere ``Ok`` (facts.md A2), which offers nothing.
    """
    offered = [line.split() for line in reply.lines[1:] if line.strip().upper() not in {"", "OK"}]
    return tuple(" ".join([words[0].upper(), *words[1:]]) for words in offered)


def mechanisms(offered: tuple[str, ...]) -> tuple[str, ...]:
    """The SASL mechanisms among the extensions (RFC 4954 3); ``AUTH=LOGIN`` is an old way to write it."""
    words = [word for line in offered for word in line.replace("AUTH=", "AUTH ", 1).upper().split() if _is_auth(line)]
    return tuple(dict.fromkeys(word for word in words if word != "AUTH"))


def offers(offered: tuple[str, ...], keyword: str) -> bool:
    """Whether an extension is among those offered."""
    return any(line.split()[0] == keyword for line in offered)


def _is_auth(line: str) -> bool:
    return line.split("=", 1)[0].split()[0] == "AUTH"
