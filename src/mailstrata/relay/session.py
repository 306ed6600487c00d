r"""One SMTP submission session, without its socket: bytes come in, effects go out (RFC 5321, 6409, 3207, 4954).

    session = Session(name="smtp.sailing.example", number="7f3a", peer="203.0.113.9", rules=rules, clock=clock)
    session.greeting()                  # [Send(b"220 smtp.sailing.example ESMTP ready\r\n")]
    session.receive(b"EHLO client\r\n") # [Send(b"250-smtp.sailing.example\r\n250-PIPELINING\r\n…")]

The order of everything is in `relay.order`, every limit in `relay.limits`. Bytes may come in any pieces: the effects are the
same. While an effect is under way that the session must hear of (TLS, a login, a delivery) it reads no further; commands that
a client sent ahead wait, except those ahead of TLS, which are dropped (RFC 3207 4.2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from mailstrata.model.ports import Clock
from mailstrata.model.reply import Reply
from mailstrata.relay import mail_parameters, path, replies, reply_lines
from mailstrata.relay.content import TOO_LONG, Content
from mailstrata.relay.effects import Close, Declined, Effect, Send, StartTls, Verify
from mailstrata.relay.limits import AUTH_LINE, COMMAND_LINE, Limits
from mailstrata.relay.login import MECHANISMS, Credentials, Exchange
from mailstrata.relay.offer import Offer, offer_of
from mailstrata.relay.order import OUT_OF_TURN, VERBS, Stage

_AHEAD = 65_536


class Rules(Protocol):
    """What a session asks about a login; `relay.policy` answers."""

    def sender(self, login: str, address: str, *, secret: str) -> Reply | None:
        """Why ``login``, let in by ``secret``, may not send as ``address`` now, or ``None``."""
        ...

    def message(self, offer: Offer) -> Offer | Reply:
        """The message as it is handed over, or why it may not leave."""
        ...


class Session:
    """One conversation. ``tls`` is the version and cipher when the connection began with TLS (RFC 8314 3.3)."""

    def __init__(
        self,
        *,
        name: str,
        number: str,
        peer: str,
        rules: Rules,
        clock: Clock,
        limits: Limits | None = None,
        tls: str = "",
    ) -> None:
        self.login = ""
        self.progress = 0
        """Grows with each command and message behind the login: the shell measures idleness by it."""
        self.over = False
        self.waiting = False
        """An effect is under way; nothing is read until it is told of."""
        self._name, self._number, self._peer, self._tls = name, number, peer, tls
        self._rules, self._clock = rules, clock
        self._limits = limits or Limits()
        self._stage = Stage.SECURED if tls else Stage.GREETED
        self._helo = ""
        self._secret = ""
        self._sender = ""
        self._recipients: list[str] = []
        self._content: Content | None = None
        self._exchange: Exchange | None = None
        self._buffer, self._at = b"", 0
        self._errors = self._failures = self._commands = self._messages = 0
        self._effects: list[Effect] = []
        self._said: list[bytes] = []

    # What the shell calls

    def greeting(self) -> list[Effect]:
        """The first line."""
        return [Send(f"220 {self._name} ESMTP ready\r\n".encode("ascii"))]

    def receive(self, data: bytes) -> list[Effect]:
        """What follows from bytes of the client."""
        if self.over or (self.waiting and self._stage is Stage.HELLO):  # RFC 3207: nothing in clear outlives STARTTLS
            return []
        self._buffer = self._buffer + data if self._buffer else data
        return self._go_on()

    def secured(self, tls: str) -> None:
        """The handshake is done: all that was known of the client is forgotten (RFC 3207 4.2)."""
        self._buffer, self._at = b"", 0
        self._tls, self._stage, self._helo, self.waiting = tls, Stage.SECURED, "", False

    def verified(self, login: str | None, reply: Reply, *, secret: str = "") -> list[Effect]:
        """What became of a login: its canonical name, or ``None``; ``reply`` is said to the client.

        ``secret`` names the password that let it in: the session counts as long as that does.
        """
        self.waiting = False
        self._say(reply)
        if login is not None:
            self.login, self._secret, self._stage, self._commands = login, secret, Stage.READY, 0
            self.progress += 1
        else:
            self._failures += 1
            if reply.code == 421 or self._failures >= self._limits.failures:
                self._end(None if reply.code == 421 else replies.ERRORS)
        return self._go_on()

    def answered(self, reply: Reply) -> list[Effect]:
        """What became of an offer."""
        self.waiting = False
        self._said_of_message(reply)
        return self._go_on()

    def timed_out(self) -> list[Effect]:
        """The client was silent, or too slow."""
        return self._ended(replies.SILENT)

    def stopping(self) -> list[Effect]:
        """The relay goes down: the end, unless a message is being read or delivered."""
        return [] if self.over or self.waiting or self._content is not None else self._ended(replies.STOPPING)

    @property
    def patience(self) -> float:
        """Seconds in which the next step has to be done; nobody is late while the session itself is ``waiting``."""
        if self._content is not None:
            return self._limits.transfer
        return self._limits.idle if self.login else self._limits.login

    @property
    def crowded(self) -> bool:
        """Whether the client sent so much ahead that the shell should stop reading."""
        return self.waiting and len(self._buffer) > _AHEAD

    # How bytes become commands

    def _go_on(self) -> list[Effect]:
        while not self.waiting and not self.over and self._at < len(self._buffer):
            if not (self._read_line() if self._content is None else self._read_content(self._content)):
                break
        self._buffer, self._at = (b"" if self.over else self._buffer[self._at :]), 0
        self._flush()
        effects, self._effects = self._effects, []
        return effects

    def _read_line(self) -> bool:
        """Take one line of the buffer; ``False`` when there is none yet."""
        start = self._at
        end = self._buffer.find(b"\n", start)
        length = (end + 1 if end >= 0 else len(self._buffer)) - start
        if length > COMMAND_LINE and length > self._longest(start):
            self._end(replies.LINE)
            return False
        if end < 0:
            return False
        line, self._at = self._buffer[start : end - 1], end + 1
        if self._buffer[end - 1 : end] != b"\r" or end == start or b"\r" in line or b"\0" in line:
            self._end(replies.BARE)
            return False
        self._command(line.decode("utf-8", "surrogateescape"))
        return True

    def _longest(self, start: int) -> int:
        auth = self._exchange is not None or self._buffer[start : start + 5].upper() == b"AUTH "
        return AUTH_LINE if auth else COMMAND_LINE

    def _command(self, line: str) -> None:
        self.progress += 1 if self.login else 0
        if self._exchange is not None:
            self._continue_login(self._exchange.go_on(line))
            return
        self._commands += 1
        if self._commands > self._limits.commands:
            self._end(replies.COMMANDS)
            return
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb not in VERBS:
            self._refuse(replies.UNKNOWN)
        elif refusal := OUT_OF_TURN.get((verb, self._stage)):
            self._refuse(refusal)
        elif taken := _TAKEN.get(verb):
            taken(self, rest)
        else:
            self._say(_SAID[verb])

    def _read_content(self, content: Content) -> bool:
        end = content.take(self._buffer, self._at)
        self._at = len(self._buffer) if end < 0 else end
        if content.hopeless:
            self._decline(TOO_LONG, size=content.size)
            self._end(TOO_LONG)
        elif end >= 0:
            self._content = None
            self._complete(content)
        return end >= 0

    # The verbs

    def _ehlo(self, rest: str) -> None:
        if self._hello(rest):
            offers = [
                self._name,
                "PIPELINING",
                f"SIZE {self._limits.size}",
                "8BITMIME",
                "ENHANCEDSTATUSCODES",
                f"AUTH {MECHANISMS}" if self._tls else "STARTTLS",
                "HELP",
            ]
            self._said.append(reply_lines.several(250, offers))

    def _helo_(self, rest: str) -> None:
        if self._hello(rest):
            self._say(Reply(code=250, text=self._name))

    def _hello(self, rest: str) -> bool:
        name = rest.strip()
        if not name or not name.isascii() or not name.isprintable() or len(name) > 255:
            self._refuse(replies.NAME)
            return False
        self._helo = name
        self._reset()
        if self._stage is Stage.GREETED:
            self._stage = Stage.HELLO
        elif self._stage is Stage.SECURED:
            self._stage = Stage.ANONYMOUS
        return True

    def _starttls(self, rest: str) -> None:
        if rest.strip():
            self._refuse(replies.NO_ARGUMENT)
            return
        self._say(Reply(code=220, enhanced="2.0.0", text="Ready to start TLS"))
        self._wait_for(StartTls())
        self._at = len(self._buffer)

    def _auth(self, rest: str) -> None:
        self._continue_login(Exchange.begin(rest.strip()))

    def _continue_login(self, step: Exchange | Credentials | Reply) -> None:
        self._exchange = None
        if isinstance(step, Exchange):
            self._exchange = step
            self._say(Reply(code=334, text=step.prompt))
        elif isinstance(step, Credentials):
            self._wait_for(Verify(username=step.username, password=step.password))
        else:
            self._refuse(step)

    def _mail(self, rest: str) -> None:
        asked = path.read(rest, "FROM:")
        if isinstance(asked, Reply):
            self._refuse(asked)
            return
        refusal = self._refused_sender(asked)
        self._sender = asked.address
        if refusal is not None:
            self._decline(refusal)
            self._sender = ""
            self._refuse(refusal)
            return
        self._stage = Stage.SENDER
        self._say(replies.OK_SENDER)

    def _refused_sender(self, asked: path.Path) -> Reply | None:
        if self._messages >= self._limits.messages:
            return replies.MESSAGES
        refusal = mail_parameters.refused(asked.parameters, size=self._limits.size)
        return refusal or self._rules.sender(self.login, asked.address, secret=self._secret)

    def _rcpt(self, rest: str) -> None:
        asked = path.read(rest, "TO:")
        if isinstance(asked, Reply):
            self._refuse(asked)
        elif asked.parameters:
            self._refuse(replies.PARAMETER)
        elif len(self._recipients) >= self._limits.recipients:
            self._say(replies.TOO_MANY)
        else:
            self._recipients.append(asked.address)
            self._stage = Stage.RECIPIENTS
            self._commands = 0
            self._say(replies.OK_RECIPIENT)

    def _data(self, rest: str) -> None:
        if rest.strip():
            self._refuse(replies.NO_ARGUMENT)
            return
        self._content = Content(limit=self._limits.size)
        self._say(replies.GO_AHEAD)

    def _complete(self, content: Content) -> None:
        """The last dot is there: the message is refused, or offered."""
        self.progress += 1
        refusal, message = content.fault(header=self._limits.header), b""
        if refusal is None:
            message = content.message
            judged = self._rules.message(self._offer(message))
            if isinstance(judged, Offer):
                self._wait_for(judged)
                return
            refusal = judged
        self._errors += 1
        self._decline(refusal, message, size=len(message) or content.size)
        self._said_of_message(refusal)

    def _offer(self, message: bytes) -> Offer:
        return offer_of(
            login=self.login,
            secret=self._secret,
            sender=self._sender,
            recipients=tuple(dict.fromkeys(self._recipients)),
            message=message,
            peer=self._peer,
            session=self._number,
            at=self._clock.now(),
            helo=self._helo,
            tls=self._tls,
        )

    def _decline(self, reply: Reply, message: bytes = b"", *, size: int = 0) -> None:
        self._effects.append(Declined(offer=self._offer(message), reply=reply, size=size))

    def _said_of_message(self, reply: Reply) -> None:
        """The word after the last dot. Whatever it is, the next message begins afresh."""
        self._reset()
        self._messages += 1
        self._commands = 0
        if reply.code == 421 or self._errors > self._limits.errors:
            self._end(reply)
        else:
            self._say(reply)

    def _rset(self, rest: str) -> None:
        if rest.strip():
            self._refuse(replies.NO_ARGUMENT)
            return
        self._reset()
        self._say(replies.OK)

    def _quit(self, rest: str) -> None:
        del rest
        self._end(Reply(code=221, enhanced="2.0.0", text="Bye"))

    # What all of them use

    def _reset(self) -> None:
        self._sender, self._recipients, self._content = "", [], None
        if self._stage is Stage.RECIPIENTS or self._stage is Stage.SENDER:
            self._stage = Stage.READY

    def _say(self, reply: Reply) -> None:
        self._said.append(reply_lines.written(reply))

    def _refuse(self, reply: Reply) -> None:
        self._errors += 1
        if reply.code == 421 or self._errors > self._limits.errors:
            self._end(reply if reply.code == 421 else replies.ERRORS)
        else:
            self._say(reply)

    def _end(self, reply: Reply | None) -> None:
        if reply is not None:
            self._say(reply)
        self.over = True
        self._flush()
        self._effects.append(Close())

    def _ended(self, reply: Reply) -> list[Effect]:
        if not self.over:
            self._end(reply)
        return self._go_on()

    def _wait_for(self, effect: Effect) -> None:
        self.waiting = True
        self._flush()
        self._effects.append(effect)

    def _flush(self) -> None:
        if self._said:
            self._effects.append(Send(b"".join(self._said)))
            self._said.clear()


_TAKEN: dict[str, Callable[[Session, str], None]] = {
    "EHLO": Session._ehlo,
    "HELO": Session._helo_,
    "STARTTLS": Session._starttls,
    "AUTH": Session._auth,
    "MAIL": Session._mail,
    "RCPT": Session._rcpt,
    "DATA": Session._data,
    "RSET": Session._rset,
    "QUIT": Session._quit,
}
_SAID = {"NOOP": replies.OK, "HELP": replies.HELP, "VRFY": replies.VRFY}
"""What is said to verbs that change nothing, whatever stands behind them (RFC 5321 4.1.1.9)."""
