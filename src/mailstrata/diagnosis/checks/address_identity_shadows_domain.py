"""A sender is an SES identity of its own, and its settings take the place of the domain's.

What it sees
    sesv2:GetEmailIdentity knows the address beside its domain, both verified, and the two differ: in DKIM signing, in the
    custom MAIL FROM domain, in the configuration set that records events, or in how bounces come back.
Why it matters
    SES uses the settings of the most specific identity. What was set up at the domain does not hold for this sender: its mail
    goes out unsigned, with another return path, or unrecorded, while everything looks right at the domain.
How to put it right
    Give the address the domain's settings, which fix does. Or delete the address's identity: the domain covers it. An
    address needs no identity of its own beside a verified domain.
Read more
    facts.md B2, C1; https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mailstrata.diagnosis.dkim_facts import Damage, Signing, damage
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import in_force
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.region_paths import senders
from mailstrata.diagnosis.unsure import unsure
from mailstrata.model.attempt import Case
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import SesIdentity

CODE = "address-identity-shadows-domain"
STRATUM = Stratum.IDENTITY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """Compare each sender that is an identity with the domain identity above it, in each region in use."""
    for region in regions(case):
        addresses = senders(case, region)
        evidence.want(*(SesIdentity(region, address) for address in addresses))
        for address in addresses:
            yield from _compared(case, evidence, region, address)


def _compared(case: Case, evidence: Evidence, region: str, address: str) -> Iterator[Result]:
    subject = f"{address} in {region}"
    name, domain = in_force(evidence, region, domain_of(address))
    own = evidence[SesIdentity(region, address)]
    unknown = next((one for one in (own, domain) if isinstance(one, Unknown)), None)
    if unknown is not None:
        yield unsure(CODE, STRATUM, subject, unknown)
    elif not isinstance(own, Seen) or not own.value.verified:
        yield Fine(code=CODE, stratum=STRATUM, text=f"{subject} has no verified identity beside its domain's")
    elif isinstance(domain, Seen) and domain.value.verified:
        who = Signing(region=region, identity=name, facts=domain.value)
        words = tuple(_differences(own.value, domain.value))
        if words:
            yield _shadowed(case, evidence, who, (address, own.value, words))
        else:
            text = f"{subject} is an identity of its own, with the settings of {name}"
            yield Fine(code=CODE, stratum=STRATUM, text=text)


def _differences(own: IdentityFacts, domain: IdentityFacts) -> Iterator[str]:
    if domain.dkim.signing and not own.dkim.signing:
        yield "its mail is not signed with the domain's DKIM key"
    mine, theirs = _return_path(own), _return_path(domain)
    if mine != theirs:
        yield f"its return path is of {mine}, not of {theirs}"
    if own.configuration_set != domain.configuration_set:
        mine, theirs = own.configuration_set or "none", domain.configuration_set or "none"
        yield f"its configuration set is {mine}, the domain's {theirs}: its events go elsewhere"
    if own.feedback_forwarding != domain.feedback_forwarding:
        yield f"bounces of it are {'' if own.feedback_forwarding else 'not '}sent by mail, unlike the domain's"


def _return_path(facts: IdentityFacts) -> str:
    return facts.mail_from.domain if facts.mail_from else "amazonses.com"


def _shadowed(
    case: Case, evidence: Evidence, who: Signing, shadow: tuple[str, IdentityFacts, tuple[str, ...]]
) -> Finding:
    address, own, words = shadow
    unsigned = who.facts is not None and who.facts.dkim.signing and not own.dkim.signing
    lost = _unsigned(case, evidence, who, own) if unsigned else None
    mine = {send.id for send in case.sends if send.sender.lower() == address}
    notice = who.facts is not None and dataclasses.replace(own, feedback_forwarding=who.facts.feedback_forwarding)
    slight = lost is None and who.facts is not None and notice and not tuple(_differences(notice, who.facts))
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=lost.gravity if lost else Gravity.NOTICE if slight else Gravity.WARNING,
        confidence=lost.confidence if lost else Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{address} in {who.region}",
        title=f"{address} is an identity of its own, and the settings of {who.identity} do not hold for it",
        because=(*words, lost.because) if lost else words,
        evidence=tuple(evidence.proof(SesIdentity(who.region, name)) for name in (address, who.identity)),
        refines="dkim-disabled" if unsigned else None,
        explains=tuple(one for one in lost.explains if one in mine) if lost else (),
        stops=tuple(one for one in lost.stops if one in mine) if lost else (),
        fixes=("copy-domain-settings",),
        target=(
            ("region", who.region),
            ("domain", case.setup.domain),
            ("identity", address),
            ("settings-of", who.identity),
        ),
    )


def _unsigned(case: Case, evidence: Evidence, who: Signing, own: IdentityFacts) -> Damage:
    """What unsigned mail of an address suffers: its own MAIL FROM domain is what SPF can align by."""
    assert who.facts is not None
    facts = dataclasses.replace(who.facts, mail_from=own.mail_from)
    return damage(case, evidence, dataclasses.replace(who, facts=facts), unsigned=True)
