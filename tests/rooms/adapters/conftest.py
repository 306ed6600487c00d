"""Two AWS on loopback: one that answers by a script, faults included, and the lab's."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from tests import postgres
from uvicorn import Config, Server

from mailstrata.adapters.aws import Aws, OwnKey
from mailstrata.lab.aws.audit import Audit
from mailstrata.lab.aws.behind import ministack_app, reset
from mailstrata.lab.aws.gate import Gate
from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_api import IamApi
from mailstrata.lab.aws.request import Service
from mailstrata.lab.aws.route53_rules import Route53Rules
from mailstrata.lab.aws.sts import Sts
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.mail import Envelope, Outcome
from mailstrata.lab.ses.service import Ses
from mailstrata.model.setup import Network

ACCOUNT = "123456789012"
START = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)


class StandingClock:
    """A clock that stands at ``START``."""

    def now(self) -> datetime:
        """The one moment."""
        return START

    async def sleep(self, seconds: float) -> None:
        """Waiting is refused: nothing here waits by the clock."""
        raise AssertionError(f"somebody waits {seconds} s by the clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the scripted server saw it: ``name`` is the action, or method and path."""

    name: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. ``fault`` names what happens instead: reset, silence, endless, trickle, garbage."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


class ScriptedAws:
    """An HTTP server that answers by ``script``: the name of a request, and a reply or what makes one of the request."""

    def __init__(self) -> None:
        self.script: dict[str, Reply | Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._server.block_on_close = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def names(self) -> list[str]:
        """The names of all requests so far."""
        return [asked.name for asked in self.asked]

    def close(self) -> None:
        """End it, and whatever it is still sending."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply_to(self, asked: Asked) -> Reply:
        """The reply of the script; without one, the error of AWS for an unknown operation."""
        self.asked.append(asked)
        entry = self.script.get(asked.name, self.script.get("*"))
        if entry is None:
            return Script().error("UnknownOperationException", "not in the script", 404)
        return entry if isinstance(entry, Reply) else entry(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                self.close_connection = True
                size = int(self.headers.get("Content-Length") or 0)
                asked = _asked(self, self.rfile.read(size))
                with suppress(OSError):
                    _send(self, scripted.reply_to(asked), scripted.ending)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, format: str, *args: Any) -> None:
                """Stay quiet."""

        return Handler


class Script:
    """What scripts are written with, for test modules, which cannot import from here."""

    start = START
    clock = StandingClock()

    def reply(self, body: Any) -> Reply:
        """An answer, of JSON where it is no text."""
        return Reply(body=body)

    def fault(self, name: str) -> Reply:
        """What happens instead of an answer."""
        return Reply(fault=name)

    def error(self, code: str, message: str, status: int = 400) -> Reply:
        """An error as SES's API v2 and Secrets Manager send it."""
        return Reply(status=status, body={"message": message, "__type": code}, headers={"x-amzn-ErrorType": code})

    def xml_error(self, code: str, message: str, status: int = 403) -> Reply:
        """An error as IAM, STS and Route 53 send it."""
        text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return Reply(status=status, body=text)

    def xml(self, action: str, inside: str) -> Reply:
        """The answer of an IAM or STS action."""
        return Reply(body=f"<{action}Response><{action}Result>{inside}</{action}Result></{action}Response>")


@pytest.fixture(scope="session")
def script() -> Script:
    """The words that scripts are written with."""
    return Script()


def _asked(handler: BaseHTTPRequestHandler, body: bytes) -> Asked:
    target = handler.headers.get("X-Amz-Target")
    url = urlsplit(handler.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    if target:
        return Asked(name=target.rpartition(".")[2], fields=json.loads(body))
    if body.startswith(b"Action="):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return Asked(name=form["Action"], fields=form)
    told = json.loads(body) if body.startswith(b"{") else {"body": body.decode()}
    return Asked(name=f"{handler.command} {unquote(url.path)}", fields=query | told)


def _send(handler: BaseHTTPRequestHandler, reply: Reply, ending: threading.Event) -> None:
    if reply.fault:
        _FAULTS[reply.fault](handler, ending)
        return
    body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body.encode())))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(body.encode())


def _reset(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _silence(_: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    ending.wait(30)


def _endless(handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    _headers(handler)
    while not ending.is_set():
        handler.wfile.write(b" " * 65536)


def _trickle(handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    _headers(handler)
    while not ending.wait(0.02):
        handler.wfile.write(b" ")


def _headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.flush()


def _garbage(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    handler.wfile.write(b"\x00\xff\x13 this is no HTTP \r\n\r\n")


_FAULTS: Mapping[str, Callable[[BaseHTTPRequestHandler, threading.Event], None]] = {
    "reset": _reset,
    "silence": _silence,
    "endless": _endless,
    "trickle": _trickle,
    "garbage": _garbage,
}


@pytest.fixture
def scripted() -> Iterator[ScriptedAws]:
    """A server without a script yet."""
    server = ScriptedAws()
    yield server
    server.close()


@pytest.fixture
def aws_to(closing: ExitStack) -> Callable[..., Aws]:
    """Make an ``Aws`` that talks to a URL, with short waits; closed at the end of the test."""

    def made(url: str, *, timeout: float = 20.0, rate: float = 1000.0, **more: Any) -> Aws:
        network = Network(aws_endpoint=url, timeout=timeout, requests_per_second=rate)
        own_key = more.pop("own_key", OwnKey(key_id="AKIAIOSFODNN7EXAMPLE", secret="not-a-secret"))
        aws = Aws(network, StandingClock(), region="us-east-1", own_key=own_key, backoff=0.01, **more)
        closing.callback(aws.close)
        return aws

    return made


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """What is to be closed at the end of the test."""
    with ExitStack() as stack:
        yield stack


class _Delivered:
    """Recipients that take everything."""

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Take it."""
        return Outcome(code=250, reply="250 Ok", remote=envelope.recipient.rpartition("@")[2])


async def _nothing_published(name: str, rtype: str) -> tuple[str, ...]:
    """No DNS record exists."""
    return ()


class LivingAws:
    """The gate with IAM, STS, SES and the emulator, under uvicorn on a port of the system's choice."""

    start = START

    def __init__(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        clock, ids = LabClock(START), Ids("adapters")
        self._behind = behind = ministack_app(account=ACCOUNT, port=port)
        asyncio.run(reset(behind))
        self.iam = Iam(account=ACCOUNT, clock=clock, ids=ids)
        self.ses = Ses(
            account=ACCOUNT,
            iam=self.iam,
            clock=clock,
            ids=ids,
            resolver=_nothing_published,
            transport=_Delivered(),
            outgoing=("127.0.1.10",),
        )
        services: dict[str, Service] = {
            "iam": IamApi(self.iam, clock=clock),
            "sts": Sts(self.iam),
            "ses": self.ses,
            "route53": Route53Rules(behind, account=ACCOUNT, on_change=_nothing_to_do),
        }
        gate = Gate(iam=self.iam, services=services, behind=behind, audit=Audit(clock))
        self.url = f"http://127.0.0.1:{port}"
        self._server = Server(Config(gate, lifespan="off", ws="none", log_level="error"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()

    @property
    def administrator(self) -> OwnKey:
        """The key that may do everything."""
        return OwnKey(key_id=self.iam.administrator.key_id, secret=self.iam.administrator.secret)

    def user(self, name: str, *actions: str) -> OwnKey:
        """The key of a new user who may do these actions and no other."""
        self.iam.add_user(name)
        if actions:
            statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
            self.iam.put_user_policy(name, "own", {"Version": "2012-10-17", "Statement": [statement]})
        key = self.iam.add_key(name)
        return OwnKey(key_id=key.key_id, secret=key.secret)

    def close(self) -> None:
        """End the server."""
        self._server.should_exit = True
        self._thread.join()
        asyncio.run(reset(self._behind))


async def _nothing_to_do() -> None:
    """Route 53 changed; nobody here asks DNS."""


@pytest.fixture(scope="module")
def lab() -> Iterator[LivingAws]:
    """The lab's AWS."""
    living = LivingAws()
    yield living
    living.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A Postgres server for this session."""
    with postgres.running() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a relay's database is kept, empty, of either kind: what holds for one holds for the other."""
    if request.param == "sqlite":
        return str(tmp_path / "relay.sqlite3")
    return postgres.with_schema(request.getfixturevalue("postgres_url"))
