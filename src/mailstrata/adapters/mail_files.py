"""Mails on disk, one after the other: files, directories, mbox, Maildir, standard input.

    for mail in mails(["Mail/", "old.mbox", "-"], failed=print):
        mail.file, mail.number, mail.raw

At most one mail is held at a time, so a mailbox of any size takes no more memory than its largest mail; of a mail larger
than 32 MiB only the beginning is given. The mails of an mbox of several are numbered from 1. Of a log of events, one a line,
some lines are given at a time.
"""

from __future__ import annotations

import codecs
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mailstrata.model.errors import Refusal

SIZE_LIMIT = 32 * 1024 * 1024
_LINE_LIMIT = 1024 * 1024
_BLANK = frozenset({b"\n", b"\r\n"})
_BLANKS = 100
"""Empty lines before the first mail that are passed over."""
_SEPARATOR = re.compile(rb"From \S+ .{0,60}\d\d:\d\d.{0,60}\d{4}|From \S+@\S+ ")
"""The line between two mails of an mbox (RFC 4155, default format): sender and date."""
_UNMISTAKABLE = re.compile(
    rb"From \S+ {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d"
    rb" \d\d:\d\d:\d\d "
)
"""Such a line with a date as ``asctime`` writes it; it needs no empty line before, which some programs leave out."""
_EVENT = re.compile(rb"\s*\{.*\}\s*\Z", re.DOTALL)
"""A line that is a JSON document, as in a log of SES's events."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: the file or mailbox it is from, its bytes, and which of an mbox of several it is."""

    file: str
    raw: bytes
    number: int | None = None

    @property
    def name(self) -> str:
        """What people call it: ``FILE``, or ``FILE#2`` within an mbox."""
        return f"{self.file}#{self.number}" if self.number else self.file


def mails(places: Iterable[str], failed: Callable[[Refusal], None]) -> Iterator[Mail]:
    """The mails in each of ``places``, in order. What cannot be read is named to ``failed``, and the rest is read."""
    for place in places:
        if place == "-":
            yield from split(sys.stdin.buffer, "-")
            continue
        for path in paths(Path(place), failed):
            yield from _mails_of(path, failed)


def paths(place: Path, failed: Callable[[Refusal], None]) -> Iterator[Path]:
    """The files below ``place``, sorted; of a Maildir those in ``cur`` and ``new``.

    Hidden files, pipes and devices are left out.
    """
    if not place.is_dir():
        yield place
        return
    try:
        entries = sorted(place.iterdir())
    except OSError as error:
        failed(_unreadable(place, error))
        return
    if _is_maildir(place):
        entries = [entry for entry in entries if entry.name in {"cur", "new"} or _is_maildir(entry)]
    for entry in entries:
        yield from _below(entry, failed)


def _below(entry: Path, failed: Callable[[Refusal], None]) -> Iterator[Path]:
    """An entry of a directory; a link to another directory is not followed, so that there is no circle."""
    if entry.is_dir():
        if not entry.is_symlink() and (not entry.name.startswith(".") or _is_maildir(entry)):
            yield from paths(entry, failed)
    elif not entry.name.startswith(".") and _is_regular(entry):
        yield entry


def _is_maildir(place: Path) -> bool:
    return (place / "cur").is_dir() and (place / "new").is_dir()


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # a dangling link: to be named as unreadable


def _mails_of(path: Path, failed: Callable[[Refusal], None]) -> Iterator[Mail]:
    try:
        with path.open("rb") as stream:
            yield from split(stream, str(path))
    except OSError as error:
        failed(_unreadable(path, error))


def split(stream: BinaryIO, name: str) -> Iterator[Mail]:
    """The mails in ``stream``: each of an mbox, else the whole. An empty stream holds one empty mail."""
    before, first = b"", stream.readline(_LINE_LIMIT)
    while first in _BLANK and len(before) < _BLANKS:
        before, first = before + first, stream.readline(_LINE_LIMIT)
    separator = first.removeprefix(codecs.BOM_UTF8)
    if _SEPARATOR.match(separator):
        for number, (raw, is_last) in enumerate(_in_mbox(stream, separator), start=1):
            yield Mail(name, raw, number=None if is_last and number == 1 else number)
    elif _EVENT.match(separator):
        yield from (Mail(name, lines) for lines in _in_log(stream, separator))
    else:
        yield Mail(name, (before + first + stream.read(SIZE_LIMIT))[:SIZE_LIMIT])


def _in_mbox(stream: BinaryIO, first: bytes) -> Iterator[tuple[bytes, bool]]:
    """Each mail of an mbox with its separator line, and whether it is the last one."""
    kept, size, blank = [first], len(first), False
    while line := stream.readline(_LINE_LIMIT):
        if line.startswith(b"From ") and (_SEPARATOR if blank else _UNMISTAKABLE).match(line):
            yield b"".join(kept), False
            kept, size = [], 0
        blank = line in _BLANK
        size += len(line)
        if size <= SIZE_LIMIT:
            kept.append(line)
    yield b"".join(kept), True


def _in_log(stream: BinaryIO, first: bytes) -> Iterator[bytes]:
    """The lines of a log, about a mebibyte at a time."""
    kept, size = [first], len(first)
    while line := stream.readline(_LINE_LIMIT):
        if size >= _LINE_LIMIT:
            yield b"".join(kept)
            kept, size = [], 0
        kept.append(line)
        size += len(line)
    yield b"".join(kept)


def _unreadable(path: Path, error: OSError) -> Refusal:
    return Refusal(
        f"{path}: {error.strerror or error}", "give a file, a directory, an mbox or a Maildir that can be read"
    )
