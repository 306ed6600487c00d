"""Counters of the relay in a memory that its processes share, and their text for Prometheus.

    metrics = Metrics.shared(processes=2)          # before the processes part
    mine = metrics.of(0)
    mine.add("messages_accepted")
    metrics.text()                                 # "# HELP mailstrata_relay_messages_total …", all processes together

Each process writes its own row only, so nothing is locked; whoever is asked sums the rows.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends of the buckets of seconds from the last dot to the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric: its kind, its help, and a name of a counter for each of its labels."""

    name: str
    kind: str
    help: str
    counters: Mapping[str, str]


_LOGINS = {"login_ok": 'result="accepted"', "login_wrong": 'result="refused"', "login_later": 'result="deferred"'}
_MESSAGES = {
    "messages_accepted": 'outcome="accepted"',
    "messages_deferred": 'outcome="deferred"',
    "messages_refused": 'outcome="refused"',
}
FAMILIES = (
    Family(
        name="connections_total", kind="counter", help="Connections that were let in.", counters={"connections": ""}
    ),
    Family(name="turned_away_total", kind="counter", help="Connections turned away.", counters={"turned_away": ""}),
    Family(name="connections_open", kind="gauge", help="Connections that are open.", counters={"open": ""}),
    Family(name="handshakes_failed_total", kind="counter", help="TLS that failed.", counters={"handshakes_failed": ""}),
    Family(name="timed_out_total", kind="counter", help="Sessions ended for silence.", counters={"timed_out": ""}),
    Family(name="logins_total", kind="counter", help="Logins by result.", counters=_LOGINS),
    Family(name="messages_total", kind="counter", help="Messages by outcome.", counters=_MESSAGES),
    Family(
        name="recipients_total", kind="counter", help="Recipients of accepted messages.", counters={"recipients": ""}
    ),
    Family(name="bytes_total", kind="counter", help="Bytes of accepted messages.", counters={"bytes": ""}),
    Family(name="in_flight", kind="gauge", help="Messages being delivered.", counters={"in_flight": ""}),
)
_PLACES = {name: place for place, name in enumerate(name for family in FAMILIES for name in family.counters)}
_BUCKETS = len(_PLACES)
_SUM = _BUCKETS + len(BOUNDS) + 1
_WIDTH = _SUM + 1


class Row:
    """The counters of one process."""

    def __init__(self, cells: memoryview) -> None:
        self._cells = cells

    def add(self, name: str, count: int = 1) -> None:
        """Count."""
        self._cells[_PLACES[name]] += count

    def took(self, seconds: float) -> None:
        """Count a delivery into its bucket."""
        self._cells[_BUCKETS + bisect_left(BOUNDS, seconds)] += 1
        self._cells[_SUM] += int(seconds * 1e6)

    def gone(self) -> None:
        """The process ended: what it had open is open no more."""
        for name in ("open", "in_flight"):
            self._cells[_PLACES[name]] = 0


class Metrics:
    """The rows of all processes."""

    def __init__(self, cells: memoryview, processes: int) -> None:
        self._cells = cells
        self._processes = processes

    @classmethod
    def shared(cls, *, processes: int = 1) -> Metrics:
        """Rows in anonymous memory, which a process keeps sharing after a fork."""
        return cls(memoryview(mmap.mmap(-1, processes * _WIDTH * 8)).cast("q"), processes)

    def of(self, process: int) -> Row:
        """The row of one process."""
        return Row(self._cells[process * _WIDTH : (process + 1) * _WIDTH])

    def text(self, more: Iterable[str] = ()) -> str:
        """The exposition format of Prometheus, version 0.0.4."""
        lines: list[str] = []
        for family in FAMILIES:
            lines += _head(family.name, family.kind, family.help)
            for counter, label in family.counters.items():
                labels = f"{{{label}}}" if label else ""
                lines.append(f"mailstrata_relay_{family.name}{labels} {self._total(_PLACES[counter])}")
        return "\n".join([*lines, *self._histogram(), *more, ""])

    def _total(self, place: int) -> int:
        return sum(int(self._cells[row * _WIDTH + place]) for row in range(self._processes))

    def _histogram(self) -> list[str]:
        name = "mailstrata_relay_delivery_seconds"
        lines, count = _head("delivery_seconds", "histogram", "From the last dot to the answer."), 0
        for place, bound in enumerate((*BOUNDS, "+Inf")):
            count += self._total(_BUCKETS + place)
            lines.append(f'{name}_bucket{{le="{bound}"}} {count}')
        return [*lines, f"{name}_sum {self._total(_SUM) / 1e6}", f"{name}_count {count}"]


def _head(name: str, kind: str, words: str) -> list[str]:
    return [f"# HELP mailstrata_relay_{name} {words}", f"# TYPE mailstrata_relay_{name} {kind}"]


def label(name: str, value: str) -> str:
    r"""One label; in its value backslash, quotation mark and line feed are escaped (exposition format 0.0.4)."""
    escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{name}="{escaped}"'


def gauge(name: str, words: str, values: Mapping[str, float]) -> list[str]:
    """The lines of one more gauge; ``values`` by their label, empty for none."""
    lines = [f"mailstrata_relay_{name}{{{label}}} {value}" if label else f"mailstrata_relay_{name} {value}"
             for label, value in values.items()]  # fmt: skip
    return [*_head(name, "gauge", words), *lines]
