"""A record set in two views: what the zone's own name servers publish, and what a resolver still remembers (RFC 2308).

    view = look(evidence, "sailing.example", Cname("aaaa._domainkey.sailing.example"), wrong)
    view.trouble     # why it is wrong where it is published; empty: it is right
    view.waiting     # "resolvers hold the older answer for up to 5 minutes": it is published, and not yet seen by all
    view.lacking     # name servers that do not have it, while others do

The zone's servers decide. Only where none of them can be asked from here, as behind a firewall, a resolver's word stands for
theirs. ``wrong`` says in words what is wrong with an observation of the record set, empty for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.model.facts import MxHost, PublishedFacts, ServerAnswer
from mailstrata.model.finding import Proof
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, Mx, Published, Question, Txt, ZoneOf
from mailstrata.model.values import dataclass

RecordSet: TypeAlias = Txt | Mx | Cname
Wrong: TypeAlias = Callable[[Observation[Any]], "str | Unknown"]
_KINDS: dict[type[Question[Any]], str] = {Txt: "TXT", Mx: "MX", Cname: "CNAME"}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What was found out of one record set. ``seen`` is the observation that decides; ``asked`` what shows it."""

    question: RecordSet
    seen: Observation[Any]
    trouble: str = ""
    waiting: str = ""
    lacking: tuple[str, ...] = ()
    unknown: Unknown | None = None
    asked: tuple[Question[Any], ...] = ()


def want(evidence: Evidence, domain: str, *questions: RecordSet) -> None:
    """Ask for both views of all of them together."""
    evidence.want(ZoneOf(domain), *questions)
    zone = evidence[ZoneOf(domain)]
    if isinstance(zone, Seen):
        evidence.want(*(published(zone.value, question) for question in questions))


def published(zone: str, question: RecordSet) -> Published:
    """The question for the zone's own servers."""
    return Published(zone, question.name, _KINDS[type(question)])


def look(evidence: Evidence, domain: str, question: RecordSet, wrong: Wrong) -> View:
    """Both views of ``question`` weighed; ``domain`` lies in the zone whose servers are asked."""
    want(evidence, domain, question)
    zone, remembered = evidence[ZoneOf(domain)], evidence[question]
    if isinstance(remembered, Unknown):
        return View(question=question, seen=remembered, unknown=remembered)
    if not isinstance(zone, Seen):
        unknown = zone if isinstance(zone, Unknown) else Unknown(reason=f"{domain} lies in no zone")
        return View(question=question, seen=unknown, unknown=unknown)
    at = published(zone.value, question)
    told = evidence[at]
    if isinstance(told, Unknown):
        return View(question=question, seen=told, unknown=told)
    answers = telling(told)
    if not answers:
        return _judged(question, remembered, wrong, (question,))
    return _weighed(question, (answers, remembered), wrong, (at, question))


def _judged(question: RecordSet, seen: Observation[Any], wrong: Wrong, asked: tuple[Question[Any], ...]) -> View:
    trouble = wrong(seen)
    if isinstance(trouble, Unknown):
        return View(question=question, seen=trouble, unknown=trouble)
    return View(question=question, seen=seen, trouble=trouble, asked=asked)


def _weighed(
    question: RecordSet,
    views: tuple[tuple[ServerAnswer, ...], Observation[Any]],
    wrong: Wrong,
    asked: tuple[Question[Any], ...],
) -> View:
    answers, remembered = views
    verdicts = [(one, wrong(observation(question, one))) for one in answers]
    good = [one for one, verdict in verdicts if verdict == ""]
    if not good:
        return _judged(question, observation(question, answers[0]), wrong, asked)
    lacking = tuple(one.nameserver for one, verdict in verdicts if verdict != "")
    late = "" if wrong(remembered) == "" else held_back(remembered)
    seen = observation(question, good[0])
    return View(question=question, seen=seen, waiting=late, lacking=lacking, asked=asked)


def telling(told: Observation[PublishedFacts]) -> tuple[ServerAnswer, ...]:
    """The answers of the servers that say what stands there; nothing where that is not known."""
    return told.value.telling if isinstance(told, Seen) else ()


def observation(question: RecordSet, answer: ServerAnswer) -> Observation[Any]:
    """A server's answer in the form in which a resolver's comes."""
    source = f"name server {answer.nameserver}"
    if not answer.values:
        return Absent(how=answer.how, source=source, ttl=answer.ttl)
    if isinstance(question, Cname):
        return Seen(value=answer.values[0], source=source, ttl=answer.ttl)
    if isinstance(question, Txt):
        return Seen(value=answer.values, source=source, ttl=answer.ttl)
    hosts = tuple(_exchanger(value) for value in answer.values)
    return Seen(value=hosts, source=source, ttl=answer.ttl)


def _exchanger(value: str) -> MxHost:
    preference, _, host = value.partition(" ")
    return MxHost(preference=int(preference) if preference.isdecimal() else 0, host=host)


def held_back(remembered: Observation[Any]) -> str:
    """How long a resolver gives an older answer yet (RFC 2308 5 for absence, RFC 1035 3.2.1 for records)."""
    ttl = remembered.ttl if isinstance(remembered, Seen | Absent) else None
    what = "that there is none" if isinstance(remembered, Absent) else "the former record"
    if ttl is None:
        return f"a resolver still remembers {what}"
    return f"a resolver still remembers {what}, for up to {_time(ttl)}"


def _time(seconds: int) -> str:
    if seconds < 60:
        return f"{max(seconds, 1)} seconds"
    minutes = -(-seconds // 60)
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"{-(-minutes // 60)} hours"


def same(told: Observation[PublishedFacts], values: tuple[str, ...]) -> tuple[str, ...]:
    """The servers that give another record set than ``values``; those that do not tell are not counted."""
    return tuple(one.nameserver for one in telling(told) if set(one.values) != set(values))


def seen_otherwise(evidence: Evidence, view: View) -> bool:
    """Whether a resolver remembers another record at the name, rather than none."""
    return bool(view.waiting) and isinstance(evidence[view.question], Seen)


def proofs(evidence: Evidence, asked: Iterable[Question[Any]]) -> tuple[Proof, ...]:
    """The evidence as people read it: what the zone's servers say by what they say, each other question as it is."""
    return tuple(evidence.proof(one, _said(evidence, one)) for one in dict.fromkeys(asked))


def _said(evidence: Evidence, question: Question[Any]) -> str:
    seen = evidence[question]
    if not isinstance(question, Published) or not isinstance(seen, Seen):
        return ""
    by_answer: dict[str, list[str]] = {}
    for one in seen.value.answers:
        by_answer.setdefault(_answer(one), []).append(one.nameserver)
    return "; ".join(f"{', '.join(servers)}: {answer}" for answer, servers in by_answer.items())


def _answer(one: ServerAnswer) -> str:
    if one.failure:
        return one.failure
    return " | ".join(one.values) or (f"an alias to {one.alias}" if one.alias else f"absent ({one.how})")
