"""The numbers of an answer: enhanced status codes, reply code, and the patterns that tables write for them.

    Pattern.parse("5.7.606-649").means("5.7.615")      # True

``*`` stands for any number, ``a-b`` for a range of the last one; a pattern of three digits is a reply code.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from mailstrata.bounces.bounce import Bounce
from mailstrata.model.values import dataclass

# What may not stand before is looked at behind the first digits: the search then jumps from one such place to the next.
_STATUS = re.compile(r"([245]\.(?<![0-9.]..)[0-9]{1,3}\.[0-9]{1,3})(?!\.?[0-9])")
_REPLY = re.compile(r"([245][0-5][0-9](?<![^\s:>'\"(;#]...))(?=[ :-]+\D|[ -][0-9]\.[0-9]|\Z)")
_SCANNED = 2000


class Numbers(NamedTuple):
    """What an answer has of numbers: codes of RFC 3463, the most telling first, and the reply code or 0."""

    statuses: tuple[str, ...] = ()
    reply: int = 0

    @property
    def each(self) -> tuple[str, ...]:
        """All of them, each as the tables write it."""
        return (*self.statuses, str(self.reply)) if self.reply else self.statuses

    @property
    def temporary(self) -> bool:
        """Whether the numbers speak of a failure that may pass (class 4 of RFC 3463 2, RFC 5321 4.2.1)."""
        first = self.statuses[0][0] if self.statuses else str(self.reply)[0]
        return first == "4"


def numbers_of(bounce: Bounce, *, text: str = "") -> Numbers:
    """The numbers of ``bounce``: those within the answer before the report's own, telling ones before ``5.0.0``.

    ``text`` is looked at where the answer itself is empty.
    """
    reply, answer = bounce.reply, (bounce.diagnostic or text)[:_SCANNED]
    said = tuple(_STATUS.findall(answer)[:4])
    if reply is None:
        return _weighed("", said, bounce.status, _reply(answer))
    return _weighed(reply.enhanced, said, bounce.status, reply.code)


@lru_cache(maxsize=4096)
def _weighed(first: str, said: tuple[str, ...], reported: str, reply: int) -> Numbers:
    """The numbers in their order; few are told again and again."""
    found = dict.fromkeys([status for status in (first, *said, reported) if status])
    return _known(tuple(sorted(found, key=lambda status: status.endswith(".0.0"))), reply)


@lru_cache(maxsize=4096)
def _known(statuses: tuple[str, ...], reply: int) -> Numbers:
    """One and the same object for the same numbers: what they mean is remembered for each."""
    return Numbers(statuses=statuses, reply=reply)


def _reply(answer: str) -> int:
    match = _REPLY.search(answer)
    return int(match[1]) if match else 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of a table's ``number`` column: class, subject and the range of the detail, or a reply code."""

    status_class: str = "*"
    subject: str = "*"
    lowest: int = 0
    highest: int = 999
    reply: str = ""

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """A pattern as tables write it; raises ``ValueError`` when it is none."""
        if "." not in text:
            return cls("*", "*", 0, 999, _reply_code(text)) if text.isdigit() else cls(text.partition("*")[0] or "*")
        status_class, subject, detail = (text if text.count(".") == 2 else f"{text}.*").split(".")
        low, _, high = detail.partition("-")
        if low == "*":
            return cls(status_class, subject)
        return cls(status_class, subject, int(low), int(high or low))

    def means(self, number: str) -> bool:
        """Whether it is for this enhanced status or reply code."""
        if self.reply or "." not in number:
            return number == self.reply
        status_class, subject, detail = _parts(number)
        return (
            (self.subject == subject or self.subject == "*")
            and self.lowest <= detail <= self.highest
            and (self.status_class == status_class or self.status_class == "*")
        )


@lru_cache(maxsize=1024)
def _parts(status: str) -> tuple[str, str, int]:
    status_class, subject, detail = status.split(".")
    return status_class, subject, int(detail)


def _reply_code(text: str) -> str:
    if not 200 <= int(text) <= 599:
        raise ValueError(text)
    return text


@cache
def patterns(cell: str) -> tuple[Pattern, ...]:
    """The patterns of a cell, parted by commas; none when it is empty: then any numbers will do."""
    return tuple(Pattern.parse(one.strip()) for one in cell.split(",")) if cell else ()


@lru_cache(maxsize=16_384)
def is_meant(cell: str, number: str) -> bool:
    """Whether one of a cell's patterns is for this number; the same few are asked about by mail after mail."""
    return any(pattern.means(number) for pattern in patterns(cell))
