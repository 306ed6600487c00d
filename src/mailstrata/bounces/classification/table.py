r"""A table of the classification: tab-separated lines under a line of column names.

    # what the table is about
    suffix          provider    source
    yahoodns.net    yahoo       facts.md E

``-`` is an empty cell, ``#`` begins a comment. ``mailbox {is,was} full`` in the column ``phrase`` stands for several lines,
one for each choice, ``{is,}`` is also nothing: servers say the same thing in many ways. The files lie beside this module, so
a broken one is our own fault and every test that classifies anything finds it.
"""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product

from mailstrata.model.errors import Malformed

Line = dict[str, str]

_CHOICE = re.compile(r"\{([^{}]*)\}")


def lines(name: str) -> list[Line]:
    """The lines of ``tables/NAME.tsv`` by column name; raises ``Malformed`` when one has not as many cells as columns."""
    text = files(__package__).joinpath("tables", f"{name}.tsv").read_text("utf-8")
    return parse(text, name)


def parse(text: str, name: str) -> list[Line]:
    """The lines of a table; ``name`` is for the message when one is broken."""
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
            found += _spelled(dict(zip(columns, cells, strict=True)))
    return found


def _spelled(line: Line) -> list[Line]:
    """The line once for each choice in its phrase."""
    phrase = line.get("phrase", "")
    if "{" not in phrase:
        return [line]
    pieces = [piece.split(",") if number % 2 else [piece] for number, piece in enumerate(_CHOICE.split(phrase))]
    return [line | {"phrase": " ".join("".join(chosen).split())} for chosen in product(*pieces)]
