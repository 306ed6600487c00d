"""What can be done, in an order that works: who does it, how long it takes, what it costs, how it is undone.

1  Make a new key, derive its password, try the login, store it
   automatic, you, 5 min, works at once, free; for key-inactive
   $ mailstrata fix rotate-credentials --apply
"""

from __future__ import annotations

from mailstrata.model.finding import Fix, Role
from mailstrata.reports import words
from mailstrata.reports.letters import lines_of
from mailstrata.reports.page import BLANK, Line, Page, Span, Style, fold, heading
from mailstrata.reports.story import Story

_WHO = {"you": "you", "aws": "AWS", "recipient": "the recipient's side", "google": "Google"}


def remedies(story: Story, width: int) -> Page:
    """The section, empty when nothing is to be done."""
    ordered = sorted(story.diagnosis.fixes, key=lambda fix: fix.rank)
    if not ordered:
        return ()
    blocks = [_fix(story, fix, width) for fix in ordered]
    lines = [line for number, block in enumerate(blocks) for line in (BLANK + block if number else block)]
    return (*heading("FIXES", Span("  in an order that works", Style.DIM)), *lines)


def _fix(story: Story, fix: Fix, width: int) -> Page:
    rank = f"{fix.rank:<3}"
    lines = [*fold([Span(rank, Style.HEADING), Span(fix.title)], width, indent=2, hang=3)]
    lines += fold([Span(_facts(story, fix), Style.DIM)], width, indent=5)
    if fix.automatic:
        lines += fold([Span("$ ", Style.DIM), Span(f"mailstrata fix {fix.id} --apply", Style.COMMAND)], width, indent=5)
    else:
        for number, step in enumerate(fix.steps, start=1):
            lines += fold([Span(f"{number}. ", Style.DIM), Span(step)], width, indent=5, hang=3)
    causes = {finding.code for finding in story.with_role(Role.PRIMARY, Role.SECONDARY)}
    for letter in fix.letters:
        written = lines_of(letter)
        shown = written if letter.code in causes else written[:2]
        lines += [line for text in shown for line in _quoted(text, width)]
    for label, text in (("proof: ", fix.verify), ("undo:  ", fix.undo)):
        lines += fold([Span(label + text, Style.DIM)], width, indent=5, hang=7) if text else ()
    return tuple(lines)


def _quoted(line: Line, width: int) -> Page:
    """A line of a letter behind a bar; a row of its table is folded under its second column."""
    text = line[0].text
    hang = _COLUMN if text.startswith("  ") else 0
    return fold(line, width, indent=5, bar="┆ ", hang=hang) or ((Span("     ┆", Style.DIM),),)


_COLUMN = 15
"""Where the second column of a letter's table begins."""


def _facts(story: Story, fix: Fix) -> str:
    after = [rank for rank in (story.rank(each) for each in fix.after) if rank is not None]
    parts = [
        "automatic" if fix.automatic else "by hand",
        _WHO.get(fix.who, fix.who),
        words.duration(fix.minutes),
        f"takes effect: {fix.wait}" if fix.wait else "",
        fix.cost,
        "" if fix.safe else "with care",
        f"after fix {words.numbers(after)}" if after else "",
    ]
    mended = f"; for {words.listed(fix.codes)}" if fix.codes else ""
    return ", ".join(part for part in parts if part) + mended
