"""The SMTP password that SES expects, made from an IAM secret access key: a pure function of secret and region.

    smtp_password("some+secret+key", "eu-central-1")     # "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"

Nothing is registered at AWS: whoever holds the secret can make the password of every region, and whoever holds a password
can not get back to the secret. So a password is right for one key and one region, and a wrong one can be recomputed
(`credentials.forensics`). Source: facts.md A3; the SES Developer Guide, "Obtaining Amazon SES SMTP credentials".
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

DATE = "11111111"
"""A constant in place of a date, unlike in Signature Version 4: a password must not expire at midnight."""

STEPS = ("ses", "aws4_request", "SendRawEmail")
"""What follows the region: service, terminal and message. The service is ``ses`` though the host's label is ``email``."""

VERSION = b"\x04"
"""The byte before the signature that says which algorithm made it."""


def chain(key: bytes, messages: Iterable[str]) -> bytes:
    """Each message hashed with the result of the one before as its key (HMAC-SHA256, RFC 2104)."""
    for message in messages:
        key = hmac.digest(key, message.encode(), "sha256")
    return key


def smtp_password(secret: str, region: str) -> str:
    """The password of a secret access key for the SMTP endpoint of ``region``: 44 characters (facts.md A3, v4)."""
    signature = chain(b"AWS4" + secret.encode(), (DATE, region, *STEPS))
    return base64.b64encode(VERSION + signature).decode()


def smtp_password_v2(secret: str) -> str:
    """The region-less password of the time before 2019, which SES refuses step by step since 2021 (facts.md A3, v2)."""
    return base64.b64encode(b"\x02" + chain(secret.encode(), STEPS[-1:])).decode()
