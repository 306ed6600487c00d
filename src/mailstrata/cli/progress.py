"""Progress on stderr while the world is asked: one line that is rewritten on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time

import click

from mailstrata.diagnosis.engine import Progress

_QUIET = 0.7
"""Seconds before the first line: what is done by then needs no progress."""


class Line:
    """Shows how many questions are answered. Use as a context manager; it leaves the line empty."""

    def __init__(self) -> None:
        self._shown = False
        self._began = time.monotonic()
        self._on = sys.stderr.isatty()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, progress: Progress) -> None:
        """Show ``progress``."""
        if not self._on or time.monotonic() - self._began < _QUIET:
            return
        self._shown = True
        text = f"{progress.answered} of {progress.asked} questions answered, {progress.done} of {progress.checks} checks done"
        click.echo(f"\r\x1b[K{text}", nl=False, err=True)
