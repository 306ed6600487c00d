"""The identities of a domain, region by region, in the words of SES's own states.

IDENTITIES  looked for in 27 regions
  ✓ sailing.example  us-east-1  verified
      DKIM SUCCESS, 2048 bits
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailstrata.model.values import dataclass
from mailstrata.reports import words
from mailstrata.reports.document import Json
from mailstrata.reports.page import Line, Span, Style, fold, heading

_MARKS = {
    "ok": ("✓", Style.GOOD),
    "differs": ("✗", Style.BAD),
    "absent": ("✗", Style.BAD),
    "unknown": ("?", Style.UNKNOWN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityShown:
    """An identity of one region: ``state`` is ok, differs (from what it should be), absent or unknown."""

    region: str
    name: str
    state: str
    words: tuple[str, ...]


def section(identities: Sequence[IdentityShown], looked_in: int, unseen: Sequence[str], width: int) -> Iterator[Line]:
    """The section; ``looked_in`` regions were listed, ``unseen`` could not be."""
    if not identities:
        return
    looked = (Span(f"  looked for in {words.count(looked_in, 'region')}", Style.DIM),) if looked_in else ()
    yield from heading("IDENTITIES", *looked)
    for one in identities:
        mark, style = _MARKS[one.state]
        head = [Span(f"{mark} ", style), Span(one.name), Span(f"  {one.region}", Style.DIM), Span(f"  {one.words[0]}")]
        yield from fold(head, width, indent=2, hang=2)
        for text in one.words[1:]:
            yield from fold([Span(text)], width, indent=6, hang=2)
    for text in unseen:
        yield from fold([Span("? ", Style.UNKNOWN), Span(text)], width, indent=2, hang=2)


def documents(identities: Sequence[IdentityShown]) -> list[Json]:
    """The same for a document."""
    return [{"region": one.region, "name": one.name, "state": one.state, "says": list(one.words)} for one in identities]
