"""SPF records (RFC 7208 4.6, 12): which text is one, its terms, and every slip named with its place.

    terms("v=spf1 include:amazonses.com ~all")                      # (Term(name="include", …), Term(name="all", …))
    terms("v=spf1 inclde:amazonses.com")                            # MalformedSpf: 'inclde:amazonses.com' at character 7: …
    includes("v=spf1 include:amazonses.com ~all", "amazonses.com")  # True

The grammar is ours: the parsers of pyspf and checkdmarc live inside their evaluators. Nothing is looked up here; what a
record concludes of a mail is `formats.spf_check`, what its look-ups cost `formats.spf_tree`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from dataclasses import field
from functools import lru_cache

from mailstrata.formats.spf_macro import MalformedMacro, domain_spec, macro_string
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""The terms that count against the ten look-ups (RFC 7208 4.6.4)."""
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
"""What a mechanism says when it matches (RFC 7208 4.6.2)."""
_VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
_MECHANISM = re.compile(r"([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:(:)(\S+)|(/\S+))?\Z", re.IGNORECASE)
_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(\S*)\Z")
_PREFIXES = re.compile(r"(?:/(0|[1-9]\d?))?(?://(0|[1-9]\d{0,2}))?\Z")
_ONCE = ("redirect", "exp")
_NETWORKS = {"ip4": (ipaddress.IPv4Network, "192.0.2.0/24"), "ip6": (ipaddress.IPv6Network, "2001:db8::/32")}
_LIMIT = 8192


class MalformedSpf(Malformed):
    """An SPF record that cannot be read; ``where`` names the term and the character at which it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term. ``qualifier`` is ``+ - ~ ?`` for a mechanism and empty for a modifier (RFC 7208 4.6.2)."""

    name: str
    value: str = ""
    qualifier: str = ""
    offset: int = field(default=0, compare=False)

    @property
    def domain(self) -> str:
        """What stands for a domain in ``value``, macros and all; empty where the domain at hand is meant."""
        return self.value[: _cut(self.value)] if self.name in ("a", "mx") else self.value

    @property
    def prefixes(self) -> tuple[int, int]:
        """How many bits of an IPv4 and of an IPv6 address are compared (RFC 7208 5.3, 5.4)."""
        match = _PREFIXES.search(self.value, _cut(self.value))
        four, six = (match[1], match[2]) if match else (None, None)
        return int(four or 32) if four != "0" else 0, int(six or 128) if six != "0" else 0

    @property
    def text(self) -> str:
        """The term as it is written, without a ``+``."""
        if not self.qualifier:
            return f"{self.name}={self.value}"
        joint = ":" if self.value and not self.value.startswith("/") else ""
        return f"{self.qualifier.replace('+', '')}{self.name}{joint}{self.value}"


def is_record(text: str) -> bool:
    """Whether ``text`` is an SPF record: ``v=spf1`` and then a space or the end (RFC 7208 4.5)."""
    return bool(_VERSION.match(text))


@lru_cache(maxsize=256)  # several checks read the same few records
def terms(text: str) -> tuple[Term, ...]:
    """The terms of a record in their order. Raises ``MalformedSpf`` for what is no record and for a term that is none."""
    if not is_record(text) or len(text) > _LIMIT:
        raise MalformedSpf("version", repr(text[:40]), f"v=spf1 and at most {_LIMIT} characters")
    found = tuple(_term(word, offset) for word, offset in _words(text))
    for name in _ONCE:  # RFC 7208 6: each of the two once at most
        again = [term for term in found if term.name == name][1:]
        if again:
            raise MalformedSpf(_place(again[0].text, again[0].offset), "it stands twice", f"{name}= once")
    return found


def render(found: tuple[Term, ...]) -> str:
    """The record of these terms."""
    return " ".join(["v=spf1", *(term.text for term in found)])


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


@lru_cache(maxsize=256)
def reached(text: str) -> tuple[Term, ...]:
    """The terms that can matter: none behind the first ``all``, no ``redirect`` beside an ``all`` (RFC 7208 5.1, 6.1).

    Raises as ``terms``.
    """
    every = terms(text)
    end = next((index for index, term in enumerate(every) if term.name == "all" and term.qualifier), None)
    return every if end is None else tuple(term for term in every[:end] if term.name != "redirect")


def with_include(text: str, domain: str) -> str:
    """The record with ``include:DOMAIN`` before its ``all`` or its ``redirect``, or at its end. Raises as ``terms``."""
    words = [word for word in text.split(" ") if word]
    ends = [index for index, term in enumerate(terms(text), start=1) if _ends(term)]
    words.insert(ends[0] if ends else len(words), f"include:{domain}")
    return " ".join(words)


def without(text: str, dead: Collection[Term]) -> str:
    """The record without these terms; all else stays as it is written. Raises as ``terms``."""
    gone = {term.offset for term in terms(text) if term in dead}
    words = [word for word, offset in _words(text) if offset not in gone]
    return " ".join((text[: len("v=spf1")], *words))


def _words(text: str) -> Iterator[tuple[str, int]]:
    return ((match[0], match.start()) for match in re.finditer(r"[^ ]+", text) if match.start() >= len("v=spf1"))


def _place(word: str, offset: int) -> str:
    return f"{word[:40]!r} at character {offset}"


def _term(word: str, offset: int) -> Term:
    mechanism = _MECHANISM.match(word)
    modifier = None if mechanism else _MODIFIER.match(word)
    if mechanism:
        value = mechanism[4] or mechanism[5] or ""
        term = Term(name=mechanism[2].lower(), value=value, qualifier=mechanism[1] or "+", offset=offset)
    elif modifier:
        term = Term(name=modifier[1].lower(), value=modifier[2], offset=offset)
    else:
        expected = "a mechanism such as include:amazonses.com, or name=value"
        raise MalformedSpf(_place(word, offset), "no term of SPF", expected)
    try:
        _value(term, colon=bool(mechanism and mechanism[3]))
    except MalformedMacro as error:
        raise MalformedSpf(_place(word, offset), error.found, error.expected) from error
    except ValueError as error:
        raise MalformedSpf(_place(word, offset), str(error), f"{term.name}:{_NETWORKS[term.name][1]}") from error
    return term


def _value(term: Term, *, colon: bool) -> None:
    """Judge what stands behind the name of ``term``. Raises ``MalformedMacro``, and ``ValueError`` for a network."""
    match term.name:
        case "all" if term.qualifier:
            if colon or term.value:
                raise MalformedMacro(0, repr(term.value[:40]), "nothing behind all")
        case "ip4" | "ip6" if term.qualifier:
            _network(term, colon=colon)
        case "a" | "mx" if term.qualifier:
            _dual(term, colon=colon)
        case "include" | "exists" | "ptr" if term.qualifier:
            _one_domain(term, colon=colon)
        case "redirect" | "exp":
            domain_spec(term.value)
        case _:
            macro_string(term.value)


def _one_domain(term: Term, *, colon: bool) -> None:
    """The domain behind a colon, which only ``ptr`` may leave out (RFC 7208 5.5)."""
    if colon:
        domain_spec(term.value)
    elif term.value or term.name != "ptr":
        raise MalformedMacro(0, repr(term.value[:40]) if term.value else "no domain behind it", f"{term.name}:DOMAIN")


def _network(term: Term, *, colon: bool) -> None:
    kind, example = _NETWORKS[term.name]
    address, slash, bits = term.value.partition("/")
    plain = colon and "%" not in address and (not slash or re.fullmatch(r"0|[1-9]\d{0,2}", bits))
    if not plain:
        raise MalformedMacro(
            0, repr(term.value[:40]) if term.value else "no network behind it", f"{term.name}:{example}"
        )
    kind(term.value, strict=False)


def _dual(term: Term, *, colon: bool) -> None:
    if term.domain or colon:
        domain_spec(term.domain)
    elif term.value and not _PREFIXES.match(term.value):
        raise MalformedMacro(0, repr(term.value[:40]), f"{term.name}/24, {term.name}//64 or {term.name}/24//64")
    four, six = term.prefixes
    if four > 32 or six > 128:
        raise MalformedMacro(0, repr(term.value[:40]), "at most /32 and //128")


def _cut(value: str) -> int:
    """Where the prefix lengths begin."""
    match = _PREFIXES.search(value)
    return match.start() if match else len(value)


def _ends(term: Term) -> bool:
    return term.name == ("all" if term.qualifier else "redirect")


def _same(value: str, domain: str) -> bool:
    return value.rstrip(".").lower() == domain
