"""docs/standards.toml lists every RFC that the code cites, with the modules that follow it."""

from __future__ import annotations

import tomllib
from typing import Any

from tools.docgen import standards
from tools.reference import ROOT, STANDARDS


def listed() -> dict[str, dict[str, Any]]:
    """The file as it stands."""
    return tomllib.loads((ROOT / STANDARDS).read_text("utf-8"))


def test_every_rfc_that_the_code_cites_is_listed_and_no_other() -> None:
    """Whoever cites a standard says what it is called; what nobody cites any more is gone."""
    assert set(listed()) == {f"rfc-{number}" for number in standards.modules()}


def test_each_names_the_modules_that_cite_it() -> None:
    """From a standard one finds the code (`make docs` writes the lines)."""
    found = {name: tuple(facts["modules"]) for name, facts in listed().items()}
    assert found == {f"rfc-{number}": names for number, names in standards.modules().items()}


def test_a_succession_that_both_ends_are_listed_of_is_said_at_both() -> None:
    """Where two listed standards follow each other, each says so."""
    entries = listed()
    for name, facts in entries.items():
        for older in facts.get("obsoletes", ()):
            if f"rfc-{older}" in entries:
                assert int(name.removeprefix("rfc-")) in entries[f"rfc-{older}"]["obsoleted_by"], name


def test_each_has_a_title() -> None:
    """No entry is a bare number."""
    assert all(facts["title"].strip() for facts in listed().values())
