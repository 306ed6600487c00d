"""A gate in memory, and boto3 clients whose requests go straight into it: signed for real, no sockets."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from mailstrata.lab.aws.audit import Audit
from mailstrata.lab.aws.behind import ministack_app, reset
from mailstrata.lab.aws.cloudtrail import CloudTrail
from mailstrata.lab.aws.gate import Gate
from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_api import IamApi
from mailstrata.lab.aws.iam_entities import AccessKey
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse, Service
from mailstrata.lab.aws.route53_rules import Route53Rules
from mailstrata.lab.aws.sts import Sts
from mailstrata.lab.aws.wire import AsgiApp, WireRequest
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids

ACCOUNT = "123456789012"
ENDPOINT = "http://127.0.0.1:4566"


class Echo:
    """A service ``ses`` that tells who called, or refuses ``/v2/email/refused``."""

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        if request.path.endswith("/refused"):
            raise AwsError("NotFoundException", "no such identity", status=404)
        return AwsResponse(body=b'{"IdentityType": "DOMAIN"}', headers={"Content-Type": "application/json"})


class _Raw(io.BytesIO):
    def stream(self, amount: int = 65536, decode_content: bool = False) -> Iterator[bytes]:
        yield self.read()


@dataclass(slots=True, kw_only=True)
class World:
    """A gate with its parts, and clients of it."""

    clock: LabClock
    iam: Iam
    audit: Audit
    gate: Gate
    behind: AsgiApp | None = None
    changes: list[int] = field(default_factory=list)
    """One entry for each change of Route 53 that was announced."""

    def client(self, service: str, key: AccessKey | None = None, **changed: Any) -> Any:
        """Return a boto3 client that signs with ``key`` (the administrator's by default)."""
        key = key or self.iam.administrator
        given: dict[str, Any] = {
            "region_name": "eu-west-1",
            "endpoint_url": ENDPOINT,
            "aws_access_key_id": key.key_id,
            "aws_secret_access_key": key.secret,
            "aws_session_token": key.session_token,
            "config": Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        }
        client = boto3.client(service, **(given | changed))
        client.meta.events.register("before-send", self._sent)
        return client

    def _sent(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        response = asyncio.run(self.gate.answer(wire_of(request)))
        return AWSResponse(request.url, response.status, dict(response.headers), _Raw(response.body))


def wire_of(request: AWSPreparedRequest) -> WireRequest:
    """Return a prepared request of botocore as it would come over the wire."""
    url = urlsplit(request.url)
    decoded = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body if request.body is not None else b""
    content = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
    headers = {"host": url.netloc} | decoded
    return WireRequest(method=request.method, path=url.path, query=url.query, headers=headers, body=content)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def made(behind: AsgiApp | None = None) -> World:
    """Make a world; its clock begins at a fixed moment."""
    clock = LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC))
    iam, audit = Iam(account=ACCOUNT, clock=clock, ids=Ids("test")), Audit(clock)
    own: dict[str, Service] = {"iam": IamApi(iam, clock=clock), "sts": Sts(iam), "ses": Echo()}
    gate = Gate(iam=iam, services=own, behind=behind, audit=audit)
    return World(clock=clock, iam=iam, audit=audit, gate=gate, behind=behind)


@pytest.fixture
def world() -> World:
    """A gate without an emulator behind it."""
    return made()


@pytest.fixture(scope="session")
def emulator() -> AsgiApp:
    """The emulator, mounted once per process."""
    return ministack_app(account=ACCOUNT, port=4566)


@pytest.fixture
def whole(emulator: AsgiApp) -> Iterator[World]:
    """A gate with Route 53, CloudTrail and the emulator, emptied afterwards."""
    changes: list[int] = []

    async def changed() -> None:
        changes.append(len(changes))

    world = made(emulator)
    rules = Route53Rules(emulator, account=ACCOUNT, on_change=changed)
    trail = CloudTrail(world.audit, behind=emulator, account=ACCOUNT)
    services: dict[str, Service] = {
        "iam": IamApi(world.iam, clock=world.clock),
        "sts": Sts(world.iam),
        "route53": rules,
        "cloudtrail": trail,
    }
    world.gate = Gate(iam=world.iam, services=services, behind=emulator, audit=world.audit)
    world.changes = changes
    yield world
    asyncio.run(reset(emulator))
