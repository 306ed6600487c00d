"""Runs commands as a shell would, in this process or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstrata.__main__ import run

GOLDEN = Path(__file__).parents[2] / "golden" / "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """Run ``mailstrata`` with ``arguments`` in this process."""
    capsys.readouterr()
    status = run(list(arguments))
    said = capsys.readouterr()
    return Ran(status=status, out=said.out, err=said.err)


def process(*arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start ``python -m mailstrata`` in a process of its own."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "mailstrata", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )


def golden(name: str, said: str, *, bless: bool) -> None:
    """``said`` is what the file ``name`` holds; ``--bless`` makes it so."""
    path = GOLDEN / name
    if bless:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said, "utf-8")
    assert path.read_text("utf-8") == said
