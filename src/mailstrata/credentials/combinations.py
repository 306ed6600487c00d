"""Two mistakes at once: recipes that replace different steps, put together.

    dict(pairs())["aws4-prefix-missing+secret-with-newline"]      # a Recipe with the steps of both

A pair is named after both, first what was computed wrongly, then what became of the text. Two recipes that replace the
same step exclude each other; two things that happened to the text are tried in both orders. Source: facts.md A9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, permutations

from mailstrata.credentials.mistakes import RECIPES, RIGHT, Recipe

_STEPS = ("take", "sign", "write")
_DOUBLE = "derived-twice"
"""Depends on the region twice, so it is paired with nothing that does not."""


@cache
def pairs() -> tuple[tuple[str, Recipe], ...]:
    """Every pair of mistakes that can be made together, by its name."""
    return (*_computed(), *_dressed(), *_dressed_twice())


def _computed() -> Iterator[tuple[str, Recipe]]:
    for (one, first), (other, second) in combinations(_computing(), 2):
        if not _replaced(first) & _replaced(second) and _together(one, other):
            steps = {step: getattr(second, step) for step in _replaced(second)}
            regional = first.regional and second.regional
            yield f"{one}+{other}", replace(first, **steps, regional=regional)


def _dressed() -> Iterator[tuple[str, Recipe]]:
    for (one, first), (other, second) in ((a, b) for a in _computing() for b in _text()):
        if _differs(first, one):
            yield f"{one}+{other}", replace(first, undo=second.undo, spoil=second.spoil, least=second.least)


def _dressed_twice() -> Iterator[tuple[str, Recipe]]:
    """``first`` happened first, so it is undone last."""
    for (one, first), (other, second) in permutations(_text(), 2):
        if first.undo and second.undo and first.spoil and second.spoil:
            undo, spoil = _after(second.undo, first.undo), _after(first.spoil, second.spoil)
            yield f"{one}+{other}", Recipe(undo=undo, spoil=spoil)


def _after(first: Callable[[str], str], second: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: second(first(text))


def _computing() -> list[tuple[str, Recipe]]:
    return [(name, recipe) for name, recipe in RECIPES.items() if _replaced(recipe)]


def _text() -> list[tuple[str, Recipe]]:
    return [(name, recipe) for name, recipe in RECIPES.items() if not _replaced(recipe)]


def _replaced(recipe: Recipe) -> frozenset[str]:
    """The steps of computing that a recipe does otherwise than they should be done."""
    return frozenset(step for step in _STEPS if getattr(recipe, step) is not getattr(RIGHT, step))


def _differs(recipe: Recipe, name: str) -> bool:
    """Whether a dressing of it is a mistake more: hexadecimal and the like hold nothing that a URL would change."""
    return recipe.write is RIGHT.write or name in {"v2", "version-byte-missing", "secret-itself"}


def _together(one: str, other: str) -> bool:
    return _DOUBLE not in {one, other} or all(RECIPES[name].regional for name in (one, other))
