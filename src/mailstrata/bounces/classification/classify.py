"""One bounce to its reason, owner and remedy: each signal weighed, the particular before the general.

    classify(Bounce(recipient="ann@dock.example", diagnostic="552 5.2.2 Mailbox full")).reason      # "mailboxfull"

In this order: what the reader of the bounce knows already (suppressed, delivered); what the provider means by its own numbers
and words; what servers say in general; the enhanced status code; loose words; the words around the answer; the reply code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.meaning import meaning
from mailstrata.bounces.classification.numbers import Numbers, Pattern
from mailstrata.bounces.classification.phrasebook import Phrasebook, Row
from mailstrata.bounces.classification.result import Classification
from mailstrata.bounces.classification.signals import Around, Signals, own_context
from mailstrata.bounces.classification.table import lines, written
from mailstrata.model.finding import Confidence

_SAID = "userunknown-said"
_WRITER = "by "
_REMEMBERED_LIMIT = 2048
_REMEMBERED_LENGTH = 400
"""Judgements that are remembered, and the characters of an answer: together less than two megabytes."""
_REMEMBERED: dict[tuple[object, ...], tuple[Row, Confidence]] = {}
_OF_AN_ADDRESS = (Pattern.parse("*.1.0-5"), Pattern.parse("*.1.10-999"))


def classify(bounce: Bounce, around: Around = own_context) -> Classification:
    """Why ``bounce`` happened, as far as it can be told; never raises for what a mail says.

    ``around`` gives the words around the answer, where the bounce itself lacks them (`read.Skim`).
    """
    signals = Signals(bounce, around)
    row, confidence = _judgement(signals)
    return meaning(bounce, row, signals.numbers, confidence)


def _judgement(signals: Signals) -> tuple[Row, Confidence]:
    """The most trustworthy reading; remembered where the answer alone decided, since servers say the same again and again."""
    told = signals.told_alone
    known = _REMEMBERED.get(told)
    if known is not None:
        return known
    found = next(_judged(signals))
    if not signals.looked_around and len(signals.answer) <= _REMEMBERED_LENGTH:
        if len(_REMEMBERED) >= _REMEMBERED_LIMIT:
            _REMEMBERED.clear()
        _REMEMBERED[told] = found
    return found


def _judged(signals: Signals) -> Iterator[tuple[Row, Confidence]]:
    """Every reading of the signals, the most trustworthy first; there is always a last one."""
    yield from _known(signals.bounce)
    yield from _by_provider(signals, signals.answer)
    yield from _by_words(signals, "phrases", signals.answer, Confidence.LIKELY)
    if signals.bounce.diagnostic.isdigit():
        yield _plain("mailererror", source="RFC 3464 2.3.6: a program's exit status"), Confidence.LIKELY
    yield from _by_status(signals, "sure", Confidence.LIKELY)
    yield from _by_provider(signals, signals.context)
    yield from _by_words(signals, "phrases", signals.context, Confidence.POSSIBLE)
    yield from _by_words(signals, "hints", signals.answer, Confidence.POSSIBLE)
    yield from _by_status(signals, "said", Confidence.POSSIBLE)
    if not signals.answer.strip():
        yield from _by_words(signals, "hints", signals.context, Confidence.POSSIBLE)
    yield from _last(signals)


def _known(bounce: Bounce) -> Iterator[tuple[Row, Confidence]]:
    if bounce.suppressed:
        code = "recipient-globally-suppressed" if bounce.suppressed == "global" else "recipient-suppressed"
        yield _plain("suppressed", fault=f"account/{code}", source="facts.md B5"), Confidence.PROVEN
    elif bounce.action == "complained":
        yield _plain("feedback", source="facts.md B7"), Confidence.PROVEN
    elif bounce.action in {"delivered", "relayed", "expanded"}:
        yield _plain("delivered", source="RFC 3464 2.3.3"), Confidence.PROVEN


def _by_provider(signals: Signals, text: str) -> Iterator[tuple[Row, Confidence]]:
    for row in _book("providers").rows(text, signals.numbers):
        if _is_theirs(row, signals) and _holds(row, signals):
            agreed = bool(row.numbers) or row.provider.removesuffix("?") in signals.providers
            found = _of_a_user(row, signals) if row.reason == _SAID else row
            yield found, Confidence.PROVEN if agreed and text is signals.answer else Confidence.LIKELY


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


def _by_words(signals: Signals, book: str, text: str, confidence: Confidence) -> Iterator[tuple[Row, Confidence]]:
    for row in _book(book).rows(text, signals.numbers):
        if _holds(row, signals):
            found = _of_a_user(row, signals) if row.reason == _SAID else row
            agreed = (
                row.phrase and confidence is Confidence.LIKELY and found.reason == _registered(signals.numbers, "sure")
            )
            yield found, Confidence.PROVEN if agreed else confidence


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


@lru_cache(maxsize=4096)
def _is_of_an_address(numbers: Numbers) -> bool:
    return any(pattern.holds(numbers) for pattern in _OF_AN_ADDRESS)


def _by_status(signals: Signals, weight: str, confidence: Confidence) -> Iterator[tuple[Row, Confidence]]:
    reason = _registered(signals.numbers, weight)
    if reason:
        yield _plain(reason, source="RFC 3463"), confidence


@lru_cache(maxsize=4096)
def _registered(numbers: Numbers, weight: str) -> str:
    """What the registry means by the first number that it has with this weight."""
    for pattern, reason, weighs in _statuses():
        if weighs == weight and pattern.holds(numbers):
            return reason
    return ""


def _last(signals: Signals) -> Iterator[tuple[Row, Confidence]]:
    for code, at, reason in _replies():
        if code == signals.numbers.reply and at in {"", signals.phase}:
            yield _plain(reason, source="RFC 5321 4.2"), Confidence.POSSIBLE
    if signals.bounce.action == "delayed":
        yield _plain("expired", source="RFC 3464 2.3.3"), Confidence.POSSIBLE
    has_words = signals.answer.strip() or signals.context.strip()
    yield _plain("onhold" if has_words else "undefined", source="reasons.json"), Confidence.POSSIBLE


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
