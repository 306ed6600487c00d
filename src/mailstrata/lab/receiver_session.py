r"""The SMTP conversation of a recipient's server (RFC 5321), without a socket.

    session = ReceiverSession(policy, ip="127.0.1.10", tls_offered=True)
    session.begin()                                     # [Say(220 …)]
    session.receive(b"EHLO mta.example\r\n")            # [Say(250-…)]

Lines end with CRLF and with nothing else: a bare line feed never ends a line or a message, it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from mailstrata.lab.receiver_policy import ReceiverPolicy, Visit
from mailstrata.lab.voices import ServerReply

_PATH = re.compile(rb"(?i)(FROM|TO):\s?<(?:[^<>\s@:]+:)?([^<>\s]*)>((?: [\w-]+(?:=[^\s=]*)?)*)\s*\Z")
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverLimits:
    """The budgets of one session: octets, counts, and seconds of idleness (RFC 5321 4.5.3)."""

    line: int = 2048
    message: int = 50_000_000
    recipients: int = 100
    errors: int = 20
    idle: float = 30.0


@dataclass(frozen=True, slots=True)
class Say:
    """Send a reply."""

    reply: ServerReply


@dataclass(frozen=True, slots=True)
class Secure:
    """Send the reply, forget what came in since, and begin TLS (RFC 3207)."""

    reply: ServerReply


@dataclass(frozen=True, slots=True)
class Close:
    """End the connection."""


@dataclass(frozen=True, slots=True)
class FallSilent:
    """Say nothing any more, but keep the connection."""


Effect = Say | Secure | Close | FallSilent


@dataclass(slots=True)
class _Transaction:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class ReceiverSession:
    """One connection from ``ip``; feed it bytes, carry out the effects in order."""

    def __init__(
        self, policy: ReceiverPolicy, *, ip: str, tls_offered: bool, limits: ReceiverLimits | None = None
    ) -> None:
        self._policy = policy
        self._visit = Visit(ip=ip)
        self._tls_offered = tls_offered
        self._limits = limits or ReceiverLimits()
        self._buffer = bytearray()
        self._mail = _Transaction()
        self._in_data = False
        self._discarding = False
        self._searched = 0
        self._errors = 0
        self._over = False

    def begin(self) -> list[Effect]:
        """The greeting."""
        return [Say(self._said("banner"))]

    def secured(self) -> None:
        """TLS stands: everything said before is forgotten (RFC 3207 4.2)."""
        self._visit = Visit(ip=self._visit.ip, tls=True)
        self._mail = _Transaction()
        self._buffer.clear()

    def idle(self) -> list[Effect]:
        """The client has said nothing for too long."""
        return [Say(self._said("idle")), Close()]

    def receive(self, data: bytes) -> list[Effect]:
        """What to do about further octets."""
        self._buffer += data
        effects: list[Effect] = []
        while not self._over:
            step = self._message() if self._in_data else self._line()
            if step is None:
                break
            effects += step
        return effects

    def _line(self) -> list[Effect] | None:
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) <= self._limits.line:
            return None
        if end < 0 or end > self._limits.line:
            self._over = True
            return [Say(self._said("too-long")), Close()]
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return self._guarded(self._command(line))

    def _command(self, line: bytes) -> list[Effect]:
        if b"\n" in line or b"\r" in line or b"\0" in line:
            return [Say(self._said("unrecognized"))]
        word, _, rest = line.strip().partition(b" ")
        verb = word.upper().decode("ascii", "replace")
        method = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "MAIL": self._mail_from,
            "RCPT": self._rcpt_to,
            "DATA": self._data,
            "RSET": self._rset,
            "QUIT": self._quit,
        }.get(verb)
        if method is not None:
            return method(rest.strip())
        simple = {"NOOP": "reset", "VRFY": "verify"}.get(verb, "unrecognized")
        return [Say(self._said(simple))]

    def _guarded(self, effects: list[Effect]) -> list[Effect]:
        """Count what the client does wrong, and end it at the limit."""
        self._errors += sum(isinstance(e, Say) and e.reply.code in range(500, 504) for e in effects)
        if self._errors < self._limits.errors:
            return effects
        self._over = True
        return [Say(self._said("too-many-errors")), Close()]

    def _ehlo(self, name: bytes) -> list[Effect]:
        hello = self._greet(name)
        if hello.refusal:
            return [Say(hello)]
        offered = (*self._policy.house.voice.capabilities,)
        if self._tls_offered and not self._visit.tls:
            offered += ("STARTTLS",)
        return [Say(ServerReply(code=250, lines=hello.lines + offered))]

    def _helo(self, name: bytes) -> list[Effect]:
        return [Say(self._greet(name))]

    def _greet(self, name: bytes) -> ServerReply:
        if not name or len(name) > 255:
            return self._said("syntax")
        self._mail = _Transaction()
        helo = "".join(c if c.isprintable() and c != " " else "?" for c in name.decode("ascii", "replace"))
        self._visit = replace(self._visit, helo=helo, sender="")
        return self._said("hello")

    def _starttls(self, rest: bytes) -> list[Effect]:
        if rest:
            return [Say(self._said("syntax"))]
        if not self._tls_offered or self._visit.tls:
            return [Say(self._said("no-starttls"))]
        self._buffer.clear()  # RFC 3207 6: nothing that came in plain text counts after TLS
        return [Secure(self._said("starttls"))]

    def _mail_from(self, rest: bytes) -> list[Effect]:
        if not self._visit.helo or self._mail.sender is not None:
            return [Say(self._said("sequence"))]
        address, size = _path(rest, b"FROM")
        if address is None or (address and not _ADDRESS.fullmatch(address)):
            return [Say(self._said("syntax"))]
        if size > self._limits.message:
            return [Say(self._said("too-big"))]  # RFC 1870 6.1
        self._mail = _Transaction(sender=address)
        self._visit = replace(self._visit, sender=address)
        return [Say(self._said("mail"))]

    def _rcpt_to(self, rest: bytes) -> list[Effect]:
        if self._mail.sender is None:
            return [Say(self._said("sequence"))]
        address, _ = _path(rest, b"TO")
        if not address or not _ADDRESS.fullmatch(address):
            return [Say(self._said("syntax"))]
        if len(self._mail.recipients) >= self._limits.recipients:
            return [Say(self._said("too-many-recipients"))]
        reply = self._policy.at_rcpt(address, self._visit)
        if reply is None:
            self._over = True
            return [FallSilent()]
        if not reply.refusal:
            self._mail.recipients.append(address)
        return [Say(reply)]

    def _data(self, rest: bytes) -> list[Effect]:
        if rest or not self._mail.recipients:
            return [Say(self._said("syntax" if rest else "sequence"))]
        self._in_data, self._discarding, self._searched = True, False, 0
        self._buffer[:0] = b"\r\n"  # so that the end looks the same in an empty message
        return [Say(self._said("data"))]

    def _message(self) -> list[Effect] | None:
        end = self._buffer.find(b"\r\n.\r\n", self._searched)
        if end < 0:
            if len(self._buffer) > self._limits.message:
                self._discarding = True
                del self._buffer[:-4]
            self._searched = max(0, len(self._buffer) - 4)
            return None
        content = bytes(self._buffer[2 : end + 2])
        del self._buffer[: end + 5]
        self._in_data = False
        recipients, self._mail = tuple(self._mail.recipients), _Transaction()
        if self._discarding or len(content) > self._limits.message:
            return [Say(self._said("too-big"))]
        if _BARE.search(content):
            return [Say(self._said("bare-line-feed"))]  # RFC 5321 2.3.8
        unstuffed = re.sub(rb"(?m)^\.", b"", content)  # RFC 5321 4.5.2
        return [Say(self._policy.at_data(self._visit, recipients, unstuffed))]

    def _rset(self, _: bytes) -> list[Effect]:
        self._mail = _Transaction()
        return [Say(self._said("reset"))]

    def _quit(self, _: bytes) -> list[Effect]:
        self._over = True
        return [Say(self._said("bye")), Close()]

    def _said(self, event: str) -> ServerReply:
        return self._policy.say(event, self._visit)


def _path(rest: bytes, keyword: bytes) -> tuple[str | None, int]:
    """The address of a MAIL or RCPT command (``None``: unreadable) and the SIZE that it declares."""
    match = _PATH.match(rest)
    if match is None or match[1].upper() != keyword:
        return None, 0
    size = re.search(rb"(?i) SIZE=(\d{1,15})(?: |$)", match[3])
    try:
        return match[2].decode("ascii"), int(size[1]) if size else 0
    except UnicodeError:
        return None, 0
