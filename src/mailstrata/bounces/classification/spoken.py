r"""Texts of servers made comparable: lower case, words and single spaces, every mail address the word ``addr``.

    spoken("550 <ann@dock.example>: User's e-mail unknown")     # " 550 addr users email unknown "

Punctuation differs between servers that say the same, and an address may hold any word without meaning it. Accents differ,
too: many servers write their language without them, so ``boîte pleine`` is ``boite pleine``. The spaces at both ends let a
phrase be found on whole words.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from unicodedata import normalize

from mailstrata.bounces.classification.table import lines

LIMIT = 4000
"""Characters of a text that are looked at."""

_LOCAL = re.compile(r"[^\s<>@\"':;,()\[\]=]{1,64}")
_AT = re.compile(r"@(?<=[^\s<>@\"':;,()\[\]=]@)[^\s<>@,;:()\[\]]{1,255}")
"""An at-sign that an address may be around, and what stands behind it."""
_MISSING = re.compile(r"(?<![\w.@/-])(?=(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24} (?:does not|doesn.?t) exist)")
"""Before a host's or domain's name that is said not to exist."""
_BREAK = re.compile(r"[\W_][\W_]*")  # as ``+``, but the search jumps from one to the next
_APOSTROPHES = "'`\u2019\u00b4"
_LATIN = range(0xDF, 0x250)
"""Letters that may be Latin ones with an accent (Unicode's blocks Latin-1 Supplement and Latin Extended-A and -B)."""
_UNMARKED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"}
_PLAIN = {
    letter: plain
    for letter in map(chr, _LATIN)
    if (plain := _UNMARKED.get(base := normalize("NFD", letter)[0], base)) != letter
}
"""The same letters without. Only of Latin ones: in other writings the mark makes another letter of it (й, ガ)."""
_ACCENTED = frozenset(_PLAIN)
_ASCII = bytes(code if chr(code).isalnum() or code == ord("-") else ord(" ") for code in range(128)) + bytes(128)
"""In pure ASCII all but letters, digits and hyphens becomes a space."""


@lru_cache(maxsize=16)
def spoken(text: str) -> str:
    """The words of ``text``, or a single space when it has none."""
    lower = text[:LIMIT].lower()
    if "@" in lower:
        lower = _without_addresses(lower)
    if " exist" in lower:
        lower = _MISSING.sub("domain ", lower)
    if not lower.isascii():
        lower = _without_accents(normalize("NFC", lower))
    if lower.isascii():
        plain = lower.encode("ascii").translate(_ASCII, b"'`")
        words = b" ".join(plain.replace(b"e-mail", b"email").replace(b"-", b" ").split()).decode("ascii")
    else:
        for sign in _APOSTROPHES:
            lower = lower.replace(sign, "")
        words = _BREAK.sub(" ", lower.replace("e-mail", "email")).strip()
    return f" {words} " if words else " "


def _without_accents(text: str) -> str:
    """The text with plain Latin letters: one at a time, for a text has few of them and `str.translate` looks up each letter."""
    for letter in _ACCENTED.intersection(text):
        text = text.replace(letter, _PLAIN[letter])
    return text


def _without_addresses(lower: str) -> str:
    """The text with ``addr`` for each address: from each ``@`` backwards, which costs less than to try each letter."""
    shown: list[str] = []
    done = 0
    for sign in _AT.finditer(lower):
        at = sign.start()
        local = _LOCAL.match(lower[max(done, at - 64) : at][::-1])
        if local:
            shown.append(lower[done : at - local.end()])
            done = sign.end()
    return " addr ".join([*shown, lower[done:]])


def quoted(text: str) -> str:
    """What a notice quotes of the other server; the whole text where it quotes nothing.

    ``mx.dock.example said: 550 no such user`` is ``550 no such user``.
    """
    lower, (lead_ins, without_colon) = text[:LIMIT].lower(), _lead_ins()
    if not any(map(lower.__contains__, lead_ins if ":" in lower else without_colon)):
        return text
    answer = text[min([lower.find(words) + len(words) for words in lead_ins if words in lower]) :]
    return answer if answer.strip() else text


@cache
def _lead_ins() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All, and those few that a text without a colon may have."""
    written = tuple(line["words"] for line in lines("leadins"))
    return written, tuple(words for words in written if ":" not in words)
