"""The asker of the world: each kind of question goes to the adapter that can answer it.

    world = World(answerers={Txt: dns.txt, SesAccount: ses.account})
    await world.ask(Txt(name="_dmarc.sailing.example"))     # Seen(...), Absent(...) or Unknown(...)

Each adapter offers ``answerers()``; wiring joins them. What the world does is a value; an exception that comes out of an
adapter is a bug of ours and passes through, so that the engine can show it as what it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question

Answerer: TypeAlias = Callable[[Any], Awaitable[Observation[Any]]]
"""Answers questions of one kind."""


class World:
    """``model.ports.Asker`` over one answerer for each kind of question."""

    def __init__(self, *, answerers: Mapping[type[Question[Any]], Answerer]) -> None:
        self._answerers = dict(answerers)

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The answer; Unknown for a question that nobody here can answer."""
        answerer = self._answerers.get(type(question))
        if answerer is None:
            return Unknown(reason=f"nobody was asked: no adapter answers {type(question).word!r} here")
        return await answerer(question)
