"""One way in which a domain sends, and what SPF, DKIM and DMARC say of its mail at a receiver.

    way.dmarc.result, way.dmarc.why     # "pass", "DKIM aligns: sailing.example"

`diagnosis.ways` lists them. What was not seen is ``unknown`` with its reason, never a failure.
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import dmarc_check, spf_tree, spf_voids
from mailstrata.formats.dmarc_check import Passed
from mailstrata.model.observation import Unknown
from mailstrata.model.values import dataclass

UNKNOWN = "unknown"
_VOID = "look-ups that find nothing, and two are allowed (RFC 7208 4.6.4)"
FATES = {
    "none": "delivered, unproven (p=none)",
    "quarantine": "put into spam (p=quarantine)",
    "reject": "refused (p=reject)",
}
"""What the domain's own policy makes of mail that fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """SPF or DKIM: the result in RFC 8601's words, ``unknown``, or ``-`` where nothing is sent; whose name; and why."""

    result: str
    domain: str = ""
    aligned: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dmarc:
    """DMARC's result, the policy asked for, what becomes of the mail, and why."""

    result: str
    policy: str = ""
    fate: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of sending. ``sender`` is empty for the whole domain; ``used`` is ``None`` where nobody could tell; ``blocked``
    says why no mail leaves by it.
    """

    id: str
    name: str
    author: str
    spf: Part
    dkim: Part
    dmarc: Dmarc
    region: str = ""
    sender: str = ""
    used: bool | None = True
    blocked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A way before it is judged: what takes the bounces, and who signs."""

    id: str
    name: str
    author: str
    spf: Part
    dkim: Part
    region: str = ""
    sender: str = ""
    used: bool | None = True
    blocked: str = ""


def judged(evidence: Evidence, sending: Sending) -> Way:
    """``sending`` with DMARC's conclusion, and with what aligns."""
    if sending.blocked:
        return _way(sending, sending.spf, sending.dkim, Dmarc(result="-", why=sending.blocked))
    passed = Passed(author=sending.author, spf=_passing(sending.spf), dkim=_passing(sending.dkim))
    verdict = dmarc_check.check(evidence, passed)
    silent = verdict.ruling is None
    spf = _aligned(sending.spf, verdict.aligned_spf, doubt=silent or verdict.open_spf)
    dkim = _aligned(sending.dkim, verdict.aligned_dkim, doubt=silent or verdict.open_dkim)
    return _way(sending, spf, dkim, _dmarc(sending, verdict))


def by_spf(evidence: Evidence, domain: str, include: str) -> Part:
    """What SPF says at ``domain`` of a server that ``include`` lets pass, by the tree of the record (RFC 7208 5.2)."""
    tree = spf_tree.read(evidence, domain)
    if tree is None:
        return Part(result="none", domain=domain, why=f"{domain} has no SPF record")
    broken = next((node for node in tree.nodes() if node.problem), None)
    if broken is not None:
        return Part(result="permerror", domain=domain, why=f"{broken.domain}: {broken.problem}")
    passes = tree.lets_pass(include)
    if isinstance(passes, Unknown):
        return Part(result=UNKNOWN, domain=domain, why=passes.reason)
    if tree.too_many:
        return Part(
            result="permerror", domain=domain, why=f"{tree.lookups} look-ups, and ten are allowed (RFC 7208 4.6.4)"
        )
    voids = spf_voids.voids(evidence, tree)
    if voids.too_many:
        return Part(result="permerror", domain=domain, why=f"{len(voids.found)} {_VOID}")
    if voids.unknown is not None:
        return Part(result=UNKNOWN, domain=domain, why=voids.unknown.reason)
    if passes:
        return Part(result="pass", domain=domain, why=f"its record lets {include} pass")
    return Part(result=_otherwise(tree), domain=domain, why=f"its record does not let {include} pass")


def unknown(domain: str, reason: Unknown) -> Part:
    """A part that nobody could see."""
    return Part(result=UNKNOWN, domain=domain, why=reason.reason)


def _otherwise(tree: spf_tree.Node) -> str:
    """What the record says of a sender that nothing matches; ``unknown`` where it depends on the mail."""
    if any(node.unseen for node in tree.nodes()):
        return UNKNOWN
    redirect = next((child for child in tree.children if child.via.startswith("redirect=")), None)
    if redirect is not None:
        return _otherwise(redirect)
    return {"-": "fail", "~": "softfail", "+": "pass"}.get(tree.all_qualifier, "neutral")


def _passing(part: Part) -> tuple[str, ...]:
    """The name that passed, or may have."""
    return (part.domain,) if part.result in ("pass", UNKNOWN) and part.domain else ()


def _aligned(part: Part, name: str, *, doubt: bool) -> Part:
    moot = doubt or not part.domain or part.result not in ("pass", UNKNOWN)
    known = None if moot else bool(name)
    return Part(result=part.result, domain=part.domain, aligned=known, why=part.why)


def _dmarc(sending: Sending, verdict: dmarc_check.Verdict) -> Dmarc:
    if verdict.result == "none":
        return Dmarc(result="none", why=f"{sending.author} has no policy", fate="as each recipient likes")
    proven = [
        f"{name} aligns: {part.domain}"
        for name, part, name_aligned in (
            ("DKIM", sending.dkim, verdict.aligned_dkim),
            ("SPF", sending.spf, verdict.aligned_spf),
        )
        if name_aligned and part.result == "pass"
    ]
    if proven:
        return Dmarc(result="pass", policy=verdict.policy, fate="delivered", why="; ".join(proven))
    unsure = [part.why for part in (sending.dkim, sending.spf) if part.result == UNKNOWN]
    nameless = any(part.result == UNKNOWN and not part.domain for part in (sending.dkim, sending.spf))
    if verdict.result == "temperror" or (unsure and (nameless or verdict.result == "pass")):
        reason = verdict.unknown.reason if verdict.unknown else unsure[0]
        return Dmarc(result=UNKNOWN, policy=verdict.policy, why=reason)
    why = "; ".join(filter(None, (_gap("SPF", sending.spf), _gap("DKIM", sending.dkim))))
    return Dmarc(result="fail", policy=verdict.policy, fate=FATES.get(verdict.policy, verdict.policy), why=why)


def _gap(name: str, part: Part) -> str:
    if part.result == "pass":
        return f"{name} passes for {part.domain}, which does not align"
    return f"{name}: {part.why}" if part.why else ""


def _way(sending: Sending, spf: Part, dkim: Part, dmarc: Dmarc) -> Way:
    return Way(
        id=sending.id,
        name=sending.name,
        author=sending.author,
        spf=spf,
        dkim=dkim,
        dmarc=dmarc,
        region=sending.region,
        sender=sending.sender,
        used=sending.used,
        blocked=sending.blocked,
    )
