"""Endpoints that behave and misbehave in every way: each gives a value, none raises, all in bounded time."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable
from pathlib import Path

import pytest
from tests.rooms.adapters.submission import (
    GREETING,
    HOST,
    TIMEOUT,
    Authority,
    Handler,
    Ses,
    answers_at,
    endpoint,
    made_authority,
    reason,
    run,
    saying,
    silent,
)

from mailstrata.adapters.smtp_probe import SmtpAnswers
from mailstrata.lab.dns_server import DnsServer
from mailstrata.lab.zones import Zones
from mailstrata.model.facts import EndpointFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import Endpoint


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the probes trust."""
    return made_authority(tmp_path_factory.mktemp("ca"))


def test_a_healthy_endpoint_shows_all_it_has(authority: Authority) -> None:
    """Banner, extensions and mechanisms under TLS, and the certificate's facts; QUIT ends it and nothing was sent."""
    ses = Ses(authority.context())
    facts = endpoint(ses, authority)
    assert (facts.failure, facts.stage) == ("", "tls")
    assert facts.banner == GREETING.decode().strip()
    assert facts.extensions == ("8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN")
    assert facts.auth == ("PLAIN", "LOGIN")
    assert facts.tls is not None
    assert (facts.tls.names, facts.tls.problem, facts.tls.version) == ((HOST,), "", "TLSv1.3")
    assert facts.tls.issuer.startswith("trustme")
    assert facts.tls.not_after is not None
    assert ses.lines == ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"]


def test_implicit_tls_comes_before_the_banner(authority: Authority) -> None:
    """On 465 there is no STARTTLS."""
    ses = Ses(authority.context(), implicit=True)
    facts = endpoint(ses, authority, port=465, security="ssl")
    assert (facts.failure, facts.stage, facts.auth) == ("", "tls", ("PLAIN", "LOGIN"))
    assert ses.lines == ["EHLO [127.0.0.1]", "QUIT"]


def test_without_security_the_session_stays_in_clear(authority: Authority) -> None:
    """What such an alias would meet: EHLO is the last stage."""
    facts = endpoint(Ses(authority.context()), authority, port=25, security="none")
    assert (facts.failure, facts.stage, facts.tls) == ("", "ehlo", None)


async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up at once."""


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send RST in answer to EHLO."""
    writer.write(GREETING)
    await reader.readline()
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def endless(start: bytes, piece: bytes) -> Handler:
    """Say ``piece`` for ever after ``start`` and, unless that is the banner, after EHLO."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        if start.endswith(b"\n"):
            await reader.readline()
        while True:
            writer.write(piece * 200)
            await writer.drain()

    return handler


def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Awaitable[None]:
    """Say one octet at a time, always within the time-out of a single read."""

    async def handler() -> None:
        writer.write(b"220 ")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(TIMEOUT / 10)

    return handler()


@pytest.mark.parametrize(
    ("handler", "stage", "failure"),
    [
        (silent, "banner", "no banner in 1 s"),
        (closing, "banner", "the server closed the connection"),
        (resetting, "ehlo", "the server reset the connection"),
        (dripping, "banner", "no banner in 1 s"),
        (endless(b"220 ", b"x" * 100), "banner", "the server sends a line of more than 2048 octets"),
        (endless(GREETING, b"250-x\r\n"), "ehlo", "the server sends a reply of more than 100 lines"),
        (endless(GREETING, b"250 x\r\n"), "", ""),
        (saying(b"HTTP/1.1 400 Bad\r\n"), "banner", "the server sends what is no SMTP reply: 'HTTP/1.1 400 Bad'"),
        (saying(b"\x00\xff\x1b[2J\n"), "banner", r"the server sends what is no SMTP reply: '\x00\xff\x1b[2J'"),
        (
            saying(b"421 Too many concurrent SMTP connections\r\n"),
            "banner",
            "the server greets with 421 Too many concurrent SMTP connections",
        ),
        (saying(GREETING + b"250 early\r\n"), "ehlo", "the server spoke before it was asked: 250 early"),
        (saying(GREETING), "ehlo", "no answer to EHLO in 1 s"),
    ],
)
def test_each_misbehaviour_is_an_answer(authority: Authority, handler: Handler, stage: str, failure: str) -> None:
    """How far it came and how it ended, in words, with nothing a terminal would act upon."""
    facts = endpoint(handler, authority)
    assert facts.failure
    assert facts.failure.startswith(failure)
    assert facts.stage == stage or not stage
    assert facts.failure.isprintable()


@pytest.mark.parametrize("port", [587, 465])
def test_a_probe_that_is_cancelled_leaves_nothing_open(authority: Authority, port: int) -> None:
    """The budget of a diagnosis may end at any moment: here before a banner, and within a handshake."""
    left = asyncio.Event()

    async def watching(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        left.set()

    async def cut_short(answers: SmtpAnswers) -> Observation[object]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(TIMEOUT / 4):
                await answers.endpoint(Endpoint(HOST, port, "ssl" if port == 465 else "starttls"))
        async with asyncio.timeout(5):
            await left.wait()
        return Unknown(reason="the server saw the connection end")

    assert run(watching, authority, cut_short) == Unknown(reason="the server saw the connection end")


@pytest.mark.parametrize(
    ("says", "stage", "failure"),
    [
        ({"EHLO": b"502 no\r\n"}, "ehlo", "EHLO is answered with 502 no"),
        ({"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n"}, "starttls", "STARTTLS is not offered"),
        ({"STARTTLS": b"454 TLS not available\r\n"}, "starttls", "STARTTLS is answered with 454 TLS not available"),
        ({"STARTTLS": b"220 go\r\n250 AUTH PLAIN\r\n"}, "tls", "the server went on in clear after STARTTLS"),
        ({"STARTTLS": b"220 go\r\n"}, "tls", "no TLS handshake in 1 s"),
    ],
)
def test_a_server_that_does_not_come_to_tls_says_where(
    authority: Authority, says: dict[str, bytes], stage: str, failure: str
) -> None:
    """Refused, not offered, injected or never begun: each by itself."""
    facts = endpoint(Ses(authority.context(), says), authority)
    assert (facts.stage, facts.tls) == (stage, None)
    assert facts.failure.startswith(failure)


def test_clear_text_on_the_port_of_implicit_tls_is_told(authority: Authority) -> None:
    """Security `ssl` at a port that greets in clear."""
    facts = endpoint(saying(GREETING), authority, port=465, security="ssl")
    assert (facts.stage, facts.failure) == ("tls", "the server does not speak TLS here")


def test_a_handshake_that_is_hung_up_is_told(authority: Authority) -> None:
    """The server leaves when TLS begins."""

    async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)

    facts = endpoint(leaving, authority, port=465, security="ssl")
    assert (facts.stage, facts.failure) == ("tls", "the server closed the connection in the TLS handshake")


def test_only_old_tls_is_told(authority: Authority) -> None:
    """A server that ends at TLS 1.1 says so by an alert."""

    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x15\x03\x01\x00\x02\x02\x46")  # RFC 8446 6: the alert protocol_version
        await reader.read()

    facts = endpoint(old, authority, port=465, security="ssl")
    assert (facts.stage, facts.failure) == ("tls", "the server knows no TLS version that is still safe (1.2 or 1.3)")


def test_a_closed_port_is_an_answer(authority: Authority) -> None:
    """Refused connections are what is asked about."""

    async def main() -> Observation[EndpointFacts]:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        return await answers_at(port, authority, fields=None).endpoint(Endpoint(HOST, 587, "starttls"))

    seen = asyncio.run(main())
    assert isinstance(seen, Seen)
    assert (seen.value.stage, seen.value.failure) == ("connect", "connection refused")


def test_a_port_that_cannot_be_is_an_answer(authority: Authority) -> None:
    """No socket has it."""
    seen = run(silent, authority, lambda a: a.endpoint(Endpoint("127.0.0.1", 70000, "starttls")))
    assert isinstance(seen, Seen)
    assert isinstance(seen.value, EndpointFacts)
    assert seen.value.failure == "there is no port 70000"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (None, "smtp.typo.example has no address in DNS (NXDOMAIN)"),
        ("servfail", "SERVFAIL from the resolver 127.0.0.1"),
    ],
)
def test_a_host_that_cannot_be_found_is_unknown(authority: Authority, fault: str | None, told: str) -> None:
    """Whether the name exists is another question, asked of DNS."""

    async def main() -> Observation[EndpointFacts]:
        zones = Zones()
        if fault:
            zones.fault("typo.example", fault)
        server = DnsServer(zones)
        await server.start()
        try:
            answers = answers_at(9, authority, fields=None, dns_servers=(f"127.0.0.1:{server.port}",))
            return await answers.endpoint(Endpoint("smtp.typo.example", 587, "starttls"))
        finally:
            await server.stop()

    assert told in reason(asyncio.run(main()))


def test_authorities_that_cannot_be_read_leave_it_unknown(authority: Authority, tmp_path: Path) -> None:
    """A broken `ca_file` is no fault of the server."""
    file = tmp_path / "not.pem"
    file.write_text("no certificate", encoding="ascii")
    network = {"ca_file": str(file)}
    unknown = run(silent, authority, lambda a: a.endpoint(Endpoint(HOST, 587, "starttls")), network=network)
    assert reason(unknown) == f"the authorities to trust cannot be read from {file}"
