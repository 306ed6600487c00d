"""What the world answers: frozen facts, each with the defaults of a healthy world.

So a test or a recording names only what matters:

    identity us-east-1 sailing.example = {"verified": false, "status": "PENDING"}

The words are AWS's own (facts.md B1) unless a docstring says otherwise. Nothing here can hold a secret.
"""

from __future__ import annotations

from datetime import datetime

from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MxHost:
    """One mail exchanger (RFC 5321 5.1). ``host`` is ``.`` for the null MX (RFC 7505)."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityFacts:
    """What one name server said of a zone when asked directly for its SOA.

    ``rcode`` is empty when it gave no answer at all; ``failure`` then says how (timed out, no address, refused connection).
    ``authoritative`` is the AA bit; ``serial`` the SOA's serial number.
    """

    rcode: str = "NOERROR"
    authoritative: bool = True
    serial: int | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What one name server gave for a record set: ``values`` as people write them, or ``how`` there are none.

    ``alias`` is the target of a CNAME that leads out of what the server holds; ``failure`` says why there was no answer.
    """

    nameserver: str
    values: tuple[str, ...] = ()
    how: str = ""
    ttl: int | None = None
    alias: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFacts:
    """A record set as each of the zone's own name servers gives it, and not as a resolver remembers it."""

    answers: tuple[ServerAnswer, ...] = ()

    @property
    def telling(self) -> tuple[ServerAnswer, ...]:
        """The answers that say what stands there: no failures, and no aliases to what the server does not hold."""
        return tuple(one for one in self.answers if not one.failure and not one.alias)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerFacts:
    """Whose AWS credentials we use (sts:GetCallerIdentity)."""

    account: str
    arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKeyFacts:
    """An IAM access key (facts.md F). ``status`` is ``Active`` or ``Inactive``."""

    user: str
    status: str = "Active"
    created: datetime | None = None
    last_used: datetime | None = None
    last_service: str = ""
    last_region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationFacts:
    """What iam:SimulatePrincipalPolicy decided: ``allowed``, ``implicitDeny`` or ``explicitDeny``."""

    decision: str = "allowed"
    statements: tuple[str, ...] = ()
    """The policies whose statements matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SesAccountFacts:
    """The account in one region (sesv2:GetAccount). Quotas count recipients; ``max_24_hours`` -1 is unlimited."""

    production: bool = True
    sending: bool = True
    enforcement: str = "HEALTHY"
    max_24_hours: float = 50000.0
    max_rate: float = 14.0
    sent_24_hours: float = 0.0
    suppressed_reasons: tuple[str, ...] = ("BOUNCE", "COMPLAINT")
    vdm: bool = False
    """Whether the Virtual Deliverability Manager, and so message insights, is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReputationFacts:
    """The rates that AWS judges an account by, as shares of 1 (CloudWatch, AWS/SES Reputation.BounceRate and ComplaintRate).

    ``None``: CloudWatch has no data point of it.
    """

    bounce_rate: float | None = None
    complaint_rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimFacts:
    """DkimAttributes of an identity. ``zone`` is SigningHostedZone: the CNAME of a token points to ``token.zone``."""

    signing: bool = True
    status: str = "SUCCESS"
    tokens: tuple[str, ...] = ()
    zone: str = "dkim.amazonses.com"
    origin: str = "AWS_SES"
    key_length: str = "RSA_2048_BIT"
    """CurrentSigningKeyLength of SES's own key, ``RSA_1024_BIT`` or ``RSA_2048_BIT``; empty where SES tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFromFacts:
    """MailFromAttributes of an identity (facts.md B3)."""

    domain: str
    status: str = "SUCCESS"
    on_failure: str = "USE_DEFAULT_VALUE"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFacts:
    """A SES identity (sesv2:GetEmailIdentity). ``error`` is VerificationInfo.ErrorType, SES's own diagnosis of the DNS."""

    kind: str = "DOMAIN"
    verified: bool = True
    status: str = "SUCCESS"
    error: str = ""
    last_checked: datetime | None = None
    dkim: DkimFacts = DkimFacts()
    mail_from: MailFromFacts | None = None
    configuration_set: str = ""
    feedback_forwarding: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionFacts:
    """An entry of the account's suppression list (facts.md B5).

    ``updated`` moves with every new bounce; ``message_id`` is the mail that caused the entry, empty when AWS does not say.
    """

    reason: str = "BOUNCE"
    updated: datetime
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """One SES event of a message. ``kind`` is Send, Delivery, Bounce, Complaint, Reject or DeliveryDelay (facts.md B7)."""

    at: datetime
    kind: str
    recipient: str = ""
    subtype: str = ""
    """bounceType/bounceSubType as in ``Permanent/OnAccountSuppressionList``."""
    diagnostic: str = ""
    caller: str = ""
    """The IAM user or role that sent the mail (``ses:caller-identity``): never which of its keys."""
    source_ip: str = ""
    """The address that it was handed to SES from (``ses:source-ip``): Gmail's, for an alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFacts:
    """Which event kinds leave SES for the sends of an identity: per destination its name and its kinds."""

    destinations: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZoneFacts:
    """A public hosted zone in Route 53 and the name servers of its delegation set."""

    id: str
    name: str
    nameservers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """A TLS session and its certificate. ``problem`` is empty when name, chain and dates are good."""

    version: str = "TLSv1.3"
    names: tuple[str, ...] = ()
    issuer: str = ""
    not_after: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFacts:
    """What a submission server showed until it would take a login.

    ``failure`` is empty when all went well, else where it ended, in words ("connection refused", "no banner in 5 s").
    ``stage`` is the last one reached: connect, banner, ehlo, starttls, tls. ``auth`` are the mechanisms offered under TLS.
    """

    failure: str = ""
    stage: str = "tls"
    banner: str = ""
    extensions: tuple[str, ...] = ()
    auth: tuple[str, ...] = ("PLAIN", "LOGIN")
    tls: TlsFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFacts:
    """The server's definite answer to a login: 235 or 5xx. A 4xx is no answer and is Unknown."""

    reply: Reply

    @property
    def accepted(self) -> bool:
        """Whether the login succeeded (RFC 4954 6: 235)."""
        return self.reply.code == 235


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordFacts:
    """What the stored password proved to be when it was compared with its secret, offline.

    ``mistake`` is ``right``, a name of `credentials.forensics` (``date-step-missing``, ``secret-itself``, …) or
    ``unrecognised``; ``derived_for`` the region it fits. ``proven`` is false when only its shape was judged.
    """

    mistake: str
    derived_for: str = ""
    proven: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFacts:
    """The answer to a test message to SES's mailbox simulator: ``accepted``, or SES's own words."""

    accepted: bool
    answer: str
    """``250 Ok <id>``, ``554 Access denied: …`` (SMTP), or ``MessageRejected: …`` (API)."""
