"""One SMTP session with SES's endpoint: its states and its exact replies (facts.md A2, A5).

    session = Session(line=line, ses=ses, region="us-east-1", …)
    await session.run(crowded=False)

Only CRLF ends a line, what was sent in clear ahead of TLS is thrown away, and every input is bounded in size and time.
"""

from __future__ import annotations

import base64
import binascii
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mailstrata.lab.aws.request import AwsError, Principal
from mailstrata.lab.ses.service import Ses
from mailstrata.lab.ses.smtp_line import Closed, Line
from mailstrata.lab.ses.smtp_login import INVALID, Gatekeeper

_PATH = re.compile(r"<([^<>\s]*)>(?:\s.*)?")
_HOST = "email-smtp.amazonaws.com"
_MUST_SECURE = "530 Must issue a STARTTLS command first"
_MUST_LOGIN = "530 Authentication required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The endpoint's limits. Times in seconds, sizes in bytes."""

    connections: int = 100
    messages: int = 1000
    """Messages of one session (often quoted, unverified: facts.md A5)."""
    idle: float = 10.0
    size: int = 41_943_040
    bad_commands: int = 20


@dataclass(slots=True, kw_only=True)
class Session:
    """The conversation on one line, from greeting to end."""

    line: Line
    ses: Ses
    region: str
    gatekeeper: Gatekeeper
    rules: Rules
    tls: ssl.SSLContext
    secured: bool
    offers_auth: bool = True
    busy: bool = False
    """Answer every login with a temporary failure."""
    _username: str = ""
    _principal: Principal | None = None
    _sender: str | None = None
    _recipients: list[str] = field(default_factory=list)
    _sent: int = 0
    _bad: int = 0
    _over: bool = False

    async def run(self, *, crowded: bool) -> None:
        """Greet and serve until one side is done. ``crowded``: there are too many sessions already."""
        if crowded:
            self.line.reply("421 Too many concurrent SMTP connections")
            return
        number = self.ses.session_id()
        self.line.reply(f"220 {_HOST} ESMTP SimpleEmailService-d-{number[:9].upper()} {number[9:29]}")
        try:
            while not self._over:
                await self._one()
        except TimeoutError:
            self.line.reply("451 4.4.2 Timeout waiting for data from client.")
        except Closed:
            return

    async def _one(self) -> None:
        command = (await self.line.read_line(self.rules.idle)).decode("utf-8", "surrogateescape")
        verb, _, rest = command.partition(" ")
        handler = _VERBS.get(verb.upper())
        reply = await handler(self, rest.strip()) if handler else self._unknown()
        if reply:
            self.line.reply(reply)
        await self.line.drain()

    def _unknown(self) -> str:
        self._bad += 1
        if self._bad > self.rules.bad_commands:
            self._over = True
            return "421 Too many unrecognized commands"
        return "500 Unrecognized command"

    async def _ehlo(self, name: str) -> str:
        if not name:
            return "501 EHLO requires domain address"
        self._forget_message()
        offers = [_HOST, "8BITMIME", *([] if self.secured else ["STARTTLS"])]
        offers += ["AUTH PLAIN LOGIN"] if self.offers_auth else []
        return "\r\n".join([*(f"250-{offer}" for offer in offers), "250 Ok"])

    async def _helo(self, name: str) -> str:
        self._forget_message()
        return f"250 {_HOST}" if name else "501 HELO requires domain address"

    async def _starttls(self, rest: str) -> str | None:
        if self.secured:
            return "503 TLS already started"
        if rest:
            return "501 Syntax error: no parameters allowed"
        self.line.reply("220 Ready to start TLS")
        if not await self.line.start_tls(self.tls):
            self._over = True
            return None
        self.secured = True
        self._forget_message()
        return None

    async def _auth(self, rest: str) -> str:
        if not self.secured:
            return _MUST_SECURE
        if self._principal is not None:
            return "503 Already authenticated"
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() not in {"PLAIN", "LOGIN"} or not self.offers_auth:
            return "504 Unrecognized authentication type"
        try:
            given = await (self._plain(initial) if mechanism.upper() == "PLAIN" else self._login(initial))
        except (binascii.Error, ValueError):
            return "501 Syntax error in authentication data"
        return self._judged(*given)

    def _judged(self, username: str, password: str) -> str:
        if self.busy:
            return "454 Temporary authentication failure"
        login = self.gatekeeper.judge(username, password)
        self._username, self._principal = username, login.principal
        return login.reply

    async def _plain(self, initial: str) -> tuple[str, str]:
        """RFC 4616: ``[authzid] NUL authcid NUL password``."""
        text = await self._decoded(initial, prompt="")
        _, username, password = text.split("\0")
        return username, password

    async def _login(self, initial: str) -> tuple[str, str]:
        username = await self._decoded(initial, prompt="VXNlcm5hbWU6")
        return username, await self._decoded("", prompt="UGFzc3dvcmQ6")

    async def _decoded(self, initial: str, *, prompt: str) -> str:
        encoded = initial.encode()
        if not encoded:
            self.line.reply(f"334 {prompt}")
            encoded = await self.line.read_line(self.rules.idle)
        if encoded == b"*":
            raise ValueError("cancelled by the client")  # RFC 4954 4
        return base64.b64decode(encoded, validate=True).decode("utf-8", "surrogateescape")

    async def _mail(self, rest: str) -> str:
        if not self.secured:
            return _MUST_SECURE
        if self._principal is None:
            return _MUST_LOGIN
        if not self.gatekeeper.still_good(self._username):
            self._principal = None
            return INVALID
        if self._sent >= self.rules.messages:
            self._over = True
            return "421 Connection closed by server. Maximum message count per session reached."
        address = _address(rest, "FROM:")
        if address is None or "@" not in address:
            return "501 Invalid MAIL FROM address provided"
        self._forget_message()
        self._sender = address
        return "250 Ok"

    async def _rcpt(self, rest: str) -> str:
        if self._principal is None:
            return _MUST_LOGIN
        if self._sender is None:
            return "503 Error: need MAIL command"
        address = _address(rest, "TO:")
        if address is None or not address.strip("@"):
            return "501 Invalid RCPT TO address provided"
        if "@" not in address:
            return f"553 <{address}> Invalid email address"
        self._recipients.append(address)
        return "250 Ok"

    async def _data(self, _rest: str) -> str:
        if self._principal is None:
            return _MUST_LOGIN
        if not self._recipients:
            return "503 Error: need RCPT command"
        self.line.reply("354 End data with <CR><LF>.<CR><LF>")
        content = await self.line.read_data(self.rules.idle, limit=self.rules.size)
        reply = "552 Message is too long." if content is None else await self._sent_off(content, self._principal)
        self._forget_message()
        return reply

    async def _sent_off(self, content: bytes, principal: Principal) -> str:
        try:
            number = await self.ses.send(
                region=self.region,
                principal=principal,
                raw=content,
                mail_from=self._sender,
                recipients=tuple(dict.fromkeys(self._recipients)),
                via="smtp",
                source_ip=self.line.peer,
            )
        except AwsError as error:
            return reply_to(error)
        self._sent += 1
        return f"250 Ok {number}"

    async def _rset(self, _rest: str) -> str:
        self._forget_message()
        return "250 Ok"

    async def _noop(self, _rest: str) -> str:
        return "250 Ok"

    async def _quit(self, _rest: str) -> str:
        self._over = True
        return "221 Bye"

    def _forget_message(self) -> None:
        self._sender = None
        self._recipients = []


_VERBS: dict[str, Callable[[Session, str], Awaitable[str | None]]] = {
    "EHLO": Session._ehlo,
    "HELO": Session._helo,
    "STARTTLS": Session._starttls,
    "AUTH": Session._auth,
    "MAIL": Session._mail,
    "RCPT": Session._rcpt,
    "DATA": Session._data,
    "RSET": Session._rset,
    "NOOP": Session._noop,
    "QUIT": Session._quit,
}
_REPLIES = {
    "AccessDenied": "554 Access denied: ",
    "Throttling": "454 Throttling failure: ",
    "InvalidParameterValue": "554 Transaction failed: ",
    "ConfigurationSetDoesNotExist": "554 Transaction failed: ",
}


def reply_to(error: AwsError) -> str:
    """SES's SMTP reply for what its API answers with ``error`` (facts.md A5)."""
    return f"{_REPLIES.get(error.code, '554 Message rejected: ')}{error.message}"


def _address(rest: str, keyword: str) -> str | None:
    """The path of ``FROM:<…>`` or ``TO:<…>`` (RFC 5321 3.3); ``None`` when it is malformed."""
    if rest[: len(keyword)].upper() != keyword:
        return None
    found = _PATH.fullmatch(rest[len(keyword) :].strip())
    return found[1] if found else None
