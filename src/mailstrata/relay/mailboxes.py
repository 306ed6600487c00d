"""The addresses of a From or Sender field, read on its raw bytes and strictly (RFC 5322 3.4, 3.6.2).

    read(b' "Ann, of the boat" <admin@sailing.example>')        # ("admin@sailing.example",)
    read(b" a@sailing.example, Crew: b@dock.example;")          # both
    read(b" ann@bank.example <admin@sailing.example>")          # raises Ambiguous: who is it?

Here it is decided in whose name a mail goes out. What two readers could read differently is refused: an unquoted ``@`` in a
name, two addresses without a comma, a source route, bytes outside ASCII in an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

LIMIT = 16_384
"""Bytes of one field; mailboxes in it are bounded by that."""

_TOKEN = re.compile(
    rb"\s+|(?P<quoted>\"(?:[^\"\\]|\\.)*+\")|(?P<literal>\[[^\[\]\\]*+\])|(?P<special>[<>:;,@.])"
    rb"|(?P<atom>[^\s\"()<>\[\]:;,@.\\]++)",
    re.DOTALL,
)
_IN_COMMENT = re.compile(rb"\\.|[()]", re.DOTALL)
_WORDS = frozenset({"quoted", "atom"})
_ADDRESS_BYTE = re.compile(rb"[\x21-\x7e]+\Z")
Token = tuple[str, bytes]


class Ambiguous(ValueError):
    """The field does not say beyond doubt whose mail it is."""


@lru_cache(maxsize=1024)
def read(value: bytes) -> tuple[str, ...]:
    """The addresses, as they stand, comments dropped. Raises ``Ambiguous``. A login writes the same From all day."""
    if len(value) > LIMIT:
        raise Ambiguous("the field is too long")
    found = []
    for mailbox in _split(list(_tokens(value))):
        found.append(_address(mailbox))
    return tuple(found)


def _tokens(value: bytes) -> Iterator[Token]:
    """Words and specials, without white space and comments."""
    place = 0
    while place < len(value):
        if value[place : place + 1] == b"(":
            place = _behind_comment(value, place)
            continue
        token = _TOKEN.match(value, place)
        if token is None:
            raise Ambiguous("a quotation, a comment or a domain literal does not end as it should")
        place = token.end()
        if token.lastgroup is not None:
            yield token.lastgroup, token[0]


def _behind_comment(value: bytes, start: int) -> int:
    """The place behind a comment, which may hold others and quoted pairs (RFC 5322 3.2.2)."""
    depth = 0
    for found in _IN_COMMENT.finditer(value, start):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    raise Ambiguous("a comment does not end")


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    """The mailboxes, those of groups too (RFC 5322 3.4); empty list elements (4.4) are none."""
    current: list[Token] = []
    angle = group = False
    for kind, text in tokens:
        special = text if kind == "special" else b""
        if special == b":" and not angle and not group:
            _phrase(current)
            current, group = [], True
        elif special in {b",", b";"} and not angle:
            if special == b";" and not group:
                raise Ambiguous("a semicolon stands outside a group")
            if current:
                yield current
            current, group = [], group and special == b","
        else:
            angle = special == b"<" or (angle and special != b">")
            current.append((kind, text))
    if group:
        raise Ambiguous("a group does not end")
    if current:
        yield current


def _phrase(tokens: list[Token]) -> None:
    """A display name: words, and dots as everybody writes them (RFC 5322 4.1). Nothing that looks like an address."""
    if not all(kind in _WORDS or text == b"." for kind, text in tokens):
        raise Ambiguous("a display name holds what belongs into an address; it has to be quoted")


def _address(tokens: list[Token]) -> str:
    if ("special", b"<") in tokens:
        start = tokens.index(("special", b"<"))
        _phrase(tokens[:start])
        if tokens[-1] != ("special", b">"):
            raise Ambiguous("something stands behind an address in angle brackets")
        tokens = tokens[start + 1 : -1]
    return _spec(tokens)


def _spec(tokens: list[Token]) -> str:
    """``local-part@domain`` (RFC 5322 3.4.1): words and dots in turn, one ``@``, atoms and dots in turn."""
    if tokens.count(("special", b"@")) != 1:
        raise Ambiguous("there is an address without its domain, or with two")
    at = tokens.index(("special", b"@"))
    local, domain = tokens[:at], tokens[at + 1 :]
    if not _dotted(local, _WORDS) or not _dotted(domain, frozenset({"atom"})):
        raise Ambiguous("an address is not of the form local-part@domain")
    written = b"".join(text for _, text in tokens)
    if not _ADDRESS_BYTE.match(written):
        raise Ambiguous("an address has bytes outside ASCII, or a space")
    return _unquoted(local) + "@" + b"".join(text for _, text in domain).decode("ascii").lower()


def _dotted(tokens: list[Token], kinds: frozenset[str]) -> bool:
    words, dots = tokens[::2], tokens[1::2]
    right = all(kind in kinds for kind, _ in words) and all(text == b"." for _, text in dots)
    return right and len(words) == len(dots) + 1


def _unquoted(local: list[Token]) -> str:
    r"""``"admin"`` and ``admin`` are one mailbox, and so is ``"a\dmin"`` (RFC 5321 4.1.2)."""
    written = "".join(
        re.sub(r"\\(.)", r"\1", text[1:-1].decode("ascii")) if kind == "quoted" else text.decode("ascii")
        for kind, text in local
    )
    if "@" in written:
        raise Ambiguous("a local part has an @ in it")
    return written
