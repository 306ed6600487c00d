"""What belongs at a custom MAIL FROM domain, and what is wrong with what stands there (facts.md B3).

    mx_trouble(evidence[Mx(name)], "us-east-1")    # "" when it is right

Exactly one MX, to the feedback host of the identity's own region; and an SPF record that lets SES pass, since with a custom
MAIL FROM it is this name whose SPF counts, not the domain's.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import in_force
from mailstrata.diagnosis.paths import all_regions, ids, regions
from mailstrata.diagnosis.refusals import said, words
from mailstrata.diagnosis.region_paths import own_in_region, senders
from mailstrata.formats import spf
from mailstrata.formats.ses_records import SES, feedback_host
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts, MailFromFacts, MxHost
from mailstrata.model.finding import Gravity
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import SesIdentity
from mailstrata.model.values import dataclass

_REFUSED = ("MailFromDomainNotVerified", "MAIL FROM domain")
"""How a refusal for it begins, by the API's code or in SMTP's words, which name the domain between (facts.md B1, B3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """A MAIL FROM domain with the identity and the region that use it; ``unknown`` when the identity is not known."""

    region: str
    identity: str
    facts: IdentityFacts | None = None
    mail_from: MailFromFacts | None = None
    unknown: Unknown | None = None

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.mail_from.domain if self.mail_from else self.identity} in {self.region}"

    @property
    def zone(self) -> str:
        """The domain of the identity, in whose zone the records lie."""
        return self.identity.rpartition("@")[2]

    @property
    def verified(self) -> bool:
        """Whether the identity is known to be verified."""
        return self.facts is not None and self.facts.verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What becomes of mail while SES does not use the MAIL FROM domain."""

    gravity: Gravity
    because: str
    explains: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


def in_use(case: Case, evidence: Evidence) -> Iterator[InUse]:
    """The MAIL FROM domains of the domain's identity and of its senders' own, in each region of the setup.

    An identity without one is passed over, and so is a sender's that has its domain's.
    """
    evidence.want(*(SesIdentity(region, case.setup.domain) for region in all_regions(case)))
    for region in all_regions(case):
        name, identity = in_force(evidence, region, case.setup.domain)
        found = list(_of(region, name, identity))
        yield from found
        taken = {one.mail_from.domain for one in found if one.mail_from is not None}
        addresses = senders(case, region)
        evidence.want(*(SesIdentity(region, address) for address in addresses))
        for address in addresses:
            own = tuple(_of(region, address, evidence[SesIdentity(region, address)]))
            yield from (one for one in own if one.mail_from is None or one.mail_from.domain not in taken)


def _of(region: str, name: str, identity: Observation[IdentityFacts]) -> Iterator[InUse]:
    match identity:
        case Unknown() as unknown:
            yield InUse(region=region, identity=name, unknown=unknown)
        case Seen(value=facts) if facts.mail_from is not None and (facts.verified or "@" not in name):
            yield InUse(region=region, identity=name, facts=facts, mail_from=facts.mail_from)


def mx_trouble(observation: Observation[tuple[MxHost, ...]], region: str) -> str | Unknown:
    """What is wrong with the MX of a MAIL FROM domain, in words; empty when nothing is."""
    match observation:
        case Unknown() as unknown:
            return unknown
        case Absent():
            return "there is no MX record"
        case Seen(value=hosts):
            return _hosts_trouble(tuple(host.host.rstrip(".").lower() for host in hosts), region)


def spf_trouble(observation: Observation[tuple[str, ...]]) -> str | Unknown:
    """What is wrong with the SPF record of a MAIL FROM domain, in words; empty when nothing is."""
    match observation:
        case Unknown() as unknown:
            return unknown
        case Absent():
            return "there is no SPF record"
        case Seen(value=texts):
            return _texts_trouble([text for text in texts if spf.is_record(text)])


def refusal(case: Case, used: InUse) -> Loss:
    """What is lost while the MAIL FROM domain is not right: all mail where the identity asks for that, else alignment."""
    assert used.mail_from is not None
    if used.region not in regions(case):
        return Loss(gravity=Gravity.NOTICE, because=f"no mail goes through {used.region} now")
    if used.mail_from.status == "SUCCESS":
        return Loss(gravity=Gravity.WARNING, because="SES still uses it, and stops to when it looks the next time")
    if used.mail_from.on_failure != "REJECT_MESSAGE":
        return Loss(
            gravity=Gravity.WARNING, because="SES falls back to its own return path: SPF passes and does not align"
        )
    sends = own_in_region(case, used.region)
    if "@" in used.identity:
        sends = tuple(send for send in sends if send.sender.lower() == used.identity)
    return Loss(
        gravity=Gravity.FAULT,
        because="the identity asks SES to refuse mail while it cannot use the MAIL FROM domain (REJECT_MESSAGE)",
        explains=ids(one for one in said(sends, *_REFUSED) if "verified" in words(one)),
        stops=ids(sends),
    )


def _hosts_trouble(hosts: tuple[str, ...], region: str) -> str:
    wanted = feedback_host(region)
    if hosts == (wanted,):
        return ""
    if not hosts:
        return "there is no MX record"
    if wanted in hosts:
        return f"{len(hosts)} MX records stand there, and SES accepts exactly one"
    other = next((host for host in hosts if host.startswith("feedback-smtp.") and host.endswith("." + SES)), None)
    if other is not None:
        return f"the MX names {other}, the host of another region than {region}"
    return f"the MX names {', '.join(hosts)}, which is not SES"


def _texts_trouble(texts: list[str]) -> str:
    if not texts:
        return "there is no SPF record"
    try:
        if any(spf.includes(text, SES) for text in texts):
            return ""
    except spf.MalformedSpf as error:
        return f"the SPF record cannot be read: {error}"
    return f"the SPF record does not let SES pass: {texts[0]}"
