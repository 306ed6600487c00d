r"""A table of the classification: tab-separated lines under a line of column names.

    # what the table is about
    suffix          provider    source
    yahoodns.net    yahoo       facts.md E

``-`` is an empty cell, ``#`` begins a comment. ``mailbox {is,was} full`` in the column ``phrase`` stands for several phrases,
one for each choice, ``{is,}`` is also nothing: servers say the same thing in many ways. The files lie beside this module, so
a broken one is our own fault and every test that classifies anything finds it.
"""

from __future__ import annotations

import re
from importlib.resources import files
from math import prod

from mailstrata.model.errors import Malformed

Line = dict[str, str]

CHOICE = re.compile(r"\{([^{}]*)\}")
FEW = 6
"""Spellings of a phrase that are tried one after the other."""


def lines(name: str) -> list[Line]:
    """The lines of ``tables/NAME.tsv`` by column name; raises ``Malformed`` when one has not as many cells as columns.

    A line with choices in its phrase is given once for each.
    """
    return [
        line | {"phrase": each} if each else line for line in written(name) for each in spelled(line.get("phrase", ""))
    ]


def written(name: str) -> list[Line]:
    """The lines as they are written, choices and all."""
    text = files(__package__).joinpath("tables", f"{name}.tsv").read_text("utf-8")
    return parse(text, name)


def parse(text: str, name: str) -> list[Line]:
    """The lines of a table as written; ``name`` is for the message when one is broken."""
    columns: list[str] = []
    found: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = ["" if cell == "-" else cell for cell in line.split("\t")]
        if not columns:
            columns = cells
        elif len(cells) != len(columns):
            raise Malformed(f"{name}.tsv line {number}", f"{len(cells)} cells", f"{len(columns)}: {', '.join(columns)}")
        else:
            found.append(dict(zip(columns, cells, strict=True)))
    return found


def spelled(phrase: str) -> list[str]:
    """The phrases that one with choices stands for."""
    if "{" not in phrase:
        return [" ".join(phrase.split())]
    first, *others = CHOICE.split(phrase)
    found = [first]
    for choices, after in zip(others[::2], others[1::2], strict=True):
        found = [f"{before}{chosen}{after}" for before in found for chosen in choices.split(",")]
    return [" ".join(each.split()) for each in found]


def parted(phrase: str) -> list[str]:
    """Phrases of few choices each that together stand for what one of many does: its largest are spelled out.

    All are where it would be left without a word of its own, or where it is not pure ASCII.
    """
    if "{" not in phrase:
        return [phrase]
    choices = CHOICE.findall(phrase)
    spellings = prod([each.count(",") + 1 for each in choices])
    if spellings == 1 or (spellings <= FEW and phrase.isascii() and CHOICE.sub("", phrase).strip(" .")):
        return [phrase]
    largest = max(choices, key=lambda each: each.count(","))
    before, _, after = phrase.partition(f"{{{largest}}}")
    return [each for chosen in largest.split(",") for each in parted(f"{before}{chosen}{after}")]
