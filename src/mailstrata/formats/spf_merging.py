"""Several SPF records made into the one that a name may have (RFC 7208 3.2).

    merged(("v=spf1 include:_spf.google.com -all", "v=spf1 include:amazonses.com ~all"))
    # "v=spf1 include:_spf.google.com include:amazonses.com ~all"

Whoever could send by one of them can by the whole: mechanisms are joined in their order, each once, and of the ends the
softest stands. ``+all``, which lets everybody pass, is never kept where another end is.
"""

from __future__ import annotations

from collections.abc import Iterable

_SOFTNESS = ("-", "~", "?")
_VERSION = "v=spf1"


def merged(texts: Iterable[str]) -> str:
    """One record. A ``redirect=`` beside mechanisms becomes an ``include:``, since an ``all`` would hide it."""
    records = [text.split()[1:] for text in texts]
    words = [word for record in records for word in record]
    if all(len(record) == 1 and _redirect(record[0]) for record in records) and len(set(words)) == 1:
        return f"{_VERSION} {words[0]}"
    ends = [word[:-3] or "+" for word in words if word.lower().lstrip("+-~?") == "all"]
    terms = [_term(word) for word in words if word.lower().lstrip("+-~?") != "all"]
    return " ".join([_VERSION, *dict.fromkeys(terms), f"{_softest(ends)}all"])


def _redirect(word: str) -> str:
    name, _, value = word.partition("=")
    return value if name.lower() == "redirect" else ""


def _term(word: str) -> str:
    target = _redirect(word)
    return f"include:{target}" if target else word


def _softest(ends: list[str]) -> str:
    known = [_SOFTNESS.index(end) for end in ends if end in _SOFTNESS]
    return _SOFTNESS[max(known)] if known else "~"
