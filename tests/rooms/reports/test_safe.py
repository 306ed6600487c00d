from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.reports.incident import KEY_INACTIVE, TWO_FAULTS

from mailstrata.model.finding import Undetermined
from mailstrata.reports import document, plain
from mailstrata.reports.page import Span
from mailstrata.reports.safe import TEXT_LIMIT, safe, width

HOSTILE = "\x1b[2J\x1b]0;owned\x07 \u202egnp.exe\u2066 \x9b31m \ud800 \u200b\x7f"


def harmful(text: str) -> list[str]:
    """The characters in it that steer a terminal or hide."""
    return [each for each in text if each != "\n" and unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ✓ café 漢字", "plain ✓ café 漢字"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\r\nb\tc", "a  b c"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\ud800", "\\ud800"),
        ("\x9b", "\\x9b"),
    ],
)
def test_what_steers_a_terminal_is_shown_as_its_escape(text: str, shown: str) -> None:
    """And what does not is left as it is."""
    assert safe(text) == shown


@settings(deadline=None)
@given(st.text())
def test_no_text_keeps_a_harmful_character(text: str) -> None:
    """Whatever a mail, DNS or a server says; and safe text stays as it is."""
    assert harmful(safe(text)) == []
    assert safe(safe(text)) == safe(text)
    assert harmful(Span(text).text) == []


def test_a_long_text_is_bounded() -> None:
    """No answer can fill a screen for ever."""
    assert len(safe("a" * 10 * TEXT_LIMIT)) == TEXT_LIMIT + 1


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("✗", 1)])
def test_columns_are_counted_as_a_terminal_does(text: str, columns: int) -> None:
    """Wide characters take two, combining ones none."""
    assert width(text) == columns


def test_no_hostile_text_reaches_the_page_or_the_document() -> None:
    """Through titles, reasons, quotes, subjects, recipients, fixes and what is unknown."""
    proof = replace(KEY_INACTIVE.evidence[0], quote=HOSTILE, source=HOSTILE, question=HOSTILE)
    finding = replace(KEY_INACTIVE, subject=HOSTILE, title=HOSTILE, because=(HOSTILE,), evidence=(proof,), code=HOSTILE)
    attempt = replace(TWO_FAULTS.attempts[0].attempt, sender=HOSTILE, recipient=HOSTILE)
    strata = tuple(replace(each, fine=(HOSTILE,)) for each in TWO_FAULTS.strata)
    diagnosis = replace(
        TWO_FAULTS,
        setup=replace(TWO_FAULTS.setup, domain=HOSTILE),
        strata=strata,
        findings=(finding, *TWO_FAULTS.findings),
        attempts=(replace(TWO_FAULTS.attempts[0], attempt=attempt, cause=HOSTILE),),
        undetermined=(
            Undetermined(code=HOSTILE, stratum=finding.stratum, subject=HOSTILE, reason=HOSTILE, needs=HOSTILE),
        ),
        fixes=(replace(TWO_FAULTS.fixes[0], title=HOSTILE, id=HOSTILE, verify=HOSTILE, undo=HOSTILE),),
    )
    assert harmful(plain.render(diagnosis, width=80)) == []
    assert harmful(document.render(diagnosis)) == []
