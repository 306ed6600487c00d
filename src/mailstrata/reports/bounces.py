"""Bounces for people: a line for each recipient with reason and owner, below it what to do, at the end how many.

    page(record, width=80)

Takes the objects of ``bounce read --jsonl``. Texts become safe in their spans (`reports.safe`). Where less than 100 columns are
wide enough for a row, code and owner stand in a line of their own: a code is never cut, since people look it up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from mailstrata.reports.page import Line, Page, Span, Style, cut, fold
from mailstrata.reports.safe import safe
from mailstrata.reports.safe import width as columns_of
from mailstrata.reports.words import count

Record = Mapping[str, object]

_WHO = {"you": "you", "aws": "AWS", "recipient": "the recipient", "network": "the network", "google": "Google"}
_RECIPIENT, _REASON, _CODE = 32, 16, 32
_OWNER = "who can mend it"
_WIDE = 2 + _RECIPIENT + 1 + _REASON + 1 + _CODE + 1 + len(_OWNER)
"""Columns of a whole row."""


@dataclass(slots=True)
class Tally:
    """How many recipients of each fate were seen."""

    failed: int = 0
    hard: int = 0
    delayed: int = 0
    other: int = 0

    @property
    def seen(self) -> int:
        """All that were counted."""
        return self.failed + self.delayed + self.other

    def count(self, record: Record) -> None:
        """Add one object."""
        if not record["bounce"]:
            self.other += 1
        elif record["action"] == "delayed":
            self.delayed += 1
        else:
            self.failed += 1
            self.hard += bool(record["hard"])


def line(record: Record) -> str:
    """The object as a line of JSON in pure ASCII."""
    try:
        text = msgspec.json.encode(record).decode("ascii")
    except UnicodeError:  # letters beyond ASCII, or half of a surrogate pair, which is no text in UTF-8
        text = json.dumps(record, ensure_ascii=True, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f") + "\n"


def heading(width: int) -> Page:
    """The names of the columns."""
    first = f"  {'recipient':<{_recipient(width)}} {'reason':<{_REASON}}"
    if width >= _WIDE:
        return ((Span(f"{first} {'code':<{_CODE}} {_OWNER}", Style.HEADING),),)
    return (Span(first, Style.HEADING),), (Span(f"    code, {_OWNER}", Style.HEADING),)


def page(record: Record, width: int) -> Page:
    """One recipient: mark, address, reason, code and owner; below what was said and what to do."""
    if not record["bounce"]:
        return (_none(record),)
    told = [Span(_text(record, "diagnostic"), Style.QUOTE)] if record["diagnostic"] else []
    below = [told, [Span(f"It is tried until {_text(record, 'will_retry_until')}.")]] if _is_tried(record) else [told]
    remedy = [Span("→ "), Span(_text(record, "remedy"))]
    lines = (line for spans in below for line in fold(spans, width, indent=4))
    return (*_rows(record, width), *lines, *fold(remedy, width, indent=4, hang=2))


def _is_tried(record: Record) -> bool:
    return record["action"] == "delayed" and bool(record.get("will_retry_until"))


def _rows(record: Record, width: int) -> Page:
    mark, style = ("…", Style.WARN) if record["action"] == "delayed" else ("✗", Style.BAD)
    code, owner = _text(record, "code") or "-", _WHO.get(_text(record, "owner"), "")
    first = (
        Span(f"{mark} ", style),
        Span(_cell(_text(record, "recipient") or "?", _recipient(width))),
        Span(_cell(_text(record, "reason"), _REASON), style),
    )
    if width >= _WIDE:
        return ((*first, Span(_cell(code, _CODE), Style.CODE), Span(owner)),)
    return first, *fold([Span(code, Style.CODE), Span(f", {owner}" if owner else "")], width, indent=4)


def _recipient(width: int) -> int:
    """The columns of an address."""
    return max(min(_RECIPIENT, width - 2 - 1 - _REASON - 1), 8)


def _none(record: Record) -> Line:
    what = _text(record, "reason") or _text(record, "kind")
    said = f"no failure ({what})" if what not in {"", "other"} else "no bounce"
    number = f"#{record['number']}" if record.get("number") else ""
    return (Span("· ", Style.DIM), Span(f"{_text(record, 'file')}{number}: {said}", Style.DIM))


def summary(tally: Tally, width: int) -> Page:
    """How many, in one line."""
    if not tally.seen:
        return fold([Span("No mail was found.")], width)
    failed = f"{count(tally.failed, 'failed recipient')}, {tally.hard} of them for good"
    parts = [failed if tally.failed else "No recipient failed"]
    parts += [f"{tally.delayed} delayed"] if tally.delayed else []
    parts += [f"{count(tally.other, 'mail')} without a failure"] if tally.other else []
    return fold([Span("; ".join(parts) + ".")], width)


def _cell(text: str, columns: int) -> str:
    shown = cut(safe(text), columns)
    return shown + " " * (columns - columns_of(shown) + 1)


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
