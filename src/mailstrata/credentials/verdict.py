"""What SES's answers to a login and to a test message mean, and what they prove together.

    of_login(Reply(code=454, text="Temporary authentication failure"))      # Outcome.TEMPORARY
    conclude(tried, sent=None, api_works=True)          # Conclusion(part="derivation", ...)

The differential test: the API signs with the secret itself, SMTP takes what is derived of it, and permissions and identities
are looked at only after DATA. API yes and SMTP no is the derivation; both no is the key; login yes and send no is
permission or identity (facts.md A4, A5, G1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mailstrata.model.reply import Reply


class Outcome(StrEnum):
    """How one try ended."""

    ACCEPTED = "accepted"
    REFUSED = "credentials-refused"
    LEGACY = "legacy-signature"
    NOT_SUBSCRIBED = "not-subscribed"
    THROTTLED = "throttled"
    TEMPORARY = "temporary-failure"
    BUSY = "too-many-connections"
    IN_CLEAR = "starttls-demanded"
    NOT_OFFERED = "mechanism-not-offered"
    TLS = "tls-failed"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "no-connection"
    GARBLED = "garbled"
    PERMISSION = "not-authorized"
    IDENTITY = "identity-not-verified"
    PAUSED = "sending-paused"
    OTHER = "other"


_WORDS: tuple[tuple[str, Outcome], ...] = (  # facts.md A5, in an order in which the special comes before the general
    (r"535.*signature version 2", Outcome.LEGACY),
    (r"535.*not subscribed", Outcome.NOT_SUBSCRIBED),
    (r"^535", Outcome.REFUSED),
    (r"^530.*starttls", Outcome.IN_CLEAR),
    (r"^454.*throttling", Outcome.THROTTLED),
    (r"^421.*too many", Outcome.BUSY),
    (r"^4\d\d", Outcome.TEMPORARY),
    (r"^554.*access denied|not authorized to perform", Outcome.PERMISSION),
    (r"not verified", Outcome.IDENTITY),
    (r"sending paused", Outcome.PAUSED),
    (r"^2\d\d", Outcome.ACCEPTED),
)

_CODES: Mapping[Outcome, tuple[str, str, str]] = {
    Outcome.LEGACY: ("legacy", "password-legacy", "SES says itself that the password is of the old algorithm"),
    Outcome.NOT_SUBSCRIBED: (
        "subscription",
        "account-not-subscribed",
        "SES says itself that the account was never opened in this region; key and password are right",
    ),
    Outcome.PERMISSION: (
        "permission",
        "send-not-authorized",
        "the login works and the mail is refused after DATA: IAM does not allow it",
    ),
    Outcome.IDENTITY: (
        "identity",
        "identity-unverified",
        "the login works and the mail is refused after DATA: an identity is not verified in this region",
    ),
    Outcome.PAUSED: ("account", "account-paused", "the login works, and sending is paused for the account"),
}
"""What is proven by SES's own words: the part, the code of the contract, and why."""

_NO_ANSWER = frozenset({Outcome.TLS, Outcome.TIMED_OUT, Outcome.UNREACHABLE, Outcome.GARBLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One login: the door, the mechanism, and how it ended. ``answer`` is the server's, or what went wrong."""

    port: int
    security: str
    auth: str
    outcome: Outcome
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a test message came to."""

    outcome: Outcome
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The part that is at fault (``right`` for none, ``undetermined``), the contract's code where there is one, and why."""

    part: str
    code: str
    because: str


def of_login(reply: Reply) -> Outcome:
    """What an answer to a login means."""
    return of_answer(str(reply))


def of_answer(text: str) -> Outcome:
    """What a reply, written as ``CODE text``, means."""
    low = " ".join(text.lower().split())
    return next((outcome for pattern, outcome in _WORDS if re.search(pattern, low)), Outcome.OTHER)


def of_failure(failure: str, *, stage: str, late: bool = False) -> Outcome:
    """What a session that broke off means: ``late`` for silence, else by its own words and the stage it had reached.

    Stages are those of `model.facts.EndpointFacts`, and ``login`` behind them.
    """
    if late:
        return Outcome.TIMED_OUT
    low = failure.lower()
    if stage == "tls" or "certificate" in low or "starttls" in low:
        return Outcome.TLS
    if stage == "connect":
        return Outcome.UNREACHABLE
    return Outcome.GARBLED if "no smtp" in low or "octets" in low or "lines" in low else Outcome.OTHER


def conclude(tried: Iterable[Tried], *, sent: Sent | None, api_works: bool | None) -> Conclusion:
    """What all of it proves together. ``api_works`` is ``None`` where the API was not tried with the same key."""
    doors = tuple(tried)
    outcomes = {one.outcome for one in doors}
    if Outcome.ACCEPTED in outcomes:
        found, closed = _after_login(sent), _closed(doors)
        return replace(found, because=f"{found.because}, {closed}") if closed else found
    for named in (Outcome.LEGACY, Outcome.NOT_SUBSCRIBED):
        if named in outcomes:
            return Conclusion(part=_CODES[named][0], code=_CODES[named][1], because=_CODES[named][2])
    if Outcome.REFUSED in outcomes:
        return _refused(api_works)
    told = ", ".join(sorted(outcomes)) or "nothing was tried"
    return Conclusion(part="undetermined", code="", because=f"no login was answered for good: {told}")


def _closed(doors: Iterable[Tried]) -> str:
    """The ports at which no login was answered, where another took it: whoever uses one of these sends nothing."""
    answers = {one.port: one.answer for one in doors if one.outcome in _NO_ANSWER}
    return "; ".join(f"but not at port {port}: {answer}" for port, answer in answers.items())


def _after_login(sent: Sent | None) -> Conclusion:
    if sent is None:
        return Conclusion(part="right", code="", because="SES takes the login; no message was sent")
    if sent.outcome is Outcome.ACCEPTED:
        return Conclusion(part="right", code="", because="SES takes the login and the message")
    if sent.outcome in _CODES:
        part, code, because = _CODES[sent.outcome]
        return Conclusion(part=part, code=code, because=because)
    return Conclusion(part="undetermined", code="", because=f"SES takes the login, and of the message: {sent.answer}")


def _refused(api_works: bool | None) -> Conclusion:
    if api_works is None:
        because = "SES refuses the login; whether key or derivation is the matter would tell the API with the same key"
        return Conclusion(part="credential", code="login-refused", because=because)
    if api_works:
        because = "the API takes this key and its secret, SMTP refuses the password: it is wrongly derived"
        return Conclusion(part="derivation", code="login-refused", because=because)
    because = "neither the API nor SMTP takes this key: it is inactive, deleted, or its secret is another"
    return Conclusion(part="key", code="login-refused", because=because)
