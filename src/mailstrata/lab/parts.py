"""All parts of one living lab, and what binds them: names of keys, certificates, the places where secrets lie."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailstrata.lab.certificates import Certificates
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.scenario import DomainSpec, MailSpec
from mailstrata.lab.ses.smtp import Fault, SmtpEndpoint
from mailstrata.lab.zones import Zones
from mailstrata.model import setup
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.lab.aws.iam import Iam
    from mailstrata.lab.aws.wire import AsgiApp
    from mailstrata.lab.dns_server import DnsServer
    from mailstrata.lab.gmail import Gmail
    from mailstrata.lab.recipients import Recipients, RecipientServer
    from mailstrata.lab.registry import Registry
    from mailstrata.lab.ses.service import Ses

_CERTIFICATES = {"expired-certificate": True, "wrong-certificate": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasState:
    """A Gmail alias as the scenario describes it, and what its place for secrets keeps."""

    address: str
    account: str = "skipper@gmail.example"
    host: str = "email-smtp.us-east-1.amazonaws.com"
    port: int = 587
    security: str = "starttls"
    key: str = ""
    username: str = ""
    password: str = "right"  # noqa: S105 - it says how a password is made, it is none
    secret: str = ""
    keeps: tuple[str, ...] = ("username", "password", "secret_access_key")

    @property
    def region(self) -> str | None:
        """The region of its host, if it is SES's."""
        return setup.Alias(address=self.address, host=self.host).region


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a scenario can change."""

    account: str
    clock: LabClock
    ids: Ids
    zones: Zones
    dns: DnsServer
    iam: Iam
    ses: Ses
    gmail: Gmail
    recipients: Recipients
    registry: Registry
    certificates: Certificates
    behind: AsgiApp
    """The emulator that answers for everything that the lab has no part of its own for."""
    domain: DomainSpec = field(default_factory=lambda: DomainSpec(name="sailing.example", region="us-east-1"))
    probe_sends: bool = False
    mails: tuple[MailSpec, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    """Access key ids by the scenario's names of keys."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    rates: dict[tuple[str, str], float] = field(default_factory=dict)
    """What CloudWatch tells of SES's reputation, by region and metric."""
    houses: dict[str, RecipientServer] = field(default_factory=dict)
    aliases: dict[str, AliasState] = field(default_factory=dict)
    endpoints: dict[str, SmtpEndpoint] = field(default_factory=dict)
    ports: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Ports that the endpoint of a region had before and is to have again."""
    closed_ports: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Ports by region at which the SMTP endpoint does not answer."""

    @property
    def region(self) -> str:
        """The region that the operator sends from."""
        return self.domain.region

    def filled(self, text: str) -> str:
        """Text with ``{dkim1}`` to ``{dkim3}`` (or ``{dkim1@REGION}``) put in: the identity's Easy DKIM tokens."""

        def token(match: re.Match[str]) -> str:
            region = match[2] or self.region
            identity = self.ses.region(region).identities.get(self.domain.name)
            if identity is None or len(identity.dkim.tokens) < 3:
                raise Refusal(f"{match[0]}: {self.domain.name} is no Easy DKIM identity of {region}")
            return identity.dkim.tokens[int(match[1]) - 1]

        return re.sub(r"\{dkim([123])(?:@([a-z0-9-]+))?\}", token, text)

    async def republish(self) -> None:
        """Let DNS hold what SES publishes itself, and listen at name servers that are new."""
        for name in self.ses.published_names():
            texts = self.ses.published(name)
            if texts:
                self.registry.publish(name, "TXT", *(_quoted(text) for text in texts))
        await self.dns.refresh()

    def known_ports(self) -> dict[str, tuple[int, int]]:
        """The ports of every endpoint, by region."""
        return {region: (one.starttls_port, one.tls_port) for region, one in self.endpoints.items()}

    async def endpoint(self, region: str) -> SmtpEndpoint:
        """The SMTP endpoint of a region, started when it is first wanted."""
        if region not in self.endpoints:
            host = f"email-smtp.{region}.amazonaws.com"
            endpoint = SmtpEndpoint(region=region, ses=self.ses, iam=self.iam, tls=self.certificates.server(host))
            endpoint.starttls_port, endpoint.tls_port = self.ports.get(region, (0, 0))
            await endpoint.start()
            self.endpoints[region] = endpoint
            self.registry.publish(host, "A", "127.0.0.1")
        return self.endpoints[region]

    async def break_endpoint(self, region: str, fault: str) -> None:
        """Break the endpoint of a region (``ok`` mends it); raises ``Refusal`` for an unknown fault."""
        endpoint = await self.endpoint(region)
        host = f"email-smtp.{region}.amazonaws.com"
        if fault in _CERTIFICATES:
            name = host if _CERTIFICATES[fault] else "mail.parking.example"
            endpoint.tls = self.certificates.server(name, expired=_CERTIFICATES[fault])
            return
        known = {one.value: one for one in Fault} | {"ok": Fault.NONE}
        if fault not in known:
            raise Refusal(f"region {region}: endpoint {fault!r}", "one of " + ", ".join([*known, *_CERTIFICATES]))
        endpoint.tls = self.certificates.server(host)
        await endpoint.inject(known[fault])

    async def store(self, alias: AliasState, fields: Mapping[str, str]) -> None:
        """Put into the alias's place for secrets what it keeps; only Secrets Manager's places live in the lab."""
        if alias.secret.startswith("aws:"):
            from mailstrata.lab.secrets_store import put_secret

            kept = {name: value for name, value in fields.items() if name in alias.keeps}
            await put_secret(self, alias.secret.removeprefix("aws:"), json.dumps(kept))


def _quoted(text: str) -> str:
    parts = [text[start : start + 255] for start in range(0, len(text), 255)]
    return text if text.startswith('"') else " ".join(f'"{part}"' for part in parts)
