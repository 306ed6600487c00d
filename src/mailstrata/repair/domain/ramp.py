"""How fast a DMARC policy may be made harder: one step at a time, and only while the evidence bears it.

    step("none", "reject", Evidence(signed=True, since_last=timedelta(days=20)))     # Step(policy="quarantine", why="…")

A policy of ``quarantine`` or ``reject`` loses every mail that does not align. So the DKIM key has to be verified, no way of
sending may be known that cannot align (Gmail's alias by smtp.gmail.com, facts.md C1), and two weeks of reports should lie
between two steps.
"""

from __future__ import annotations

from datetime import timedelta

from mailstrata.formats.dmarc import POLICIES
from mailstrata.model.values import dataclass

BETWEEN = timedelta(days=14)
"""At least, between two steps: most report senders send daily, most rare senders write within two weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for a harder policy. ``unaligned`` are ways of sending that cannot align, in words.

    ``since_last`` is the time since mailstrata's own last step; ``None`` where the ledger knows of none.
    """

    signed: bool
    unaligned: tuple[str, ...] = ()
    reported: bool = False
    since_last: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The policy that should stand next, and why it is that one. A ``harder`` one may lose mail that arrives today."""

    policy: str
    why: str
    harder: bool = False


def step(current: str, goal: str, evidence: Evidence) -> Step:
    """The next policy on the way from ``current`` (empty: no record) to ``goal`` (empty: none is wanted)."""
    if not current:
        return Step(policy="none", why="a domain begins with p=none: it asks for nothing and shows what would happen")
    if not goal or POLICIES.index(goal) <= POLICIES.index(current):
        return Step(policy=goal or current, why="as the setup wants it" if goal else "the setup names no goal")
    held = _held(evidence)
    if held:
        return Step(policy=current, why=f"p={current} stays for now: {held}")
    harder = POLICIES[POLICIES.index(current) + 1]
    last = "" if evidence.reported else "; the record asks for no reports (rua), so look into them first"
    return Step(policy=harder, why=f"one step on the way to p={goal}{last}", harder=True)


def _held(evidence: Evidence) -> str:
    if not evidence.signed:
        return "SES does not sign as the domain yet"
    if evidence.unaligned:
        return f"mail by {', '.join(evidence.unaligned)} would be lost"
    if evidence.since_last is not None and evidence.since_last < BETWEEN:
        return f"the last step was {evidence.since_last.days} days ago, {BETWEEN.days} should lie between two"
    return ""
