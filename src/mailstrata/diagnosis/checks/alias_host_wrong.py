"""The SMTP server of the alias is no SMTP endpoint of SES.

What it sees
    The host of the alias. SES's endpoints are called email-smtp.REGION.amazonaws.com; email.REGION.amazonaws.com is the
    API's and answers no mail program, and a name that DNS does not know is mistyped. A name of one's own that leads to SES
    fails as well, since Gmail verifies that the certificate is the host's. And when Gmail's bounces speak of a server that
    offers no login or shows another's certificate, while SES's does neither, Gmail holds another host than the setup says.
Why it matters
    Gmail can not log in, and bounces each mail before any recipient is contacted. A server that is not SES at all may take the
    mail, but it can not sign it as the domain: under a DMARC policy that is refused.
How to put it right
    In Gmail's alias, type the endpoint of the region in which the domain is verified, exactly.
Read more
    facts.md A1, C1, C3; https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.formats.ses_regions import SMTP_REGIONS
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Proof, Result, Stratum, Undetermined
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Addresses, Cname, Endpoint
from mailstrata.model.setup import Alias

CODE = "alias-host-wrong"
STRATUM = Stratum.RELAY

_API = re.compile(r"email(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)\Z")
_NEVER_REACHED = (Refusal.CONNECT, Refusal.NO_AUTH, Refusal.TLS, Refusal.SILENT)


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each alias."""
    for alias in paths.login_aliases(case):
        if not alias.host:
            needs = "host under the alias in mailstrata.toml, as it stands in Gmail"
            yield _unknown(alias, Unknown(reason="the setup does not say which server the alias uses", needs=needs))
        elif alias.region:
            yield from _endpoint(case, evidence, alias)
        else:
            yield from _elsewhere(case, evidence, alias)


def _endpoint(case: Case, evidence: Evidence, alias: Alias) -> Iterator[Result]:
    """The name is an endpoint's: it may still not exist, or not be what Gmail holds."""
    match evidence[Addresses(alias.host)]:
        case Absent() if alias.region in SMTP_REGIONS:
            reason = f"the resolver denies {alias.host}, which AWS publishes: it does not see the public DNS"
            yield _unknown(alias, Unknown(reason=reason, needs="a diagnosis from a network with public DNS"))
        case Absent(how=how):
            because = f"DNS knows no address of {alias.host} ({how or 'absent'}): no endpoint of SES is called that"
            proof = evidence.proof(Addresses(alias.host))
            yield _finding(case, alias, because, proofs=(proof,), kinds=(Refusal.CONNECT, Refusal.SILENT))
        case Unknown() as unknown:
            yield _unknown(alias, unknown)
        case Seen():
            told = relay_facts.standing(case, (alias,), Refusal.NO_AUTH, Refusal.TLS)
            if told and relay_facts.fits(alias):
                yield from _contradicted(case, evidence, alias)
            else:
                yield Fine(code=CODE, stratum=STRATUM, text=f"{alias.host} is a SMTP endpoint of SES")


def _contradicted(case: Case, evidence: Evidence, alias: Alias) -> Iterator[Result]:
    """Gmail met a server without login or with a foreign certificate: whether it was SES's."""
    question = Endpoint(alias.host, alias.port, alias.security)
    match evidence[question]:
        case Seen(value=facts) if not relay_facts.trouble(facts):
            because = f"the server that Gmail met is not {alias.host}, which offers a login and a good certificate"
            kinds = (Refusal.NO_AUTH, Refusal.TLS)
            yield _finding(
                case, alias, because, proofs=(evidence.proof(question),), kinds=kinds, confidence=Confidence.LIKELY
            )
        case Unknown() as unknown:
            yield _unknown(alias, unknown)


def _elsewhere(case: Case, evidence: Evidence, alias: Alias) -> Iterator[Result]:
    """The name is no endpoint's."""
    if _API.match(alias.host.lower().rstrip(".")):
        yield _finding(case, alias, f"{alias.host} is the address of SES's API, which speaks no SMTP")
        return
    addresses, cname = Addresses(alias.host), Cname(alias.host)
    evidence.want(addresses, cname)
    leads_to = evidence[cname]
    if isinstance(evidence[addresses], Absent):
        because = f"DNS knows no address of {alias.host}"
        kinds = (Refusal.CONNECT, Refusal.SILENT)
        yield _finding(case, alias, because, proofs=(evidence.proof(addresses),), kinds=kinds)
    elif isinstance(leads_to, Seen) and Alias(address="", host=leads_to.value).region:
        because = f"{alias.host} leads to {leads_to.value}, whose certificate is for another name: Gmail refuses it"
        yield _finding(case, alias, because, proofs=(evidence.proof(cname),))
    else:
        yield _stranger(case, evidence, alias)


def _stranger(case: Case, evidence: Evidence, alias: Alias) -> Result:
    """Some other server: it knows no access key id, but may well take a login of its own."""
    if key_id.is_access_key(alias.username):
        because = f"{alias.host} is no endpoint of SES, and only SES knows the username {alias.username}"
        kinds = (*_NEVER_REACHED, Refusal.LOGIN)
        return _finding(case, alias, because, kinds=kinds, confidence=Confidence.LIKELY)
    match evidence[Addresses(alias.host)]:
        case Seen():
            because = f"{alias.host} is no endpoint of SES: mail through it is not signed as {case.setup.domain}"
            proof = evidence.proof(Addresses(alias.host))
            return _finding(
                case, alias, because, proofs=(proof,), gravity=Gravity.WARNING, confidence=Confidence.LIKELY
            )
        case Unknown() as unknown:
            return _unknown(alias, unknown)
        case Absent():
            raise AssertionError("judged before")


def _unknown(alias: Alias, unknown: Unknown) -> Undetermined:
    return Undetermined(code=CODE, stratum=STRATUM, subject=alias.address, reason=unknown.reason, needs=unknown.needs)


def _finding(
    case: Case,
    alias: Alias,
    because: str,
    *,
    proofs: tuple[Proof, ...] = (),
    kinds: tuple[Refusal, ...] = _NEVER_REACHED,
    gravity: Gravity = Gravity.FAULT,
    confidence: Confidence = Confidence.PROVEN,
) -> Finding:
    fault = gravity is Gravity.FAULT
    refused = relay_facts.standing(case, (alias,), *kinds) if fault else ()
    wanted = f"email-smtp.{case.setup.region}.amazonaws.com"
    right = alias.host.lower().rstrip(".") == wanted
    held = "another server than the setup says" if right else alias.host
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=gravity,
        confidence=confidence,
        owner=Owner.YOU,
        subject=alias.address,
        title=f"The alias {alias.address} sends through {held}, not through SES's endpoint {wanted}",
        because=(because,),
        evidence=(*proofs, *relay_facts.testimony(refused)),
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, (alias,)) if fault else (),
        fixes=("correct-alias-host",),
        target=relay_facts.target(case, (alias,), host=wanted),
    )
