"""Options that several commands share, and how a command gets its world."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from mailstrata.model.errors import Refusal

T = TypeVar("T")
Function = Callable[..., Any]
_LIMIT = 64 * 1024 * 1024


def world(function: Function) -> Function:
    """``--setup`` and ``--lab``: which world the command runs against."""
    lab = click.option(
        "--lab", metavar="SCENARIO", help="Run against the embedded world of that scenario (name or file)."
    )
    setup = click.option(
        "--setup", metavar="FILE", help="The setup; default $MAILSTRATA_SETUP, then ./mailstrata.toml."
    )
    return setup(lab(function))


def as_json(function: Function) -> Function:
    """``--json``: nothing but the document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print the JSON document and nothing else.")(function)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the command's coroutine; Ctrl-C cancels it, so that everything it began is closed."""
    return asyncio.run(work)


def read_bytes(path: str) -> bytes:
    """A file that the user named (``-`` is stdin); raises ``Refusal`` when it cannot be read."""
    try:
        data = sys.stdin.buffer.read(_LIMIT + 1) if path == "-" else _read(Path(path))
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror or error}", "give a file that can be read") from error
    if len(data) > _LIMIT:
        raise Refusal(f"{path}: more than {_LIMIT // 2**20} MiB")
    return data


def read_text(path: str) -> str:
    """A UTF-8 text that the user named; raises ``Refusal`` when it cannot be read."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: byte {error.start} is no UTF-8", "save the file as UTF-8") from error


def write(path: str, data: bytes, *, mode: int | None = None) -> None:
    """Put ``data`` in a file that the user named, whole or not at all; raises ``Refusal`` when it cannot be written."""
    from mailstrata.adapters import files

    try:
        files.replace(Path(path), data, mode=mode)
    except OSError as error:
        raise Refusal(
            f"{path}: {error.strerror or 'it cannot be written'}", "name a file that can be written"
        ) from None


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_LIMIT + 1)
