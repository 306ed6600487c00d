"""A scenario: one plain file that describes the whole small world of an incident.

    title = "The key behind the alias is inactive"
    base = "healthy"

    [[user]]
    name = "ses-smtp-relay"
    keys = [{ name = "gmail", status = "Inactive" }]

    [expect]
    verdict = "broken"
    findings = ["key-inactive primary", "login-refused effect"]

Each table says what should be so and leaves the rest alone. So a file can stand on another (``base``), and the same file is
a fault that is injected into a world that already runs (``lab break``). docs/scenarios.md lists every field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpec:
    """An access key of a user, by a ``name`` of the scenario's own; ``id`` only where the id itself matters."""

    name: str
    id: str | None = None
    account: str | None = None
    """Another AWS account, in which the key was made: this world's IAM and SES do not know it."""
    temporary: bool = False
    """A key of a session (``ASIA``), as a role hands it out; no key of the user."""
    status: str | None = None
    created: datetime | None = None
    last_used: datetime | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpec:
    """An IAM user with its keys. ``allow`` are actions it may use on everything, ``policy`` a whole policy document (JSON)."""

    name: str
    keys: tuple[KeySpec, ...] = ()
    allow: tuple[str, ...] | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSpec:
    """SES's account settings in a region, and the state of its SMTP endpoint."""

    name: str
    opened: bool | None = None
    """Whether the account ever opened SES here; if not, every login is answered "Account not subscribed to SES"."""
    production: bool | None = None
    sending: bool | None = None
    enforcement: str | None = None
    daily_quota: float | None = None
    rate: float | None = None
    sent: int | None = None
    vdm: bool | None = None
    bounce_rate: float | None = None
    """What CloudWatch tells of it, as a share of 1."""
    complaint_rate: float | None = None
    suppresses: tuple[str, ...] | None = None
    """The reasons for which the account's suppression list holds mail back."""
    endpoint: str | None = None
    """A fault of the SMTP endpoint: one of ``lab.ses.smtp``'s, or ``ok``."""
    closed_ports: tuple[int, ...] | None = None
    """Ports of the SMTP endpoint at which nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySpec:
    """A SES identity. Whether it is verified follows from the DNS, as at SES."""

    name: str
    region: str
    signing: bool | None = None
    mail_from: str | None = None
    on_mail_from_failure: str | None = None
    configuration_set: str | None = None
    feedback: bool | None = None
    """Whether SES forwards bounces by mail to the envelope sender."""
    status: str | None = None
    """What SES believes now whatever the DNS says (``PENDING``: it has not looked yet)."""
    mail_from_status: str | None = None
    dkim_status: str | None = None
    """What SES believes of the DKIM records alone."""
    key_length: str | None = None
    """Of SES's own DKIM key: ``RSA_1024_BIT`` or ``RSA_2048_BIT``."""
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationSetSpec:
    """A configuration set; ``events`` are the kinds that leave to EventBridge's default bus."""

    name: str
    region: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedSpec:
    """An entry of the suppression list."""

    address: str
    region: str
    reason: str = "BOUNCE"
    at: datetime | None = None
    message_id: str = ""
    shared: bool = False
    """Whether it stands on SES's own list, which all accounts share, and not on the account's."""
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec:
    """A DNS zone. ``records`` are lines of the ``.world`` notation."""

    name: str
    host: str = "route53"
    delegated: bool | None = None
    servers: tuple[str, ...] = ()
    records: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFaultSpec:
    """A fault at a name and everything below it; ``server``: only at that name server."""

    name: str
    kind: str
    server: str | None = None
    milliseconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggingSpec:
    """What one server has otherwise than its zone: a name server that is behind, or a resolver that remembers."""

    server: str
    records: str
    ttl: int = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSpec:
    """A recipient's mailbox: ``kind`` and ``reply`` as in ``lab.receiver_policy``."""

    address: str
    kind: str = "exists"
    reply: str = ""
    stage: str = "rcpt"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientSpec:
    """The mail server of some domains. ``voice``: exchange-online, gmail or postfix."""

    host: str
    domains: tuple[str, ...] = ()
    voice: str = "postfix"
    mailboxes: tuple[MailboxSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasSpec:
    """A Gmail alias. ``key`` names the key whose id is the username; ``password`` says how the stored password was made."""

    address: str
    account: str | None = None
    daily_limit: int | None = None
    """How many messages Gmail lets that account send in 24 hours."""
    host: str | None = None
    port: int | None = None
    security: str | None = None
    key: str | None = None
    username: str | None = None
    password: str | None = None
    secret: str | None = None
    keeps: tuple[str, ...] | None = None
    """What the place ``secret`` holds: ``username``, ``password``, ``secret_access_key``."""
    typed_key: str | None = None
    """The key whose id and password Gmail holds, where it was never told of another; the setup and the place know ``key``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSpec:
    """A mail that somebody sends when the scenario begins, or will again."""

    sender: str
    recipient: str
    via: str = "gmail-alias"
    subject: str = "Quote for June"
    at: datetime | None = None
    region: str | None = None
    events: bool = False
    """Whether the application that sends it by the API keeps SES's events of it in its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a diagnosis of the scenario says: each finding as ``code role``, and nothing else."""

    verdict: str
    findings: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    """The cause of each attempt in order; ``-`` for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSpec:
    """The operator's domain as ``mailstrata.toml`` names it."""

    name: str
    region: str
    mail_from: str | None = None
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A read scenario file."""

    name: str
    title: str
    story: str = ""
    base: str | None = None
    at: datetime | None = None
    account: str | None = None
    domain: DomainSpec | None = None
    probe_sends: bool | None = None
    users: tuple[UserSpec, ...] = ()
    regions: tuple[RegionSpec, ...] = ()
    identities: tuple[IdentitySpec, ...] = ()
    configuration_sets: tuple[ConfigurationSetSpec, ...] = ()
    suppressed: tuple[SuppressedSpec, ...] = ()
    zones: tuple[ZoneSpec, ...] = ()
    dns_faults: tuple[DnsFaultSpec, ...] = ()
    lagging: tuple[LaggingSpec, ...] = ()
    recipients: tuple[RecipientSpec, ...] = ()
    aliases: tuple[AliasSpec, ...] = ()
    mails: tuple[MailSpec, ...] = ()
    deny: tuple[str, ...] = ()
    """Actions that the operator's own AWS credentials may not use."""
    expect: Expect | None = field(default=None)
