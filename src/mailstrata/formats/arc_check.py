"""Whether the ARC chain of a mail holds (RFC 8617 5.2), over questions.

    check(evidence, raw)    # Verdict(result="pass", sealers=("lists.example",))

All keys are wanted together. The verification is ours, on `formats.dkim_check`: dkimpy passes the same suite and does its own
look-ups, so it stays the second opinion of the lab.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailstrata.formats import arc, dkim_check
from mailstrata.formats.arc import ArcSet, MalformedArc
from mailstrata.formats.dkim_canon import relaxed_field, split, unsigned
from mailstrata.formats.dkim_check import Content
from mailstrata.model.observation import Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``none``, ``pass``, ``fail``, or ``temperror`` where a key could not be fetched; ``sealers`` from the oldest on."""

    result: str
    sealers: tuple[str, ...] = ()
    problem: str = ""
    unknown: Unknown | None = None


def check(answers: Answers, raw: bytes) -> Verdict:
    """The state of the chain as the next receiver sees it."""
    fields, body = split(raw)
    try:
        sets = arc.chain(fields)
    except MalformedArc as error:
        return Verdict(result="fail", problem=str(error))
    if not sets:
        return Verdict(result="none")
    sealers = tuple(one.sealed.domain for one in sets)
    broken = _claims(sets)
    if broken:
        return Verdict(result="fail", sealers=sealers, problem=broken)
    answers.want(*dict.fromkeys(one.question for each in sets for one in (each.signature, each.sealed)))
    head = dkim_check.head_of(sets[-1].signature, sets[-1].message, fields)
    newest = dkim_check.judge(answers, sets[-1].signature, head, Content(body=body))
    return _verified(answers, sets, newest)


def _claims(sets: Sequence[ArcSet]) -> str:
    """What the seals say of the chain before them: none in the first, pass in all others (RFC 8617 5.2 steps 2, 3)."""
    for one in sets:
        wanted = "none" if one.instance == 1 else "pass"
        if one.validation != wanted:
            return f"the seal of set {one.instance} says cv={one.validation}, where {wanted} belongs"
    return ""


def _verified(answers: Answers, sets: Sequence[ArcSet], newest: dkim_check.Verdict) -> Verdict:
    """The newest message signature, then every seal from the newest down (RFC 8617 5.2 steps 4 to 6)."""
    sealers = tuple(one.sealed.domain for one in sets)
    found = [("message signature", sets[-1], newest)]
    for one in reversed(sets):
        found.append(("seal", one, dkim_check.judge(answers, one.sealed, _covered(sets, one), None)))
    for what, one, verdict in found:
        if verdict.result in ("fail", "permerror"):
            problem = f"the {what} of set {one.instance} ({one.sealed.domain}) does not hold: {verdict.problem}"
            return Verdict(result="fail", sealers=sealers, problem=problem)
    late = next((verdict.unknown for _, _, verdict in found if verdict.unknown), None)
    if late is not None:
        return Verdict(result="temperror", sealers=sealers, unknown=late, problem=late.reason)
    return Verdict(result="pass", sealers=sealers)


def _covered(sets: Sequence[ArcSet], sealed: ArcSet) -> bytes:
    """What a seal covers: all sets up to its own, each in the order results, message signature, seal (RFC 8617 5.1.1)."""
    below = (one for one in sets if one.instance < sealed.instance)
    octets = b"".join(relaxed_field(field) for one in below for field in (one.results, one.message, one.seal))
    own = relaxed_field(sealed.results) + relaxed_field(sealed.message)
    return octets + own + unsigned(sealed.seal, "relaxed")
