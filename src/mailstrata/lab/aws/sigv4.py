"""Signature Version 4: who signed a request, and whether the signature is right.

    claim = read_claim(wire)                    # from the Authorization header or a presigned query
    verify(wire, claim, secret=key.secret)      # raises Refused(Fault.SKEW) or Refused(Fault.MISMATCH)

The time of a signature is checked against the *real* clock, since SDKs sign with it; the lab's clock is for its world.
Source: IAM user guide, "Create a signed AWS API request".
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from mailstrata.lab.aws.errors import Fault, Refused
from mailstrata.lab.aws.wire import WireRequest

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = 300
"""Seconds by which a signature's time may differ from now."""
MAX_EXPIRES = 604_800
"""Seconds for which a presigned request holds at most: seven days."""

_HEADER = re.compile(
    rf"{ALGORITHM} +Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)\s*,\s*Signature=([0-9a-f]{{64}})\s*"
)
_HEX256 = re.compile(r"[0-9a-f]{64}")
_SPACES = re.compile(r" +")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a signed request says about itself, not yet believed."""

    key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    moment: str
    """``20260512T184300Z``."""
    token: str | None = None
    expires: int | None = None
    """Seconds for which a presigned request holds; ``None``: it is signed in its header."""

    @property
    def scope(self) -> str:
        """The credential scope without the key: ``20260512/eu-west-1/ses/aws4_request``."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def read_claim(wire: WireRequest) -> Claim:
    """Read who claims to have signed; raises ``Refused`` (``UNSIGNED``, ``INCOMPLETE``)."""
    header = wire.headers.get("authorization")
    if header is None:
        return _presigned(wire)
    found = _HEADER.fullmatch(header)
    if found is None:
        raise Refused(Fault.INCOMPLETE)
    moment, token = wire.headers.get("x-amz-date", ""), wire.headers.get("x-amz-security-token")
    return _claim(found[1], found[2], signature=found[3], moment=moment, token=token)


def _presigned(wire: WireRequest) -> Claim:
    query = {name: unquote(value) for name, value in _pairs(wire.query)}
    if "X-Amz-Signature" not in query:
        raise Refused(Fault.UNSIGNED)
    expires = query.get("X-Amz-Expires", "")
    if not re.fullmatch(r"[0-9]{1,6}", expires) or int(expires) > MAX_EXPIRES:
        raise Refused(Fault.INCOMPLETE)
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise Refused(Fault.INCOMPLETE)
    return _claim(
        query.get("X-Amz-Credential", ""),
        query.get("X-Amz-SignedHeaders", ""),
        signature=query["X-Amz-Signature"],
        moment=query.get("X-Amz-Date", ""),
        token=query.get("X-Amz-Security-Token"),
        expires=int(expires),
    )


def _claim(
    credential: str, signed: str, *, signature: str, moment: str, token: str | None, expires: int | None = None
) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", moment):
        raise Refused(Fault.INCOMPLETE)
    return Claim(
        key_id=parts[0],
        date=parts[1],
        region=parts[2],
        service=parts[3],
        signed_headers=tuple(signed.split(";")),
        signature=signature,
        moment=moment,
        token=token,
        expires=expires,
    )


def verify(wire: WireRequest, claim: Claim, *, secret: str, now: float | None = None) -> None:
    """Check time and signature; ``now`` in seconds since 1970 is for tests.

    Raises ``Refused``: ``SKEW`` or ``MISMATCH``.
    """
    _check_time(claim, time.time() if now is None else now)
    if "host" not in claim.signed_headers or claim.date != claim.moment[:8]:
        raise Refused(Fault.MISMATCH)
    canonical = hashlib.sha256(canonical_request(wire, claim).encode()).hexdigest()
    text = f"{ALGORITHM}\n{claim.moment}\n{claim.scope}\n{canonical}"
    key = signing_key(secret, claim.date, region=claim.region, service=claim.service)
    wanted = hmac.digest(key, text.encode(), "sha256").hex()
    if not hmac.compare_digest(wanted.encode(), claim.signature.encode()):
        raise Refused(Fault.MISMATCH)


def _check_time(claim: Claim, now: float) -> None:
    try:
        signed = datetime.strptime(claim.moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise Refused(Fault.INCOMPLETE) from error
    lasts = SKEW if claim.expires is None else claim.expires
    clock = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    if now - signed > lasts:
        minutes = f"({clock} - {lasts // 60} min.)"
        raise Refused(Fault.SKEW, f"Signature expired: {claim.moment} is now earlier than {minutes}")
    if signed - now > SKEW:
        minutes = f"({clock} + {SKEW // 60} min.)"
        raise Refused(Fault.SKEW, f"Signature not yet current: {claim.moment} is still later than {minutes}")


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, *, region: str, service: str) -> bytes:
    """Derive the key of a day, region and service from a secret access key."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_request(wire: WireRequest, claim: Claim) -> str:
    """Return the text whose hash is signed; raises ``Refused`` (``MISMATCH``) when the body is not the signed one."""
    path = wire.path or "/"
    if claim.service != "s3":  # S3 alone neither normalizes nor encodes twice
        path = _encoded_twice(path)
    names = claim.signed_headers
    headers = "".join(f"{name}:{_SPACES.sub(' ', wire.headers.get(name, '').strip())}\n" for name in names)
    parts = (wire.method, path, _canonical_query(wire.query), headers, ";".join(names), _payload(wire, claim))
    return "\n".join(parts)


@lru_cache(maxsize=1024)
def _encoded_twice(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in {"", "."}:
            kept.append(segment)
    normal = "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")
    return quote(normal, safe="/~")


def _pairs(query: str) -> list[tuple[str, str]]:
    split = (part.partition("=") for part in query.split("&") if part)
    return [(name, value) for name, _, value in split]


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in _pairs(query) if name != "X-Amz-Signature")
    return "&".join(f"{name}={value}" for name, value in pairs)


def _encoded(text: str) -> str:
    return quote(unquote(text, "latin-1"), safe="-_.~", encoding="latin-1")


def _payload(wire: WireRequest, claim: Claim) -> str:
    stated = wire.headers.get("x-amz-content-sha256")
    if claim.expires is not None and claim.service == "s3" and stated is None:
        return "UNSIGNED-PAYLOAD"
    if stated is not None and not _HEX256.fullmatch(stated):
        return stated  # UNSIGNED-PAYLOAD, or STREAMING-… whose chunks the service reads
    actual = hashlib.sha256(wire.body).hexdigest()
    if stated is not None and stated != actual:
        raise Refused(Fault.MISMATCH)
    return actual
