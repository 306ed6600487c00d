"""What an IAM identifier says of itself: its kind, and in a modern access key id the account that it belongs to.

    kind("AKIAIOSFODNN7EXAMPLE")          # "access key"
    account("ASIAY34FZKBOKMUTVV7A")       # "609629065308"
    account("AKIAIOSFODNN7EXAMPLE")       # None: an older id, in which no account is written

The prefixes are AWS's (IAM User Guide, "IAM identifiers"; facts.md A3, A4). The account stands in bits 1 to 40 of the 80
that the sixteen characters behind the prefix are in base 32; the first bit tells the newer ids from the older
(awsteele.com 2020-09-26, T. Beery "A short note on AWS KEY ID", WithSecure "A bitwise analysis of AWS access key
identifiers"; not documented by AWS, so it may say which account a key is of, and never that a key is invalid).
"""

from __future__ import annotations

import base64
import binascii
import re

ACCESS_KEY = "access key"
TEMPORARY_KEY = "temporary access key"

KINDS = {
    "AKIA": ACCESS_KEY,
    "ASIA": TEMPORARY_KEY,
    "AIDA": "IAM user",
    "AROA": "IAM role",
    "AGPA": "IAM group",
    "AIPA": "instance profile",
    "ANPA": "managed policy",
    "APKA": "public key",
    "ASCA": "certificate",
    "ABIA": "bearer token",
    "ACCA": "context-specific credential",
}
"""What an identifier with such a prefix is of."""

LENGTH = 20
"""The characters of an access key id today; AWS allows for 16 to 128 (IAM API, AccessKey)."""

_SHAPE = re.compile(r"[A-Z]{4}[A-Z0-9]{4,124}\Z")
_ACCOUNT_MASK = 0x7FFFFFFFFF80
_NEWER = 1 << 47


def kind(identifier: str) -> str | None:
    """What ``identifier`` is of by its prefix, or ``None`` when it has no shape of IAM's."""
    return KINDS.get(identifier[:4]) if _SHAPE.match(identifier) else None


def is_access_key(identifier: str) -> bool:
    """Whether it is an access key id, long-term or temporary: the only user names that SES's SMTP endpoint knows."""
    return kind(identifier) in {ACCESS_KEY, TEMPORARY_KEY}


def account(key_id: str) -> str | None:
    """The 12 digits of the account that a key id was made in, or ``None`` where the id does not tell."""
    if not is_access_key(key_id) or len(key_id) != LENGTH:
        return None
    try:
        bits = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    except binascii.Error:
        return None
    if not bits & _NEWER:
        return None
    number = (bits & _ACCOUNT_MASK) >> 7
    return f"{number:012d}" if number < 10**12 else None
