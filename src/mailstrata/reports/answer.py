"""The first lines of the report: the verdict, the causes in the order in which mail meets them, and what lies in wait.

✗ BROKEN  0 of 3 mails arrived. 2 causes, 1 effect, 1 not known.

  Primary    key-inactive  The IAM key behind the alias's SMTP password is no longer active
             Lost mails 1, 2 at the relay. Yours to mend: fixes 1 and 2 (8 min).
"""

from __future__ import annotations

from mailstrata.model.attempt import Outcome
from mailstrata.model.diagnosis import Attributed, Diagnosis, Verdict
from mailstrata.model.finding import Finding, Gravity, Owner, Role, Stratum
from mailstrata.reports import words
from mailstrata.reports.page import BLANK, Page, Span, Style, fold
from mailstrata.reports.story import Story

OWNERS = {
    Owner.YOU: "Yours to mend",
    Owner.AWS: "AWS must mend it",
    Owner.RECIPIENT: "The recipient's side must mend it",
    Owner.NETWORK: "The network must mend it",
    Owner.GOOGLE: "Google must mend it",
}
VERDICT_STYLES = {
    Verdict.BROKEN: Style.BAD,
    Verdict.DEGRADED: Style.WARN,
    Verdict.HEALTHY: Style.GOOD,
    Verdict.UNDETERMINED: Style.UNKNOWN,
}
_PLACES = {
    Stratum.RELAY: "at the relay",
    Stratum.IDENTITY: "at the identity",
    Stratum.ACCOUNT: "in the account",
    Stratum.RECIPIENT: "at the recipient's server",
    Stratum.INBOUND: "on the way back",
}
_CAUSES = (Role.PRIMARY, Role.SECONDARY)
_WAYS_OUT = {
    Verdict.HEALTHY: "All that was looked at is well.",
    Verdict.UNDETERMINED: "Too little could be seen to say.",
    Verdict.DEGRADED: "Mail can pass, but not all is well.",
    Verdict.BROKEN: "Mail is lost or refused.",
}


def answer(story: Story, width: int) -> Page:
    """The title line, the verdict and one entry a cause."""
    told = [line for finding in story.with_role(*_CAUSES) for line in _cause(story, finding, width)]
    return (*_title(story.diagnosis, width), *BLANK, *_verdict(story, width), *(BLANK if told else ()), *told)


def _title(diagnosis: Diagnosis, width: int) -> Page:
    setup = diagnosis.setup
    return fold(
        [
            Span("mailstrata", Style.HEADING),
            Span(f"  {setup.domain}  {setup.region}  {words.second(diagnosis.at)}", Style.DIM),
        ],
        width,
    )


def _verdict(story: Story, width: int) -> Page:
    verdict = story.diagnosis.verdict
    mark = Span(f"{words.VERDICTS[verdict]} {verdict.value.upper()}", VERDICT_STYLES[verdict])
    said = [arrivals(story) or _WAYS_OUT[verdict], tally(story)]
    return fold([mark, Span("  " + " ".join(part for part in said if part))], width, hang=2)


def arrivals(story: Story) -> str:
    """``0 of 3 mails arrived.``, or nothing when none was tried."""
    attempts = story.diagnosis.attempts
    outcomes = [each.attempt.outcome for each in attempts]
    unknown = outcomes.count(Outcome.UNKNOWN)
    aside = f", the fate of {unknown} is unknown" if unknown else ""
    arrived = f"{outcomes.count(Outcome.DELIVERED)} of {words.count(len(attempts), 'mail')} arrived"
    return f"{arrived}{aside}." if attempts else ""


def tally(story: Story) -> str:
    """``2 causes, 1 effect, 1 warning, 1 not known.``: causes are counted, not findings."""
    aside = story.with_role(Role.SIDE)
    counted = [
        (len(story.with_role(*_CAUSES)), "cause"),
        (len(story.with_role(Role.EFFECT)), "effect"),
        *((sum(finding.gravity is gravity for finding in aside), _aside(gravity)) for gravity in Gravity),
    ]
    parts = [words.count(number, thing) for number, thing in counted if number]
    unasked = sum(each.unasked for each in story.diagnosis.undetermined)
    unknown = len(story.diagnosis.undetermined) - unasked
    parts += [f"{unknown} not known"] if unknown else []
    parts += [f"{unasked} not asked"] if unasked else []
    return ", ".join(parts) + "." if parts else ""


def _aside(gravity: Gravity) -> str:
    return "other fault" if gravity is Gravity.FAULT else gravity.value


def _cause(story: Story, finding: Finding, width: int) -> Page:
    style = Style.BAD if finding.gravity is Gravity.FAULT else Style.WARN
    first = [
        Span(f"{finding.role.value.capitalize():<11}", style),
        Span(finding.code, Style.CODE),
        Span("  " + finding.title),
    ]
    second = " ".join(part for part in (_toll(story, finding), _mending(story, finding)) if part)
    return (*fold(first, width, indent=2, hang=11), *fold([Span(second, Style.DIM)], width, indent=13))


def _toll(story: Story, finding: Finding) -> str:
    """Which mails it lost, and which it would stop next."""
    lost = story.lost_to(finding.code)
    waiting = story.waited_for(finding)
    verb = "Lost" if any(each.attempt.outcome is not Outcome.DELAYED for each in _lost(story, finding)) else "Holds up"
    parts = [f"{verb} {mails(lost)} {_PLACES[finding.stratum]}"] if lost else []
    if waiting:
        parts.append(f"{'lies' if parts else 'Lies'} in wait for {mails(waiting)}")
    return "; ".join(parts) + "." if parts else ""


def _lost(story: Story, finding: Finding) -> tuple[Attributed, ...]:
    return tuple(each for each in story.diagnosis.attempts if each.cause == finding.code)


def mails(numbers: tuple[int, ...]) -> str:
    """``mail 3`` or ``mails 1, 2``."""
    return f"{'mail' if len(numbers) == 1 else 'mails'} {words.numbers(numbers)}"


def _mending(story: Story, finding: Finding) -> str:
    fixes = [fix for fix in story.diagnosis.fixes if fix.id in finding.fixes]
    if not fixes:
        return f"{OWNERS[finding.owner]}."
    ranks = words.listed([str(rank) for rank in sorted(fix.rank for fix in fixes)])
    minutes = words.duration(sum(fix.minutes for fix in fixes))
    return f"{OWNERS[finding.owner]}: {'fix' if len(fixes) == 1 else 'fixes'} {ranks} ({minutes})."
