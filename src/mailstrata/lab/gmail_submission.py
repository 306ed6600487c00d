"""How Gmail hands a mail to an alias's SMTP server: connect, TLS, log in, send; and what it says when that fails.

    refused, response = await submit(submission, alias, ("crew@dock.example",), raw)
    refused, response        # ("crew@dock.example",), "535 Authentication Credentials Invalid"

The server's replies are given verbatim; Gmail's own texts are those of facts.md C1 and C3 where it has them.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from mailstrata.lab.smtp_dialogue import Broken, Dialogue, Heard
from mailstrata.model.errors import Malformed

ConnectTo = Callable[[str, int], tuple[str, int] | None]
SECURITY = ("starttls", "ssl", "none")
_EHLO = "EHLO mail-pj1-f41.google.com"
_NO_AUTH = "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability"
_NO_TLS = "Unspecified Error (SENT_FIRST_EHLO): Smtp server does not advertise STARTTLS capability"
_CERTIFICATE = "TLS Negotiation failed, the certificate doesn't match the host., code: 0"
_UNREACHABLE = (
    "Connection timed out: There may be a problem with the settings you added. Please contact your other email "
    "provider to verify the correct settings., code: 0"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One "Send mail as" address and its server (facts.md C2, smtpMsa). The password is write-only, as in Gmail."""

    address: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    security: str = "starttls"
    verified: bool = True

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise Malformed(f"alias {self.address}: security", repr(self.security), ", ".join(SECURITY))
        if not 1 <= self.port <= 65535:
            raise Malformed(f"alias {self.address}: port", str(self.port), "1 to 65535")

    def as_json(self) -> dict[str, object]:
        """What Gmail shows of it: neither user name nor password (facts.md C2)."""
        return {
            "address": self.address,
            "host": self.host,
            "port": self.port,
            "security": self.security,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """How servers are reached, which certificates are trusted, and for how many seconds each step is waited."""

    tls: ssl.SSLContext
    connect_to: ConnectTo
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInFailed:
    """Why Gmail does not accept settings: the answer, and the dialogue's words around it."""

    response: str
    shown: str


class _Refused(Exception):
    """The server or Gmail itself would not go on; the text is the response."""

    def __init__(self, response: str, *, at_login: bool = False) -> None:
        super().__init__(response)
        self.at_login = at_login


async def log_in(submission: Submission, alias: Alias) -> LogInFailed | None:
    """Connect and authenticate, as Gmail does when settings are saved; ``None``: it works."""
    try:
        async with _connection(submission, alias) as smtp:
            await _authenticated(smtp, submission, alias)
            await smtp.say("QUIT")
    except (_Refused, Broken) as error:
        response = _response(error)
        if isinstance(error, _Refused) and error.at_login:
            lead = "Authentication failed. Please check your username/password."
            quoted = f"{response}, code: {response[:3]}"
        else:
            lead, quoted = "Couldn't reach server. Please double-check server address and port number.", response
        return LogInFailed(response=response, shown=f'{lead} Server returned error: "{quoted}"')
    return None


async def submit(
    submission: Submission, alias: Alias, recipients: tuple[str, ...], raw: bytes
) -> tuple[tuple[str, ...], str]:
    """Hand a mail over; the recipients that were refused, and the last word that counts."""
    try:
        async with _connection(submission, alias) as smtp:
            await _authenticated(smtp, submission, alias)
            return await _handed_over(smtp, alias, recipients, raw)
    except (_Refused, Broken) as error:
        return recipients, _response(error)


async def _handed_over(
    smtp: Dialogue, alias: Alias, recipients: tuple[str, ...], raw: bytes
) -> tuple[tuple[str, ...], str]:
    refused: dict[str, str] = {}
    _expect(await smtp.say(f"MAIL FROM:<{alias.address}>"), 250)
    for recipient in dict.fromkeys(recipients):
        heard = await smtp.say(f"RCPT TO:<{recipient}>")
        if heard.code not in {250, 251}:
            refused[recipient] = heard.text
    if not set(recipients) - set(refused):
        return tuple(refused), next(iter(refused.values()))
    _expect(await smtp.say("DATA"), 354)
    last = await smtp.message(raw)
    _expect(last, 250)
    return tuple(refused), next(iter(refused.values()), last.text)


def _connection(submission: Submission, alias: Alias) -> Dialogue:
    where = submission.connect_to(alias.host.lower(), alias.port)
    if where is None:
        raise _Refused(_UNREACHABLE)
    tls = submission.tls if alias.security == "ssl" else None
    return Dialogue(where, timeout=submission.timeout, tls=tls, name=alias.host)


async def _authenticated(smtp: Dialogue, submission: Submission, alias: Alias) -> None:
    _expect(await smtp.heard(), 220)
    hello = await smtp.say(_EHLO)
    _expect(hello, 250)
    if alias.security == "starttls":
        if not hello.offers("STARTTLS"):
            raise _Refused(_NO_TLS)
        _expect(await smtp.say("STARTTLS"), 220)
        await smtp.secure(submission.tls, alias.host)
        hello = await smtp.say(_EHLO)
        _expect(hello, 250)
    if not hello.offers("AUTH"):
        raise _Refused(_NO_AUTH)
    secret = base64.b64encode(f"\0{alias.username}\0{alias.password}".encode()).decode()  # RFC 4616 2
    heard = await smtp.say(f"AUTH PLAIN {secret}")
    if heard.code != 235:
        raise _Refused(heard.text, at_login=True)


def _expect(heard: Heard, code: int) -> None:
    if heard.code != code:
        raise _Refused(heard.text)


def _response(error: _Refused | Broken) -> str:
    if isinstance(error, _Refused):
        return str(error)
    if error.kind == "certificate":
        return _CERTIFICATE
    if error.kind == "tls":
        return f"TLS Negotiation failed: {error}, code: 0"
    return _UNREACHABLE if error.kind in {"unreachable", "timeout"} else f"{error}, code: 0"
