"""Where mail for a domain goes: to its MX hosts, else to its own address, or nowhere (RFC 5321 5.1, RFC 7505).

route(evidence, "dock.example").kind     # Kind.OPEN; None where it is ``unknown``
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats.mx import is_null
from mailstrata.model.attempt import Attempt, Outcome
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Addresses, Mx, Question
from mailstrata.model.values import dataclass

MOST_HOSTS = 10
"""MX hosts that are looked up at most; a mail server tries no more either (RFC 5321 5.1 asks for two)."""


class Kind(StrEnum):
    """What a sender finds: a way, no such domain, a domain without mail, MX hosts without an address."""

    OPEN = "open"
    ABSENT = "absent"
    CLOSED = "closed"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way to a domain. ``kind`` is ``None`` where it is ``unknown``; ``asked`` is what it was read from."""

    domain: str
    kind: Kind | None
    words: str = ""
    asked: tuple[Question[Any], ...] = ()
    unknown: Unknown | None = None


def route(evidence: Evidence, domain: str) -> Route:
    """The way that mail to ``domain`` takes."""
    mx = Mx(domain)
    match evidence[mx]:
        case Unknown() as unknown:
            return Route(domain=domain, kind=None, unknown=unknown)
        case Absent(how=how):
            return _without_mx(evidence, domain, how)
        case Seen(value=hosts) if is_null(hosts):
            return Route(domain=domain, kind=Kind.CLOSED, words="its MX is the null MX (RFC 7505)", asked=(mx,))
        case Seen(value=hosts):
            return _by_hosts(evidence, domain, hosts)


def _without_mx(evidence: Evidence, domain: str, how: str) -> Route:
    """Without an MX the domain's own address takes the mail (RFC 5321 5.1)."""
    asked = (Mx(domain), Addresses(domain))
    match evidence[Addresses(domain)]:
        case Unknown() as unknown:
            return Route(domain=domain, kind=None, unknown=unknown)
        case Seen(value=addresses):
            return Route(domain=domain, kind=Kind.OPEN, words=f"its own address {addresses[0]}", asked=asked)
        case Absent():
            if "NXDOMAIN" in how.upper():
                return Route(domain=domain, kind=Kind.ABSENT, words="the domain does not exist", asked=asked)
            return Route(domain=domain, kind=Kind.CLOSED, words="it has neither an MX nor an address", asked=asked)


def _by_hosts(evidence: Evidence, domain: str, hosts: tuple[MxHost, ...]) -> Route:
    questions = tuple(Addresses(host.host.rstrip(".").lower()) for host in hosts[:MOST_HOSTS])
    evidence.want(*questions)
    seen = [evidence[question] for question in questions]
    names = ", ".join(question.host for question in questions)
    asked = (Mx(domain), *questions)
    unknown = next((one for one in seen if isinstance(one, Unknown)), None)
    reachable = sum(isinstance(one, Seen) for one in seen)
    if reachable:
        return Route(domain=domain, kind=Kind.OPEN, words=f"{reachable} of {len(seen)} MX hosts: {names}", asked=asked)
    if unknown is not None:
        return Route(domain=domain, kind=None, unknown=unknown)
    return Route(domain=domain, kind=Kind.BROKEN, words=f"no MX host has an address: {names}", asked=asked)


def unreached(sends: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """The sends that SES took and that no server of the recipient answered: a bad way explains them."""
    return tuple(send for send in sends if _on_the_way(send) and not _answered(send))


def _on_the_way(send: Attempt) -> bool:
    waiting = send.outcome is Outcome.UNKNOWN and send.message_id is not None
    return waiting or send.outcome in (Outcome.BOUNCED, Outcome.DELAYED)


def _answered(send: Attempt) -> bool:
    """Whether the reply speaks of a mailbox; routing and addressing of the domain are 5.4.x, 5.1.2 and 5.1.10 (RFC 3463)."""
    status = send.reply.enhanced if send.reply else ""
    return bool(status) and status[2:] not in ("1.2", "1.10") and not status[2:].startswith("4.")
