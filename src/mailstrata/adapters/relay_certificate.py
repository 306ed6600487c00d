"""Whether Gmail would accept the relay's certificate: name, chain to a public authority, dates, key.

    problems(certificate, key, "smtp.sailing.example", now=now, trust=trusting())
    # ("it is for mail.sailing.example, not for smtp.sailing.example",)

Gmail refuses what does not verify since April 2020, and tells its user only that it could not reach the server
(peers-sending 1.6). Which keys it takes it does not say; what public authorities issue is RSA from 2048 bits, and P-256 and
P-384 (CA/Browser Forum Baseline Requirements 6.1.5). The name is compared as RFC 9525 has it.
"""

from __future__ import annotations

import contextlib
import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_RSA = 2048
_CURVES = frozenset({"secp256r1", "secp384r1"})


def problems(certificate: Path, key: Path, name: str, *, now: datetime, trust: ssl.SSLContext) -> tuple[str, ...]:
    """What Gmail would not accept, in words; nothing when all is well. ``trust`` knows the public authorities.

    Raises ``OSError`` (``ssl.SSLError`` is one) for files that cannot be used at all.
    """
    try:
        leaf, *_ = chain = x509.load_pem_x509_certificates(certificate.read_bytes())
    except ValueError:
        return ("the file holds no certificate that can be read",)
    found = [*_dates(leaf, now), *_name(leaf, name), *_key(leaf)]
    return tuple(found or _chain(certificate, key, name, trust=trust, alone=len(chain) == 1))


def ends(certificate: Path) -> datetime | None:
    """When the certificate ends; ``None`` when there is none that can be read."""
    try:
        return x509.load_pem_x509_certificates(certificate.read_bytes())[0].not_valid_after_utc
    except (OSError, ValueError):
        return None


def _dates(leaf: x509.Certificate, now: datetime) -> list[str]:
    if now > leaf.not_valid_after_utc:
        return [f"it ended on {leaf.not_valid_after_utc:%Y-%m-%d}"]
    return [f"it counts only from {leaf.not_valid_before_utc:%Y-%m-%d} on"] if now < leaf.not_valid_before_utc else []


def _name(leaf: x509.Certificate, name: str) -> list[str]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        known = names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        known = []
    if any(_matches(one.lower(), name.lower()) for one in known):
        return []
    return [f"it is for {', '.join(known[:5]) or 'no name'}, not for {name}"]


def _matches(pattern: str, name: str) -> bool:
    """A star stands for one whole label, the first (RFC 9525 6.3)."""
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return pattern == name


def _key(leaf: x509.Certificate) -> list[str]:
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return [f"its RSA key has {key.key_size} bits, fewer than {_RSA}"] if key.key_size < _RSA else []
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return []
    return ["its key is neither RSA nor on P-256 or P-384"]


def _chain(certificate: Path, key: Path, name: str, *, trust: ssl.SSLContext, alone: bool) -> list[str]:
    """Let a client of the relay shake hands with it in memory: OpenSSL's own verdict."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trust.wrap_bio(back, there, server_hostname=name)
    relay = server.wrap_bio(there, back, server_side=True)
    try:
        for side in (client, relay, client, relay):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    except ssl.SSLCertVerificationError as error:
        given = "; the file holds no intermediate certificate: give the full chain" if alone else ""
        return [f"its chain does not lead to a public authority ({error.verify_message}){given}"]
    return []
