"""What happens to a right password on its way into a form: copied with white space, quoted, encoded for a URL, cut off.

    DRESSINGS["percent-encoded"].undo("BMPP%2Bab")      # "BMPP+ab"

Each dressing does it (``spoil``) and takes it back (``undo``); an undoing that changes nothing has found nothing.
Source: facts.md A9, the rows from "url-safe base64" on.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

CUT, LEAST = 40, 16
"""Characters to which a password of 44 is cut as an example, and from which on a beginning is taken for one (96 bits)."""

_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class Dressing:
    """One thing that happens to a text, and the way back."""

    undo: Callable[[str], str]
    spoil: Callable[[str], str]


def _undouble(password: str) -> str:
    try:
        return base64.b64decode(password, validate=True).decode()
    except (binascii.Error, ValueError):
        return password


def _visible(password: str) -> str:
    """Without what is no ASCII: no-break and zero-width spaces, byte order marks (base64 is ASCII only)."""
    return "".join(character for character in password if " " <= character <= "~")


def _broken(password: str) -> str:
    return f"{password[:20]}\n{password[20:]}"


DRESSINGS: Mapping[str, Dressing] = {
    "trailing-whitespace": Dressing(str.strip, lambda password: password + "\n"),
    "inner-whitespace": Dressing(lambda password: re.sub(r"\s+", "", password), _broken),
    "plus-became-space": Dressing(
        lambda password: password.replace(" ", "+"), lambda password: password.replace("+", " ")
    ),
    "quoted": Dressing(lambda password: password.strip(_QUOTES), lambda password: f'"{password}"'),
    "non-ascii": Dressing(_visible, lambda password: f"{password}\u200b"),
    "url-safe-base64": Dressing(
        lambda password: password.replace("-", "+").replace("_", "/"),
        lambda password: password.replace("+", "-").replace("/", "_"),
    ),
    "percent-encoded": Dressing(urllib.parse.unquote, lambda password: urllib.parse.quote(password, safe="")),
    "double-base64": Dressing(_undouble, lambda password: base64.b64encode(password.encode()).decode()),
}
"""Every dressing by the name of its mistake, in the order in which they are tried."""
