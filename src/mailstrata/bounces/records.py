"""Bytes to the objects of ``bounce read --jsonl``: a mail, or SES's events as JSON.

for each in records(raw, file="ndr.eml"):
    each["recipient"], each["reason"]
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace

from mailstrata.bounces import rfc3464
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.kinds import Kind
from mailstrata.bounces.pasted import addressed, pasted
from mailstrata.bounces.read import read, skim
from mailstrata.bounces.record import Json, no_bounce, record
from mailstrata.bounces.ses_events import DIALECT, told
from mailstrata.formats.charset import without_utf_16
from mailstrata.formats.message import parse
from mailstrata.formats.ses_event import SIZE_LIMIT, SesEvent, stream
from mailstrata.model.errors import Malformed

_SIGN = b"Type"
"""What every event has in its line: ``eventType`` or ``notificationType``."""
_MACHINE = frozenset({DIALECT, rfc3464.DIALECT})
"""What is written for programs: SES's events and the fields of a report."""
_BROKEN_LIMIT = 100
"""Lines of an event that are no JSON, one after the other, before the rest is left."""
_EMPTY_LIMIT = 10_000
"""Documents with nothing in them, one after the other, before it is no log of events: its lines are then looked through."""


def records(raw: bytes, *, file: str, number: int | None = None) -> Iterator[Json]:
    """One object for each recipient that ``raw`` speaks of; a single one with ``"bounce": false`` for what is no bounce.

    ``number`` tells which mail of ``file`` it is, where that is an mbox of several.
    """
    raw = without_utf_16(raw)
    found = _events(raw)
    if found is not None:
        bounces = tuple(bounce for event in found for bounce in told(event))
        yield from (record(bounce, classify(bounce), file=file, number=number) for bounce in bounces)
        kind = Kind.OTHER
    else:
        seen = skim(raw)
        bounces, kind = seen.bounces, seen.kind
        for bounce in bounces:
            yield record(bounce, classify(bounce, seen.around), file=file, number=number)
    if not bounces:
        yield no_bounce(kind, file=file, number=number)


def records_of_text(text: str, *, file: str) -> Iterator[Json]:
    """The objects of what somebody pasted: SES's events, a whole mail, the fields of a report; else an error text."""
    raw = text.encode("utf-8", "replace")
    is_mail = parse(raw).has("from")
    found = [bounce for bounce in bounces_in(raw) if is_mail or bounce.dialect in _MACHINE]
    yield from (record(bounce, classify(bounce), file=file) for bounce in found)
    if not found:
        alone = pasted(text)
        said = classify(alone)
        yield record(addressed(alone, said.code), said, file=file)


def bounces_in(raw: bytes, *, source: str = "") -> tuple[Bounce, ...]:
    """The bounces that a mail or SES's events as JSON tell of; ``source`` is written into each."""
    raw = without_utf_16(raw)
    found = _events(raw)
    if found is None:
        return read(raw, source=source)
    return tuple(replace(bounce, source=source) for event in found for bounce in told(event))


def _events(raw: bytes) -> tuple[SesEvent, ...] | None:
    """SES's events: documents one after the other, as Firehose joins them, or a list; ``None`` when ``raw`` is a mail, since
    JSON without an event is none, too.
    """
    if raw[:200].removeprefix(codecs.BOM_UTF8).lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        return _joined(raw) if len(raw) <= SIZE_LIMIT else tuple(_in_lines(raw)) or None
    except Malformed:
        return tuple(_in_lines(raw)) or None


def _joined(text: bytes) -> tuple[SesEvent, ...]:
    return tuple(stream(text.decode("utf-8-sig", "replace"), patience=_EMPTY_LIMIT))


def _in_lines(raw: bytes) -> Iterator[SesEvent]:
    """The events of the lines that are JSON; a mail that only looks like it, in a row of lines that are none, ends it."""
    broken = 0
    at = raw.find(_SIGN)
    while at >= 0 and broken < _BROKEN_LIMIT:
        start, end = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at)
        end = end if end >= 0 else len(raw)
        try:
            yield from _joined(raw[start : min(end, start + SIZE_LIMIT)])
            broken = 0
        except Malformed:
            broken += 1
        at = raw.find(_SIGN, end)
