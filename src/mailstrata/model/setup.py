"""What the operator told us of their mail: the domain, where it sends, and what Gmail's "Send mail as" holds.

    Setup(domain="sailing.example", region="us-east-1",
          aliases=(Alias(address="admin@sailing.example", host="email-smtp.us-east-1.amazonaws.com", port=587,
                         username="AKIA…"),))

No secret stands here: ``secret`` of an alias is the *name* of the place where its credential is kept.
"""

from __future__ import annotations

import re
from dataclasses import field

from mailstrata.model.values import dataclass

PLACES = ("aws:", "env:", "file:", "keyring:", "age:")
"""How the name of a place for credentials begins."""
PLACE_NAMES = "aws:NAME, env:NAME, file:PATH, keyring:NAME or age:PATH"
"""The same for a person."""
WRITABLE_NAMES = "aws:NAME, file:PATH, keyring:NAME or age:PATH"
"""The places that a new credential can be stored at: no program can change another's environment."""

_SMTP_HOST = re.compile(r"email-smtp(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One "Send mail as" address as Gmail's dialogue shows it (facts.md C2: the password can never be read back)."""

    address: str
    host: str
    port: int = 587
    security: str = "starttls"
    """``starttls``, ``ssl`` or ``none``, the words of Gmail's API."""
    username: str = ""
    secret: str = ""
    """Where the password or the IAM secret is kept: ``aws:NAME``, ``env:NAME``, ``file:PATH``, ``keyring:NAME`` or
    ``age:PATH``; empty when nowhere."""
    mailbox: str = ""
    """The Gmail account that holds the alias, where its bounces arrive."""

    @property
    def region(self) -> str | None:
        """The region that the host name speaks of, or ``None`` when it is no SES endpoint (facts.md A1)."""
        match = _SMTP_HOST.match(self.host.lower().rstrip("."))
        return match[1] if match else None

    @property
    def storable(self) -> bool:
        """Whether it has a place that a new credential can be stored at."""
        return bool(self.secret) and not self.secret.startswith("env:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A domain, the region it sends from, and the ways it sends."""

    domain: str
    region: str
    aliases: tuple[Alias, ...] = ()
    mail_from: str | None = None
    """The custom MAIL FROM domain that is wanted, or ``None`` for SES's own."""
    regions: tuple[str, ...] = field(default=())
    """Further regions to look in; the identity of a domain may stand in another than the one that is used."""
    dmarc: str = ""
    """The DMARC policy to arrive at, step by step: ``none``, ``quarantine``, ``reject``; empty keeps what is published."""
    configuration_set: str = ""
    """The default configuration set that is wanted; empty leaves it as it is."""
    feedback_forwarding: bool | None = None
    """Whether SES is to send bounces by mail; ``None`` leaves it as it is."""
    receives: bool = False
    """Whether the domain's mail comes in through SES."""

    def alias_for(self, address: str) -> Alias | None:
        """The alias of ``address``, compared without regard to case."""
        return next((alias for alias in self.aliases if alias.address.lower() == address.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the world is reached; all defaults are the real one. The lab, a VPC endpoint or a proxy set other values."""

    aws_endpoint: str = ""
    """Base URL of every AWS API; empty for AWS's own."""
    aws_profile: str = ""
    dns_servers: tuple[str, ...] = ()
    """Resolvers as ``IP`` or ``IP:PORT``; empty for the system's."""
    dns_port: int = 53
    """The port at which authoritative name servers are asked."""
    hosts: tuple[tuple[str, str], ...] = ()
    """``host:port`` that is connected to elsewhere: pairs of it and ``ip:port``; ``*`` stands for every other one. The name
    is still the one that TLS verifies."""
    ca_file: str = ""
    """Further certificate authorities to trust (PEM)."""
    requests_per_second: float = 1.0
    """SES's control plane allows one request a second in each region (facts.md B1)."""
    timeout: float = 5.0
    """Seconds that one network step may take."""
    budget: float = 20.0
    """Seconds that a whole diagnosis may take; what has not been answered then is Unknown."""
    probe_sends: bool = False
    """Whether test messages to SES's mailbox simulator may be sent."""

    def connect_to(self, host: str, port: int) -> tuple[str, int]:
        """Where ``host:port`` is to be connected to: by default there."""
        hosts = dict(self.hosts)
        target = hosts.get(f"{host.lower()}:{port}", hosts.get("*"))
        if target is None:
            return host, port
        ip, _, mapped = target.rpartition(":")
        return ip, int(mapped)
