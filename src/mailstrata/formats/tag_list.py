"""Tag lists, ``v=DKIM1; k=rsa; p=…``: the form that DKIM gave to half of mail's records (RFC 6376 3.2).

    parse("v=STSv1; id=20260512T184300Z")["id"]    # "20260512T184300Z"

Names are case-sensitive and stand once; white space around names and values is dropped. Every slip is named with its tag and
the character at which it begins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailstrata.model.errors import Malformed

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e\s]*\Z")
_BLANK = " \t\r\n"
LIMIT = 65_536
"""Characters of one list; no record or signature is longer."""


class MalformedTags(Malformed):
    """A text that is no tag list; ``where`` is the tag, or the character where there is none to name."""


def parse(text: str) -> Mapping[str, str]:
    """The tags in their order. Raises ``MalformedTags``."""
    if len(text) > LIMIT:
        raise MalformedTags("length", f"{len(text)} characters", f"at most {LIMIT}")
    tags: dict[str, str] = {}
    offset = 0
    parts = text.split(";")
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part.strip(_BLANK) or not last:
            name, value = _tag(part, offset)
            if name in tags:
                raise MalformedTags(name, f"it stands twice (character {offset})", "each tag once")
            tags[name] = value
        offset += len(part) + 1
    return tags


def render(tags: Mapping[str, str]) -> str:
    """The list in one line."""
    return "; ".join(f"{name}={value}" for name, value in tags.items())


def number(tags: Mapping[str, str], name: str, *, digits: int = 12) -> int | None:
    """The value of a tag that is a number; ``None`` where there is no such tag. Raises ``MalformedTags``."""
    value = tags.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > digits:
        raise MalformedTags(name, repr(value[:40]), f"a whole number of at most {digits} digits")
    return int(value)


def _tag(part: str, offset: int) -> tuple[str, str]:
    name, equals, value = part.partition("=")
    name = name.strip(_BLANK)
    if not equals or not _NAME.match(name):
        raise MalformedTags(f"character {offset}", repr(part.strip(_BLANK)[:40]), "tag=value")
    if not _VALUE.match(value):
        raise MalformedTags(name, repr(value.strip(_BLANK)[:40]), "visible ASCII without a semicolon")
    return name, value.strip(_BLANK)
