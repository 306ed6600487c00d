"""Which finding is told where: once each, effects under their cause, a mechanism in place of what it refines.

    for told in Story.of(diagnosis).told: told.finding, told.seen_as, told.effects

Which mails a finding lost, and which it lies in wait for, is told by the numbers that the page gives to the attempts.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailstrata.model.attempt import Outcome
from mailstrata.model.diagnosis import Attributed, Diagnosis
from mailstrata.model.finding import Finding, Role
from mailstrata.model.values import dataclass
from mailstrata.reports.arrangement import Told, arranged


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A diagnosis as it is told. ``number`` gives each attempt the number that the page calls it by."""

    diagnosis: Diagnosis
    told: tuple[Told, ...]

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> Story:
        """The story of a diagnosis."""
        return cls(diagnosis=diagnosis, told=arranged(diagnosis.findings))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings that have a line of their own, in the order of the page."""
        return tuple(told.finding for told in _flat(self.told))

    def with_role(self, *roles: Role) -> tuple[Finding, ...]:
        """Those of them that have one of ``roles``."""
        return tuple(finding for role in roles for finding in self.findings if finding.role is role)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each attempt by its id."""
        return {each.attempt.id: number for number, each in enumerate(self.diagnosis.attempts, start=1)}

    def mails(self, ids: Iterable[str]) -> tuple[int, ...]:
        """The numbers of attempts; ids of sends that were not tried yet have none."""
        known = self.numbers
        return tuple(sorted({known[each] for each in ids if each in known}))

    def lost_to(self, code: str) -> tuple[int, ...]:
        """The numbers of the mails that were lost by this cause."""
        return self.mails(each.attempt.id for each in self.diagnosis.attempts if each.cause == code)

    def waited_for(self, finding: Finding) -> tuple[int, ...]:
        """The mails that something else lost and that would stop here next."""
        lost = set(self.lost_to(finding.code)) | set(self.mails(finding.explains))
        undelivered = set(self.mails(each.attempt.id for each in self.undelivered))
        return tuple(number for number in self.mails(finding.stops) if number in undelivered - lost)

    @property
    def undelivered(self) -> tuple[Attributed, ...]:
        """The attempts that did not arrive, as far as is known."""
        return tuple(each for each in self.diagnosis.attempts if each.attempt.outcome is not Outcome.DELIVERED)

    def rank(self, fix_id: str) -> int | None:
        """The number of a fix in the list of fixes."""
        return next((fix.rank for fix in self.diagnosis.fixes if fix.id == fix_id), None)


def _flat(told: Iterable[Told]) -> Iterable[Told]:
    for each in told:
        yield each
        yield from _flat(each.effects)
