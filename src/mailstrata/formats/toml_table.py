"""Reads TOML strictly, and says of each mistake where it stands: file, line, key, and what was expected.

    table = Table.parse(text, "mailstrata.toml")
    region = table.table("domain").text("region")
    table.done()          # refuses keys that nobody asked for, with the nearest name that is known

Setups and scenarios are written by people; a key that is misspelt must not be ignored.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from mailstrata.model.errors import Malformed

_REQUIRED: Any = object()
_LIMIT = 4 * 1024 * 1024


class MalformedToml(Malformed):
    """A TOML text that is broken or holds what does not belong there."""


class Table:
    """One table of a TOML text. Every getter notes its key as known; ``done`` refuses the others."""

    def __init__(self, data: dict[str, Any], text: str, name: str, *, path: tuple[str | int, ...] = ()) -> None:
        self._data = data
        self._text = text
        self._name = name
        self._path = path
        self._known: dict[str, list[Table]] = {}

    @classmethod
    def parse(cls, text: str, name: str) -> Table:
        """The root table of ``text``; ``name`` is its file's name. Raises ``MalformedToml``."""
        if len(text) > _LIMIT:
            raise MalformedToml(name, f"{len(text)} characters", f"at most {_LIMIT}")
        try:
            return cls(tomllib.loads(text), text, name)
        except RecursionError as error:
            raise MalformedToml(name, "brackets in brackets without an end", "TOML") from error
        except ValueError as error:  # a TOMLDecodeError, or a number of more digits than Python reads
            line = re.search(r"at line (\d+)", str(error))
            last = text.rstrip().count("\n") + 1  # tomllib says "at end of document"
            where = f"{name}:{line[1] if line else last}"
            raise MalformedToml(where, str(error).split(" (at")[0], "TOML") from error

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str, default: str = _REQUIRED) -> str:
        """A string."""
        return self._get(key, default, str, "a string in quotes")  # type: ignore[no-any-return]

    def choice(self, key: str, allowed: Collection[str], default: str = _REQUIRED) -> str:
        """One of ``allowed``."""
        value = self.text(key, default)
        if value not in allowed and value is not default:
            raise self.bad(key, repr(value), "one of " + ", ".join(allowed))
        return value

    def integer(self, key: str, default: int = _REQUIRED) -> int:
        """A whole number."""
        return self._get(key, default, int, "a whole number")  # type: ignore[no-any-return]

    def port(self, key: str, default: int = _REQUIRED) -> int:
        """The number of a TCP or UDP port."""
        value = self.integer(key, default)
        if not 1 <= value <= 65535:
            raise self.bad(key, str(value)[:60], "a port from 1 to 65535")
        return value

    def number(self, key: str, default: float = _REQUIRED) -> float:
        """A number; TOML's ``inf`` and ``nan`` are none."""
        value = self._get(key, default, (int, float), "a number")
        if not math.isfinite(value):
            raise self.bad(key, repr(value), "a number")
        return float(value)

    def above_zero(self, key: str, default: float = _REQUIRED) -> float:
        """A number above 0, such as seconds to wait."""
        value = self.number(key, default)
        if value <= 0:
            raise self.bad(key, repr(value), "a number above 0")
        return value

    def flag(self, key: str, *, default: bool = _REQUIRED) -> bool:
        """``true`` or ``false``."""
        return self._get(key, default, bool, "true or false")  # type: ignore[no-any-return]

    def moment(self, key: str, default: datetime | None = _REQUIRED) -> datetime | None:
        """A date with time and offset; without an offset UTC is meant."""
        value = self._get(key, default, datetime, "a date and time such as 2026-05-12T18:43:00Z")
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value

    def texts(self, key: str, default: tuple[str, ...] = _REQUIRED) -> tuple[str, ...]:
        """A list of strings."""
        values = self._get(key, default, (list, tuple), "a list of strings")
        if not all(isinstance(value, str) for value in values):
            raise self.bad(key, repr(values)[:60], "a list of strings")
        return tuple(values)

    def table(self, key: str) -> Table:
        """A table; an absent one is empty."""
        return self._child(key, self._get(key, {}, dict, f"a table [{key}]"), key)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of an array ``[[key]]``; none when it is absent."""
        values = self._get(key, [], list, f"an array of tables [[{key}]]")
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise self.bad(key, repr(value)[:60], f"an array of tables [[{key}]]")
            yield self._child(key, value, key, index)

    def keys(self) -> tuple[str, ...]:
        """The keys present, for tables whose keys are names. Reading one marks it known."""
        return tuple(self._data)

    def plain(self, key: str, default: Any = _REQUIRED) -> Any:
        """Any value, for what another format describes (a policy document)."""
        return self._get(key, default, object, "a value")

    def done(self) -> None:
        """Refuse every key that was not read, here and in the tables read from here."""
        for key in self._data:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, n=1)
                expected = f"{near[0]!r} perhaps" if near else "one of " + ", ".join(sorted(self._known))
                raise self.bad(key, "nobody knows this key", expected)
        for children in self._known.values():
            for child in children:
                child.done()

    def bad(self, key: str, found: str, expected: str) -> MalformedToml:
        """The error for ``key`` of this table: file, line, whole key."""
        path = (*self._path, key)
        dotted = ".".join(str(part) for part in path if isinstance(part, str))
        return MalformedToml(f"{self._name}:{_line(self._text, path)}: {dotted}", found, expected)

    def _child(self, key: str, data: dict[str, Any], *steps: str | int) -> Table:
        child = Table(data, self._text, self._name, path=(*self._path, *steps))
        self._known[key].append(child)
        return child

    def _get(self, key: str, default: Any, kind: Any, expected: str) -> Any:
        self._known.setdefault(key, [])
        if key not in self._data:
            if default is _REQUIRED:
                raise self.bad(key, "missing", expected)
            return default
        value = self._data[key]
        wrong_bool = isinstance(value, bool) and kind is not bool and kind is not object
        if wrong_bool or not isinstance(value, kind):
            raise self.bad(key, repr(value)[:60], expected)
        return value


def _line(text: str, path: tuple[str | int, ...]) -> int:
    """The line on which the key at ``path`` stands, or the nearest header above where it should stand."""
    names = [part for part in path if isinstance(part, str)]
    seen: dict[str, int] = {}
    best, inside = 1, not names[:-1]
    for number, line in enumerate(text.split("\n"), start=1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
            seen[header[1]] = seen.get(header[1], 0) + 1
            title = header[1].replace('"', "")
            if title == ".".join(names):
                return number
            inside = title == ".".join(names[:-1]) and _is_turn(path, seen[header[1]])
            best = number if inside else best
        elif inside and re.match(rf"\s*\"?{re.escape(names[-1])}\"?\s*[=.]", line):
            return number
    return best


def _is_turn(path: tuple[str | int, ...], count: int) -> bool:
    """Whether the ``count``-th header of its name is the one that ``path`` counts to (from 0)."""
    turns = [part for part in path if isinstance(part, int)]
    return not turns or turns[-1] == count - 1
