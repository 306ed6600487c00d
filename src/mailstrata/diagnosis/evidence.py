"""Questions with their observations, and the exception by which a check asks for more.

A check reads ``evidence[question]``. If the world has not been asked yet, that raises ``NotYet``; the engine asks, and calls
the check again as soon as its answers are there. So a check is a plain function, and what it needs is found by running it:

    match evidence[Txt("_dmarc.sailing.example")]:
        case Unknown(reason=reason): ...

``evidence.want(a, b, c)`` asks for several at once, so that independent questions cost one round trip and not three.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from mailstrata.model.finding import Grade, Proof
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.model.question import Question

T = TypeVar("T")


class NotYet(BaseException):
    """A check wants to know what nobody has asked the world yet.

    Not an ``Exception``, so that no check can swallow it by accident.
    """

    def __init__(self, *questions: Question[Any]) -> None:
        super().__init__(*questions)
        self.questions = questions


class Evidence:
    """What is known so far. Immutable from a check's side; the engine adds answers."""

    def __init__(self, known: Mapping[Question[Any], Observation[Any]] | None = None) -> None:
        self._known: dict[Question[Any], Observation[Any]] = dict(known or {})
        self._kept: dict[Hashable, Any] = {}

    def __getitem__(self, question: Question[T]) -> Observation[T]:
        """The observation; raises ``NotYet`` when there is none."""
        try:
            return cast("Observation[T]", self._known[question])
        except KeyError:
            raise NotYet(question) from None

    def __contains__(self, question: Question[Any]) -> bool:
        return question in self._known

    def __iter__(self) -> Iterator[Question[Any]]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def want(self, *questions: Question[Any]) -> None:
        """Ask for all of them together; raises ``NotYet`` with those that are missing."""
        missing = tuple(question for question in questions if question not in self._known)
        if missing:
            raise NotYet(*missing)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` concludes of this evidence alone, once for all checks: what is known does not change any more."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast("T", self._kept[key])

    def add(self, question: Question[Any], observation: Observation[Any]) -> None:
        """Keep an answer. The first one stays: a question is asked once, and evidence does not change under a check."""
        self._known.setdefault(question, observation)

    def items(self) -> tuple[tuple[Question[Any], Observation[Any]], ...]:
        """All that is known, in the order of the notation, which does not depend on who answered first."""
        from mailstrata.formats import world

        return tuple(sorted(self._known.items(), key=lambda item: world.sort_key(item[0])))

    def proof(self, question: Question[Any], quote: str = "", *, grade: Grade = Grade.OBSERVED) -> Proof:
        """The evidence that a finding shows for ``question``; ``quote`` is verbatim, by default the value as written."""
        from mailstrata.formats import world

        observation = self[question]
        source, at = "", None
        if isinstance(observation, Seen | Absent):
            source, at = observation.source, observation.at
        return Proof(
            question=world.render_question(question),
            grade=grade,
            source=source,
            at=at,
            quote=quote or world.render_value(question, observation),
        )


def together(makers: Iterable[Callable[[], T]]) -> tuple[T, ...]:
    """What each makes, in their order; where some want more, ``NotYet`` with what all of them want, in one round trip."""
    made: list[T] = []
    wanted: list[Question[Any]] = []
    for make in makers:
        try:
            made.append(make())
        except NotYet as more:
            wanted += more.questions
    if wanted:
        raise NotYet(*dict.fromkeys(wanted))
    return tuple(made)
