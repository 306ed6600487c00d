"""The TXT records of one name as a set that several owners share: SPF, DMARC, a DKIM key, and what others proved there.

    merged(("google-site-verification=x", "v=spf1 -all"), ("v=spf1 include:amazonses.com ~all",))
    # ("google-site-verification=x", "v=spf1 include:amazonses.com ~all")

A record set is replaced as a whole. Whoever changes one record of it puts back all that is not of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_STRING = re.compile(r'\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_KINDS = (
    ("spf", re.compile(r"\s*v\s*=\s*spf1(?:\s|\Z)", re.IGNORECASE)),
    ("dmarc", re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|\s|\Z)", re.IGNORECASE)),
    ("dkim", re.compile(r"\s*(?:v\s*=\s*DKIM1\b|(?:[a-z]\s*=[^;]*;\s*)*p\s*=)", re.IGNORECASE)),
)
_LIMIT = 8192


def kind(text: str) -> str:
    """``spf``, ``dmarc`` or ``dkim`` for a record that means to be one, slips included; empty for any other text."""
    inner = text.strip().strip("\"'")[:_LIMIT]
    return next((name for name, pattern in _KINDS if pattern.match(inner)), "")


def merged(standing: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """The texts that stand, those of a wanted kind replaced by the wanted ones. Texts are without quotes."""
    new = tuple(dict.fromkeys(wanted))
    replaced = {kind(text) for text in new} - {""}
    kept = [text for text in standing if kind(text) not in replaced and text not in new]
    return (*kept, *new)


def unquoted(text: str) -> str:
    """The text of a TXT value in presentation format: its strings joined (RFC 1035 5.1)."""
    if not text.startswith('"'):
        return text
    strings: list[str] = []
    following = _STRING.match(text)
    while following:  # one behind the other, for what is between them is looked through once
        strings.append(following[1])
        following = _STRING.match(text, following.end())
    return re.sub(r"\\(.)", r"\1", "".join(strings), flags=re.DOTALL) if strings else text
