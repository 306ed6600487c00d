"""The ways through Amazon SES as they are now: who signs, who takes the bounces, whether mail leaves at all (facts.md B2-B4).

    by_ses(evidence, "us-east-1", "admin@sailing.example")    # Passage(spf=…, dkim=…, blocked="")

SES signs as the domain identity while its DKIM status is SUCCESS and signing is on; a verified address identity overrides its
domain's settings. The MAIL FROM domain counts while its status is SUCCESS; else SES uses its own name, whose SPF passes and
does not align, or refuses the mail where the identity says so.
"""

from __future__ import annotations

from mailstrata.diagnosis import dkim_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import in_force
from mailstrata.diagnosis.way import Part, by_spf, unknown
from mailstrata.formats.ses_records import SES
from mailstrata.model.facts import IdentityFacts, MailFromFacts
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import SesIdentity
from mailstrata.model.values import dataclass

_NOTHING = Part(result="-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What SES makes of a mail; ``own`` when an identity of the address itself is in force."""

    spf: Part
    dkim: Part
    blocked: str = ""
    own: bool = False


def by_ses(evidence: Evidence, region: str, sender: str) -> Passage:
    """The passage of a mail from ``sender``, an address or a domain, through ``region``."""
    author = domain_of(sender)
    address = SesIdentity(region, sender)
    domain = SesIdentity(region, author)
    evidence.want(*dict.fromkeys((address, domain)))
    name, covering = in_force(evidence, region, author)
    own = evidence[address] if "@" in sender else Absent()
    for seen in (own, covering):
        if isinstance(seen, Unknown):
            return Passage(spf=unknown("", seen), dkim=unknown("", seen))
    return _known(evidence, region, (sender, own), (name, covering))


def _known(
    evidence: Evidence,
    region: str,
    own: tuple[str, Observation[IdentityFacts]],
    covering: tuple[str, Observation[IdentityFacts]],
) -> Passage:
    """The more specific verified identity rules (facts.md B2)."""
    domain = covering[1].value if isinstance(covering[1], Seen) else None
    if isinstance(own[1], Seen) and own[1].value.verified:
        facts, signer = own[1].value, domain_of(own[0])
    elif domain is not None and domain.verified:
        facts, signer = domain, covering[0]
    else:
        blocked = f"SES in {region} refuses it: {covering[0]} is not verified there"
        return Passage(spf=_NOTHING, dkim=_NOTHING, blocked=blocked)
    refused = _refused(facts.mail_from)
    if refused:
        return Passage(spf=_NOTHING, dkim=_NOTHING, blocked=refused)
    signs = domain is not None and (signer == covering[0])
    dkim = _dkim(evidence, signer, facts, domain) if signs else _unsigned("no domain identity that could sign")
    return Passage(spf=_spf(evidence, region, facts.mail_from), dkim=dkim, own=facts is not domain)


def _refused(mail_from: MailFromFacts | None) -> str:
    if mail_from is None or mail_from.status == "SUCCESS" or mail_from.on_failure != "REJECT_MESSAGE":
        return ""
    return f"SES refuses it: the MAIL FROM domain {mail_from.domain} is {mail_from.status} and has no fall-back"


def _spf(evidence: Evidence, region: str, mail_from: MailFromFacts | None) -> Part:
    if mail_from is not None and mail_from.status == "SUCCESS":
        return by_spf(evidence, mail_from.domain, SES)
    own = SES if region == "us-east-1" else f"{region}.{SES}"
    state = f"the MAIL FROM domain is {mail_from.status}" if mail_from else "no MAIL FROM domain is set"
    return Part(result="pass", domain=own, why=f"{state}, so SES uses its own name")


def _dkim(evidence: Evidence, signer: str, facts: IdentityFacts, domain: IdentityFacts | None) -> Part:
    if not facts.dkim.signing:
        return _unsigned("signing is off")
    keys = domain.dkim if domain is not None else facts.dkim
    if keys.status != "SUCCESS":
        return _unsigned(f"SES has not found the DKIM records ({keys.status})")
    found = dkim_facts.read(evidence, signer, keys)
    if found.count and len(found.missing) + len(found.differing) == found.count:
        return Part(result="permerror", domain=signer, why="SES signs, but none of its keys is in DNS")
    if found.unknown and not found.right:
        return unknown(signer, found.unknown[0][1])
    return Part(result="pass", domain=signer, why="SES signs as the domain")


def _unsigned(why: str) -> Part:
    """SES's second signature is always there, and is of nobody's domain (facts.md B3)."""
    return Part(result="pass", domain=SES, why=f"{why}: SES signs as {SES} only")
