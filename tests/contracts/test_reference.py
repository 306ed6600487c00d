"""The generated documentation is what the code says now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.reference import ROOT, outdated

_LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def documents() -> list[Path]:
    """Every page that a person reads."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_no_generated_page_has_drifted_from_the_code() -> None:
    """Commands, codes, fixes, questions, settings, scenario fields, permissions: docs/ says what the code says."""
    drifted = list(outdated())
    assert not drifted, f"{', '.join(drifted)}: run make docs"


@pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    """A page that was moved or renamed is noticed at every place that names it."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    targets = [match[1] for match in _LINK.finditer(text) if match[1] and "://" not in match[1]]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_pictures_ask_no_other_host_for_anything() -> None:
    """They are read offline, and tell nobody who reads them."""
    for picture in (ROOT / "docs" / "pictures").glob("*.svg"):
        text = picture.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "//" not in text, picture.name
        assert "@import" not in text, picture.name
