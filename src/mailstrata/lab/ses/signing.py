"""The two DKIM signatures of SES: the identity's own, when signing is on, and always ``d=amazonses.com``.

    signed(b"From: …", signatures_for(region, "sailing.example"))
    published(region, "TOKEN.dkim.amazonses.com")          # ("p=MIIB…",): what SES's own DNS answers

Signed by OpenSSL, so that a campaign does not measure the lab; tests verify with dkimpy, which shares no code with this.
The second never aligns with the customer's From (facts.md B3).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from mailstrata.lab.ses.identities import effective_dkim, hosted_zone
from mailstrata.lab.ses.keys import private_key, public_record, readable_key
from mailstrata.lab.ses.state import Dkim, Identity, SesRegion

OWN_DOMAIN = "amazonses.com"
OWN_SELECTOR = "224i4yxa5dv7c2xz3womw6peuasteono"

_SIGNED = (
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "feedback-id",
)

_FOLDED = re.compile(rb"\r\n(?![ \t])")
_SPACE = re.compile(rb"[ \t\r\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature to make."""

    domain: str
    selector: str
    key: str = field(repr=False)
    """PEM."""


def signatures_for(region: SesRegion, identity: Identity) -> Iterator[Signature]:
    """The signatures that SES puts on mail of ``identity``."""
    settings = effective_dkim(region, identity)
    key = _key(settings)
    if settings.signing_enabled and settings.status in {"SUCCESS", "TEMPORARY_FAILURE"} and key:
        yield Signature(domain=identity.name.rpartition("@")[2], selector=settings.tokens[0], key=key)
    yield Signature(domain=OWN_DOMAIN, selector=OWN_SELECTOR, key=private_key(OWN_DOMAIN, 1024))


def signed(content: bytes, signatures: Iterable[Signature]) -> bytes:
    """``content`` (CRLF) with the signatures on top, each over the message as the client sees it (RFC 6376 3.5)."""
    return b"".join((*(_field(content, one) for one in signatures), content))


def _field(content: bytes, one: Signature) -> bytes:
    """One ``DKIM-Signature``, relaxed/simple. It has no ``t=``: the lab's time may lie ahead of a verifier's."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [(name, line) for line in _FOLDED.split(head) if (name := _name(line)) in _SIGNED]
    digest = base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode()
    names = ":".join(name for name, _ in reversed(fields))
    value = (
        f"v=1; a=rsa-sha256; q=dns/txt; c=relaxed/simple; s={one.selector}; d={one.domain}; h={names}; bh={digest}; b="
    )
    text = b"".join(_relaxed(line) + b"\r\n" for _, line in reversed(fields)) + f"dkim-signature:{value}".encode()
    made = _loaded(one.key).sign(text, PKCS1v15(), hashes.SHA256())
    return f"DKIM-Signature: {value}{base64.b64encode(made).decode()}\r\n".replace("; ", ";\r\n\t").encode()


def _name(line: bytes) -> str:
    return line.partition(b":")[0].strip().lower().decode("ascii", "replace")


def _relaxed(line: bytes) -> bytes:
    """RFC 6376 3.4.2."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + _SPACE.sub(b" ", value.strip(b" \t\r\n"))


def _simple(body: bytes) -> bytes:
    """RFC 6376 3.4.3: all empty lines at the end count as one."""
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end] + b"\r\n"


@cache
def _loaded(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def published(region: SesRegion, name: str) -> tuple[str, ...]:
    """The TXT records that SES publishes at ``name`` for the Easy DKIM tokens of ``region`` and for itself."""
    if name == f"{OWN_SELECTOR}._domainkey.{OWN_DOMAIN}":
        return (f"k=rsa; {public_record(private_key(OWN_DOMAIN, 1024))}",)
    token, _, zone = name.partition(".")
    if zone != hosted_zone(region.name):
        return ()
    owners = (
        one.dkim for one in region.identities.values() if one.dkim.origin == "AWS_SES" and token in one.dkim.tokens
    )
    return tuple(f"k=rsa; {public_record(key)}" for key in map(_key, owners) if key)


def _key(settings: Dkim) -> str | None:
    if not settings.tokens:
        return None
    if settings.origin == "EXTERNAL":
        return readable_key(settings.private_key)
    return private_key(settings.tokens[0], 1024 if settings.key_length == "RSA_1024_BIT" else 2048)
