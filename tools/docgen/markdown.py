"""The little Markdown that the pages need: tables, safe text, and marked regions inside pages that people write.

<!-- generated: settings -->      what stands between the two marks is replaced
<!-- /generated -->               by `make docs`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

NOTICE = "<!-- Written by tools/reference.py from the code: change the code, then run `make docs`. -->"
_REGION = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def prose(text: str) -> str:
    """Plain words or a docstring as Markdown: its literals stay literals, and nothing else is read as markup."""
    pieces = re.split(r"(`+[^`]+`+)", text)
    return "".join(_literal(piece) if piece.startswith("`") else _plain(piece) for piece in pieces)


def _literal(text: str) -> str:
    return f"`{text.strip('`')}`"


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


def code(values: Iterable[str]) -> str:
    """Names, each as code, with commas between."""
    return ", ".join(f"`{value}`" for value in values)


def page(title: str, *parts: str) -> str:
    """A whole generated page."""
    return "\n\n".join([f"# {title}", NOTICE, *(part for part in parts if part)]) + "\n"


def filled(text: str, regions: Mapping[str, str], name: str) -> str:
    """``text`` with its marked regions written anew. Raises ``ValueError`` naming a region that nobody generates."""

    def written(match: re.Match[str]) -> str:
        if match[2] not in regions:
            raise ValueError(f"{name}: there is no generated region {match[2]!r}, only {', '.join(regions)}")
        return f"{match[1]}{regions[match[2]].strip()}\n{match[3]}"

    return _REGION.sub(written, text)
