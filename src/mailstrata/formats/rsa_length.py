"""The length of the RSA key in a DKIM key record (RFC 6376 3.6.1), read off its DER without any library.

    key_bits("v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…")     # 2048

``p=`` is a SubjectPublicKeyInfo (RFC 5280 4.1) or, by some, a bare RSAPublicKey (RFC 8017 A.1.1). An Ed25519 key (RFC 8463)
has no such length.
"""

from __future__ import annotations

import base64
import binascii

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_LONGEST = 4096


def key_bits(record: str) -> int | None:
    """The bits of the modulus; ``None`` where the record holds no RSA key that can be read."""
    tags = dict(_tag(part) for part in record.split(";"))
    if tags.get("k", "rsa").lower() != "rsa":
        return None
    text = "".join(tags.get("p", "").split())
    try:
        der = base64.b64decode(text, validate=True) if len(text) <= _LONGEST else b""
        return _modulus_bits(der)
    except (binascii.Error, ValueError, IndexError):
        return None


def _tag(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _modulus_bits(der: bytes) -> int:
    inner = _content(der, _SEQUENCE)
    if inner[0] == _SEQUENCE:  # SubjectPublicKeyInfo: an algorithm, then the key in a bit string
        rest = inner[_end(inner) :]
        inner = _content(_content(rest, _BITS)[1:], _SEQUENCE)
    return int.from_bytes(_content(inner, _INTEGER)).bit_length()


def _content(der: bytes, tag: int) -> bytes:
    if der[0] != tag:
        raise ValueError(f"tag {der[0]:#x} where {tag:#x} was expected")
    start, length = _header(der)
    if start + length > len(der):
        raise ValueError("it is cut short")
    return der[start : start + length]


def _end(der: bytes) -> int:
    start, length = _header(der)
    return start + length


def _header(der: bytes) -> tuple[int, int]:
    """Where the content begins, and its length (X.690 8.1.3)."""
    if der[1] < 0x80:
        return 2, der[1]
    count = der[1] & 0x7F
    if not 1 <= count <= 4:
        raise ValueError("a length of more than four bytes")
    return 2 + count, int.from_bytes(der[2 : 2 + count])
