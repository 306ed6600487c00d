"""One bounce to its reason, owner and remedy: each signal weighed, the particular before the general.

    classify(Bounce(recipient="ann@dock.example", diagnostic="552 5.2.2 Mailbox full")).reason      # "mailboxfull"

In this order: what the reader of the bounce knows already (suppressed, delivered); what the provider means by its own numbers
and words; what servers say in general; the enhanced status code; loose words; the words around the answer; the reply code.
"""

from __future__ import annotations

from functools import cache, lru_cache

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.meaning import meaning
from mailstrata.bounces.classification.numbers import Numbers, Pattern
from mailstrata.bounces.classification.phrasebook import Phrasebook, Row
from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.classification.signals import Around, Signals, own_context
from mailstrata.bounces.classification.table import lines, written
from mailstrata.model.finding import Confidence

Judgement = tuple[Row, Confidence]
"""The row that decides, and how far it is to be believed."""

_SAID = "userunknown-said"
_GOOD = frozenset({"delivered", "relayed", "expanded"})
_WRITER = "by "
_REMEMBERED_LIMIT = 2048
_REMEMBERED_LENGTH = 400
"""Judgements that are remembered, and the characters of an answer: together less than two megabytes."""
_REMEMBERED: dict[tuple[object, ...], Judgement] = {}
_OF_AN_ADDRESS = (Pattern.parse("*.1.0-5"), Pattern.parse("*.1.10-999"))


def classify(bounce: Bounce, around: Around = own_context) -> Classification:
    """Why ``bounce`` happened, as far as it can be told; never raises for what a mail says.

    ``around`` gives the words around the answer, where the bounce itself lacks them (`read.Skim`).
    """
    signals = Signals(bounce, around)
    row, confidence = _judgement(signals)
    return meaning(bounce, row, signals.numbers, confidence)


def _judgement(signals: Signals) -> Judgement:
    """The most trustworthy reading; remembered where the answer alone decided, since servers say the same again and again."""
    told = signals.told_alone
    known = _REMEMBERED.get(told)
    if known is not None:
        return known
    found = _judged(signals)
    if not signals.looked_around and len(signals.answer) <= _REMEMBERED_LENGTH:
        if len(_REMEMBERED) >= _REMEMBERED_LIMIT:
            _REMEMBERED.clear()
        _REMEMBERED[told] = found
    return found


def _judged(signals: Signals) -> Judgement:
    """The most trustworthy reading of the signals; there is always a last one."""
    answer = signals.answer
    return (
        _known(signals.bounce)
        or _by_provider(signals, answer)
        or _by_words(signals, "phrases", answer, Confidence.LIKELY)
        or _of_a_program(signals.bounce)
        or _by_status(signals, "sure", Confidence.LIKELY)
        or _by_provider(signals, signals.context)
        or _by_words(signals, "phrases", signals.context, Confidence.POSSIBLE)
        or _by_words(signals, "hints", answer, Confidence.POSSIBLE)
        or _by_status(signals, "said", Confidence.POSSIBLE)
        or (None if answer.strip() else _by_words(signals, "hints", signals.context, Confidence.POSSIBLE))
        or _last(signals)
    )


def _known(bounce: Bounce) -> Judgement | None:
    if bounce.suppressed:
        code = "recipient-globally-suppressed" if bounce.suppressed == "global" else "recipient-suppressed"
        return _plain("suppressed", fault=f"account/{code}", source="facts.md B5"), Confidence.PROVEN
    if bounce.action == "complained":
        return _plain("feedback", source="facts.md B7"), Confidence.PROVEN
    if bounce.action in _GOOD:
        return _plain("delivered", source="RFC 3464 2.3.3"), Confidence.PROVEN
    return None


def _of_a_program(bounce: Bounce) -> Judgement | None:
    if not bounce.diagnostic.isdigit():
        return None
    return _plain("mailererror", source="RFC 3464 2.3.6: a program's exit status"), Confidence.LIKELY


def _by_provider(signals: Signals, text: str) -> Judgement | None:
    for row in _book("providers").rows(text, signals.numbers):
        if _is_theirs(row, signals) and _holds(row, signals):
            agreed = bool(row.numbers) or row.provider.removesuffix("?") in signals.providers
            found = _of_a_user(row, signals) if row.reason == _SAID else row
            return found, Confidence.PROVEN if agreed and text is signals.answer else Confidence.LIKELY
    return None


def _is_theirs(row: Row, signals: Signals) -> bool:
    """Whether the row is about who answered; rows with ``?`` are also about nobody in particular.

    ``by NAME`` is about the program that wrote the notice.
    """
    if row.provider.startswith(_WRITER):
        return row.provider == _WRITER + signals.bounce.dialect
    name = row.provider.removesuffix("?")
    if signals.providers:
        return name in signals.providers
    return name != row.provider or name == signals.guessed


def _by_words(signals: Signals, book: str, text: str, confidence: Confidence) -> Judgement | None:
    for row in _book(book).rows(text, signals.numbers):
        if _holds(row, signals):
            found = _of_a_user(row, signals) if row.reason == _SAID else row
            agreed = (
                row.phrase and confidence is Confidence.LIKELY and found.reason == _registered(signals.numbers, "sure")
            )
            return found, Confidence.PROVEN if agreed else confidence
    return None


def _holds(row: Row, signals: Signals) -> bool:
    """Whether the row holds for these signals; the phase is only worked out for the rows that ask for one."""
    return row.holds(signals.numbers, signals.phase if row.phase else "")


def _of_a_user(row: Row, signals: Signals) -> Row:
    """``user unknown`` proves an unknown mailbox at RCPT or with the number of one.

    Else a filter may have said it: some answer so after they have seen the mail. A notice that says that the mailbox is
    disabled knows more than an answer without a number.
    """
    sure = _is_of_an_address(signals.numbers)
    if not sure:
        told = next(_book("phrases").rows(signals.context), None)
        if told is not None and told.reason == "suspend":
            return _plain("suspend", source=row.source)
        sure = signals.phase == "rcpt"
    return _plain("userunknown" if sure else "filtered", fault="recipient/recipient-unknown", source=row.source)


def _is_of_an_address(numbers: Numbers) -> bool:
    return any(map(_names_an_address, numbers.statuses))


@lru_cache(maxsize=1024)
def _names_an_address(status: str) -> bool:
    return any(pattern.means(status) for pattern in _OF_AN_ADDRESS)


def _by_status(signals: Signals, weight: str, confidence: Confidence) -> Judgement | None:
    reason = _registered(signals.numbers, weight)
    return (_plain(reason, source="RFC 3463"), confidence) if reason else None


def _registered(numbers: Numbers, weight: str) -> str:
    """What the registry means by that of the numbers which it has first with this weight."""
    entries = [entry for status in numbers.statuses if (entry := _registry(status, weight))]
    return min(entries)[1] if entries else ""


@lru_cache(maxsize=1024)
def _registry(status: str, weight: str) -> tuple[int, str] | None:
    """The first line of the registry with this weight for a status: its number and its reason."""
    for number, (pattern, reason, weighs) in enumerate(_statuses()):
        if weighs == weight and pattern.means(status):
            return number, reason
    return None


def _last(signals: Signals) -> Judgement:
    for code, at, reason in _replies():
        if code == signals.numbers.reply and at in {"", signals.phase}:
            return _plain(reason, source="RFC 5321 4.2"), Confidence.POSSIBLE
    if signals.bounce.action == "delayed":
        return _plain("expired", source="RFC 3464 2.3.3"), Confidence.POSSIBLE
    has_words = signals.answer.strip() or signals.context.strip()
    return _plain("onhold" if has_words else "undefined", source="reasons.json"), Confidence.POSSIBLE


@cache
def _plain(reason: str, *, fault: str = "", source: str = "") -> Row:
    return Row(reason=reason, fault=fault, source=source)


@cache
def _book(name: str) -> Phrasebook:
    return Phrasebook(written(name))


@cache
def _statuses() -> tuple[tuple[Pattern, str, str], ...]:
    return tuple((Pattern.parse(line["status"]), line["reason"], line["weight"]) for line in lines("statuses"))


@cache
def _replies() -> tuple[tuple[int, str, str], ...]:
    return tuple((int(line["code"]), line["phase"], line["reason"]) for line in lines("replies"))
