"""Reads and runs a page: prose, a world, and the whole of what a check says of it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.engine import Check
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.formats import world
from mailstrata.formats.settings import read_setup
from mailstrata.formats.toml_table import Table
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.finding import Finding, Fine, Result, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Setup

AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
"""The moment at which every page plays, unless its attempts or setup say otherwise."""

STANDARD_SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"
mail_from = "bounce.sailing.example"

[[alias]]
address = "admin@sailing.example"
host = "email-smtp.us-east-1.amazonaws.com"
username = "AKIAEXAMPLE"
secret = "aws:mailstrata/smtp/admin"
"""

NOT_NAMED = Unknown(reason="not in this world")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One heading of a page with its blocks. ``span`` is where the text of its findings stands in the file."""

    title: str
    code: str
    setup: str
    attempts: str
    world: str
    findings: str
    span: tuple[int, int]

    @cache  # noqa: B019 - a page's sections are as few as the file's, and live as long as the tests
    def case(self) -> Case:
        """The case that the section describes; read once, as nobody can change it."""
        root = Table.parse(self.setup or STANDARD_SETUP, f"{self.code}.md")
        setup = read_setup(root)
        root.done()
        sends = [_attempt(line) for line in self.attempts.splitlines() if line.strip()]
        tried = tuple(send for prospect, send in sends if not prospect)
        return Case(setup=setup, attempts=tried, prospects=tuple(send for prospect, send in sends if prospect), at=AT)

    def facts(self) -> dict[Question[Any], Observation[Any]]:
        """The facts of its world, a copy for each who asks."""
        return dict(self._facts())

    @cache  # noqa: B019 - as for ``case``
    def _facts(self) -> Mapping[Question[Any], Observation[Any]]:
        return world.parse(self.world, f"{self.code}.md").facts


def sections(path: Path) -> Iterator[Section]:
    """The sections of a page that have a ``findings`` block."""
    text = path.read_text("utf-8")
    heads = [match.start() for match in re.finditer(r"^## ", text, re.MULTILINE)] or [0]
    for start, end in zip(heads, [*heads[1:], len(text)], strict=True):
        blocks = {match[1]: match for match in _FENCE.finditer(text, start, end)}
        if "findings" not in blocks:
            raise ValueError(f"{path.name}: the section at character {start} has no findings block")
        bodies = {name: match[2] for name, match in blocks.items()}
        title = text[start:end].splitlines()[0].lstrip("# ").strip()
        yield Section(
            title=title,
            code=path.stem,
            span=blocks["findings"].span(2),
            **{name: bodies.get(name, "") for name in ("setup", "attempts", "world", "findings")},
        )


def judge(check: Check, case: Case, facts: dict[Question[Any], Observation[Any]]) -> tuple[Result, ...]:
    """What ``check`` says in that world; whatever is not named there is Unknown."""
    return judge_in(Evidence(facts), check, case)


def judge_in(evidence: Evidence, check: Check, case: Case) -> tuple[Result, ...]:
    """The same over evidence that several checks share, as in a diagnosis: what one asked for is there for the next."""
    for _ in range(200):
        try:
            return tuple(check.judge(case, evidence))
        except NotYet as more:
            for question in more.questions:
                evidence.add(question, NOT_NAMED)
    raise AssertionError(f"{check.CODE} asks without end")


def check_of(code: str) -> Check:
    """The check of a code."""
    return next(check for check in CHECKS if code == check.CODE)


def render(results: tuple[Result, ...]) -> str:
    """The results as a ``findings`` block writes them, one a line."""
    return "".join(_line(result) + "\n" for result in results)


def _line(result: Result) -> str:
    match result:
        case Finding():
            return _finding(result)
        case Undetermined():
            return f"? {result.code}: {result.subject}: {result.reason}"
        case Fine():
            return f"ok {result.code}: {result.text}"


def _finding(finding: Finding) -> str:
    parts = [
        ("explains", ", ".join(finding.explains)),
        ("stops", ", ".join(finding.stops)),
        ("refines", finding.refines or ""),
        ("caused by", finding.caused_by or ""),
        ("fixes", ", ".join(finding.fixes)),
    ]
    tail = "; ".join(f"{name} {value}" for name, value in parts if value)
    head = f"{finding.gravity} {finding.code} [{finding.confidence}, {finding.owner}]: {finding.subject}"
    return f"{head} -- {tail}" if tail else head


def _attempt(line: str) -> tuple[bool, Attempt]:
    fields = json.loads(line)
    prospect = bool(fields.pop("prospect", False))
    if isinstance(fields.get("reply"), str):
        text = fields["reply"]
        fields.setdefault("diagnostic", text)
        fields["reply"] = msgspec.to_builtins(Reply.parse(text))
    return prospect, msgspec.convert(fields, Attempt)


def toml_setup(text: str) -> Setup:
    """A setup from TOML, for tests that are no pages."""
    return read_setup(Table(tomllib.loads(text), text, "setup"))
