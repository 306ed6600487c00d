"""A stage for the tests of submission: servers on loopback, and probes that find SES's ports there."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import trustme

from mailstrata.adapters.smtp_probe import SmtpAnswers
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import EndpointFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Endpoint, SmtpLogin
from mailstrata.model.setup import Alias, Network, Setup

HOST = "email-smtp.us-east-1.amazonaws.com"
KEY = "AKIAEXAMPLE"
PASSWORD = "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"
TIMEOUT = 1.0
NOW = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
GREETING = b"220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-EXAMPLE\r\n"
OFFER = b"250-email-smtp.amazonaws.com\r\n250-8BITMIME\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n"
ACCEPTED = b"235 Authentication successful.\r\n"
REFUSED = b"535 Authentication Credentials Invalid\r\n"
PLAIN = f"AUTH PLAIN {base64.b64encode(f'{chr(0)}{KEY}{chr(0)}{PASSWORD}'.encode()).decode()}"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """The one moment."""
        return NOW

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError("probes wait for servers, not for clocks")


class Kept:
    """Secrets in memory; a name that is not there is refused, as a denied permission would be."""

    def __init__(self, fields: Mapping[str, str] | None) -> None:
        self._fields = fields

    async def read(self, name: str) -> Mapping[str, str]:
        """The one credential."""
        if self._fields is None:
            raise Refusal(f"{name} cannot be read", "the permission secretsmanager:GetSecretValue")
        return self._fields

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Nothing is stored by a probe."""
        raise AssertionError("a probe stores nothing")


@dataclass
class Ses:
    """A server that speaks as SES does (facts.md A2), but for what ``says`` by the verb of a line."""

    context: ssl.SSLContext
    says: Mapping[str, bytes] = field(default_factory=dict)
    greeting: bytes = GREETING
    offer: bytes = OFFER
    implicit: bool = False
    lines: list[str] = field(default_factory=list)
    connections: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session."""
        self.connections += 1
        if self.implicit:
            await writer.start_tls(self.context)
        writer.write(self.greeting)
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.lines.append(line)
            verb = line.split(" ", 1)[0].upper()
            writer.write(self.says.get(verb, self.usual(verb)))
            if verb == "STARTTLS" and verb in self.says:
                await reader.read()
            elif verb == "STARTTLS":
                await writer.start_tls(self.context)
            if verb == "DATA" and verb not in self.says:
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(self.says.get("MESSAGE", b"250 Ok 0100018example-000000\r\n"))
            if verb == "QUIT":
                return

    def usual(self, verb: str) -> bytes:
        """The healthy answer."""
        usual = {
            "EHLO": self.offer,
            "STARTTLS": b"220 Ready to start TLS\r\n",
            "AUTH": ACCEPTED,
            "QUIT": b"221 Bye\r\n",
        }
        return usual.get(verb, b"354 End with .\r\n" if verb == "DATA" else b"250 Ok\r\n")


@dataclass
class Authority:
    """A certificate authority, and where its certificate lies."""

    ca: trustme.CA
    file: str

    def context(
        self, name: str = HOST, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> ssl.SSLContext:
        """A server's context with a certificate for ``name``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(name, not_before=not_before, not_after=not_after).configure_cert(context)
        return context


def made_authority(folder: Path) -> Authority:
    """An authority whose certificate the probes trust, as a file in ``folder``."""
    ca, file = trustme.CA(), folder / "ca.pem"
    ca.cert_pem.write_to_path(file)
    return Authority(ca=ca, file=str(file))


def run(
    handler: Handler,
    authority: Authority,
    talk: Callable[[SmtpAnswers], Awaitable[Observation[object]]],
    *,
    fields: Mapping[str, str] | None = None,
    network: Mapping[str, object] | None = None,
) -> Observation[object]:
    """What ``talk`` gets when every port of SES is ``handler``'s; nothing is left open, nothing raised is lost."""
    uncaught: list[dict[str, object]] = []

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, EOFError, ValueError, asyncio.CancelledError):
            return  # the client went away, spoke no SMTP, or the test ended
        finally:
            writer.close()

    async def main() -> Observation[object]:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: uncaught.append(context))
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        answers = answers_at(
            port, authority, fields={"password": PASSWORD} if fields is None else fields, **network or {}
        )
        async with server:
            return await talk(answers)

    found = asyncio.run(main())
    assert uncaught == []
    return found


def answers_at(port: int, authority: Authority, *, fields: Mapping[str, str] | None, **network: object) -> SmtpAnswers:
    """Answers that find all of SES's ports at one port of loopback."""
    hosts = tuple((f"{HOST}:{known}", f"127.0.0.1:{port}") for known in (25, 465, 587))
    settings: dict[str, object] = {"hosts": hosts, "ca_file": authority.file, "timeout": TIMEOUT, **network}
    alias = Alias(address="admin@sailing.example", host=HOST, username=KEY, secret="env:SMTP")
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=(alias,))
    return SmtpAnswers(Network(**settings), FixedClock(), secrets=Kept(fields), setup=setup)  # type: ignore[arg-type]


def endpoint(handler: Handler, authority: Authority, *, port: int = 587, security: str = "starttls") -> EndpointFacts:
    """What an endpoint shows, in bounded time."""
    began = time.monotonic()
    seen = run(handler, authority, lambda answers: answers.endpoint(Endpoint(HOST, port, security)))
    assert time.monotonic() - began < 12 * TIMEOUT
    assert isinstance(seen, Seen)
    assert (seen.source, seen.at) == (HOST, NOW)
    assert isinstance(seen.value, EndpointFacts)
    return seen.value


def login(handler: Handler, authority: Authority, fields: Mapping[str, str] | None = None) -> Observation[object]:
    """What a login gives."""
    return run(handler, authority, lambda answers: answers.login(SmtpLogin(HOST, 587, KEY)), fields=fields)


def reason(observation: Observation[object]) -> str:
    """Why it is unknown; no secret is ever in it."""
    assert isinstance(observation, Unknown)
    assert PASSWORD not in repr(observation)
    return observation.reason


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing until the client goes."""
    await reader.read()


def saying(octets: bytes) -> Handler:
    """Greet with ``octets``, then wait."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await reader.read()

    return handler
