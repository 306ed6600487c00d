from __future__ import annotations

import io

import pytest
from tests.rooms.reports.incident import TWO_FAULTS

from mailstrata.reports import human, terminal
from mailstrata.reports.page import Style


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def shown(stream: io.StringIO) -> str:
    """What the stream got of the incident's report."""
    terminal.show(lambda width: human.page(TWO_FAULTS, width=width), stream, width=100)
    return stream.getvalue()


def test_a_pipe_gets_plain_text_and_a_terminal_the_same_text_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour adds nothing that the text does not say."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = shown(Terminal())
    assert "\x1b[1;31m✗ BROKEN\x1b[0m" in coloured
    assert "\x1b" not in shown(io.StringIO())


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org: no colour; bold may stay."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "[1;31m" not in shown(Terminal())


def test_a_stream_that_knows_no_drawing_gets_ascii() -> None:
    """A report under LANG=C is still readable, and never an error."""
    text = terminal.encodable("  ✗ relay ─✗─ 1: key-inactive “a” 漢", "ascii")
    assert text == '  x relay -x- 1: key-inactive "a" ?'
    assert terminal.encodable("✗", "utf-8") == "✗"


def test_the_page_can_be_exported_as_a_picture() -> None:
    """For the README; the line for scripts is not cut."""
    svg = terminal.recorded(human.page(TWO_FAULTS, width=80), width=80).export_svg(title="mailstrata diagnose")
    assert svg.startswith("<svg")
    assert "secondary=recipient-suppressed" in svg.replace("&#160;", " ")


def test_every_style_has_its_look() -> None:
    """A new style cannot be forgotten."""
    assert set(terminal.LOOKS) == set(Style)
