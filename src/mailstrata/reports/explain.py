"""A check's page for a person, made of its docstring (`mailstrata explain CODE`).

    page("key-inactive", checks.key_inactive.__doc__, stratum="relay")

The first line is the fault in a sentence; a line without indent is a heading, what is indented below it is its text. Lines
that begin with ``$``, ``-`` or a digit, or are indented further, stay lines of their own.
"""

from __future__ import annotations

import inspect
import re

from mailstrata.reports.human import WIDTH
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold

_ALONE = re.compile(r"(?:\s|[$*-] |\d+[.)] )")


def page(code: str, docstring: str, *, stratum: str = "", width: int = WIDTH) -> Page:
    """The page of one check."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n")
    head = [Span(code, Style.CODE), Span(f"  {stratum}" if stratum else "", Style.DIM)]
    lines: list[Line] = [*fold(head, width), *fold([Span(title)], width)]
    for block in re.split(r"\n(?=\S)", "\n" + rest.strip("\n")):
        lines += _section(block.strip("\n"), width)
    return tuple(lines)


def _section(block: str, width: int) -> Page:
    name, _, body = block.partition("\n")
    if not name.strip():
        return ()
    lines: list[Line] = [*BLANK, (Span(name.strip(), Style.HEADING),)]
    for text in _paragraphs(inspect.cleandoc("\n" + body)):
        lines += fold([Span(text)], width, indent=4, hang=2 if _ALONE.match(text) else 0) if text else BLANK
    return tuple(lines)


def _paragraphs(body: str) -> list[str]:
    """Lines joined to paragraphs; an empty text stands for an empty line."""
    joined: list[str] = []
    for line in body.split("\n"):
        continues = bool(joined and joined[-1] and line and not _ALONE.match(line) and not joined[-1].startswith(" "))
        if continues:
            joined[-1] += " " + line
        else:
            joined.append(line)
    return joined
