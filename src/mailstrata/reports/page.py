"""A page as lines of spans, folded at a width: the same page for a terminal and for a file.

    fold([Span("key-inactive", Style.CODE), Span(" AKIAEXAMPLE")], width=80, indent=2)

A span holds safe text only (`reports.safe`), however it was made. Nothing is cut: what does not fit is folded, at spaces
where there are any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from mailstrata.model.values import dataclass
from mailstrata.reports.safe import safe
from mailstrata.reports.safe import width as columns_of


class Style(StrEnum):
    """What a text is; how that looks is the terminal's business."""

    PLAIN = "plain"
    HEADING = "heading"
    BAD = "bad"
    WARN = "warn"
    GOOD = "good"
    UNKNOWN = "unknown"
    CODE = "code"
    QUOTE = "quote"
    DIM = "dim"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. Its text is made safe here and nowhere else, so no way leads around it."""

    text: str
    style: Style = Style.PLAIN

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", safe(self.text))


Line = tuple[Span, ...]
Page = tuple[Line, ...]

BLANK: Page = ((),)
NARROWEST = 40
"""Narrower terminals get lines of this width."""

_TOKEN = re.compile(r" +|[^ ]+")


def text_of(page: Page) -> str:
    """The page as text, without spaces at line ends."""
    return "".join("".join(span.text for span in line).rstrip() + "\n" for line in page)


def heading(title: str, *beside: Span) -> Page:
    """A section's heading with a blank line before it."""
    return ((), (Span(title, Style.HEADING), *beside))


def fold(spans: Sequence[Span], width: int, *, indent: int = 0, hang: int = 0, bar: str = "") -> Page:
    """The spans as lines of ``width`` columns: ``indent`` spaces and ``bar`` before each, ``hang`` more before all but one."""
    room = max(width, NARROWEST)
    margin = Span(" " * indent + bar, Style.DIM if bar else Style.PLAIN)
    lines: list[Line] = []
    for number, line in enumerate(_wrapped(spans, room - indent - len(bar), hang)):
        lines.append((margin, Span(" " * hang), *line) if number else (margin, *line))
    return tuple(_joined(line) for line in lines)


def _joined(line: Sequence[Span]) -> Line:
    """The same line with neighbours of one style in one span."""
    groups = groupby((span for span in line if span.text), key=lambda span: span.style)
    return tuple(Span("".join(span.text for span in group), style) for style, group in groups)


def paragraph(text: str, width: int, *, indent: int = 0, style: Style = Style.PLAIN) -> Page:
    """One text, folded."""
    return fold([Span(text, style)], width, indent=indent)


def _wrapped(spans: Sequence[Span], room: int, hang: int) -> Iterator[list[Span]]:
    line: list[Span] = []
    left = room
    for token in _tokens(spans, room - hang):
        size = columns_of(token.text)
        if size > left:
            yield line
            line, left = [], room - hang
            if token.text.isspace():
                continue
        line.append(token)
        left -= size
    if line:
        yield line


def _tokens(spans: Iterable[Span], room: int) -> Iterator[Span]:
    """Words and the spaces between them; a word longer than a line is broken."""
    for span in spans:
        for match in _TOKEN.finditer(span.text):
            yield from (Span(piece, span.style) for piece in _broken(match[0], room))


def _broken(word: str, room: int) -> Iterator[str]:
    start, used = 0, 0
    for position, character in enumerate(word):
        size = columns_of(character)
        if used + size > room:
            yield word[start:position]
            start, used = position, 0
        used += size
    yield word[start:]


def cut(text: str, columns: int) -> str:
    """``text`` in at most so many columns, for a picture alone; what is cut ends in ``…``."""
    shown = safe(text)
    if columns_of(shown) <= columns:
        return shown
    return next(_broken(shown, max(columns - 1, 1))) + "…"
