"""Every page: in this world the check says this, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pages.page import Section, check_of, judge, render, sections

PAGES = Path(__file__).parent


def _all() -> list[tuple[Path, Section]]:
    return [(path, section) for path in sorted(PAGES.glob("*.md")) for section in sections(path)]


@pytest.mark.parametrize(
    ("path", "section"), _all(), ids=lambda value: value.title if isinstance(value, Section) else value.stem
)
def test_the_check_says_what_the_page_says(path: Path, section: Section, bless: bool) -> None:
    """The results of a page are the whole of what its check says."""
    said = render(judge(check_of(section.code), section.case(), section.facts()))
    if bless and said != section.findings:
        _rewrite(path)

    else:
        assert section.findings == said


def _rewrite(path: Path) -> None:
    """Put what is said now into the findings blocks of a page."""
    text = path.read_text("utf-8")
    for section in reversed(list(sections(path))):
        said = render(judge(check_of(section.code), section.case(), section.facts()))
        text = text[: section.span[0]] + said + text[section.span[1] :]
    path.write_text(text, "utf-8")
