"""The paths of MAIL and RCPT (RFC 5321 3.3, 4.1.2) and the parameters behind them.

    read("FROM:<admin@sailing.example> SIZE=1200 BODY=8BITMIME", "FROM:")
    # Path(address="admin@sailing.example", parameters={"SIZE": "1200", "BODY": "8BITMIME"})

Stricter than the grammar where Amazon SES is: no source route, no address literal, no address outside ASCII, since SES has no
SMTPUTF8 (facts.md B3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass, maker

_PATH = re.compile(r" ?<([^<>]*)>((?: .*)?)")
_LOCAL = re.compile(
    r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*+|\"(?:[ !#-\[\]-~]|\\[ -~])*\")\Z"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+\Z")
_PARAMETER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:=[\x21-\x3c\x3e-\x7e]+)?\Z")
_LOCAL_LIMIT, _DOMAIN_LIMIT, _PATH_LIMIT = 64, 255, 254
"""RFC 5321 4.5.3.1.1 to 4.5.3.1.3; the path without its angle brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """An address, empty for ``<>``, and the parameters with their names in upper case."""

    address: str
    parameters: Mapping[str, str]


_path = maker(Path)


def read(rest: str, keyword: str) -> Path | Reply:
    """The path of ``FROM:<…>`` or ``TO:<…>``; the reply that refuses it when there is none."""
    found = _PATH.fullmatch(rest[len(keyword) :]) if rest[: len(keyword)].upper() == keyword else None
    if found is None:
        return Reply(code=501, enhanced="5.5.4", text=f"Syntax: {keyword}<local-part@domain>")
    parameters = _parameters(found[2])
    if parameters is None:
        return Reply(code=501, enhanced="5.5.4", text="The parameters behind the address cannot be read")
    if refusal := _refused(found[1], sender=keyword == "FROM:"):
        return refusal
    return _path(address=found[1], parameters=parameters)


def _parameters(text: str) -> dict[str, str] | None:
    parameters: dict[str, str] = {}
    for word in text.split(" "):
        if not word:
            continue
        name, _, value = word.partition("=")
        if not _PARAMETER.match(word) or name.upper() in parameters:
            return None
        parameters[name.upper()] = value
    return parameters


def _refused(address: str, *, sender: bool) -> Reply | None:
    """Why an address is not taken; the null path is a sender's only."""
    if not address and sender:
        return None
    if not address.isascii():
        return Reply(
            code=553,
            enhanced="5.6.7",
            text="This address is not ASCII. Amazon SES has no SMTPUTF8: write its domain in punycode; a local part "
            "outside ASCII cannot be mailed to through it",
        )
    local, _, domain = address.rpartition("@")
    if len(address) > _PATH_LIMIT or len(local) > _LOCAL_LIMIT or len(domain) > _DOMAIN_LIMIT:
        return _bad(sender, "is longer than an address can be")
    if not _LOCAL.match(local) or not _DOMAIN.match(domain):
        return _bad(sender, "is no address of the form local-part@domain")
    return None


def _bad(sender: bool, why: str) -> Reply:
    whose = "sender's" if sender else "recipient's"
    return Reply(code=501, enhanced="5.1.7" if sender else "5.1.3", text=f"The {whose} address {why}")
