"""What SES remembers about one account in one region: plain records, changed by the operations.

    region = ses.region("us-east-1")
    region.production_access = False          # the sandbox
    region.identities["sailing.example"].dkim.status

Statuses are spelt as sesv2 spells them (``PENDING``, ``SUCCESS``, ``FAILED``, ``TEMPORARY_FAILURE``, ``NOT_STARTED``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Lookup = Callable[[str, str], Awaitable[tuple[str, ...]]]
"""``await lookup(name, rtype)``: the public DNS; empty when absent, ``LookupError`` for SERVFAIL or time-out."""

DETECTION = timedelta(hours=72)
"""How long SES searches for missing records before it calls them failed (facts.md B3)."""


@dataclass(slots=True, kw_only=True)
class Dkim:
    """How an identity's mail is signed, and whether SES found the records for it."""

    status: str = "NOT_STARTED"
    signing_enabled: bool = True
    origin: str = "AWS_SES"
    tokens: tuple[str, ...] = ()
    """Three for Easy DKIM, the one selector for a customer's own key."""
    key_length: str = "RSA_2048_BIT"
    generated_at: datetime | None = None
    private_key: str = field(default="", repr=False)
    """A customer's own key, base64; empty for Easy DKIM."""
    searched_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class MailFrom:
    """The custom MAIL FROM domain of an identity; ``domain`` is empty when there is none."""

    domain: str = ""
    status: str = "PENDING"
    on_mx_failure: str = "USE_DEFAULT_VALUE"
    searched_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Verification:
    """What the last look at DNS gave: sesv2's ``VerificationInfo``."""

    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    error_type: str | None = None
    soa: tuple[str, str, int] | None = None
    """Primary name server, mail address of the administrator, serial number."""


@dataclass(slots=True, kw_only=True)
class Identity:
    """A domain or an address that may send from this region."""

    name: str
    created: datetime
    status: str = "PENDING"
    text_token: str = ""
    """Token of the legacy ``_amazonses`` TXT record, when verification was begun by the v1 API."""
    dkim: Dkim = field(default_factory=Dkim)
    signing_override: bool | None = None
    """An address's own choice of signing; ``None`` takes its domain's."""
    mail_from: MailFrom = field(default_factory=MailFrom)
    verification: Verification = field(default_factory=Verification)
    next_look: datetime | None = None
    """Before this moment SES does not look at DNS by itself; ``None``: it looks whenever it is asked of the identity."""
    feedback_forwarding: bool = True
    configuration_set: str = ""
    policies: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    """SNS topic by notification type: ``Bounce``, ``Complaint``, ``Delivery``."""
    headers_in_topics: set[str] = field(default_factory=set)

    @property
    def is_domain(self) -> bool:
        """Whether it is a domain rather than one address."""
        return "@" not in self.name

    @property
    def verified(self) -> bool:
        """Whether it may be sent from."""
        return self.status == "SUCCESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """One entry of the account-level suppression list."""

    address: str
    reason: str
    """``BOUNCE`` or ``COMPLAINT``."""
    at: datetime
    message_id: str | None = None
    feedback_id: str | None = None


@dataclass(slots=True, kw_only=True)
class ConfigurationSet:
    """A named set of sending options; ``options`` are kept as sesv2 spells them (``DeliveryOptions``, …)."""

    name: str
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    destinations: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Event destinations by name, each as sesv2's ``EventDestinationDefinition``."""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def sending_enabled(self) -> bool:
        """Whether mail may go out through it."""
        return bool(self.options.get("SendingOptions", {}).get("SendingEnabled", True))

    @property
    def suppressed_reasons(self) -> tuple[str, ...] | None:
        """The reasons that override the account's; ``None`` when it does not override."""
        reasons = self.options.get("SuppressionOptions", {}).get("SuppressedReasons")
        return None if reasons is None else tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that SES says of a message; ``kind`` as in ``eventType`` (``Send``, ``Bounce``, ``Rendering Failure``)."""

    kind: str
    at: datetime
    message_id: str
    recipients: tuple[str, ...]
    body: Mapping[str, Any]
    """The member named after the kind, as both JSON dialects carry it."""


@dataclass(slots=True, kw_only=True)
class SentMessage:
    """A message that SES accepted."""

    id: str
    at: datetime
    source: str
    """The From header's value, as events show it."""
    from_address: str
    feedback_to: str
    """Where bounces by mail go: the envelope MAIL FROM of the client, Return-Path or Source."""
    recipients: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    content: bytes
    """As it leaves SES, unsigned."""
    tags: dict[str, list[str]]
    configuration_set: str
    identity: str
    caller: str
    source_ip: str
    events: list[Event] = field(default_factory=list)

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or ``None``."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Tally:
    """How many recipients were accepted when; answers "since then" in logarithmic time."""

    def __init__(self) -> None:
        self._moments: list[datetime] = []
        self._sums: list[int] = [0]

    def add(self, moment: datetime, number: int) -> None:
        """Count ``number`` more; moments never go back."""
        self._moments.append(moment)
        self._sums.append(self._sums[-1] + number)

    def since(self, moment: datetime) -> float:
        """Recipients counted at ``moment`` or later."""
        return float(self._sums[-1] - self._sums[bisect_left(self._moments, moment)])


@dataclass(slots=True, kw_only=True)
class SesRegion:
    """All of SES in one region, with the settings of a new production account."""

    name: str
    account: str
    opened: bool = True
    """False: the account never used SES here (``535 Account not subscribed to SES``)."""
    production_access: bool = True
    sending_enabled: bool = True
    enforcement: str = "HEALTHY"
    daily_quota: float = 50_000.0
    """Recipients in 24 hours; -1 is unlimited."""
    rate: float = 14.0
    """Recipients a second."""
    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    vdm: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    warm_up: bool = True
    identities: dict[str, Identity] = field(default_factory=dict)
    suppressed: dict[str, Suppressed] = field(default_factory=dict)
    globally_suppressed: set[str] = field(default_factory=set)
    configuration_sets: dict[str, ConfigurationSet] = field(default_factory=dict)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    contact_lists: dict[str, dict[str, Any]] = field(default_factory=dict)
    import_jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rule_sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    active_rule_set: str | None = None
    receipt_filters: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[str, SentMessage] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    """Every event, whether or not a destination took it: for tests and for the control of the lab."""
    tally: Tally = field(default_factory=Tally)
    """Accepted recipients that count against the quota."""

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a resource, such as ``arn("identity", "sailing.example")``."""
        return f"arn:aws:ses:{self.name}:{self.account}:{kind}/{name}"

    @property
    def vdm_enabled(self) -> bool:
        """Whether Virtual Deliverability Manager, and so message insights, is on."""
        return self.vdm.get("VdmEnabled") == "ENABLED"
