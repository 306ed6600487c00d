"""Tables of TOML keys: what the reader says of a key beside what a person says it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tools.docgen import markdown
from tools.docgen.keys import Key


def check(found: Sequence[Key], words: Mapping[str, str], told: Mapping[str, str]) -> None:
    """Raises ``ValueError`` naming a key that nobody explains, or an explanation of a key that is gone."""
    paths = {key.path for key in found}
    unexplained = sorted(path for path in paths if not words.get(path) and not told.get(path))
    if unexplained:
        raise ValueError(
            f"nothing says what {', '.join(unexplained)} means: write a docstring under the field, or a line in tools/docgen"
        )
    stale = sorted(path for path in words if path not in paths)
    if stale:
        raise ValueError(f"the reader no longer knows {', '.join(stale)}: take the line out of tools/docgen")


def render(found: Sequence[Key], meaning: Callable[[Key], str]) -> str:
    """One table of the keys of one TOML table, those that must be given first."""
    ordered = sorted(found, key=lambda key: not key.needed)
    rows = [(f"`{key.name}`", key.kind, _default(key), markdown.prose(meaning(key))) for key in ordered]
    return markdown.table(("Key", "Type", "Default", "Meaning"), rows)


def _default(key: Key) -> str:
    if key.needed:
        return "must be given"
    return f"`{key.default}`" if key.default else ""
