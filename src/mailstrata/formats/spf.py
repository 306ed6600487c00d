"""SPF records (RFC 7208 4.6) as far as their own words go: which text is one, its terms, what it names.

    includes("v=spf1 include:amazonses.com ~all", "amazonses.com")   # True

Nothing is looked up here, so what stands behind an ``include`` stays unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailstrata.model.errors import Malformed

_VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
_MECHANISM = re.compile(r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]\S*)|(/\S+))?\Z", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(\S*)\Z")
_NEEDS_VALUE = frozenset({"include", "exists", "ip4", "ip6"})
_LIMIT = 8192


class MalformedSpf(Malformed):
    """An SPF record that cannot be read; ``where`` names the term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. ``qualifier`` is ``+ - ~ ?`` for a mechanism and empty for a modifier (RFC 7208 4.6.2)."""

    name: str
    value: str = ""
    qualifier: str = ""


def is_record(text: str) -> bool:
    """Whether ``text`` is an SPF record: ``v=spf1`` and then a space or the end (RFC 7208 4.5)."""
    return bool(_VERSION.match(text))


def terms(text: str) -> tuple[Term, ...]:
    """The terms of a record in their order. Raises ``MalformedSpf`` for what is no record and for a term that is none."""
    if not is_record(text) or len(text) > _LIMIT:
        raise MalformedSpf("version", repr(text[:40]), f"v=spf1 and at most {_LIMIT} characters")
    return tuple(_term(word) for word in text.split(" ")[1:] if word)


def includes(text: str, domain: str) -> bool:
    """Whether the record lets pass what ``domain`` lets pass, by ``include:`` or ``redirect=``, and gets that far.

    Raises as ``terms``.
    """
    return any(
        _same(term.value, domain) and (term.name == "redirect" or (term.name, term.qualifier) == ("include", "+"))
        for term in reached(text)
    )


def leans_on_others(text: str) -> bool:
    """Whether the verdict of the record depends on records that are not in it. Raises as ``terms``."""
    return any(term.name in ("include", "redirect", "exists") for term in reached(text))


def reached(text: str) -> tuple[Term, ...]:
    """The terms that can matter: none behind the first ``all``, no ``redirect`` beside an ``all`` (RFC 7208 5.1, 6.1).

    Raises as ``terms``.
    """
    every = terms(text)
    end = next((index for index, term in enumerate(every) if term.name == "all"), None)
    return every if end is None else tuple(term for term in every[:end] if term.name != "redirect")


def with_include(text: str, domain: str) -> str:
    """The record with ``include:DOMAIN`` before its ``all`` or its ``redirect``, or at its end. Raises as ``terms``."""
    words = [word for word in text.split(" ") if word]
    ends = [index for index, term in enumerate(terms(text), start=1) if term.name in ("all", "redirect")]
    words.insert(ends[0] if ends else len(words), f"include:{domain}")
    return " ".join(words)


def _term(word: str) -> Term:
    mechanism = _MECHANISM.match(word)
    if mechanism:
        value = mechanism[3] or mechanism[4] or ""
        if not value and mechanism[2].lower() in _NEEDS_VALUE:
            raise MalformedSpf(repr(word[:40]), "no domain or network behind it", f"{mechanism[2]}:VALUE")
        return Term(name=mechanism[2].lower(), value=value, qualifier=mechanism[1] or "+")
    modifier = _MODIFIER.match(word)
    if modifier:
        return Term(name=modifier[1].lower(), value=modifier[2])
    raise MalformedSpf(repr(word[:40]), "no term of SPF", "a mechanism such as include:amazonses.com, or name=value")


def _same(value: str, domain: str) -> bool:
    return value.rstrip(".").lower() == domain
