"""What the pages tell a reader to type exists: commands, options, setups, scenarios, facts, codes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tools.reference import ROOT

from mailstrata.cli.main import commands
from mailstrata.diagnosis.checks import CHECKS
from mailstrata.formats import settings
from mailstrata.lab import scenario_file
from mailstrata.model.finding import Stratum
from mailstrata.repair.catalogue import CATALOGUE

_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(r"(?:\$|\$\() *(?:\.venv/bin/)?mailstrata ([^|)#\n]*)")
_PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/scenarios.md",
    "docs/settings.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "tasks").glob("*.md")),
)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Page and text of every block in a language."""
    for page in _PAGES:
        for match in _FENCE.finditer((ROOT / page).read_text("utf-8")):
            if match[1] == language:
                yield page, match[2]


def typed() -> list[tuple[str, str]]:
    """Page and arguments of every mailstrata command that a reader is told to type."""
    return [(page, line.strip()) for page, text in blocks("console") for line in _TYPED.findall(text)]


def resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that ``words`` name, and the words after it."""
    command: click.Command = commands
    context = click.Context(commands)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize(("page", "line"), typed(), ids=lambda value: value)
def test_a_command_that_a_page_names_exists_with_its_options(page: str, line: str) -> None:
    """Nobody is told to type what does not exist."""
    command, words = resolved(shlex.split(line))
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert [word for word in words if word.startswith("--") and word not in known] == [], page


def test_the_pages_name_fixes_and_scenarios_that_exist() -> None:
    """An example that takes a name takes one that there is."""
    codes = {check.CODE for check in CHECKS}
    for page, line in typed():
        words = shlex.split(line)
        named = [word for word in words[1:] if not word.startswith("-") and "." not in word and "@" not in word]
        if words[0] == "fix" and "--lab" not in words:
            assert set(named) <= set(CATALOGUE), (page, line)
        if words[0] == "explain":
            assert set(named) <= codes, (page, line)
        if words[:2] in (["lab", "break"], ["lab", "up"]):
            assert set(named[1:]) <= set(scenario_file.shipped()), (page, line)


def test_every_setup_that_a_page_shows_is_read() -> None:
    """The eight lines of docs/settings.md, and those of the README."""
    shown = [(page, text) for page, text in blocks("toml") if "[domain]" in text]
    assert len(shown) >= 2
    for page, text in shown:
        assert settings.parse(text, page).setup.domain == "sailing.example"


def test_the_scenario_that_the_page_shows_is_read() -> None:
    """docs/scenarios.md begins with a whole one."""
    shown = [text for page, text in blocks("toml") if page == "docs/scenarios.md"]
    assert [scenario_file.parse(text, "june.toml").base for text in shown] == ["healthy"]


def test_every_heading_of_the_facts_that_a_check_cites_exists() -> None:
    """``facts.md A4`` in a page of a check leads to a section of docs/facts.md."""
    text = (ROOT / "docs" / "facts.md").read_text("utf-8")
    known = set(re.findall(r"^#+ ([A-I]\d?)[. ]", text, re.MULTILINE)) | {f"G{number}" for number in range(1, 9)}
    for check in CHECKS:
        cited = re.findall(r"facts\.md ((?:[A-I]\d?(?:, | and )?)+)", check.__doc__ or "")
        assert {name for group in cited for name in re.findall(r"[A-I]\d?", group)} <= known, check.CODE


def test_the_files_of_the_task_pages_are_all_in_the_readme() -> None:
    """A new task page is found from the front page."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [page for page in _PAGES if Path(page).parent.name == "tasks" and page not in readme] == []


def test_each_code_that_a_page_links_to_is_a_checks() -> None:
    """A link into docs/reference/codes.md leads to a section."""
    codes = {check.CODE for check in CHECKS}
    for path in (ROOT / "docs").rglob("*.md"):
        linked = set(re.findall(r"codes\.md#([a-z0-9-]+)", path.read_text("utf-8")))
        assert linked <= codes, path


def test_the_page_of_refusals_names_every_fault_of_the_recipient() -> None:
    """Whatever a recipient's server says, docs/tasks/spam-or-refused.md tells what it means."""
    text = (ROOT / "docs" / "tasks" / "spam-or-refused.md").read_text("utf-8")
    assert [
        check.CODE for check in CHECKS if check.STRATUM is Stratum.RECIPIENT and f"#{check.CODE})" not in text
    ] == []
