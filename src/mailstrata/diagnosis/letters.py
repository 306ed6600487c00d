"""What to write to whoever else must act, the recipient's administrator or AWS, with the evidence that they need.

    letters(case, evidence, findings, attempts)[0].text

A letter says when the mail was sent, by which server, under which Message-ID, what was answered word for word, how the mail
is authenticated, and what is asked for. It holds nothing of the mail's subject and text, and nothing of other mails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailstrata.diagnosis import dmarc_facts
from mailstrata.diagnosis.answers import words_of
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.diagnosis.identity_facts import in_force
from mailstrata.diagnosis.region_paths import region_of
from mailstrata.model.attempt import Attempt, Case, Outcome
from mailstrata.model.diagnosis import Attributed
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.finding import Finding, Letter
from mailstrata.model.names import domain_of, is_within
from mailstrata.model.observation import Seen
from mailstrata.model.question import Mx, RemovedSuppression, Suppression

MOST_MAILS = 5
"""Mails that a letter names; more tell an administrator nothing new."""
TO_AWS = "ask-aws-about-address"
TO_ADMIN = ("ask-recipient-admin", "ask-for-ndr")
_TOLD = (Outcome.BOUNCED, Outcome.DELAYED, Outcome.UNKNOWN)
_ASKS = {
    "recipient-unknown": "Please tell us whether {recipient} exists and is in use. If it should be, your server does not know.",
    "recipient-refuses-policy": "Please let mail from {author} to {recipient} in, or tell us whom to write to instead.",
    "recipient-refuses-reputation": "Please take the sending server off your own block list, or allow mail from {author}.",
    "recipient-delays": "Please look up why your server puts this mail off, and let it in.",
    "recipient-silent": "Please look up whether your servers take connections from Amazon SES, and where this mail is.",
    "recipient-mx-failing": "Please correct the MX of {domain}, or the list of domains that your server takes mail for.",
    "recipient-suppressed": "Please let mail from {author} to {recipient} in. Your server refused it, and since then Amazon "
    "SES holds back what we send; once you have changed it, tell us, and we let it go again.",
    "suppression-hides-cause": "Please look up in your message trace why your server refused mail to {recipient} then, and "
    "send us the code and the text of the refusal.",
}
_VISIBLE = ("recipient-mx-failing", "recipient-silent")
"""What we see ourselves, so that it is more than a server's word."""
_ONLY = "Only your side can change that."
_SIDE = {
    "recipient-unknown": "Your server says that it takes no mail for that address.",
    "suppression-hides-cause": "Only your side can see why.",
}
_OF_AWS = (
    "Please have the sending address taken off that list, or let our mail leave by another one. Our bounce and complaint "
    "rates stand in the account's reputation metrics."
)


def letters(
    case: Case, evidence: Evidence, findings: Sequence[Finding], attempts: Sequence[Attributed]
) -> tuple[Letter, ...]:
    """One for each finding that is mended by writing to somebody, in the order of the findings."""
    known = {entry.attempt.id: entry.attempt for entry in attempts}
    written = []
    for finding in findings:
        explained = [known[one] for one in finding.explains if one in known]
        mails = [send for send in explained if send.outcome in _TOLD][:MOST_MAILS]
        for fix in finding.fixes:
            if fix == TO_AWS and mails:
                written.append(_to_aws(case, evidence, finding, mails))
            elif fix in TO_ADMIN and finding.code in _ASKS:
                written.append(_to_admin(case, evidence, finding, mails, fix=fix))
    return tuple(written)


def _to_admin(case: Case, evidence: Evidence, finding: Finding, mails: Sequence[Attempt], *, fix: str) -> Letter:
    target = dict(finding.target)
    recipient = target.get("address") or (mails[0].recipient if mails else "")
    domain = target.get("domain") or domain_of(recipient)
    author = domain_of(mails[0].sender) if mails else case.setup.domain
    ask = _ASKS[finding.code].format(recipient=recipient or "the recipient", author=author, domain=domain)
    blocks = [_block("What happened", _rows(case, evidence, send)) for send in mails]
    if not mails:
        blocks = [_block("What happened", _past(evidence, finding))]
    if finding.code in _VISIBLE or not any(blocks):
        blocks.append(_block("What we see", (("-", line) for line in finding.because)))
    return Letter(
        fix=fix,
        code=finding.code,
        to=f"the administrator of mail for {domain or 'the recipient'}",
        subject=f"Mail from {author} to {recipient or domain or 'you'} does not arrive",
        text="\n".join(
            [
                "Hello,",
                "",
                f"mail that we send to {recipient or domain or 'you'} does not arrive. {_SIDE.get(finding.code, _ONLY)}",
                "",
                *(line for block in blocks for line in block),
                *_block("How our mail is authenticated", _authentication(case, evidence, author)),
                ask,
                "",
                "Thank you.",
            ]
        ),
    )


def _to_aws(case: Case, evidence: Evidence, finding: Finding, mails: Sequence[Attempt]) -> Letter:
    region = region_of(case, mails[0])
    blocks = [_block("What happened", _rows(case, evidence, send)) for send in mails]
    return Letter(
        fix=TO_AWS,
        code=finding.code,
        to=f"AWS Support, a case about Simple Email Service in {region}",
        subject=f"{domain_of(mails[0].recipient) or 'A recipient'} refuses mail by the address that SES sends it from",
        text="\n".join(
            [
                "Hello,",
                "",
                "mail that we send by SES's shared addresses is refused for the reputation of the sending address.",
                "",
                *(line for block in blocks for line in block),
                _OF_AWS,
                "",
                "Thank you.",
            ]
        ),
    )


def _block(title: str, rows: Iterator[tuple[str, str]]) -> list[str]:
    shown = [f"  {label:<12} {value}" for label, value in rows if value]
    return [title, *shown, ""] if shown else []


def _past(evidence: Evidence, finding: Finding) -> Iterator[tuple[str, str]]:
    """The mail behind an entry of the suppression list, of which SES keeps no more than its id."""
    target = dict(finding.target)
    region, address = target.get("region", ""), target.get("address", "")
    for question in (Suppression(region, address), RemovedSuppression(region, address)):
        if question in evidence and isinstance(seen := evidence[question], Seen):
            yield "Refused", f"at the latest {seen.value.updated:%Y-%m-%d %H:%M} UTC"
            yield "To", address
            yield "Sent by", f"Amazon SES, {region}"
            yield "Your server", _exchanger(evidence, domain_of(address))
            yield "Message-ID", _message_id(region, seen.value.message_id)
            return


def _message_id(region: str, message: str) -> str:
    """As it stands in the mail that arrives: SES writes it from its own id (facts.md A2)."""
    host = "email" if region == "us-east-1" else region
    return f"<{message}@{host}.amazonses.com>" if message else ""


def _rows(case: Case, evidence: Evidence, send: Attempt) -> Iterator[tuple[str, str]]:
    """One mail as an administrator looks it up."""
    region = region_of(case, send)
    own = f"<{send.header_message_id}>" if send.header_message_id else ""
    yield "Time", f"{send.at:%Y-%m-%d %H:%M:%S} UTC" if send.at else ""
    yield "From", send.sender
    yield "To", send.recipient
    sent_by, theirs = _servers(send, region)
    yield "Sent by", sent_by
    yield "Your server", theirs or _exchanger(evidence, domain_of(send.recipient))
    yield "Message-ID", _message_id(region, send.message_id or "") or own
    yield "Answer", " ".join(words_of(send).split())


def _servers(send: Attempt, region: str) -> tuple[str, str]:
    """Who handed the mail over, and to which of their servers; an NDR that the recipient's server wrote names that one."""
    reporter = send.reporting_mta
    if is_within(reporter, "google.com") or is_within(reporter, "googlemail.com"):
        return f"Google, {reporter}", send.remote_mta
    if is_within(reporter, "amazonses.com"):
        return f"Amazon SES, {reporter}", send.remote_mta
    return f"Amazon SES, {region}", send.remote_mta or reporter


def _exchanger(evidence: Evidence, domain: str) -> str:
    """The MX host that comes first, where it was looked up."""
    if Mx(domain) not in evidence:
        return ""
    seen = evidence[Mx(domain)]
    return seen.value[0].host.rstrip(".") if isinstance(seen, Seen) and seen.value else ""


def _authentication(case: Case, evidence: Evidence, author: str) -> Iterator[tuple[str, str]]:
    """What SES and the DNS say of SPF, DKIM and DMARC, as far as the diagnosis saw them."""
    try:
        identity, seen = in_force(evidence, case.setup.region, author)
        rule = dmarc_facts.policy(evidence, author)
    except NotYet:
        return
    if isinstance(seen, Seen):
        yield from _by_ses(identity, seen.value)
    if isinstance(rule, dmarc_facts.Policy):
        yield "DMARC", f"_dmarc.{rule.domain} asks for p={rule.asks}"


def _by_ses(identity: str, facts: IdentityFacts) -> Iterator[tuple[str, str]]:
    signed = facts.dkim.signing and facts.dkim.status == "SUCCESS"
    yield "DKIM", f"signed by SES as d={identity}" if signed else "signed as d=amazonses.com only"
    if facts.mail_from and facts.mail_from.status == "SUCCESS":
        yield "SPF", f"the return path is of {facts.mail_from.domain}, SES's MAIL FROM domain for us"
    else:
        yield "SPF", "the return path is of amazonses.com"
