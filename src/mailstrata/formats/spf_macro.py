"""Macros of SPF (RFC 7208 7): ``%{i}`` and its kin, in the domains of terms and in explanations.

    macro_string("%{ir}.%{v}.arpa")                             # (Macro(letter="i", reverse=True, …), ".", …)
    expand("%{d2}", Facts(domain="news.sailing.example", …))    # "sailing.example"

The letters ``c``, ``r`` and ``t`` belong into explanations only (7.2). Nothing is looked up here: what ``%{p}`` stands for is
given by a function that is called where it is needed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import quote

from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

_MACRO = re.compile(r"%(?:([%_\-])|\{([A-Za-z])(\d*)([rR]?)([.\-+,/_=]*)\})")
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]+")
_SPACED = re.compile(r"[\x20-\x24\x26-\x7e]+")
_SINGLE = {"%": "%", "_": " ", "-": "%20"}
_LETTERS = frozenset("slodiphv")
_EXPLAINING = frozenset("crt")
_TOP = re.compile(
    r"\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9])\.?\Z",
)
_LONGEST_NAME = 253


class MalformedMacro(Malformed):
    """A text that is no macro string; ``at`` counts characters from its beginning."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        super().__init__(f"character {at}", found, expected)
        self.at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """One ``%{…}``: how many right-hand parts stay (0: all), whether they are turned round, and where they are cut."""

    letter: str
    keep: int = 0
    reverse: bool = False
    cut: str = "."
    escaped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the letters stand for. ``validated`` gives the name of ``%{p}``; ``at`` is in seconds since 1970."""

    sender: str
    domain: str
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address
    helo: str = ""
    receiver: str = "unknown"
    at: int = 0
    validated: Callable[[], str] = lambda: "unknown"


def macro_string(text: str, *, explaining: bool = False, spaces: bool = False) -> tuple[str | Macro, ...]:
    """The parts of ``text``. ``spaces`` are allowed in an explanation only. Raises ``MalformedMacro``."""
    parts: list[str | Macro] = []
    literal = _SPACED if spaces else _LITERAL
    at = 0
    while at < len(text):
        match = _MACRO.match(text, at)
        if match:
            parts.append(_macro(match, explaining=explaining))
        else:
            match = literal.match(text, at)
            if not match:
                raise MalformedMacro(at, repr(text[at : at + 8]), "visible ASCII, %%, %_, %- or a macro such as %{i}")
            parts.append(match[0])
        at = match.end()
    return tuple(parts)


def domain_spec(text: str) -> tuple[str | Macro, ...]:
    """The parts of a domain: it ends in a macro or in a top label that is not all digits. Raises ``MalformedMacro``."""
    parts = macro_string(text)
    ends_in_macro = bool(parts) and (isinstance(parts[-1], Macro) or text[-2:] in ("%%", "%_", "%-"))
    if not ends_in_macro and not _TOP.search(text):
        raise MalformedMacro(0, repr(text[:60]), "a name of two labels or more, such as _spf.sailing.example")
    return parts


def expand(text: str, facts: Facts, *, explaining: bool = False) -> str:
    """``text`` with its macros replaced. Raises ``MalformedMacro``."""
    parts = macro_string(text, explaining=explaining, spaces=explaining)
    return "".join(part if isinstance(part, str) else _value(part, facts) for part in parts)


def expand_domain(text: str, facts: Facts) -> str:
    """The name that ``text`` stands for, without labels on its left while it is over 253 characters (RFC 7208 7.3)."""
    name = expand(text, facts).removesuffix(".")
    while len(name) > _LONGEST_NAME and "." in name:
        name = name.partition(".")[2]
    return name.lower()


def needs_validation(text: str) -> bool:
    """Whether ``text`` has a ``%{p}``, for which names have to be looked up."""
    return any(
        isinstance(part, Macro) and part.letter == "p" for part in macro_string(text, explaining=True, spaces=True)
    )


def _macro(match: re.Match[str], *, explaining: bool) -> str | Macro:
    if match[1]:
        return _SINGLE[match[1]]
    letter = match[2].lower()
    if letter not in _LETTERS and not (explaining and letter in _EXPLAINING):
        raise MalformedMacro(match.start(), match[0], "one of the letters s l o d i p h v, and c r t in explanations")
    if match[3] and not int(match[3][:9]):  # RFC 7208 7.3: the number is not zero
        raise MalformedMacro(match.start(), match[0], "a number of parts from 1 up")
    keep = min(int(match[3][:9] or 0), 128)
    return Macro(letter=letter, keep=keep, reverse=bool(match[4]), cut=match[5] or ".", escaped=match[2].isupper())


def _value(macro: Macro, facts: Facts) -> str:
    value = _letter(macro.letter, facts)
    if macro.keep or macro.reverse or macro.cut != ".":
        parts = re.split(f"[{re.escape(macro.cut)}]", value)
        parts = parts[::-1] if macro.reverse else parts
        value = ".".join(parts[-macro.keep :])  # RFC 7208 7.3: joined by dots again; 0 keeps all
    return quote(value, safe="-._~") if macro.escaped else value


def _letter(letter: str, facts: Facts) -> str:
    local, _, host = facts.sender.rpartition("@")
    values: dict[str, Callable[[], str]] = {
        "s": lambda: facts.sender,
        "l": lambda: local,
        "o": lambda: host,
        "d": lambda: facts.domain,
        "i": lambda: dotted(facts.ip),
        "p": facts.validated,
        "h": lambda: facts.helo,
        "v": lambda: "in-addr" if facts.ip.version == 4 else "ip6",
        "c": lambda: str(facts.ip),
        "r": lambda: facts.receiver,
        "t": lambda: str(facts.at),
    }
    return values[letter]()


def dotted(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """The address as ``%{i}`` has it: dotted quads, or nibbles with dots (RFC 7208 7.3)."""
    return str(ip) if ip.version == 4 else ".".join(f"{int(ip):032X}")
