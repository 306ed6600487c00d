"""The SMTP password that SES's endpoint expects, written apart from the tool that it tests.

    smtp_password("some+secret+key", "eu-central-1")     # "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"

The lab must not borrow ``mailstrata.credentials``: an emulation that shares the code under test agrees with its faults.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_STEPS = ("ses", "aws4_request", "SendRawEmail")


def smtp_password(secret: str, region: str) -> str:
    """The password of ``secret`` in ``region`` (facts.md A3, v4): 44 characters."""
    key = _hmac(f"AWS4{secret}".encode(), "11111111")
    for step in (region, *_STEPS):
        key = _hmac(key, step)
    return base64.b64encode(b"\x04" + key).decode()


def legacy_password(secret: str) -> str:
    """The region-less password that SES refuses since 2021 by its own text (facts.md A3, v2)."""
    return base64.b64encode(b"\x02" + _hmac(secret.encode(), "SendRawEmail")).decode()


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.new(key, message.encode(), hashlib.sha256).digest()
