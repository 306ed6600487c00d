"""The SPF expectations of stalwartlabs/mail-auth, in their own line format (a key may stand several times, so it is no YAML).

    for case in suite(): case.id, case.records, case.helo, case.sender, case.ip, case.result, case.explanation

``records`` and the records among ``tests`` stay until the next ``---``; ``spf`` takes the place of the name's earlier one.
Each ``expect`` is a case of the ``domain``, ``sender`` and ``ip`` that stand last before it. ``mx`` has addresses or hosts.
"""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.corpora import CORPORA

_PLACE = CORPORA / "spf" / "stalwart"
_TYPES = {"a": "A", "aaaa": "AAAA", "exp": "TXT", "spf": "TXT"}
_FAILING = ("_dns_error.org", "_dns_error.test.org")
"""Names that their own test resolver fails at."""
Records = dict[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One expectation; ``explanation`` is empty where none is written."""

    id: str
    records: Records
    helo: str
    sender: str
    ip: str
    result: str
    explanation: str


def suite() -> list[Case]:
    """All cases of all files; empty when this machine has no such corpus."""
    return [case for path in sorted(_PLACE.glob("*.yml")) for case in _read(path.stem, path.read_text("utf-8"))]


def _read(stem: str, text: str) -> Iterator[Case]:
    number = 0
    for part in text.split("\n---\n"):
        records: Records = {name: ["TIMEOUT"] for name in _FAILING}
        now: dict[str, str] = {}
        for key, value in _lines(part):
            if key in {"a", "aaaa", "mx", "ptr", "exp", "spf"}:
                _add(records, key, value)
            elif key == "expect":
                number += 1
                result, _, explanation = value.partition(" ")
                yield Case(
                    id=f"{stem}-{number}",
                    records=copy.deepcopy(records),
                    helo=now["domain"],
                    sender=now.get("sender", ""),
                    ip=now["ip"],
                    result=result,
                    explanation=explanation.strip(),
                )
            else:
                now[key] = value


def _lines(part: str) -> Iterator[tuple[str, str]]:
    for line in part.splitlines():
        key, colon, value = line.strip().removeprefix("- ").partition(":")
        if colon and not key.startswith("#"):
            yield key.strip(), value.strip()


def _add(records: Records, key: str, value: str) -> None:
    name, _, said = value.partition(" ")
    values = [one.strip() for one in said.split(",")] if key not in {"spf", "exp"} else [said.strip()]
    if key == "ptr":
        name, key = ipaddress.ip_address(name).reverse_pointer, "PTR"
    there = records.setdefault(name.lower(), [])
    if key == "spf":
        there[:] = [one for one in there if "TXT" not in one]
    for place, one in enumerate(values):
        if key == "mx":
            there.append({"MX": [place, _exchanger(records, name, place, one)]})
        else:
            there.append({_TYPES.get(key, key): one})


def _exchanger(records: Records, name: str, place: int, value: str) -> str:
    """The host of an MX record; an address gets a host of its own."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return value
    host = f"mx{place}.of.{name}".lower()
    records[host] = [{"A" if address.version == 4 else "AAAA": value}]
    return host
