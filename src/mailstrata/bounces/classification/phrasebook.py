"""Rows that are told by words: which of several thousand phrases a text holds, without trying them all.

    book = Phrasebook(written("phrases"))
    book.rows(spoken("552 Mailbox is full"))       # the row whose phrases have "mailbox is full"

Each line of the table is filed under the rarest two neighbours among the words that its phrases need, or, where choices and
gaps leave no neighbours, under the two rarest words; of a text only the lines filed under its own words are looked at, and only
of those the phrases are spelled out, once. So a book of thousands of phrases opens in milliseconds. Phrases in writings without
spaces between words are looked for in texts that are not pure ASCII.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from mailstrata.bounces.classification.numbers import Numbers, is_meant, patterns
from mailstrata.bounces.classification.table import CHOICE, Line, parted, spelled
from mailstrata.model.values import dataclass

Pieces = tuple[str, ...]
Pair = tuple[str, str]
GAP = 40
"""Characters between two pieces of a phrase, at most: beyond, they belong to different sentences."""
_REPEATED = 3
"""How often a text has each of its words, from which on it repeats itself."""

_CHOSEN = "\0"
"""What stands for a choice among the words that a phrase always has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: when it holds, and what it then says. Empty cells say nothing."""

    reason: str
    phrase: str = ""
    """Its phrase with all choices, empty where the numbers alone decide."""
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
            phrase=line["phrase"],
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
        return not self.numbers or any([is_meant(self.numbers, each) for each in numbers.each])


class Phrasebook:
    """A table's rows, found by the words of a text."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._entries = [(line, phrase) for line in lines for phrase in parted(line["phrase"])]
        self._rows: dict[int, Row] = {}
        self._phrases: dict[int, tuple[Pieces, ...]] = {}
        self._needed: dict[int, list[list[str]]] = {}
        self._wordless = [place for place, (_, phrase) in enumerate(self._entries) if not phrase]
        self._numbered = [(place, patterns(self._entries[place][0].get("number", ""))) for place in self._wordless]
        self._for_any = frozenset([place for place, meant in self._numbered if not meant])
        self._unspaced: list[int] = []
        self._near: dict[str, dict[str, list[int]]] = {}
        self._apart: dict[str, dict[str, list[int]]] = {}
        self._file()
        self._first_words = frozenset(self._apart)
        self._second_words = {word: frozenset(others) for word, others in self._apart.items()}
        self._meant = lru_cache(maxsize=1024)(self._wordless_for)
        self._meant_by = lru_cache(maxsize=1024)(self._wordless_by)

    def _file(self) -> None:
        """File every row that needs words."""
        near = [_neighbours(phrase) if phrase.isascii() else [] for _, phrase in self._entries]
        met = Counter(chain.from_iterable(near))
        for place, (_, phrase) in enumerate(self._entries):
            if not phrase.isascii():
                self._unspaced.append(place)
                self._needed[place] = []
            elif near[place]:
                one, other = min(near[place], key=lambda pair: (met[pair], pair))
                self._near.setdefault(one, {}).setdefault(other, []).append(place)
            else:
                self._needed[place] = _needed(phrase)
        self._file_apart()

    def _file_apart(self) -> None:
        """File the rows without two words that stand side by side under their two rarest."""
        uses = Counter(chain.from_iterable(chain.from_iterable(self._needed.values())))
        for place, choices in self._needed.items():
            for words in choices:
                rarest, *others = sorted(words, key=lambda word: (uses[word], -len(word), word))
                self._apart.setdefault(rarest, {}).setdefault(others[0] if others else rarest, []).append(place)

    def rows(self, text: str, numbers: Numbers | None = None) -> Iterator[Row]:
        """The rows whose words stand in ``text`` (as `spoken` gives it) or that need none, in the table's order.

        Where ``numbers`` are given, of the rows that need no words only those which they are for.
        """
        for place in self._places(text, numbers):
            for pieces in self._phrases.get(place) or self._spelled_out(place, text):
                if not pieces or (pieces[0] in text and (len(pieces) == 1 or holds(text, pieces))):
                    yield self._rows.get(place) or self._made(place)
                    break

    def _places(self, text: str, numbers: Numbers | None) -> list[int]:
        """Where the rows are that may be meant, in order."""
        places = set(self._wordless if numbers is None else self._meant(numbers))
        words, different = _words_in(text)
        near, before = self._near, ""
        for word in words:
            if before in near and word in near[before]:
                places.update(near[before][word])
            before = word
        for word in self._first_words & different:
            for second in self._second_words[word] & different:
                places.update(self._apart[word][second])
        if not text.isascii():
            places.update(self._unspaced)
        return sorted(places)

    def _wordless_for(self, numbers: Numbers) -> frozenset[int]:
        """The rows without words that are for these numbers; few numbers come again and again."""
        return self._for_any.union(*map(self._meant_by, numbers.each))

    def _wordless_by(self, number: str) -> list[int]:
        """Those that are for one number."""
        return [place for place, meant in self._numbered if any([pattern.means(number) for pattern in meant])]

    def _spelled_out(self, place: int, text: str) -> tuple[Pieces, ...]:
        """The phrases of a row; of one with choices when a text first has the words that it needs, until then it has none.

        A single empty one for a row that needs no words.
        """
        phrase = self._entries[place][1]
        if "{" in phrase:
            choices = self._needed.get(place)
            if choices is None:
                choices = self._needed[place] = _needed(phrase)
            if choices and not any(map(_words_in(text)[1].issuperset, choices)):
                return ()
        phrases = self._phrases[place] = tuple([_pieces(each) for each in spelled(phrase)])
        return phrases

    def _made(self, place: int) -> Row:
        """The row of a line, made when its words are first met."""
        row = self._rows[place] = Row.of(self._entries[place][0])
        return row


@lru_cache(maxsize=16)
def _words_in(text: str) -> tuple[list[str], frozenset[str]]:
    """The words of a text, in order and each once; they are looked up in one book after the other.

    Of a text that repeats itself each pair of neighbours stands once, with nothing between two of them.
    """
    words = text.split()
    different = frozenset(words)
    if len(words) > _REPEATED * len(different):
        words = [word for pair in dict.fromkeys(pairwise(words)) for word in (*pair, "")]
    return words, different


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
    if not phrase:
        return ()
    if ".." not in phrase and phrase.isascii():
        return (f" {phrase} ",)
    runs = [run.strip() for run in phrase.split("..")]
    return tuple([f" {run} " if run.isascii() or " " in run else run for run in runs if run])


def _well_formed(cell: str) -> str:
    """The cell, when each of its patterns is one; raises ``ValueError`` when one is not."""
    return cell if patterns(cell) else ""


def _needed(phrase: str) -> list[list[str]]:
    """The different words that a text which holds the phrase has; of a phrase with one such word, one list for each choice.

    A word that is in part a choice is left out; of choices that may be nothing nothing is needed.
    """
    if "{" not in phrase:
        return [list({word for word in phrase.split() if word != ".."})] if phrase else []
    tokens = CHOICE.sub(_CHOSEN, phrase).split()
    always = list({word for word in tokens if word != ".." and _CHOSEN not in word})
    if len(always) != 1 or _CHOSEN not in tokens:
        return [always] if always else []
    choices = [choice.split(",") for choice in CHOICE.findall(phrase)]
    needed = [choices[number] for number, token in enumerate(_choosing(tokens)) if token == _CHOSEN]
    whole = [each for each in needed if all(each)]
    return [[*always, *chosen.split()] for chosen in min(whole, key=len)] if whole else [always]


def _neighbours(phrase: str) -> list[Pair]:
    """The pairs of words that stand side by side in every spelling of the phrase."""
    if "{" not in phrase and ".." not in phrase:
        return list(pairwise(phrase.split()))
    tokens = CHOICE.sub(_CHOSEN, phrase).split()
    return [
        (one, other)
        for one, other in pairwise(tokens)
        if one != ".." != other and _CHOSEN not in one and _CHOSEN not in other
    ]


def _choosing(tokens: list[str]) -> Iterator[str]:
    """The tokens with a choice in them, once for each."""
    for token in tokens:
        yield from [token] * token.count(_CHOSEN)
