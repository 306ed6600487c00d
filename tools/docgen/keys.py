"""Which keys a TOML reader knows, found by letting it read a table that answers every question and notes it.

    keys(settings.parse)      # [Key(table="domain", name="name", kind="text", needed=True), …]

So a key that the reader learns is in the documentation by itself, with its type, its default and its choices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import FunctionType, SimpleNamespace
from typing import Any

from mailstrata.formats.toml_table import Table

_NONE: Any = object()
"""No default; the reader's own sign for it is a bare object, too."""
_SAMPLES = {
    "name": "sailing.example",
    "region": "us-east-1",
    "host": "mx.sailing.example",
    "address": "admin@sailing.example",
    "*": "127.0.0.1:587",
    "from": "admin@sailing.example",
    "to": "ann@harbor.example",
}
ANY_NAME = "*"
"""Stands for the key in a table whose keys are names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: its table in dots (empty for the root), its type in words, its default as TOML, empty for none."""

    table: str
    name: str
    kind: str
    default: str = ""
    needed: bool = False

    @property
    def path(self) -> str:
        """Table and name."""
        return f"{self.table}.{self.name}".lstrip(".")


class Tracer(Table):
    """A table in which everything stands, and that notes what is asked for."""

    def __init__(self, found: dict[str, Key], table: str = "") -> None:
        super().__init__({}, "", "trace")
        self._found = found
        self._table = table
        self._guarded: set[str] = set()

    def __contains__(self, key: str) -> bool:
        """Yes; but a key that is asked for in this way need not be there."""
        self._guarded.add(key)
        return True

    def text(self, key: str, default: str = _NONE) -> str:
        """Note a text."""
        return str(self._noted(key, "text", default, _SAMPLES.get(key, "sample")))

    def choice(self, key: str, allowed: Collection[str], default: str = _NONE) -> str:
        """Note a choice."""
        words = [str(one) for one in allowed]
        return str(self._noted(key, "one of " + ", ".join(f"`{one}`" for one in words), default, words[0]))

    def integer(self, key: str, default: int = _NONE) -> int:
        """Note a whole number."""
        return int(self._noted(key, "whole number", default, 1))

    def number(self, key: str, default: float = _NONE) -> float:
        """Note a number."""
        return float(self._noted(key, "number", default, 1.0))

    def port(self, key: str, default: int = _NONE) -> int:
        """Note a port."""
        return int(self._noted(key, "port, 1 to 65535", default, 587))

    def above_zero(self, key: str, default: float = _NONE) -> float:
        """Note a number above 0."""
        return float(self._noted(key, "number above 0", default, 1.0))

    def flag(self, key: str, *, default: bool = _NONE) -> bool:
        """Note a flag; without a default it is left as it was."""
        return bool(self._noted(key, "`true` or `false`", default, False))

    def moment(self, key: str, default: datetime | None = _NONE) -> datetime | None:
        """Note a date with a time."""
        self._noted(key, "date and time", default, None)
        return None

    def texts(self, key: str, default: tuple[str, ...] = _NONE) -> tuple[str, ...]:
        """Note a list of texts."""
        return tuple(self._noted(key, "list of texts", default, ()))

    def plain(self, key: str, default: Any = _NONE) -> Any:
        """Note a value that the reader checks itself: so far only lists."""
        return self._noted(key, "list", default, [])

    def table(self, key: str) -> Table:
        """A table within."""
        return Tracer(self._found, f"{self._table}.{key}".lstrip("."))

    def tables(self, key: str) -> Iterator[Table]:
        """One table of a list."""
        yield self.table(key)

    def keys(self) -> tuple[str, ...]:
        """One name that stands for all."""
        return (ANY_NAME,)

    def _noted(self, key: str, kind: str, default: Any, sample: Any) -> Any:
        given = type(default) is not object
        needed = not given and key not in self._guarded and key != ANY_NAME
        shown = _toml(default) if given else ""
        note = Key(table=self._table, name=key, kind=kind, default=shown, needed=needed)
        self._found.setdefault(note.path, note)
        return default if given and default is not None else sample


def keys(parse: Callable[..., object]) -> list[Key]:
    """Every key that ``parse`` asks for, in its order. A copy of it reads the tracer; the module stays as it is."""
    found: dict[str, Key] = {}
    reader = SimpleNamespace(parse=lambda *_: Tracer(found))
    assert isinstance(parse, FunctionType)
    traced = FunctionType(parse.__code__, {**parse.__globals__, "Table": reader})
    traced("", "trace.toml")
    return list(found.values())


def _toml(value: Any) -> str:
    if value in ("", None, ()):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
