"""The standards that the code follows: titles by hand in docs/standards.toml, the modules that cite each from the source.

modules()[5321]     # ("mailstrata.adapters.dns", …)
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[2] / "src"
_CITED = re.compile(r"\bRFC[ -]?(\d{3,5})\b")
_HEAD = """\
# The RFCs that the code cites. Titles and successions are written by hand, `modules` by `make docs`.
# `obsoletes` and `obsoleted_by` stand only where they are known for sure.
"""


def modules() -> Mapping[int, tuple[str, ...]]:
    """The modules that cite each RFC, by its number."""
    found: dict[int, list[str]] = {}
    for path in sorted((SOURCE / "mailstrata").rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for number in sorted({int(number) for number in _CITED.findall(path.read_text("utf-8"))}):
            found.setdefault(number, []).append(name)
    return {number: tuple(found[number]) for number in sorted(found)}


def render(text: str) -> str:
    """The file ``text`` with its modules as they are now. Raises ``ValueError`` for an RFC that is cited and not listed."""
    listed: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    cited = modules()
    missing = [f"RFC {number} ({names[0]})" for number, names in cited.items() if f"rfc-{number}" not in listed]
    if missing:
        raise ValueError(f"docs/standards.toml does not list {', '.join(missing)}: add its title there")
    kept = {number: listed[f"rfc-{number}"] for number in cited}
    return _HEAD + "".join(_entry(number, facts, cited[number]) for number, facts in kept.items())


def _entry(number: int, facts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    lines = ["", f"[rfc-{number}]", f'title = "{facts["title"]}"']
    lines += [f"{key} = {list(facts[key])}" for key in ("obsoletes", "obsoleted_by") if key in facts]
    shown = [f'  "{name}",' for name in names]
    return "\n".join([*lines, "modules = [", *shown, "]"]) + "\n"
