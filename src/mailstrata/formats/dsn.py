r"""The text of a delivery-status part: groups of fields, the first about the message, one for each recipient (RFC 3464 2.1).

    groups("Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ann@harbor.example\nAction: failed\n")
    # [{"reporting-mta": "dns; mx.example"}, {"final-recipient": "rfc822; ann@harbor.example", "action": "failed"}]

Real reports are sloppier than the standard: blank lines are missing or too many, a folded line lacks its space, an action is
misspelled, an address is left in the encoding that SMTP carried it in. Each of those is undone here, in one place.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAME_LIMIT = 80
"""Characters before a field's colon."""
VALUE_LIMIT = 20_000
"""Characters of one field's value that are kept."""
GROUP_LIMIT = 2000
"""Groups that are read: more recipients than anybody asks for."""
LINE_LIMIT = 10 * GROUP_LIMIT
TEXT_LIMIT = 300_000

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*\Z")
_TYPE = re.compile(r"[\w.+-]+")
_TYPE_LIMIT = 60
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_ALSO_IN_ADDRESSES = frozenset({"2B", "3D"})
"""What must be encoded in xtext, and may stand in an address."""
_EMBEDDED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_KEYS = frozenset({"final-recipient", "original-recipient", "action"})
NAMES = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
"""The five actions of RFC 3464 2.3.3."""
_ACTIONS = (
    ("fail", "failed"),
    ("undeliver", "failed"),
    ("reject", "failed"),
    ("error", "failed"),
    ("bounce", "failed"),
    ("delay", "delayed"),
    ("defer", "delayed"),
    ("warn", "delayed"),
    ("deliver", "delivered"),
    ("success", "delivered"),
    ("relay", "relayed"),
    ("expand", "expanded"),
)

Fields = dict[str, str]


def groups(text: str) -> list[Fields]:
    """The groups of fields, their names in lower case, the first of equal names counted; at most ``GROUP_LIMIT`` of them."""
    found: list[Fields] = []
    fields: Fields = {}
    name = ""
    for line in text[:TEXT_LIMIT].split("\n", LINE_LIMIT)[:LINE_LIMIT]:
        if len(found) == GROUP_LIMIT:
            return found
        if not line or line.isspace():
            fields, name = _closed(found, fields), ""
            continue
        start, colon, rest = line.partition(":")
        begun = _field_name(start) if colon and len(start) <= _NAME_LIMIT else ""
        if not begun:
            if name and len(fields[name]) < VALUE_LIMIT:
                fields[name] += "\n" + line.strip()
            continue
        name = begun
        if name in fields:
            if name in _KEYS:
                fields = _closed(found, fields)
            else:
                name += "\0again"
        fields[name] = rest.strip()
    _closed(found, fields)
    return found


@lru_cache(maxsize=128)
def _field_name(text: str) -> str:
    """The name of a field in lower case, by what stands before the colon; empty when that is no name (RFC 3464 2.1.1)."""
    match = _NAME.match(text)
    return match[1].lower() if match else ""


def _closed(found: list[Fields], fields: Fields) -> Fields:
    """Put a finished group away; what an empty line tore off a recipient's group goes back to it."""
    if fields:
        last = found[-1] if found else {}
        is_torn = "final-recipient" in last and not (_KEYS & fields.keys() & last.keys()) and "status" not in last
        if is_torn and "final-recipient" not in fields and "reporting-mta" not in fields:
            last.update(fields)
        else:
            found.append(fields)
    return {}


def value(field: str) -> str:
    """A field without its type: ``smtp; 550 …`` is ``550 …`` (RFC 3464 2.1.2)."""
    kind, semicolon, rest = field.partition(";")
    kind = kind.strip()
    return rest.strip() if semicolon and len(kind) <= _TYPE_LIMIT and _is_type(kind) else field.strip()


@lru_cache(maxsize=64)
def _is_type(text: str) -> bool:
    return _TYPE.fullmatch(text) is not None


def action(field: str) -> str:
    """One of RFC 3464 2.3.3's five actions, also where it is written otherwise; empty when it is none."""
    word = field.strip().lower()
    if word in NAMES:
        return word
    return next((name for start, name in _ACTIONS if word.startswith(start)), "")


def address(field: str) -> str:
    r"""The address in a recipient's field as a mail program would write it, its encodings undone; it may be no address.

    ``utf-8`` addresses are written with ``\\x{…}`` where the report is ASCII (RFC 6533 3), others in xtext (RFC 3461 4).
    """
    if not field:
        return ""
    text = " ".join(value(field).split())
    if "<" in text and ">" in text:
        text = text[text.index("<") + 1 :].partition(">")[0]
    text = text.partition(" (")[0].strip().strip("<>")
    if "\\x{" in text:
        return _EMBEDDED.sub(_character, text)
    return from_xtext(text) if "+" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\N{REPLACEMENT CHARACTER}"


def from_xtext(text: str) -> str:
    """Text with ``+2B`` and the like decoded, when it can only be xtext (RFC 3461 4): ``a+b@x`` and ``a+20@x`` stay."""
    encoded = _XTEXT.findall(text)
    if len(encoded) != text.count("+") or not _ALSO_IN_ADDRESSES.issuperset(encoded):
        return text
    return text.replace("+3D", "=").replace("+2B", "+")  # in this order: what is decoded begins no further one
