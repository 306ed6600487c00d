"""The asker of the world: each kind of question goes to the adapter that can answer it.

    world = World(answerers={Txt: dns.txt, SesAccount: ses.account})
    await world.ask(Txt(name="_dmarc.sailing.example"))     # Seen(...), Absent(...) or Unknown(...)

Each adapter offers ``answerers()``; wiring joins them. What the world does is a value; an exception that comes out of an
adapter is a bug of ours and passes through, so that the engine can show it as what it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias

from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.ports import Asker
from mailstrata.model.question import Question

Answerer: TypeAlias = Callable[[Any], Awaitable[Observation[Any]]]
"""Answers questions of one kind."""


class World:
    """``model.ports.Asker`` over one answerer for each kind of question; ``otherwise`` answers all others."""

    def __init__(self, *, answerers: Mapping[type[Question[Any]], Answerer], otherwise: Unknown | None = None) -> None:
        self._answerers = dict(answerers)
        self._otherwise = otherwise

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The answer; Unknown for a question that nobody here can answer."""
        answerer = self._answerers.get(type(question))
        if answerer is None:
            nobody = Unknown(reason=f"nobody was asked: no adapter answers {type(question).word!r} here")
            return self._otherwise or nobody
        return await answerer(question)


class Shared:
    """Asks each question of another asker once, however many want to know: for many domains that lean on the same names."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._answers: dict[Question[Any], asyncio.Task[Observation[Any]]] = {}

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The one answer. Who gives up waiting does not take it from the others."""
        if question not in self._answers:
            self._answers[question] = asyncio.ensure_future(self._asker.ask(question))
        return await asyncio.shield(self._answers[question])

    async def close(self) -> None:
        """Give up what nobody waits for any more."""
        for task in self._answers.values():
            task.cancel()
        await asyncio.gather(*self._answers.values(), return_exceptions=True)


class Without:
    """An asker that leaves some kinds of question unasked, and says so."""

    def __init__(self, asker: Asker, kinds: Collection[type[Question[Any]]], why: Unknown) -> None:
        self._asker = asker
        self._kinds = frozenset(kinds)
        self._why = why

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The answer, or why nobody was asked."""
        return self._why if type(question) in self._kinds else await self._asker.ask(question)
