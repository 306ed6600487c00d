"""Writes what can be read off the code: docs/reference/ whole, and the marked regions of other pages.

    python tools/reference.py            # make docs
    python tools/reference.py --check    # says what is out of date, changes nothing; exit status 1

tests/contracts/test_reference.py compares the same texts, so that a page cannot drift from the code.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIXED = ("docs/scenarios.md", "docs/settings.md", "docs/permissions.md", "docs/world-notation.md")
"""Pages that people write and that have generated regions."""
STANDARDS = "docs/standards.toml"


def pages() -> Mapping[str, str]:
    """Every generated text by its path in the repository. Raises ``ValueError`` where the code is not explained."""
    from tools.docgen import (
        codes,
        commands,
        fixes,
        markdown,
        notation,
        permissions,
        questions,
        scenario_keys,
        settings_keys,
        standards,
    )

    regions = {
        "scenario-keys": scenario_keys.render(),
        "scenarios-shipped": scenario_keys.shipped(),
        "settings-keys": settings_keys.render(),
        "permissions-asking": permissions.asking(),
        "permissions-changing": permissions.changing(),
        "policy-diagnose": permissions.diagnose_policy(),
        "policy-fix": permissions.fix_policy(),
        "words": notation.render(),
    }
    mixed = {name: markdown.filled((ROOT / name).read_text("utf-8"), regions, name) for name in MIXED}
    whole = {
        "docs/reference/commands.md": commands.render(),
        "docs/reference/codes.md": codes.render(),
        "docs/reference/fixes.md": fixes.render(),
        "docs/reference/questions.md": questions.render(),
    }
    listed = {STANDARDS: standards.render((ROOT / STANDARDS).read_text("utf-8"))}
    return whole | mixed | listed


def outdated() -> Mapping[str, str]:
    """The texts whose file is not what it should be, by its path."""
    return {name: text for name, text in pages().items() if not _is(ROOT / name, text)}


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def main(arguments: list[str]) -> int:
    """Write what is out of date, or with ``--check`` only say it."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python tools/reference.py [--check]\n")
        return 2
    wrong = outdated()
    for name, text in wrong.items():
        sys.stderr.write(f"{name} is out of date: run make docs\n" if arguments else f"wrote {name}\n")
        if not arguments:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, "utf-8")
    return 1 if wrong and arguments else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main(sys.argv[1:]))
