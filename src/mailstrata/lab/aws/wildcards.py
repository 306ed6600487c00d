"""The ``*`` and ``?`` of IAM policies, and their variables ``${aws:username}``.

    matches(pattern("ses:Send*"), "ses:SendRawEmail")                    # True
    pattern("user/${aws:username}", {"aws:username": ("smtp",)})         # what user smtp may name

What a variable brings in is literal: a ``*`` in a user's name matches a ``*`` and nothing else. Matching takes at most
``len(pattern) * len(text)`` steps, so that no policy can stall the lab.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache

Context = Mapping[str, Sequence[str]]
"""The condition keys of a request (lower case) with their values."""

_VARIABLE = re.compile(r"\$\{([^},]*)(?:,\s*'([^']*)')?\}")


class Wild(Enum):
    """A token of a pattern that stands for other characters."""

    ANY = "*"
    ONE = "?"


Pattern = tuple[str | Wild, ...]


def pattern(text: str, context: Context | None = None, *, wild: bool = True) -> Pattern | None:
    """Return the tokens of ``text``; without ``wild`` a ``*`` is just a star.

    ``None`` when a variable in it has no single value in ``context``: nothing matches then.
    """
    read = _plain if wild else tuple
    if "${" not in text:
        return read(text)
    tokens: list[str | Wild] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        value = _variable(found[1], found[2], context or {})
        if value is None:
            return None
        tokens += read(text[end : found.start()])
        tokens += value
        end = found.end()
    return (*tokens, *read(text[end:]))


def matches(tokens: Pattern | None, text: str) -> bool:
    """Whether ``text`` as a whole fits ``tokens``; case matters."""
    if tokens is None:
        return False
    if tokens == (Wild.ANY,):
        return True
    at, position, star, mark = 0, 0, -1, 0
    while position < len(text):
        if at < len(tokens) and tokens[at] is Wild.ANY:
            star, mark, at = at, position, at + 1
        elif at < len(tokens) and (tokens[at] is Wild.ONE or tokens[at] == text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            mark += 1
            at, position = star + 1, mark
        else:
            return False
    return all(token is Wild.ANY for token in tokens[at:])


@lru_cache(maxsize=4096)
def _plain(text: str) -> Pattern:
    wild: dict[str, Wild] = {"*": Wild.ANY, "?": Wild.ONE}
    return tuple(wild.get(letter, letter) for letter in text)


def _variable(name: str, default: str | None, context: Context) -> str | None:
    if name in {"*", "?", "$"}:
        return name
    values = context.get(name.strip().lower(), ())
    return values[0] if len(values) == 1 else default
