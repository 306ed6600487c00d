"""What can be asked of the world, as values.

    Txt(name="_dmarc.sailing.example")
    SesIdentity(region="us-east-1", name="sailing.example")

Since a question is a value, asking each thing once, asking together, recording, replay, ``--offline``, the lab and tests
without mocks come for nothing. Each class says in its type parameter what it is answered with (`model.facts`);
``word`` is its name in the ``.world`` notation. To add one: a class here and in ``QUESTIONS``, its answerer in
``adapters/``; the notation follows by itself (`formats.world`).
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from mailstrata.model import facts
from mailstrata.model.values import dataclass

T_co = TypeVar("T_co", covariant=True)


class Question(Generic[T_co]):
    """Anything that can be asked. Subclasses are frozen dataclasses whose fields are strings or integers."""

    __slots__ = ()
    word: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Txt(Question[tuple[str, ...]]):
    """The TXT records at ``name``, strings of one record joined without a space (RFC 7208 3.3)."""

    word = "txt"
    name: str


@dataclass(frozen=True, slots=True)
class Mx(Question[tuple[facts.MxHost, ...]]):
    """The mail exchangers of a domain, best preference first."""

    word = "mx"
    name: str


@dataclass(frozen=True, slots=True)
class Cname(Question[str]):
    """The target of the CNAME at ``name``, itself not followed."""

    word = "cname"
    name: str


@dataclass(frozen=True, slots=True)
class Addresses(Question[tuple[str, ...]]):
    """The IPv4 and IPv6 addresses of a host."""

    word = "address"
    host: str


@dataclass(frozen=True, slots=True)
class Ipv4(Question[tuple[str, ...]]):
    """The A records of a host by themselves: SPF counts each family on its own (RFC 7208 5)."""

    word = "ipv4"
    host: str


@dataclass(frozen=True, slots=True)
class Ipv6(Question[tuple[str, ...]]):
    """The AAAA records of a host by themselves."""

    word = "ipv6"
    host: str


@dataclass(frozen=True, slots=True)
class Ptr(Question[tuple[str, ...]]):
    """The names that the reverse zone gives to an address (RFC 1035 3.5)."""

    word = "ptr"
    address: str


@dataclass(frozen=True, slots=True)
class Tlsa(Question[tuple[str, ...]]):
    """The TLSA records at ``name``, such as ``_25._tcp.mx.harbor.example``: the certificates that DANE lets pass (RFC 7672)."""

    word = "tlsa"
    name: str


@dataclass(frozen=True, slots=True)
class ZoneOf(Question[str]):
    """The apex of the zone that ``name`` lies in."""

    word = "zone-of"
    name: str


@dataclass(frozen=True, slots=True)
class Nameservers(Question[tuple[str, ...]]):
    """The name servers that the public delegation of ``zone`` points to."""

    word = "nameservers"
    zone: str


@dataclass(frozen=True, slots=True)
class Authority(Question[facts.AuthorityFacts]):
    """What one of them says of the zone when asked directly. Silence is an answer here: it is what is asked about."""

    word = "authority"
    zone: str
    nameserver: str


@dataclass(frozen=True, slots=True)
class Published(Question[facts.PublishedFacts]):
    """The record set of one ``kind`` (``TXT``, ``MX``, ``CNAME``) at ``name``, asked at each name server of ``zone`` itself.

    Silence is an answer here, as it is of ``Authority``. Absent: ``zone`` is delegated to nobody.
    """

    word = "published"
    zone: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Caller(Question[facts.CallerFacts]):
    """Whose AWS credentials are in use."""

    word = "caller"


@dataclass(frozen=True, slots=True)
class AccessKey(Question[facts.AccessKeyFacts]):
    """An IAM access key of the account at hand; absent when the account has no such key."""

    word = "access-key"
    key_id: str


@dataclass(frozen=True, slots=True)
class MaySend(Question[facts.SimulationFacts]):
    """Whether the policies of an IAM user allow ``ses:SendRawEmail`` as ``sender`` in ``region``."""

    word = "may-send"
    user: str
    region: str
    sender: str


@dataclass(frozen=True, slots=True)
class SesAccount(Question[facts.SesAccountFacts]):
    """SES's account settings in one region."""

    word = "ses-account"
    region: str


@dataclass(frozen=True, slots=True)
class Reputation(Question[facts.ReputationFacts]):
    """The account's bounce and complaint rates in one region, as AWS counts them."""

    word = "reputation"
    region: str


@dataclass(frozen=True, slots=True)
class SesIdentity(Question[facts.IdentityFacts]):
    """A domain or address as a SES identity of one region."""

    word = "identity"
    region: str
    name: str


@dataclass(frozen=True, slots=True)
class Suppression(Question[facts.SuppressionFacts]):
    """The entry of an address in the account's suppression list of one region."""

    word = "suppressed"
    region: str
    address: str


@dataclass(frozen=True, slots=True)
class RemovedSuppression(Question[facts.SuppressionFacts]):
    """The entry that mailstrata itself removed last for an address, from its ledger."""

    word = "suppression-removed"
    region: str
    address: str


@dataclass(frozen=True, slots=True)
class MessageEvents(Question[tuple[facts.MessageEvent, ...]]):
    """The recorded SES events of one message, in the order of time."""

    word = "events"
    region: str
    message_id: str


@dataclass(frozen=True, slots=True)
class EventRecording(Question[facts.RecordingFacts]):
    """The enabled event destinations of a configuration set; absent when there is no such set."""

    word = "recording"
    region: str
    configuration_set: str


@dataclass(frozen=True, slots=True)
class MailboxExists(Question[str]):
    """SES's own estimate that a mailbox exists, ``HIGH``, ``MEDIUM`` or ``LOW``, without writing to it."""

    word = "mailbox-exists"
    region: str
    address: str


@dataclass(frozen=True, slots=True)
class HostedZone(Question[facts.HostedZoneFacts]):
    """The public hosted zone of Route 53 that holds ``name`` in the account at hand."""

    word = "hosted-zone"
    name: str


@dataclass(frozen=True, slots=True)
class HostedRecord(Question[tuple[str, ...]]):
    """What a hosted zone of Route 53 would answer for ``kind`` at ``name``: its own content, published or not."""

    word = "hosted-record"
    zone_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Endpoint(Question[facts.EndpointFacts]):
    """A submission server up to the point where it would take a login. A refused connection is an answer."""

    word = "endpoint"
    host: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class SmtpLogin(Question[facts.LoginFacts]):
    """A real login with the stored password of ``key_id``, then QUIT: nothing is sent."""

    word = "login"
    host: str
    port: int
    key_id: str


@dataclass(frozen=True, slots=True)
class StoredPassword(Question[facts.PasswordFacts]):
    """What the stored password of ``key_id`` is: compared offline with its secret, for ``region``."""

    word = "password"
    key_id: str
    region: str


@dataclass(frozen=True, slots=True)
class ApiSend(Question[facts.SendFacts]):
    """A test message to SES's mailbox simulator through the API. Asked only when the operator allows test messages."""

    word = "api-send"
    region: str
    sender: str


@dataclass(frozen=True, slots=True)
class SmtpSend(Question[facts.SendFacts]):
    """The same through the SMTP endpoint, with the stored password of ``key_id``."""

    word = "smtp-send"
    host: str
    port: int
    key_id: str
    sender: str


QUESTIONS: tuple[type[Question[Any]], ...] = (
    Txt,
    Mx,
    Cname,
    Addresses,
    Ipv4,
    Ipv6,
    Ptr,
    Tlsa,
    ZoneOf,
    Nameservers,
    Authority,
    Published,
    Caller,
    AccessKey,
    MaySend,
    SesAccount,
    Reputation,
    SesIdentity,
    Suppression,
    RemovedSuppression,
    MessageEvents,
    EventRecording,
    MailboxExists,
    HostedZone,
    HostedRecord,
    Endpoint,
    SmtpLogin,
    StoredPassword,
    ApiSend,
    SmtpSend,
)
"""Every question there is."""
