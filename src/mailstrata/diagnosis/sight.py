"""The texts of a zone as each of its name servers gives them, beside those that a resolver remembers (RFC 2308, RFC 1034 4.2).

    found = views(evidence, Txt("sailing.example"), "sailing.example", lambda seen: spf_tree.read(seen, "sailing.example"))
    found.remembered    # what comes of a resolver's answers
    found.published     # what comes of the zone's own servers': a view for each group of servers that say the same

What a record's content comes to is concluded from many texts: the includes of an SPF record, the walk of DMARC. So whatever
concludes it is run over each view, as it is run over evidence, and nobody writes it twice. DKIM keys, MX and CNAMEs are weighed
one by one, by `diagnosis.published_view`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar, cast

from mailstrata.diagnosis.evidence import Evidence, NotYet, together
from mailstrata.diagnosis.published_view import held_back, observation, proofs, published, telling
from mailstrata.model.facts import ServerAnswer
from mailstrata.model.finding import Grade, Proof
from mailstrata.model.names import is_within
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Question, Txt, ZoneOf
from mailstrata.model.values import dataclass

T = TypeVar("T")
_Told: TypeAlias = tuple[ServerAnswer, ...] | Unknown


class Sight(Evidence):
    """The evidence as ``server`` has it: the texts within its zone are those that it gives, all else is as it was seen.

    Where ``server`` is silent at a name, one that tells stands for it; where none tells, a resolver does. Where the zone or
    what it publishes is not known, nothing is known of its texts. Without ``server`` it is the evidence as a resolver has it,
    which knows what was read of the zone.
    """

    def __init__(self, evidence: Evidence, domain: str, server: str | None = None) -> None:
        super().__init__()
        self._whole = evidence
        self._domain = domain
        self._zone = evidence[ZoneOf(domain)]
        self._server = server
        self._read: dict[Txt, _Told] = {}

    def __getitem__(self, question: Question[T]) -> Observation[T]:
        """The observation; raises ``NotYet`` where the name servers were not asked, or what they leave open was not."""
        if not self._is_of_zone(question):
            return self._whole[question]
        assert isinstance(question, Txt)
        if self._server is None:
            self._read.setdefault(question, ())
            return cast("Observation[T]", self._whole[question])
        told = self._read.get(question)
        if told is None:
            told = self._read[question] = self._told(question)
        if isinstance(told, Unknown):
            return told
        answer = _of(told, self._server)
        seen = observation(question, answer) if answer is not None else self._whole[question]
        return cast("Observation[T]", seen)

    def __contains__(self, question: Question[Any]) -> bool:
        return question in self._whole

    def want(self, *questions: Question[Any]) -> None:
        """Ask for all of them together, of whoever is asked here; raises ``NotYet`` with those that are missing."""
        together(partial(self.__getitem__, question) for question in questions)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is concluded of what this server has, with all that was read for it."""
        made, read = self._whole.kept((self._domain, self._server, key), lambda: (make(), dict(self._read)))
        self._read |= read
        return made

    def proof(self, question: Question[Any], quote: str = "", *, grade: Grade = Grade.OBSERVED) -> Proof:
        """What the name servers say, where they decide it or a resolver says the same; else as it was seen."""
        if isinstance(question, Txt) and self._is_of_zone(question) and isinstance(self._zone, Seen):
            told = self._told(question)
            if told and not isinstance(told, Unknown) and (self._server is not None or self._is_same(question, told)):
                return next(iter(proofs(self._whole, (published(self._zone.value, question),))))
        return self._whole.proof(question, quote, grade=grade)

    def agrees(self, server: str) -> bool:
        """Whether ``server`` gives the same texts at all names that were read; where it is silent, it does not contradict."""
        read = (told for told in self._read.values() if not isinstance(told, Unknown))
        return all(_values(told, server) == _values(told, self._server or "") for told in read)

    def late(self) -> tuple[Observation[Any], ...]:
        """What a resolver remembers otherwise of what was read, the longest first."""
        otherwise = [there for one, there in self._remembered() if _texts(there) not in (None, _texts(self[one]))]
        return tuple(sorted(otherwise, key=lambda there: -_time_to_live(there)))

    def is_published(self) -> bool:
        """Whether all the servers are known to give what a resolver gives, wherever it was read."""
        self._whole.want(*self.publishing())
        told = ((one, self._told(one)) for one in self._read)
        return all(not isinstance(answers, Unknown) and self._is_same(one, answers) for one, answers in told)

    def publishing(self) -> tuple[Question[Any], ...]:
        """The questions of what the servers publish where it was read."""
        if not isinstance(self._zone, Seen):
            return ()
        return tuple(published(self._zone.value, one) for one in self._read)

    def _is_same(self, question: Txt, told: tuple[ServerAnswer, ...]) -> bool:
        remembered = _texts(self._whole[question])
        return remembered is not None and all(frozenset(one.values) == remembered for one in told)

    def _remembered(self) -> Iterator[tuple[Txt, Observation[Any]]]:
        yield from ((one, self._whole[one]) for one in tuple(self._read) if one in self._whole)

    def _is_of_zone(self, question: Question[Any]) -> bool:
        apex = self._zone.value if isinstance(self._zone, Seen) else self._domain
        return isinstance(question, Txt) and is_within(question.name, apex) and "._domainkey." not in question.name

    def _told(self, question: Txt) -> _Told:
        """What the servers that tell say."""
        if isinstance(self._zone, Unknown):
            return self._zone
        assert isinstance(self._zone, Seen)
        told = self._whole[published(self._zone.value, question)]
        return told if isinstance(told, Unknown) else telling(told)


def _of(told: tuple[ServerAnswer, ...], server: str) -> ServerAnswer | None:
    return next((one for one in told if one.nameserver == server), told[0] if told else None)


def _values(told: tuple[ServerAnswer, ...], server: str) -> frozenset[str]:
    answer = _of(told, server)
    return frozenset(answer.values) if answer is not None else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Generic[T]):
    """What comes of what ``servers`` publish."""

    value: T
    servers: tuple[str, ...]
    sight: Sight

    @property
    def is_known(self) -> bool:
        """Whether it is known what the zone publishes where it was read first; else this view sees nothing."""
        return self.servers != ("",)

    @property
    def late(self) -> str:
        """How long a resolver holds other texts than these yet, in words; empty where it holds the same."""
        return next((held_back(one) for one in self.sight.late()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Views(Generic[T]):
    """What comes of each view. ``published`` is empty where no name server can be asked from here: a resolver is believed."""

    remembered: T
    published: tuple[View[T], ...]


def views(evidence: Evidence, question: Txt, domain: str, read: Callable[[Evidence], T]) -> Views[T]:
    """``read`` over each view; ``question`` is the record that it begins with, ``domain`` lies in the zone that is asked.

    What the views want is wanted together. Where the servers give what a resolver gives, it is read once.
    """
    if ZoneOf(domain) not in evidence:
        together((lambda: evidence[ZoneOf(domain)], lambda: read(evidence)))
    sight = Sight(evidence, domain)
    try:
        remembered = read(sight)
    except NotYet as more:
        ahead = (one for one in sight.publishing() if one not in evidence)
        raise NotYet(*dict.fromkeys((*more.questions, *ahead))) from None
    servers = _servers(evidence, question, domain)
    if servers and servers != ("",) and sight.is_published():
        return Views(remembered=remembered, published=(View(value=remembered, servers=servers, sight=sight),))
    return Views(remembered=remembered, published=tuple(_published(evidence, servers, domain, read)))


def _published(
    evidence: Evidence, servers: tuple[str, ...], domain: str, read: Callable[[Evidence], T]
) -> Iterator[View[T]]:
    """A view for each group of servers that give the same wherever it was read."""
    left = list(servers)
    while left:
        sight = Sight(evidence, domain, left[0])
        value = read(sight)
        same = (left[0], *(server for server in left[1:] if sight.agrees(server)))
        yield View(value=value, servers=same, sight=sight)
        left = [server for server in left if server not in same]


def _servers(evidence: Evidence, question: Txt, domain: str) -> tuple[str, ...]:
    """Those that tell what stands at ``question``; one without a name where that is not known."""
    zone = evidence[ZoneOf(domain)]
    if isinstance(zone, Absent):
        return ()
    told = evidence[published(zone.value, question)] if isinstance(zone, Seen) else zone
    return ("",) if isinstance(told, Unknown) else tuple(one.nameserver for one in telling(told))


def _texts(seen: Observation[Any]) -> frozenset[str] | None:
    if isinstance(seen, Unknown):
        return None
    return frozenset(seen.value) if isinstance(seen, Seen) else frozenset()


def _time_to_live(seen: Observation[Any]) -> int:
    return (seen.ttl or 0) if isinstance(seen, Seen | Absent) else 0
