"""How SES SMTP passwords are made wrongly, as data: each recipe differs from the right one in a named way.

    recipe = RECIPES["date-step-missing"]
    recipe.password(Material(secret=secret, region="us-east-2"))      # what that mistake makes of the secret

A password is made in four steps: what is taken for the secret, how it is signed, how the signature is written down, and
what became of the text on its way into a form. ``RIGHT`` does all four as AWS does; a mistake replaces one of them (or two
that belong together), and a combination of two mistakes is a `Recipe` with the steps of both. The catalogue is facts.md
A9, whose every row is computed in tests/data/ses-smtp-password/mistakes.jsonl.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mailstrata.credentials.derivation import DATE, STEPS, VERSION, chain, smtp_password

SERVICE, TERMINAL, MESSAGE = STEPS

FIRST_DAY, LAST_DAY = date(2011, 1, 1), date(2040, 12, 31)
"""The days that are tried in place of the constant date: SES began in January 2011."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a password can have been made of. Its ``repr`` shows no secret."""

    secret: str = field(repr=False)
    region: str
    key_id: str = ""


def _secret(material: Material) -> bytes:
    return material.secret.encode()


def _sign(secret: bytes, region: str) -> bytes:
    return chain(b"AWS4" + secret, (DATE, region, *STEPS))


def _write(signature: bytes) -> str:
    return base64.b64encode(VERSION + signature).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to make a password. ``undo`` takes back what happened to the text of a stored one."""

    take: Callable[[Material], bytes] = _secret
    sign: Callable[[bytes, str], bytes] = _sign
    write: Callable[[bytes], str] = _write
    undo: Callable[[str], str] | None = None
    regional: bool = True
    """Whether what it makes depends on the region."""

    def password(self, material: Material) -> str:
        """What this recipe makes; empty when it needs what ``material`` does not hold."""
        taken = self.take(material)
        return self.write(self.sign(taken, material.region)) if taken else ""

    def made(self, password: str, material: Material) -> bool:
        """Whether this recipe made ``password`` of ``material``; compares in constant time."""
        text = self.undo(password) if self.undo else password
        if self.undo and text == password:
            return False
        wanted = self.password(material)
        return bool(wanted) and hmac.compare_digest(text.encode(), wanted.encode())


def _steps(*names: str, prefix: bytes = b"AWS4") -> Recipe:
    """The right chain with other messages; ``{r}`` in one stands for the region, ``{R}`` for it in capitals."""

    def sign(secret: bytes, region: str) -> bytes:
        return chain(prefix + secret, (name.format(r=region, R=region.upper()) for name in names))

    return Recipe(sign=sign, regional=any("{" in name for name in names))


def _swapped(secret: bytes, region: str) -> bytes:
    result = b"AWS4" + secret
    for message in (DATE, region, *STEPS):
        result = hmac.digest(message.encode(), result, hashlib.sha256)
    return result


def _hexed(secret: bytes, region: str) -> bytes:
    *first, last = (DATE, region, *STEPS)
    key = b"AWS4" + secret
    for message in first:
        key = chain(key, (message,)).hex().encode()
    return chain(key, (last,))


def _sha1(secret: bytes, region: str) -> bytes:
    del region
    return hmac.digest(secret, MESSAGE.encode(), hashlib.sha1)


def _sha1_chain(secret: bytes, region: str) -> bytes:
    key = b"AWS4" + secret
    for message in (DATE, region, *STEPS):
        key = hmac.digest(key, message.encode(), hashlib.sha1)
    return key


def _sign_v2(secret: bytes, region: str) -> bytes:
    del region
    return chain(secret, (MESSAGE,))


def _unsigned(secret: bytes, region: str) -> bytes:
    del region
    return secret


def _decoded(material: Material) -> bytes:
    try:
        return base64.b64decode(material.secret + "=" * (-len(material.secret) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _versioned(version: bytes) -> Callable[[bytes], str]:
    return lambda signature: base64.b64encode(version + signature).decode()


def _undouble(password: str) -> str:
    try:
        return base64.b64decode(password, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return password


RIGHT = Recipe()

RECIPES: Mapping[str, Recipe] = {
    "date-step-missing": _steps("{r}", *STEPS),
    "aws4-prefix-missing": _steps(DATE, "{r}", *STEPS, prefix=b""),
    "region-upper-case": _steps(DATE, "{R}", *STEPS),
    "region-is-host-label": _steps(DATE, "email-smtp.{r}", *STEPS),
    "region-missing": _steps(DATE, *STEPS),
    "region-and-date-swapped": _steps("{r}", DATE, *STEPS),
    "service-and-region-swapped": _steps(DATE, SERVICE, "{r}", TERMINAL, MESSAGE),
    "service-email": _steps(DATE, "{r}", "email", TERMINAL, MESSAGE),
    "service-sesv2": _steps(DATE, "{r}", "sesv2", TERMINAL, MESSAGE),
    "service-upper-case": _steps(DATE, "{r}", "SES", TERMINAL, MESSAGE),
    "service-missing": _steps(DATE, "{r}", TERMINAL, MESSAGE),
    "terminal-missing": _steps(DATE, "{r}", SERVICE, MESSAGE),
    "message-send-email": _steps(DATE, "{r}", SERVICE, TERMINAL, "SendEmail"),
    "key-and-message-swapped": Recipe(sign=_swapped),
    "hex-intermediate-keys": Recipe(sign=_hexed),
    "sha1": Recipe(sign=_sha1, regional=False),
    "sha1-chain": Recipe(sign=_sha1_chain),
    "v2": Recipe(sign=_sign_v2, write=_versioned(b"\x02"), regional=False),
    "v2-with-version-4": Recipe(sign=_sign_v2, regional=False),
    "version-byte-missing": Recipe(write=_versioned(b"")),
    "version-byte-1": Recipe(write=_versioned(b"\x01")),
    "version-byte-2": Recipe(write=_versioned(b"\x02")),
    "version-as-digit": Recipe(write=_versioned(b"4")),
    "version-as-text": Recipe(write=_versioned(b"0x04")),
    "version-as-escape": Recipe(write=_versioned(rb"\x04")),
    "hex": Recipe(write=lambda signature: (VERSION + signature).hex()),
    "hex-signature": Recipe(write=lambda signature: signature.hex()),
    "base64-of-hex": Recipe(write=lambda signature: base64.b64encode(VERSION + signature.hex().encode()).decode()),
    "secret-itself": Recipe(sign=_unsigned, write=bytes.decode, regional=False),
    "access-key-id": Recipe(
        take=lambda material: material.key_id.encode(), sign=_unsigned, write=bytes.decode, regional=False
    ),
    "key-id-as-secret": Recipe(take=lambda material: material.key_id.encode()),
    "secret-with-newline": Recipe(take=lambda material: material.secret.encode() + b"\n"),
    "secret-with-crlf": Recipe(take=lambda material: material.secret.encode() + b"\r\n"),
    "secret-with-space": Recipe(take=lambda material: material.secret.encode() + b" "),
    "secret-percent-encoded": Recipe(take=lambda material: urllib.parse.quote(material.secret, safe="").encode()),
    "secret-base64-decoded": Recipe(take=_decoded),
    "derived-twice": Recipe(take=lambda material: smtp_password(material.secret, material.region).encode()),
    "trailing-whitespace": Recipe(undo=str.strip),
    "inner-whitespace": Recipe(undo=lambda password: re.sub(r"\s+", "", password)),
    "plus-became-space": Recipe(undo=lambda password: password.replace(" ", "+")),
    "quoted": Recipe(undo=lambda password: password.strip("\"'`")),
    "url-safe-base64": Recipe(undo=lambda password: password.replace("-", "+").replace("_", "/")),
    "percent-encoded": Recipe(undo=urllib.parse.unquote),
    "double-base64": Recipe(undo=_undouble),
}
"""Every known mistake by its name, but those that depend on a number of tries: another region, a real date."""


def dated(signature: bytes, material: Material) -> bool:
    """Whether ``signature`` has a real day (2011 to 2040) in the place of the constant, as Signature Version 4 would.

    Eleven thousand chains, a tenth of a second: for a password that nothing else explains.
    """
    start = b"AWS4" + material.secret.encode()
    rest = (material.region, *STEPS)
    return any(hmac.compare_digest(signature, chain(start, (day, *rest))) for day in _days())


def _days() -> Iterator[str]:
    for ordinal in range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1):
        yield date.fromordinal(ordinal).isoformat().replace("-", "")
