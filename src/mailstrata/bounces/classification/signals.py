"""What a bounce gives to weigh. Each signal is worked out when a rule first asks for it: most answers decide by themselves.

signals = Signals(bounce)
signals.answer, signals.numbers      # (" 550 5 1 1 user unknown ", Numbers(statuses=("5.1.1",), reply=550))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.numbers import Numbers, numbers_of
from mailstrata.bounces.classification.phase import phase
from mailstrata.bounces.classification.spoken import LIMIT, quoted, spoken
from mailstrata.bounces.provider import provider_named
from mailstrata.model.names import domain_of

_OF_AN_ALIAS = frozenset({"gmail-alias", "amazon-ses"})
_FAMILIES = {"exchange-online": "microsoft", "outlook-consumer": "microsoft"}


Around = Callable[[Bounce], str]
"""Gives the words around a bounce's answer."""


def own_context(bounce: Bounce) -> str:
    """The words that the bounce brings itself."""
    return bounce.context


class Signals:
    """The signals of one bounce."""

    __slots__ = (
        "_around",
        "_context",
        "_guessed",
        "_phase",
        "_said",
        "_words",
        "answer",
        "bounce",
        "numbers",
        "providers",
    )

    def __init__(self, bounce: Bounce, around: Around) -> None:
        self.bounce = bounce
        self._around = around
        self.numbers: Numbers = numbers_of(bounce, text="" if bounce.diagnostic else around(bounce))
        self._said = _joined(bounce)
        self._words = quoted(self._said)
        self.answer = spoken(self._words)
        """The answer's words, as `spoken` gives them."""
        self.providers = _providers(bounce)
        """The names by which the tables may call who answered; empty when nobody knows."""
        self._context: str | None = None
        self._phase: str | None = None
        self._guessed: str | None = None

    @property
    def told_alone(self) -> tuple[object, ...]:
        """All that a judgement may be made of which does not look around the answer; equal ones get the same judgement."""
        bounce, providers = self.bounce, self.providers
        whose = providers or self.guessed
        kind = (bounce.dialect, bounce.action, bounce.suppressed, bounce.diagnostic.isdigit())
        return (self.answer, self.numbers, whose, kind)

    @property
    def looked_around(self) -> bool:
        """Whether somebody asked for more than the answer."""
        return self._context is not None or self._phase is not None

    @property
    def context(self) -> str:
        """The words around the answer."""
        if self._context is None:
            around = self._around(self.bounce)
            said = spoken(self._said) if around or self._words != self._said else " "
            self._context = said[:-1] + spoken(around[: max(LIMIT - len(self._said), 0)])
        return self._context

    @property
    def phase(self) -> str:
        """At which point of the conversation it was said; empty when nobody tells."""
        if self._phase is None:
            self._phase = phase(self._said, self._around(self.bounce))
        return self._phase

    @property
    def guessed(self) -> str:
        """Whose mailbox it was, by the recipient's domain: some providers have their MX in it."""
        if self._guessed is None:
            self._guessed = provider_named(domain_of(self.bounce.recipient))
        return self._guessed


def _providers(bounce: Bounce) -> frozenset[str]:
    """Names of who answered; of an alias's bounce that is the alias's server, which is to be SES (facts.md C3)."""
    if bounce.dialect == "gmail-alias":
        return _OF_AN_ALIAS
    return _names(bounce.provider)


@lru_cache(maxsize=256)
def _names(provider: str) -> frozenset[str]:
    return frozenset({_FAMILIES.get(provider, provider), provider} - {""})


def _joined(bounce: Bounce) -> str:
    """The answer as one line, without the codes that begin its further lines (RFC 5321 4.2.1)."""
    if bounce.reply is None:
        return bounce.diagnostic
    code, enhanced = bounce.reply.code, bounce.reply.enhanced
    said = bounce.diagnostic or str(bounce.reply)
    if f" {code}" not in said:
        return said
    for again in (f" {code}-{enhanced} ", f" {code} {enhanced} ", f" {code}-"):
        said = said.replace(again, " ")
    return said
