"""Files that are either the old one or the new one, never half of each.

    replace(Path("report.json"), data)

The data goes to a temporary file beside it, is flushed to the disk, and takes the name in one step. Ctrl-C in between
leaves what stood there before, and no temporary file.

    made_private(Path("ledger.sqlite3"))                     # there, and nobody else's to read
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600
"""The mode of a file that only its owner may read."""


def replace(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Put ``data`` in the place of ``path``, through a symbolic link to the file it points to.

    ``mode`` is the new file's mode; ``None`` keeps that of the old file, or takes what the process's umask gives.
    Raises ``OSError``; what stood there before then still stands.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    wanted = mode if mode is not None else _mode_of(target)
    try:
        _write(temporary, data, mode=wanted)
        temporary.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _flush_directory(target.parent)


def made_private(path: Path) -> None:
    """Make an empty file of mode ``PRIVATE`` and the folders above it, unless it stands already.

    One that stands is not even opened: SQLite's locks are POSIX locks, and a process that closes any descriptor of a file
    loses all its locks on it (sqlite.org/howtocorrupt.html, 2.2). Another process that closes the database then takes
    itself for the last, and removes the log into which this one goes on writing. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE))


def _mode_of(target: Path) -> int | None:
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return None


def _write(path: Path, data: bytes, *, mode: int | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    with os.fdopen(descriptor, "wb") as file:
        if mode is not None:
            os.fchmod(descriptor, mode)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _flush_directory(directory: Path) -> None:
    """So that the new name, too, outlives a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
