"""What holds for every file: sizes, names, docstrings, and nobody's real name."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mailstrata"
KEPT = ("src", "tests", "docs", "bench", "tools", "requirements", ".ci")
TEXTS = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".world",
    ".json",
    ".jsonl",
    ".eml",
    ".why",
    ".expected",
    ".svg",
    ".cfg",
    "",
}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}

PEOPLE = {"34a5a5fa", "6b391659", "7f341333", "8699991a", "8c80ec23"}
"""The names of the incident's real people and domains, each as the beginning of its SHA-256: they stand nowhere."""

_INDEXES = (".".join(("pypi", "org")), ".".join(("pythonhosted", "org")), ".".join(("registry", "npmjs")))
_DOWNLOAD = re.compile(r"https?://\S+\.(?:whl|tar\.gz|tgz|zip|deb|rpm|exe|dmg|msi)\b")


@cache
def _modules() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("*.py")))


def _texts() -> Iterator[tuple[Path, str]]:
    """Every text of the project, without what tools leave behind."""
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for name in KEPT for path in (ROOT / name).rglob("*") if path.is_file()]
    for path in files:
        if path.suffix in TEXTS and "__pycache__" not in path.parts and "results" not in path.parts:
            yield path, path.read_text("utf-8", errors="replace")


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    """At most 400 lines, a docstring, and no function over 40 lines."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(tree) or not tree.body
    long = [one.name for one in _functions(tree) if (one.end_lineno or 0) - one.lineno >= 40]
    assert not long


def test_nine_functions_in_ten_are_within_twenty_lines() -> None:
    """A function is read at a glance."""
    sizes = [
        (one.end_lineno or 0) - one.lineno + 1
        for path in _modules()
        for one in _functions(ast.parse(path.read_text("utf-8")))
    ]
    assert sum(size <= 20 for size in sizes) >= 0.9 * len(sizes)


def test_no_module_is_called_after_nothing() -> None:
    """A name says what is inside; utils, helpers, common and manager do not."""
    assert not [_name(path) for path in _modules() if path.stem in NAMELESS or path.parent.name in NAMELESS]


def test_no_real_person_or_domain_of_the_incident_is_named() -> None:
    """Reserved names only (RFC 2606)."""
    found = []
    for path, text in _texts():
        words = set(re.findall(r"[a-z]{6,}", text.lower()))
        if any(hashlib.sha256(word.encode()).hexdigest()[:8] in PEOPLE for word in words):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_no_text_names_a_package_index_or_a_download() -> None:
    """Where packages come from is the business of the machine that installs."""
    found = [
        str(path.relative_to(ROOT))
        for path, text in _texts()
        if any(index in text for index in _INDEXES) or _DOWNLOAD.search(text)
    ]
    assert not found
