"""A page on a terminal, in colour where it may be; as plain text anywhere else.

    show(lambda width: human.page(diagnosis, width=width), sys.stdout)

rich knows terminals and honours ``NO_COLOR``; it is imported only when there is one. It gets finished lines and no markup,
so that nothing foreign is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from mailstrata.reports.human import WIDTH
from mailstrata.reports.page import Page, Style, text_of
from mailstrata.reports.safe import width as columns_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LOOKS = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.BAD: "bold red",
    Style.WARN: "yellow",
    Style.GOOD: "green",
    Style.UNKNOWN: "bold magenta",
    Style.CODE: "bold cyan",
    Style.QUOTE: "italic",
    Style.DIM: "dim",
    Style.COMMAND: "bold green",
}
"""How each style looks; never the only bearer of a meaning."""

_ASCII = str.maketrans("✗✓◌┃╂┊┆─·…→“”", 'x+o||::--.>""')


def show(page_at: Callable[[int], Page], stream: TextIO, *, width: int | None = None) -> None:
    """Write the page that ``page_at`` makes for a width. ``width`` overrides the terminal's own."""
    if not stream.isatty():
        stream.write(encodable(text_of(page_at(width or WIDTH)), stream.encoding))
        return
    from rich.console import Console

    console = Console(file=stream, highlight=False, emoji=False)
    for text in texts(page_at(width or console.width)):
        console.print(text, soft_wrap=True)


def texts(page: Page) -> list[Text]:
    """The lines of a page as rich's texts."""
    from rich.text import Text

    return [Text.assemble(*((span.text, LOOKS[span.style]) for span in line)) for line in page]


def recorded(page: Page, *, width: int = WIDTH) -> Console:
    """A console that has the page on record, for ``export_svg``; it shows nothing."""
    from io import StringIO

    from rich.console import Console

    longest = max((sum(columns_of(span.text) for span in line) for line in page), default=0)
    console = Console(
        file=StringIO(), record=True, width=max(width, longest), force_terminal=True, color_system="truecolor"
    )
    for text in texts(page):
        console.print(text, soft_wrap=True)
    return console


def encodable(text: str, encoding: str | None) -> str:
    """The text in what the stream can write: drawn in ASCII where it knows no other characters."""
    name = encoding or "utf-8"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(name, "replace").decode(name)
    return text
