"""What the client hears for what SES said: reply code, enhanced code (RFC 3463), and a sentence that a person can act on.

    answer(Refused(error="TooManyRequestsException", text="Maximum sending rate exceeded.", status=429, region="us-east-1"))
    Verdict(reply=454 4.7.0 "SES takes no more at the moment …", held=True)

Gmail shows this sentence in the bounce that it writes to its user. A passing fault is never a 5xx, which would bounce at
once, and a lasting one never a 4xx, which would be tried for days: the two mistakes of every relay in the field
(peers-sending 1, 9.2).
"""

from __future__ import annotations

import re

from mailstrata.model.reply import Reply
from mailstrata.model.sending import Accepted, Outcome, Refused, Unsent
from mailstrata.model.values import dataclass, maker

_SAID = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The reply, and what it means for the relay itself.

    ``held``: the same mail may succeed later, so a spool keeps it. ``throttled``: SES wants it slower. ``alarm``: somebody
    who runs the relay has to do something, whatever the sender does.
    """

    reply: Reply
    held: bool = False
    throttled: bool = False
    alarm: bool = False


_verdict, _reply = maker(Verdict), maker(Reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    code: int
    enhanced: str
    words: str
    throttled: bool = False
    alarm: bool = False


_SLOWER = _Rule(
    code=454,
    enhanced="4.7.0",
    throttled=True,
    words="Amazon SES takes no more mail at this rate; it will be tried again",
)
_QUOTA = _Rule(
    code=452,
    enhanced="4.3.1",
    alarm=True,
    words="The Amazon SES account has used up its quota of 24 hours; it frees up hour by hour, or ask AWS to raise it",
)
_CREDENTIALS = _Rule(
    code=451,
    enhanced="4.3.5",
    alarm=True,
    words="The relay's own AWS credentials are not accepted; whoever runs it must renew them",
)
_DENIED = _Rule(
    code=451,
    enhanced="4.3.5",
    alarm=True,
    words="The relay's AWS role may not send this; whoever runs it must allow ses:SendEmail and ses:SendRawEmail",
)
_CLOCK = _Rule(
    code=451,
    enhanced="4.3.5",
    alarm=True,
    words="The clock of the relay's machine is wrong; whoever runs it must set it",
)
_FAULT = _Rule(code=451, enhanced="4.3.0", words="Amazon SES has a fault of its own; it will be tried again")
_BROKEN = _Rule(
    code=554, enhanced="5.6.0", words="Amazon SES refuses the form of this message; nothing was sent, to nobody"
)
_LARGE = _Rule(code=552, enhanced="5.3.4", words="The message is larger than the 40 MB that Amazon SES takes")
_UNVERIFIED = _Rule(
    code=554,
    enhanced="5.7.1",
    words="Amazon SES may not send from this address: verify it or its domain in SES in this region, or leave the sandbox",
)

RULES: dict[str, _Rule] = {
    "TooManyRequestsException": _SLOWER,
    "LimitExceededException": _Rule(
        code=451, enhanced="4.3.2", alarm=True, words="A limit of the Amazon SES account is reached; AWS can raise it"
    ),
    "AccountSuspendedException": _Rule(
        code=554,
        enhanced="5.7.1",
        alarm=True,
        words="AWS has suspended this Amazon SES account for good; write to AWS support, or send through another account",
    ),
    "SendingPausedException": _Rule(
        code=451,
        enhanced="4.3.2",
        alarm=True,
        words="Sending is paused for this Amazon SES account; AWS wrote why to the account's address",
    ),
    "MessageRejected": _BROKEN,
    "MailFromDomainNotVerifiedException": _Rule(
        code=554,
        enhanced="5.7.1",
        alarm=True,
        words="The custom MAIL FROM domain of this sender is not verified in Amazon SES; publish its MX record, "
        "or let SES fall back to its own",
    ),
    "NotFoundException": _Rule(
        code=451,
        enhanced="4.3.5",
        alarm=True,
        words="The configuration set that the relay names does not exist in Amazon SES; whoever runs it must create it",
    ),
    "BadRequestException": _BROKEN,
    "ThrottlingException": _SLOWER,
    "Throttling": _SLOWER,
    "AccessDeniedException": _DENIED,
    "AccessDenied": _DENIED,
    "ExpiredTokenException": _CREDENTIALS,
    "ExpiredToken": _CREDENTIALS,
    "UnrecognizedClientException": _CREDENTIALS,
    "InvalidClientTokenId": _CREDENTIALS,
    "InvalidSignatureException": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "IncompleteSignature": _CREDENTIALS,
    "IncompleteSignatureException": _CREDENTIALS,
    "MissingAuthenticationTokenException": _CREDENTIALS,
    "MissingAuthenticationToken": _CREDENTIALS,
    "OptInRequired": _CREDENTIALS,
    "RequestExpired": _CLOCK,
    "RequestTimeTooSkewed": _CLOCK,
    "ServiceUnavailable": _FAULT,
    "ServiceUnavailableException": _FAULT,
    "InternalFailure": _FAULT,
    "InternalServiceErrorException": _FAULT,
}
"""By the name of the error: all that ``SendEmail`` models and the errors common to AWS (facts.md B1)."""

_TEXTS: tuple[tuple[re.Pattern[str], _Rule], ...] = (
    (re.compile(r"daily (message )?(sending )?quota exceeded", re.IGNORECASE), _QUOTA),
    (re.compile(r"maximum sending rate exceeded", re.IGNORECASE), _SLOWER),
    (re.compile(r"signature (expired|not yet current)|request has expired|too skewed", re.IGNORECASE), _CLOCK),
    (re.compile(r"sending (is )?paused", re.IGNORECASE), RULES["SendingPausedException"]),
    (re.compile(r"mail.?from domain", re.IGNORECASE), RULES["MailFromDomainNotVerifiedException"]),
    (re.compile(r"not verified", re.IGNORECASE), _UNVERIFIED),
    (re.compile(r"(message|content) (length|size)|too (long|large)", re.IGNORECASE), _LARGE),
)
"""Texts that say more than the name of the error beside them (facts.md A5)."""


def answer(outcome: Outcome) -> Verdict:
    """The verdict on one try. An unsettled one is held back too, but nobody may try it again."""
    if isinstance(outcome, Accepted):
        return _verdict(reply=_reply(code=250, enhanced="2.0.0", text=f"Ok {outcome.id}"))
    if isinstance(outcome, Refused):
        return _refused(outcome)
    if isinstance(outcome, Unsent):
        words = f"Amazon SES cannot be reached ({_printable(outcome.reason)}); it will be tried again"
        return Verdict(reply=Reply(code=451, enhanced="4.4.1", text=words), held=True)
    words = f"No answer from Amazon SES ({_printable(outcome.reason)}); the message may have been sent, so it is not sent twice"
    return Verdict(reply=Reply(code=451, enhanced="4.4.2", text=words))


def _refused(refused: Refused) -> Verdict:
    rule = _rule(refused)
    said = _printable(refused.text or refused.error)
    return Verdict(
        reply=Reply(code=rule.code, enhanced=rule.enhanced, text=f"{rule.words} [{refused.region}: {said}]"),
        held=rule.code < 500,
        throttled=rule.throttled,
        alarm=rule.alarm,
    )


def _rule(refused: Refused) -> _Rule:
    """The text first, since one error has many meanings; an error nobody foresaw passes, unless it is the client's own."""
    by_text = next((rule for pattern, rule in _TEXTS if pattern.search(refused.text)), None)
    known = by_text or RULES.get(refused.error)
    if known:
        return known
    by_status = {429: _SLOWER, 403: _DENIED, 401: _CREDENTIALS, 413: _LARGE, 400: _BROKEN}
    return by_status.get(refused.status, _FAULT)


def _printable(text: str) -> str:
    """Words of others on one line of ASCII (RFC 5321 4.2: a reply's text), of a bounded length."""
    line = " ".join(text.split())
    line = "".join(letter if " " <= letter <= "~" else "?" for letter in line)
    return line if len(line) <= _SAID else line[: _SAID - 3] + "..."
