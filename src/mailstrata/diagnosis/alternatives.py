"""The other ways to send as an alias, when the relay is broken, and what recipients will make of mail on each.

    alternatives(case, evidence, findings)[0].id       # "use-console-credentials"

Whether SPF and DKIM align follows from who signs and who takes the bounces on that way (facts.md C1, B4), what DMARC then
does from the policy that the domain itself publishes. What was not seen is said to be unknown, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from mailstrata.diagnosis import dmarc_facts
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.diagnosis.way_by_ses import by_ses
from mailstrata.diagnosis.ways import GOOGLE
from mailstrata.formats import spf
from mailstrata.formats.ses_records import SES
from mailstrata.model.attempt import Case
from mailstrata.model.diagnosis import Alternative
from mailstrata.model.finding import Finding, Gravity, Role, Stratum
from mailstrata.model.names import is_within
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Mx, Question, Txt

T = TypeVar("T")
_FATES = {
    "none": "the domain asks for no consequence (p=none), so it is delivered, unproven",
    "quarantine": "the domain asks for quarantine, so it goes to spam",
    "reject": "the domain asks to reject it, so it is refused",
}
_GMAIL_LIMIT = "gmail-limit-reached"
_THROUGH_GMAIL = frozenset({"use-console-credentials", "use-own-relay", "use-gmail-app-password"})
"""What leaves from the same Gmail account, whose limit counts it, too (facts.md C1)."""
_SAME = "receiving: nothing changes"


def wanted(case: Case, findings: Iterable[Finding]) -> tuple[Question[Any], ...]:
    """What has to be known of the domain; nothing where the relay is not what is broken."""
    if not broken(findings):
        return ()
    return Txt(case.setup.domain), Mx(case.setup.domain)


def broken(findings: Iterable[Finding]) -> bool:
    """Whether a fault of the relay is a cause of what is lost."""
    causes = {Role.PRIMARY, Role.SECONDARY}
    return any(one.stratum is Stratum.RELAY and one.gravity is Gravity.FAULT and one.role in causes for one in findings)


def alternatives(case: Case, evidence: Evidence, findings: Iterable[Finding] = ()) -> tuple[Alternative, ...]:
    """The ways, the best first; one whose mail recipients would punish comes late, one with the same fault not at all.

    Each tells what it changes for receiving, and what SPF, DKIM and DMARC conclude.
    """
    shut = _THROUGH_GMAIL if any(one.code == _GMAIL_LIMIT for one in findings) else ()
    return tuple(way for way in _ways(case, evidence) if way.id not in shut)


def _ways(case: Case, evidence: Evidence) -> tuple[Alternative, ...]:
    ses, fate = _by_ses(case, evidence), _fate(case, evidence)
    gmail = Alternative(id="use-gmail-app-password", tells=(_SAME, _by_gmail(case, fate)))
    mailbox = Alternative(id="use-mailbox-provider", tells=(_moved(case, evidence), _by_workspace(case, evidence)))
    harmed = fate in {_FATES["quarantine"], _FATES["reject"]}
    return (
        Alternative(id="use-console-credentials", tells=(_SAME, ses)),
        Alternative(id="use-own-relay", tells=(_SAME, ses)),
        *((mailbox, gmail) if harmed else (gmail, mailbox)),
        Alternative(id="send-by-api", tells=(_SAME, ses)),
    )


def _by_ses(case: Case, evidence: Evidence) -> str:
    """As now: the same identity signs, and the same MAIL FROM takes the bounces (`diagnosis.ways` has the whole table)."""
    domain, region = case.setup.domain, case.setup.region
    passage = by_ses(_OnlyKnown(dict(evidence.items())), region, domain)
    if passage.blocked:
        return f"SPF, DKIM, DMARC: nothing leaves by it either: {passage.blocked}"
    if not passage.dkim.domain:
        return "SPF, DKIM, DMARC: as the identity stands, which could not be seen"
    signed, returned = passage.dkim.domain != SES, is_within(passage.spf.domain, domain)
    dkim = f"DKIM signs as {passage.dkim.domain}" + ("" if signed else " only")
    mail_from = f"SPF by {passage.spf.domain}" + ("" if returned else ", which does not align")
    return f"{dkim}; {mail_from}; DMARC {'passes' if signed or returned else 'fails: ' + _fate(case, evidence)}"


def _by_gmail(case: Case, fate: str) -> str:
    """facts.md C1: Return-Path and d= are gmail.com's, so neither aligns."""
    return f"SPF and DKIM pass for gmail.com, which is not {case.setup.domain}: DMARC fails; {fate}"


def _by_workspace(case: Case, evidence: Evidence) -> str:
    domain = case.setup.domain
    match _known(evidence, Txt(domain)):
        case Seen(value=texts) if any(spf.includes(text, GOOGLE) for text in texts if spf.is_record(text)):
            listed = f"SPF of {domain} lists Google's servers already"
        case Seen() | Absent():
            listed = (
                f"SPF of {domain} does not list Google's servers: include:{GOOGLE} is needed (or the provider's own)"
            )
        case _:
            listed = f"whether SPF of {domain} lists the provider could not be seen"
    return f"{listed}; DKIM signs as {domain} once it is turned on there; then DMARC passes"


def _moved(case: Case, evidence: Evidence) -> str:
    match _known(evidence, Mx(case.setup.domain)):
        case Seen(value=hosts) if hosts:
            named = ", ".join(host.host for host in hosts[:3])
            return (
                f"receiving: the MX moves there, away from {named}; what receives there now, rules and forwarder, ends"
            )
        case Seen() | Absent():
            return "receiving: the domain gets an MX, which it has none of now"
        case _:
            return "receiving: the MX moves there; what receives the domain's mail now ends"


def _fate(case: Case, evidence: Evidence) -> str:
    try:
        found = dmarc_facts.policy(evidence, case.setup.domain)
    except NotYet:
        found = Unknown(reason="not looked at")
    if found is None:
        return "no policy is published, so each recipient does as it likes"
    return "the policy could not be seen" if isinstance(found, Unknown) else _FATES.get(found.asks, found.asks)


class _OnlyKnown(Evidence):
    """Evidence that is not asked for: what is not there stays unknown."""

    def __getitem__(self, question: Question[T]) -> Observation[T]:
        """The observation, or that nobody looked."""
        return super().__getitem__(question) if question in self else Unknown(reason="not looked at")

    def want(self, *questions: Question[Any]) -> None:
        """Nothing more is asked."""


def _known(evidence: Evidence, question: Question[T]) -> Observation[T] | None:
    try:
        return evidence[question]
    except NotYet:
        return None
