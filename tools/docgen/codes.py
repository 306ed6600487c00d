"""Every fault code: a table in the order of the strata, and each check's docstring as its section."""

from __future__ import annotations

import inspect
import re

from tools.docgen import markdown

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.engine import Check

_FACTS = re.compile(r"facts\.md")


def render() -> str:
    """The page of all codes."""
    rows = [
        (check.STRATUM.value, f"[`{check.CODE}`](#{check.CODE})", markdown.prose(_sentence(check))) for check in CHECKS
    ]
    return markdown.page(
        "Fault codes",
        "A code is stable for ever and names the fault, never the remedy. `mailstrata explain CODE` prints its section. The "
        "worlds in which each check is held to its words stand in `tests/pages/CODE.md`.",
        f"There are {len(CHECKS)} checks.",
        markdown.table(("Stratum", "Code", "The fault"), rows),
        *(_section(check) for check in CHECKS),
    )


def _doc(check: Check) -> str:
    return inspect.cleandoc(check.__doc__ or "")


def _sentence(check: Check) -> str:
    return " ".join(_doc(check).split("\n\n")[0].split())


def _section(check: Check) -> str:
    blocks = re.split(r"\n(?=\S)", "\n" + _doc(check).partition("\n\n")[2].strip("\n"))
    parts = [f"## {check.CODE}", f"*{check.STRATUM.value}.* {markdown.prose(_sentence(check))}"]
    parts += [_block(block.strip("\n")) for block in blocks if block.strip()]
    return "\n\n".join([*parts, f"Specified in [tests/pages/{check.CODE}.md](../../tests/pages/{check.CODE}.md)."])


def _block(block: str) -> str:
    head, _, body = block.partition("\n")
    text = markdown.prose(inspect.cleandoc("\n" + body))
    if head == "Read more":
        text = _FACTS.sub("[facts.md](../facts.md)", text)
    return f"**{head}.** {text}"
