r"""Foreign text made harmless: what a mail, DNS or a server said never steers a terminal.

    safe("ok\x1b[2J")          # "ok\\x1b[2J": seven visible characters more, no screen wiped

Control characters (ESC among them), direction overrides (U+202E and its kin), invisible characters and lone surrogates are
shown as their escapes; line breaks and tabs become a space. Every `reports.page.Span` passes its text through here.
"""

from __future__ import annotations

import unicodedata

TEXT_LIMIT = 4000

_SPACES = frozenset("\t\n\r\u2028\u2029\u00a0")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: str) -> str:
    """``text`` as it may be shown, at most 4000 characters of it; the same text when it is harmless."""
    shown = text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(_visible(character) for character in shown)


def _visible(character: str) -> str:
    if character in _SPACES:
        return " "
    if unicodedata.category(character) in _HIDDEN:
        return (
            character.encode("ascii", "backslashreplace").decode("ascii")
            if ord(character) > 0x7F
            else _escape(character)
        )
    return character


def _escape(character: str) -> str:
    return f"\\x{ord(character):02x}"


def width(text: str) -> int:
    """The columns that safe text takes in a terminal: wide characters two, combining ones none (UAX 11)."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
