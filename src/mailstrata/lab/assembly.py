"""Puts the parts of a lab together, empty: what they hold comes from a scenario (`scene`).

    parts, gate = await assemble(site, hooks)

``gate`` is the ASGI application that is AWS in this world.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailstrata.lab.aws import behind as emulator
from mailstrata.lab.aws.audit import Audit
from mailstrata.lab.aws.cloudtrail import CloudTrail
from mailstrata.lab.aws.cloudwatch import CloudWatch
from mailstrata.lab.aws.gate import Gate
from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_api import IamApi
from mailstrata.lab.aws.route53_rules import Route53Rules
from mailstrata.lab.aws.sts import Sts
from mailstrata.lab.aws.wire import AsgiApp
from mailstrata.lab.certificates import Certificates
from mailstrata.lab.clock import LabClock
from mailstrata.lab.dns_server import DnsServer
from mailstrata.lab.event_outlet import Outlet
from mailstrata.lab.gmail import Gmail
from mailstrata.lab.gmail_submission import ConnectTo
from mailstrata.lab.ids import Ids
from mailstrata.lab.parts import Parts
from mailstrata.lab.recipients import Recipients
from mailstrata.lab.registry import Registry
from mailstrata.lab.ses.service import Ses
from mailstrata.lab.transport import LoopbackTransport
from mailstrata.lab.zones import Zones

OUTGOING = "127.0.1.10"
"""The address from which the lab's SES sends; amazonses.com's SPF record covers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a lab stands. ``before`` is the one that it replaces, whose ports it has again."""

    account: str
    clock: LabClock
    port: int
    certificates: Certificates
    before: Parts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the parts call back: where a host leads, that Route 53 changed, that SES writes a bounce mail."""

    connect_to: ConnectTo
    route53_changed: Callable[[], Awaitable[None]]
    feedback: Callable[[str, bytes], Awaitable[None]]


async def assemble(site: Site, hooks: Hooks) -> tuple[Parts, AsgiApp]:
    """All parts of one lab, and the gate in front of its AWS. Raises ``OSError`` when no port can be had."""
    behind = emulator.ministack_app(account=site.account, port=site.port)
    await emulator.reset(behind)
    iam = Iam(account=site.account, clock=site.clock, ids=_ids())
    route53 = Route53Rules(behind, account=site.account, on_change=hooks.route53_changed)
    parts = await _parts(site, hooks, iam=iam, route53=route53, behind=behind)
    _amazon(parts.registry)
    return parts, _gate(parts, route53)


def _ids() -> Ids:
    """The same identifiers in every lab."""
    return Ids("mailstrata-lab")


async def _parts(site: Site, hooks: Hooks, *, iam: Iam, route53: Route53Rules, behind: AsgiApp) -> Parts:
    clock, ids, zones, before = site.clock, _ids(), Zones(), site.before
    operator = iam.principal(iam.administrator.key_id)
    assert operator is not None
    gmail = Gmail(clock=clock, ids=ids, tls=site.certificates.client(), connect_to=hooks.connect_to)
    recipients = Recipients(zones=zones, clock=clock, ids=ids, accepted=_into(gmail))
    dns = DnsServer(zones, port=before.dns.port if before else 0)
    registry = Registry(zones, route53, operator)
    await dns.start()
    return Parts(
        account=site.account,
        clock=clock,
        ids=ids,
        zones=zones,
        dns=dns,
        iam=iam,
        ses=_ses(hooks, Outlet(behind, account=site.account), iam, clock=clock, zones=zones, recipients=recipients),
        gmail=gmail,
        recipients=recipients,
        registry=registry,
        certificates=site.certificates,
        behind=behind,
        ports=before.known_ports() if before else {},
    )


def _ses(hooks: Hooks, outlet: Outlet, iam: Iam, *, clock: LabClock, zones: Zones, recipients: Recipients) -> Ses:
    return Ses(
        account=iam.account,
        iam=iam,
        clock=clock,
        ids=_ids(),
        resolver=zones.lookup,
        transport=LoopbackTransport(zones, recipients.reach, OUTGOING),
        outgoing=(OUTGOING,),
        mailbox_exists=recipients.mailbox_exists,
        on_feedback=hooks.feedback,
        publish=outlet.publish,
    )


def _gate(parts: Parts, route53: Route53Rules) -> Gate:
    """AWS's front: own services by name, the emulator for all others."""
    audit, behind, account = Audit(parts.clock), parts.behind, parts.account
    return Gate(
        iam=parts.iam,
        services={
            "iam": IamApi(parts.iam, clock=parts.clock),
            "sts": Sts(parts.iam),
            "ses": parts.ses,
            "route53": route53,
            "cloudtrail": CloudTrail(audit, behind=behind, account=account),
            "monitoring": CloudWatch(parts.rates, parts.clock, behind=behind, account=account),
        },
        behind=behind,
        audit=audit,
    )


def _amazon(registry: Registry) -> None:
    """What Amazon publishes itself (facts.md B3)."""
    registry.publish("amazonses.com", "TXT", '"v=spf1 ip4:127.0.1.0/24 -all"')
    registry.publish("simulator.amazonses.com", "MX", "10 inbound-smtp.us-east-1.amazonaws.com.")


def _into(gmail: Gmail) -> Callable[[str, bytes], None]:
    """What a recipient's server took is in Gmail's mailbox when the address is an account of the lab's Gmail."""

    def accepted(address: str, raw: bytes) -> None:
        gmail.deliver(address, raw)

    return accepted
