"""What Route 53 holds beside what the world is told: the account's own zone, compared name by name.

    differing(evidence, zone, wanted_sets(case, evidence))     # the record sets that the name servers give otherwise

A zone in Route 53 to which the delegation points can still be contradicted: by a name server of another host among the
delegated ones, by a part of it that is delegated further, or by a copy that has fallen behind.
"""

from __future__ import annotations

from mailstrata.diagnosis import dkim_facts
from mailstrata.diagnosis.dmarc_facts import at
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.published_view import RecordSet, published, same
from mailstrata.diagnosis.region_paths import authors
from mailstrata.model.attempt import Case
from mailstrata.model.facts import HostedZoneFacts
from mailstrata.model.names import is_within
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Cname, HostedRecord, HostedZone, Mx, Published, Txt
from mailstrata.model.values import dataclass

_KINDS = {Txt: "TXT", Mx: "MX", Cname: "CNAME"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One record set: what Route 53 holds, and the servers that say otherwise."""

    question: RecordSet
    hosted: HostedRecord
    published: Published
    values: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    unknown: Unknown | None = None


def wanted_sets(case: Case, evidence: Evidence) -> tuple[RecordSet, ...] | Unknown:
    """The record sets that mail of the domain rests on, each once."""
    found: list[RecordSet] = [one for domain in authors(case) for one in (at(domain), Txt(domain))]
    for who in dkim_facts.signing(case, evidence, everywhere=True):
        if who.unknown is not None:
            return who.unknown
        if who.facts is not None:
            found += dkim_facts.questions(who.identity, who.facts.dkim)
            name = who.facts.mail_from.domain if who.facts.mail_from else ""
            found += [Mx(name), Txt(name)] if name else []
    return tuple(dict.fromkeys(found))


def compared(evidence: Evidence, zone: HostedZoneFacts, questions: tuple[RecordSet, ...]) -> tuple[Compared, ...]:
    """Each of ``questions`` that lies in ``zone``; all are asked for together."""
    mine = [question for question in questions if is_within(question.name, zone.name)]
    pairs = [
        (question, HostedRecord(zone.id, question.name, _KINDS[type(question)]), published(zone.name, question))
        for question in mine
    ]
    evidence.want(*(one for _, hosted, told in pairs for one in (hosted, told)))
    return tuple(_compared(evidence, *pair) for pair in pairs)


def _compared(evidence: Evidence, question: RecordSet, hosted: HostedRecord, told: Published) -> Compared:
    here, there = evidence[hosted], evidence[told]
    unknown = next((one for one in (here, there) if isinstance(one, Unknown)), None)
    if unknown is not None:
        return Compared(question=question, hosted=hosted, published=told, unknown=unknown)
    values = tuple(here.value) if isinstance(here, Seen) else ()
    return Compared(question=question, hosted=hosted, published=told, values=values, otherwise=same(there, values))


def contradicted(case: Case, evidence: Evidence, names: tuple[RecordSet, ...]) -> bool:
    """Whether Route 53 is known to hold every one of ``names``, and the world is told otherwise of each."""
    zone = evidence[HostedZone(case.setup.domain)]
    if not isinstance(zone, Seen) or not names:
        return False
    pairs = compared(evidence, zone.value, names)
    return len(pairs) == len(names) and all(pair.values and pair.otherwise for pair in pairs)
