"""A DNS zone on paper that answers at once, as the suites of SPF and DMARC write theirs.

    Zone({"sailing.example": [{"TXT": "v=spf1 -all"}, {"MX": [10, "mx.sailing.example"]}]})[Txt("sailing.example")]

``"TIMEOUT"`` and ``{"RCODE": 2}`` make what was not named before them unknown; CNAMEs are followed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Ipv4, Ipv6, Mx, Ptr, Question, Txt

_TYPES: dict[type[Question[Any]], str] = {Txt: "TXT", Mx: "MX", Ipv4: "A", Ipv6: "AAAA", Ptr: "PTR"}


class Zone:
    """Answers what ``records`` say, and counts nothing. ``asked`` are the questions in the order in which they were read."""

    def __init__(self, records: Mapping[str, Sequence[Any]]) -> None:
        self._records = {name.lower().rstrip("."): list(entries) for name, entries in records.items()}
        self.asked: list[Question[Any]] = []

    def want(self, *questions: Question[Any]) -> None:
        """All is known already."""

    def __getitem__(self, question: Question[Any]) -> Observation[Any]:
        self.asked.append(question)
        name = getattr(question, "name", None) or getattr(question, "host", "")
        if isinstance(question, Ptr):
            name = ipaddress.ip_address(question.address).reverse_pointer
        return self._answer(str(name).lower().rstrip("."), _TYPES[type(question)])

    def _answer(self, name: str, kind: str, depth: int = 0) -> Observation[Any]:
        entries = self._records.get(name)
        if entries is None:
            return Absent(how="NXDOMAIN")
        alias = next((entry["CNAME"] for entry in entries if isinstance(entry, Mapping) and "CNAME" in entry), None)
        if alias is not None:
            return Unknown(reason="a circle") if depth > 8 else self._answer(alias.lower().rstrip("."), kind, depth + 1)
        found = _found(entries, kind)
        if found is None:
            return Unknown(reason=f"{name} {kind}: timed out")
        return Seen(value=tuple(_value(kind, value) for value in found)) if found else Absent(how="NODATA")


def _found(entries: Sequence[Any], kind: str) -> list[Any] | None:
    """The values of ``kind``; a record of the old type SPF stands for a TXT where no TXT is written (the suites' rule)."""
    if any(isinstance(entry, Mapping) and "RCODE" in entry and entry["RCODE"] != 3 for entry in entries):
        return None
    kinds = [kind] if kind != "TXT" or any("TXT" in entry for entry in entries if entry != "TIMEOUT") else ["SPF"]
    written = [entry[one] for one in kinds for entry in entries if entry != "TIMEOUT" and one in entry]
    found = [value for value in written if value != "NONE"]
    return None if not found and "TIMEOUT" in entries else found


def _value(kind: str, value: Any) -> Any:
    if kind == "MX":
        return MxHost(preference=value[0], host=value[1] or ".")
    return "".join(value) if isinstance(value, list) else value
