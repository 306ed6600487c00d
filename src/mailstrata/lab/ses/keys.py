"""RSA key pairs for DKIM, the same in each run of a scenario.

    private = private_key("token-of-the-identity", 1024)      # PEM, PKCS#1
    public_record(private)                                      # "p=MIGfMA0…"

Drawn from a seed, so that a recording which quotes a published key can be compared byte for byte; worthless as a secret, so
never for real mail. A key of 2048 bits takes some tenths of a second, once per process.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import count

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_EXPONENT = 65537
_SIEVE = tuple(n for n in range(3, 4000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))
_WITNESSES = (2, 3, 5, 7, 11, 13)


@cache
def private_key(seed: str, bits: int) -> str:
    """The private key that belongs to ``seed``, of ``bits`` (1024 or 2048), as PEM."""
    primes = _primes(seed, bits // 2)
    p, q = next(primes), next(primes)
    private = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=private,
        dmp1=rsa.rsa_crt_dmp1(private, p),
        dmq1=rsa.rsa_crt_dmq1(private, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, p * q),
    )
    return _pem(numbers.private_key())


@cache
def public_record(private: str) -> str:
    """The TXT record of a PEM private key (RFC 6376 3.6.1)."""
    key = serialization.load_pem_private_key(private.encode(), None)
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"p={base64.b64encode(spki).decode()}"


def readable_key(encoded: str) -> str | None:
    """A customer's own key (base64 of PKCS#1 or PKCS#8 without header lines, facts.md B3) as PEM; ``None``: no RSA key."""
    try:
        key = serialization.load_der_private_key(base64.b64decode("".join(encoded.split()), validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return _pem(key) if isinstance(key, rsa.RSAPrivateKey) else None


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def _primes(seed: str, bits: int) -> Iterator[int]:
    floor = (3 << (bits - 2)) | 1
    for number in count():
        drawn = hashlib.shake_256(f"{seed}/{bits}/{number}".encode()).digest(bits // 8)
        candidate = int.from_bytes(drawn, "big") | floor
        if all(candidate % small for small in _SIEVE) and _probably_prime(candidate):
            yield candidate


def _probably_prime(number: int) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, witness, odd, twos) for witness in _WITNESSES)


def _passes(number: int, witness: int, odd: int, twos: int) -> bool:
    power = pow(witness, odd, number)
    if power in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
