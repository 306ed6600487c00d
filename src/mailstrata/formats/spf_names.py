"""The look-ups of one SPF evaluation, counted as RFC 7208 4.6.4 counts them, and names that an address proves (5.5).

lookups.count(term, "sailing.example")        # Stop("permerror") at the eleventh term
lookups.addresses("mx.sailing.example")       # of the client's family; Stop("temperror") when nobody could tell
"""

from __future__ import annotations

import ipaddress
from typing import TypeVar

from mailstrata.formats.spf import Term
from mailstrata.model.names import is_within
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.question import Ipv4, Ipv6, Mx, Ptr, Question, Txt

T = TypeVar("T")
TERMS = 10
"""Look-ups by terms in one evaluation (RFC 7208 4.6.4)."""
VOIDS = 2
"""Look-ups that find nothing."""
_PTR_NAMES = 10
_LONGEST_NAME = 253


class Stop(Exception):
    """The evaluation ends here with ``permerror`` and its ``problem``, or ``temperror`` and what is ``unknown``."""

    def __init__(self, result: str, domain: str, problem: str = "", *, unknown: Unknown | None = None) -> None:
        super().__init__(problem)
        self.result = result
        self.domain = domain
        self.problem = problem
        self.unknown = unknown


class Lookups:
    """Reads ``answers`` and counts; ``unsure`` gathers why an answer is missing that was passed over."""

    def __init__(self, answers: Answers, ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        self._answers = answers
        self.ip = ip
        self.terms = 0
        self.voids = 0
        self.unsure: list[str] = []

    @property
    def left(self) -> int:
        """How many terms may still look something up."""
        return TERMS - self.terms

    def want(self, *questions: Question[object]) -> None:
        """These are read next."""
        self._answers.want(*questions)

    def count(self, term: Term, domain: str) -> None:
        """One more term that looks something up."""
        self.terms += 1
        if self.terms > TERMS:
            raise Stop(
                "permerror", domain, f"more than {TERMS} look-ups: {term.text} of {domain} is the first too many"
            )

    def read(self, question: Question[T]) -> Observation[T]:
        """The plain observation."""
        return self._answers[question]

    def values(self, question: Question[tuple[T, ...]]) -> tuple[T, ...]:
        """What is there; nothing there is a void look-up, and not known is a temperror (RFC 7208 5)."""
        match self._answers[question]:
            case Unknown() as unknown:
                raise Stop("temperror", "", unknown=unknown)
            case Seen(value=values) if values:
                return values
            case _:
                self._void(question)
                return ()

    def optional(self, question: Question[tuple[T, ...]]) -> tuple[T, ...]:
        """What is there, where an answer that does not come is passed over."""
        match self._answers[question]:
            case Seen(value=values):
                return values
            case Unknown(reason=reason):
                self.unsure.append(reason)
        return ()

    def question(self, term: Term, name: str) -> Question[object]:
        """What ``term`` asks of ``name``."""
        if term.name in ("include", "redirect"):
            return Txt(name)
        if term.name == "exists":
            return Ipv4(name)
        return Mx(name) if term.name == "mx" else self.address_question(name)

    def address_question(self, host: str) -> Ipv4 | Ipv6:
        """The question for the addresses of ``host`` in the client's family (RFC 7208 5)."""
        return Ipv4(host) if self.ip.version == 4 else Ipv6(host)

    def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of ``host``; a name that cannot be asked for has none."""
        return self.values(self.address_question(host)) if readable(host) else ()

    def exists(self, name: str) -> bool:
        """Whether ``name`` has an A record, whatever the client's family (RFC 7208 5.7)."""
        return readable(name) and bool(self.values(Ipv4(name)))

    def _void(self, question: Question[object]) -> None:
        self.voids += 1
        if self.voids > VOIDS:
            name = getattr(question, "name", None) or getattr(question, "host", "")
            raise Stop("permerror", "", f"more than {VOIDS} look-ups found nothing: {name} is the first too many")


def readable(name: str) -> bool:
    """Whether ``name`` is a domain that SPF looks at: two labels or more, each of 1 to 63 octets (RFC 7208 4.3)."""
    labels = name.split(".")
    return len(labels) > 1 and len(name) <= _LONGEST_NAME and all(1 <= len(label) <= 63 for label in labels)


def validated_names(lookups: Lookups, domain: str) -> tuple[str, ...]:
    """The names of the client that lie in ``domain`` and lead back to it (RFC 7208 5.5), at most ten looked at."""
    return tuple(name for name in _proven(lookups) if is_within(name, domain))


def validated_name(lookups: Lookups, domain: str) -> str:
    """What ``%{p}`` stands for: the domain itself, else a name below it, else any, else ``unknown`` (RFC 7208 7.3)."""
    proven = _proven(lookups)
    below = (name for name in proven if is_within(name, domain))
    return domain if domain in proven else next(below, proven[0] if proven else "unknown")


def _proven(lookups: Lookups) -> tuple[str, ...]:
    seen = lookups.optional(Ptr(str(lookups.ip)))[:_PTR_NAMES]
    names = [lowered for name in seen if readable(lowered := name.rstrip(".").lower())]
    lookups.want(*(lookups.address_question(name) for name in names))
    return tuple(name for name in names if _leads_back(lookups, name))


def _leads_back(lookups: Lookups, name: str) -> bool:
    return any(
        ipaddress.ip_address(address) == lookups.ip for address in lookups.optional(lookups.address_question(name))
    )
