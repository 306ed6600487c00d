"""What stands at the DKIM names of an identity, against what SES wants there, and what is lost if it is not (facts.md B3).

    reading = read(evidence, "sailing.example", facts.dkim)
    reading.missing       # ("aaaa._domainkey.sailing.example",)

With keys of SES's own these are CNAMEs ``TOKEN._domainkey.DOMAIN`` to ``TOKEN.`` and the identity's hosted zone; with a key
that the operator brought it is a TXT record, whose value nobody but they know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mailstrata.diagnosis.dmarc_facts import Policy, policy
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import halted, in_force, refused_for_identity, vouched
from mailstrata.diagnosis.outcome import heard
from mailstrata.diagnosis.paths import all_regions, ids, regions
from mailstrata.diagnosis.published_view import View, Wrong, look, want
from mailstrata.diagnosis.refusals import said
from mailstrata.diagnosis.region_paths import own_in_region
from mailstrata.formats import ses_records
from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.attempt import Case
from mailstrata.model.facts import DkimFacts, IdentityFacts
from mailstrata.model.finding import Confidence, Gravity
from mailstrata.model.names import is_within
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, SesIdentity, Txt
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """An identity of a region in use; ``facts`` is ``None`` where it is ``unknown``."""

    region: str
    identity: str
    facts: IdentityFacts | None = None
    unknown: Unknown | None = None

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.identity} in {self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The DKIM names by what stands there; ``differing`` are pairs of name and what it points to."""

    missing: tuple[str, ...] = ()
    differing: tuple[tuple[str, str], ...] = ()
    right: tuple[str, ...] = ()
    unknown: tuple[tuple[str, Unknown], ...] = ()
    views: tuple[View, ...] = ()

    @property
    def count(self) -> int:
        """How many names there should be."""
        return len(self.missing) + len(self.differing) + len(self.right) + len(self.unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """What wrong DKIM records do to the mail."""

    gravity: Gravity
    confidence: Confidence
    because: str
    explains: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


def signing(case: Case, evidence: Evidence, *, everywhere: bool = False) -> Iterator[Signing]:
    """The domain identity in force in each region in use, or in ``everywhere`` that the setup names; none, nothing."""
    where = all_regions(case) if everywhere else regions(case)
    evidence.want(*(SesIdentity(region, case.setup.domain) for region in where))
    for region in where:
        name, identity = in_force(evidence, region, case.setup.domain)
        match identity:
            case Unknown() as unknown:
                yield Signing(region=region, identity=name, unknown=unknown)
            case Seen(value=facts):
                yield Signing(region=region, identity=name, facts=facts)


def wanted(identity: str, dkim: DkimFacts) -> dict[str, str]:
    """Each CNAME with the target that SES wants; none when the key is the operator's own."""
    return {record.name: record.values[0] for record in ses_records.dkim(identity, dkim)}


def questions(identity: str, dkim: DkimFacts) -> tuple[Cname | Txt, ...]:
    """What has to be asked of DNS: CNAMEs, or the TXT record of the operator's own key."""
    names = tuple(f"{token}._domainkey.{identity}" for token in dkim.tokens)
    return tuple(Txt(name) if dkim.origin == OWN_KEY else Cname(name) for name in names)


def read(evidence: Evidence, identity: str, dkim: DkimFacts) -> Reading:
    """What is published at the DKIM names now, by the zone's own servers; what resolvers remember is in the views."""
    asked = questions(identity, dkim)
    targets = wanted(identity, dkim)
    want(evidence, identity, *asked)
    views = tuple(look(evidence, identity, question, _wrong(targets)(question)) for question in asked)
    missing, differing, right, unknown = [], [], [], []
    for view in views:
        name = view.question.name
        match view.seen:
            case _ if view.unknown is not None:
                unknown.append((name, view.unknown))
            case _ if not view.trouble:
                right.append(name)
            case Seen(value=str(target)):
                differing.append((name, _host(target)))
            case _:
                missing.append(name)
    return Reading(
        missing=tuple(missing), differing=tuple(differing), right=tuple(right), unknown=tuple(unknown), views=views
    )


def _wrong(targets: dict[str, str]) -> Callable[[Cname | Txt], Wrong]:
    """What is wrong with what stands at a DKIM name: the target of its CNAME, or a TXT record without a key."""

    def at(question: Cname | Txt) -> Wrong:
        def wrong(seen: Observation[Any]) -> str | Unknown:
            match seen:
                case Unknown() as unknown:
                    return unknown
                case Seen(value=str(target)) if _host(target) == _host(targets[question.name]):
                    return ""
                case Seen(value=tuple(texts)) if any(_holds_key(text) for text in texts):
                    return ""
            return "it is not there" if isinstance(seen, Absent) else "it is another"

        return wrong

    return at


def damage(case: Case, evidence: Evidence, who: Signing, *, unsigned: bool) -> Damage:
    """What is lost: all mail while the identity is not verified, else what DMARC makes of mail without a signature."""
    assert who.facts is not None
    if who.region not in regions(case):
        because = f"no mail goes through {who.region} now: it would be met by whoever sends there"
        return Damage(gravity=Gravity.NOTICE, confidence=Confidence.PROVEN, because=because)
    if not who.facts.verified:
        verified = vouched(case, evidence, who.region)
        stopped = halted(case, who.region, verified) if not isinstance(verified, Unknown) else ()
        return Damage(
            gravity=Gravity.FAULT,
            confidence=Confidence.PROVEN,
            because="SES takes these records as the proof of the domain: without them it is not verified and cannot send",
            explains=ids(refused_for_identity(stopped, who.region)),
            stops=ids(stopped),
        )
    if unsigned:
        return _unsigned(case, evidence, who)
    return Damage(
        gravity=Gravity.WARNING,
        confidence=Confidence.PROVEN,
        because="mail is still signed, but SES revokes DKIM when it misses a record on its next looks",
    )


def _unsigned(case: Case, evidence: Evidence, who: Signing) -> Damage:
    """What becomes of mail without a signature of its own: DMARC then rests on a MAIL FROM domain of one's own."""
    domain = case.setup.domain
    rule = policy(evidence, domain)
    if not isinstance(rule, Policy) or rule.asks == "none" or _aligned_by_spf(who, rule):
        return Damage(
            gravity=Gravity.WARNING,
            confidence=Confidence.PROVEN,
            because="mail goes out without a signature of the domain, which recipients trust less",
        )
    sends = own_in_region(case, who.region)
    return Damage(
        gravity=Gravity.FAULT,
        confidence=Confidence.LIKELY,
        because=f"without it mail fails DMARC, and {rule.domain} asks recipients to {rule.asks} such mail",
        explains=ids(said(heard(evidence, who.region, sends), "dmarc")),
        stops=ids(sends),
    )


def _aligned_by_spf(who: Signing, rule: Policy) -> bool:
    mail_from = who.facts.mail_from if who.facts else None
    if mail_from is None or mail_from.status != "SUCCESS" or rule.record.aspf == "s":
        return False
    return is_within(mail_from.domain, who.identity)


def _holds_key(text: str) -> bool:
    """Whether a DKIM key record holds a key; an empty ``p=`` revokes it (RFC 6376 3.6.1)."""
    tags = (part.partition("=") for part in text.split(";"))
    return any(name.strip() == "p" and value.strip() for name, _, value in tags)


def _host(name: str) -> str:
    return name.rstrip(".").lower()
