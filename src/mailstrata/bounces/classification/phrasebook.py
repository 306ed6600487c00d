"""Rows that are told by words: which of several hundred phrases a text holds, without trying them all.

    book = Phrasebook(lines("phrases"))
    book.rows(spoken("552 Mailbox is full"))       # the row whose phrases have "mailbox is full"

Each phrase is filed under its two rarest words; of a text only the phrases filed under its own words are looked for. Phrases in
writings without spaces between words are looked for in texts that are not pure ASCII.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from mailstrata.bounces.classification.numbers import Numbers, are_meant, patterns
from mailstrata.bounces.classification.table import Line

Pieces = tuple[str, ...]
GAP = 40
"""Characters between two pieces of a phrase, at most: beyond, they belong to different sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: when it holds, and what it then says. Empty cells say nothing."""

    reason: str
    pieces: Pieces = ()
    """The runs of words of its phrase; none where the numbers alone decide."""
    numbers: str = ""
    """Its patterns, as the cell of the table gives them."""
    phase: str = ""
    provider: str = ""
    fault: str = ""
    owner: str = ""
    source: str = ""

    @classmethod
    def of(cls, line: Line) -> Row:
        """The row of a table's line."""
        return cls(
            reason=line.get("reason", ""),
            pieces=_pieces(line["phrase"]),
            numbers=_well_formed(line.get("number", "")),
            phase=line.get("phase", ""),
            provider=line.get("provider", ""),
            fault=line.get("fault", ""),
            owner=line.get("owner", ""),
            source=line["source"],
        )

    def holds(self, numbers: Numbers, phase: str) -> bool:
        """Whether numbers and phase are those that the row is narrowed to."""
        if self.phase and self.phase != phase:
            return False
        return not self.numbers or are_meant(self.numbers, numbers.statuses, numbers.reply)


class Phrasebook:
    """A table's rows, found by the words of a text."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._rows = [Row.of(line) for line in lines]
        self._filed: dict[str, dict[str, list[int]]] = {}
        self._unspaced: list[int] = []
        self._wordless = [place for place, row in enumerate(self._rows) if not row.pieces]
        words = [_words(row.pieces) for row in self._rows]
        uses = Counter(chain.from_iterable(words))
        ranks = {word: rank for rank, word in enumerate(sorted(uses, key=lambda word: (uses[word], -len(word), word)))}
        for place, used in enumerate(words):
            if used:
                self._file(place, used, ranks)

    def _file(self, place: int, words: set[str], ranks: dict[str, int]) -> None:
        if "".join(words).isascii():
            rarest, *others = sorted(words, key=ranks.__getitem__)
            self._filed.setdefault(rarest, {}).setdefault(others[0] if others else rarest, []).append(place)
        else:
            self._unspaced.append(place)

    def rows(self, text: str) -> Iterator[Row]:
        """The rows whose words stand in ``text`` (as `spoken` gives it) or that need none, in the table's order."""
        candidates = list(self._wordless)
        words = _words_in(text)
        for word in self._filed.keys() & words:
            by_second = self._filed[word]
            for second in by_second.keys() & words:
                candidates += by_second[second]
        if not text.isascii():
            candidates += self._unspaced
        candidates.sort()
        for place in candidates:
            row = self._rows[place]
            pieces = row.pieces
            if pieces[0] in text if len(pieces) == 1 else holds(text, pieces):
                yield row


@lru_cache(maxsize=16)
def _words_in(text: str) -> frozenset[str]:
    """The words of a text, which is looked up in one book after the other."""
    return frozenset(text.split())


def holds(text: str, pieces: Pieces) -> bool:
    """Whether all pieces stand in ``text`` one after the other, none far from the one before."""
    at = 0
    for number, piece in enumerate(pieces):
        found = text.find(piece, at, at + GAP + len(piece)) if number else text.find(piece)
        if found < 0:
            return False
        at = found + len(piece) - 1
    return True


def _pieces(phrase: str) -> Pieces:
    """``no such .. user`` as its runs of words, each with a space at both ends where its writing has spaces."""
    runs = [" ".join(run.split()) for run in phrase.split("..")]
    return tuple([f" {run} " if run.isascii() or " " in run else run for run in runs if run])


def _well_formed(cell: str) -> str:
    """The cell, when each of its patterns is one; raises ``ValueError`` when one is not."""
    return cell if patterns(cell) else ""


def _words(pieces: Pieces) -> set[str]:
    return set(" ".join(pieces).split())
