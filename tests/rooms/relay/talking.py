r"""A shell around a session without sockets: users with plain passwords, offers kept in a list, every effect noted.

talk = Talk()
talk.send(b"EHLO client\r\n")
talk.heard            # b"220 …250-relay.sailing.example…"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mailstrata.model.reply import Reply
from mailstrata.relay.effects import Close, Declined, Effect, Send, StartTls, Verify
from mailstrata.relay.limits import Limits
from mailstrata.relay.offer import Offer
from mailstrata.relay.session import Rules, Session

NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
NAME = "relay.sailing.example"
TLS = "TLSv1.3 TLS_AES_256_GCM_SHA384"
WELCOME = Reply(code=235, enhanced="2.7.0", text="Authentication successful")
WRONG = Reply(code=535, enhanced="5.7.8", text="Username and password not accepted")
TAKEN = Reply(code=250, enhanced="2.0.0", text="Ok 0100018f-1")


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Always the same moment."""
        return NOON

    async def sleep(self, seconds: float) -> None:
        """Nobody waits."""


class OwnAddressOnly:
    """Rules as short as they can be: admin@sailing.example, and nothing in the message."""

    def sender(self, login: str, address: str, *, secret: str) -> Reply | None:
        """Only one address, or the null path."""
        if address in {"", "admin@sailing.example"}:
            return None
        return Reply(code=550, enhanced="5.7.1", text=f"{login} may not send as {address}")

    def message(self, offer: Offer) -> Offer | Reply:
        """A message that is forbidden says so."""
        forbidden = b"forbidden" in offer.message
        return Reply(code=550, enhanced="5.7.1", text="Forbidden") if forbidden else offer


@dataclass(kw_only=True)
class Talk:
    """A session with what it did."""

    limits: Limits = field(default_factory=Limits)
    implicit: bool = False
    users: dict[str, str] = field(default_factory=lambda: {"ann": "secret"})
    answer: Reply = TAKEN
    rules: Rules = field(default_factory=OwnAddressOnly)
    heard: bytearray = field(default_factory=bytearray)
    offers: list[Offer] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    attempts: list[Verify] = field(default_factory=list)
    handshakes: int = 0
    closed: bool = False

    def __post_init__(self) -> None:
        self.session = Session(
            name=NAME,
            number="7f3a",
            peer="203.0.113.9",
            rules=self.rules,
            clock=Noon(),
            limits=self.limits,
            tls=TLS if self.implicit else "",
        )
        self.do(self.session.greeting())

    def send(self, data: bytes) -> None:
        """Let the client send bytes."""
        self.do(self.session.receive(data))

    def lines(self, *lines: str) -> None:
        """Let the client send whole lines."""
        self.send("".join(f"{line}\r\n" for line in lines).encode())

    def logged_in(self) -> Talk:
        """Come as far as a login; what was heard on the way is forgotten."""
        if not self.implicit:
            self.lines("EHLO client")
            self.lines("STARTTLS")
        self.lines("EHLO client")
        self.lines("AUTH PLAIN AGFubgBzZWNyZXQ=")
        assert self.session.login == "ann"
        self.heard.clear()
        return self

    def said(self) -> list[str]:
        """The lines heard since the last time."""
        lines = self.heard.decode("ascii").split("\r\n")
        self.heard.clear()
        assert lines.pop() == ""
        return lines

    def do(self, effects: Iterable[Effect]) -> None:
        """Carry the effects out, and tell the session what came of them."""
        for effect in effects:
            match effect:
                case Send(data):
                    self.heard += data
                case StartTls():
                    self.handshakes += 1
                    self.session.secured(TLS)
                case Verify():
                    self.attempts.append(effect)
                    right = self.users.get(effect.username) == effect.password
                    self.do(self.session.verified(effect.username if right else None, WELCOME if right else WRONG))
                case Offer():
                    self.offers.append(effect)
                    self.do(self.session.answered(self.answer))
                case Declined():
                    self.declined.append(effect)
                case Close():
                    self.closed = True
