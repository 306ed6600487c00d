"""``--bless`` writes what is said now into the pages, and nothing else of them changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pages.page import sections
from tests.pages.test_pages import _rewrite

PAGES = Path(__file__).parents[1] / "pages"


@pytest.mark.parametrize("code", ["key-inactive", "recipient-suppressed", "dkim-record-absent"])
def test_blessing_fills_in_the_findings(code: str, tmp_path: Path) -> None:
    """A page whose findings were emptied is whole again; prose, worlds and attempts are untouched."""
    text = (PAGES / f"{code}.md").read_text("utf-8")
    page = tmp_path / f"{code}.md"
    page.write_text(re.sub(r"(```findings\n).*?(^```$)", r"\1\2", text, flags=re.DOTALL | re.MULTILINE), "utf-8")
    assert not any(section.findings for section in sections(page))
    _rewrite(page)
    assert page.read_text("utf-8") == text


def test_a_section_without_findings_is_refused(tmp_path: Path) -> None:
    """An example that claims nothing specifies nothing."""
    page = tmp_path / "key-inactive.md"
    page.write_text("# `key-inactive`\n\n## one\n\n```world\n```\n", "utf-8")
    with pytest.raises(ValueError, match="no findings block"):
        list(sections(page))
