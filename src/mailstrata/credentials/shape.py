"""What can be told of an SMTP password by its look alone, when the secret it should be made of is not at hand.

    judge("AKIAIOSFODNN7EXAMPLE")         # "access-key-id"
    judge("BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9")    # "unrecognised": it looks as it should

A password of the right shape can still be of another secret, of another region, or made without the date step: these can
not be told apart without the secret. So a shape names a mistake and never says "right" (facts.md A9, the shape table).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

UNRECOGNISED = "unrecognised"
LENGTH = 44
"""Characters of a password: 33 bytes in base64."""

_V4 = re.compile(r"B[A-P][A-Za-z0-9+/]{42}\Z")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "empty": re.compile(r"\s*\Z"),
    "access-key-id": re.compile(r"A[KS]IA[A-Z0-9]{12,28}\Z"),
    UNRECOGNISED: _V4,
    "v2": re.compile(r"A[g-v][A-Za-z0-9+/]{42}\Z"),
    "hex": re.compile(r"04[0-9a-fA-F]{64}\Z"),
    "hex-signature": re.compile(r"[0-9a-fA-F]{64}\Z"),
    "secret-itself": re.compile(r"[A-Za-z0-9+/]{40}\Z"),
    "version-byte-missing": re.compile(r"[A-Za-z0-9+/]{43}=\Z"),
    "url-safe-base64": re.compile(r"B[A-P][A-Za-z0-9_-]{42}\Z"),
    "version-as-text": re.compile(r"MHgw[A-Za-z0-9+/]{44}\Z"),
    "version-as-escape": re.compile(r"XHgw[A-Za-z0-9+/]{44}\Z"),
    "percent-encoded": re.compile(r"(?=.*%)B[A-P](?:[A-Za-z0-9]|%2[BbFf]){42}\Z"),
    "double-base64": re.compile(r"Q[A-Za-z0-9+/]{58}=\Z"),
    "base64-of-hex": re.compile(r"B[A-Za-z0-9+/]{86}=\Z"),
    "truncated": re.compile(r"B[A-P][A-Za-z0-9+/]{36,41}\Z"),
}
"""In the order in which they are tried; a shape of the right kind stands before those it would also fit."""


def looks_right(password: str) -> bool:
    """Whether it has the shape of a password of today's algorithm, which is no proof that it is one."""
    return _V4.match(password) is not None


def doubt(secret: str) -> str:
    """What speaks against a text being a secret access key, in words; empty when it has the 40 characters of one.

    It is no refusal: nothing says that AWS's secrets stay as they are.
    """
    if _SHAPES["secret-itself"].match(secret):
        return ""
    if len(secret) > 1 and secret[0] == secret[-1] and secret[0] in "\"'`":
        return "it stands in quotation marks, which are no part of it"
    if re.search(r"%2[bf]", secret, re.IGNORECASE):
        return "it is percent-encoded: %2F stands for / and %2B for +"
    return f"it has {len(secret)} characters, and a secret access key has 40: letters, digits, + and /"


def judge(password: str) -> str:
    """The name of the mistake that the look of ``password`` gives away, or ``unrecognised``."""
    for name, shape in _SHAPES.items():
        if shape.match(password):
            return name
    if _V4.match(password.strip()):
        return "trailing-whitespace"
    if _V4.match(password.strip("\"'`")):
        return "quoted"
    if _V4.match(re.sub(r"\s+", "", password)):
        return "inner-whitespace"
    if not password.isascii() and _V4.match("".join(one for one in password if one.isascii() and one.isprintable())):
        return "non-ascii"
    return UNRECOGNISED
