"""A stage for the tests of the lab's SES: real IAM and gate, a DNS made of a dictionary, recipients that answer by a script."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from tests.rooms.lab.aws.conftest import wire_of

from mailstrata.lab.aws.audit import Audit
from mailstrata.lab.aws.gate import Gate
from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_entities import AccessKey
from mailstrata.lab.aws.request import Principal
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.mail import Envelope, Outcome
from mailstrata.lab.ses.identities import hosted_zone
from mailstrata.lab.ses.service import Ses
from mailstrata.lab.ses.state import Event, Identity
from mailstrata.lab.ses.surroundings import Publication

ACCOUNT = "123456789012"
REGION = "us-east-1"
MAIL = (
    b"From: Harbour <admin@sailing.example>\r\nTo: guest@dock.example\r\nSubject: Berth 7\r\n"
    b"Message-ID: <mine@sailing.example>\r\nDate: Tue, 12 May 2026 18:00:00 +0000\r\n\r\nAhoy\r\n"
)
ACCEPTED = Outcome(code=250, reply="250 2.6.0 Queued mail for delivery", remote="mx.dock.example")
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}


class Recipients:
    """A ``Transport`` that answers by a script (recipient -> outcomes in turn, the last one stays)."""

    def __init__(self) -> None:
        self.script: dict[str, list[Outcome]] = {}
        self.delivered: list[Envelope] = []

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Answer one envelope."""
        self.delivered.append(envelope)
        await asyncio.sleep(0)
        outcomes = self.script.get(envelope.recipient, [ACCEPTED])
        return outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]


class _Raw(io.BytesIO):
    def stream(self, amount: int = 65536, decode_content: bool = False) -> Iterator[bytes]:
        yield self.read()


@dataclass(slots=True, kw_only=True)
class Scene:
    """The stage; ``records`` is the public DNS, where an exception stands for a server failure."""

    clock: LabClock
    iam: Iam
    ses: Ses
    gate: Gate
    recipients: Recipients
    records: dict[tuple[str, str], tuple[str, ...] | LookupError]
    published: list[Publication] = field(default_factory=list)
    feedback: list[tuple[str, bytes]] = field(default_factory=list)
    mailboxes: dict[str, bool] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)

    def smtp_key(self, *, policy: dict[str, Any] | None = None) -> AccessKey:
        """A key of the user ``smtp``, who may do all of SES or what ``policy`` says."""
        self.iam.add_user("smtp")
        self.iam.put_user_policy("smtp", "sending", EVERYTHING if policy is None else policy)
        return self.iam.add_key("smtp")

    def principal(self, key: AccessKey | None = None) -> Principal:
        """Who signs with ``key`` (the administrator's by default)."""
        found = self.iam.principal((key or self.iam.administrator).key_id)
        assert found is not None
        return found

    async def domain(self, name: str = "sailing.example", *, region: str = REGION) -> Identity:
        """A domain identity whose DKIM records are published, verified."""
        identity = await self.ses.add_identity(region, name, key_length="RSA_1024_BIT")
        for token in identity.dkim.tokens:
            self.records[f"{token}._domainkey.{name}", "CNAME"] = (f"{token}.{hosted_zone(region)}.",)
        await self.ses.recheck()
        assert identity.verified
        return identity

    async def send(
        self, *recipients: str, raw: bytes = MAIL, key: AccessKey | None = None, **more: Any
    ) -> tuple[str, Sequence[Event]]:
        """Send ``raw`` as the SMTP endpoint does and wait until all is over; the id and the message's events."""
        number = await self.ses.send(
            region=REGION,
            principal=self.principal(key),
            raw=raw,
            recipients=recipients or ("guest@dock.example",),
            **({"mail_from": "admin@sailing.example", "via": "smtp", "source_ip": "192.0.2.1"} | more),
        )
        await self.ses.settle()
        return number, self.ses.region(REGION).sent[number].events

    def client(self, service: str = "sesv2", *, key: AccessKey | None = None, region: str = REGION) -> Any:
        """A boto3 client whose requests go straight into the gate."""
        key = key or self.iam.administrator
        client = boto3.client(
            service,
            region_name=region,
            endpoint_url="http://127.0.0.1:4566",
            aws_access_key_id=key.key_id,
            aws_secret_access_key=key.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send", self._sent)
        return client

    def _sent(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        async def whole() -> AWSResponse:
            answer = await self.gate.answer(wire_of(request))
            await self.ses.settle()
            return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))

        return asyncio.run(whole())


def made(**options: Any) -> Scene:
    """A new stage; ``options`` go to ``Ses``."""
    clock, ids = LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC)), Ids("test")
    iam, recipients = Iam(account=ACCOUNT, clock=clock, ids=ids), Recipients()
    records: dict[tuple[str, str], tuple[str, ...] | LookupError] = {}
    scene: Scene

    async def lookup(name: str, rtype: str) -> tuple[str, ...]:
        found = records.get((name, rtype), ())
        if isinstance(found, LookupError):
            raise found
        return found

    async def publish(publication: Publication) -> None:
        scene.published.append(publication)

    async def on_feedback(mail_from: str, raw: bytes) -> None:
        scene.feedback.append((mail_from, raw))

    async def read_object(url: str) -> bytes:
        return scene.objects[url]

    ses = Ses(
        account=ACCOUNT,
        iam=iam,
        clock=clock,
        ids=ids,
        resolver=lookup,
        transport=recipients,
        outgoing=("127.0.1.10",),
        publish=publish,
        on_feedback=on_feedback,
        mailbox_exists=lambda address: scene.mailboxes.get(address),
        read_object=read_object,
        **options,
    )
    gate = Gate(iam=iam, services={"ses": ses}, audit=Audit(clock))
    scene = Scene(clock=clock, iam=iam, ses=ses, gate=gate, recipients=recipients, records=records)
    return scene
