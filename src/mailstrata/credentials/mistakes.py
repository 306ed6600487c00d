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
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mailstrata.credentials import dressing
from mailstrata.credentials.derivation import DATE, STEPS, VERSION, chain, smtp_password

SERVICE, TERMINAL, MESSAGE = STEPS

ALL_DAYS = (date(2011, 1, 1), date(2040, 12, 31))
"""The days that are tried in place of the constant date: SES began in January 2011."""

LIKELY_DAYS = (date(2021, 1, 1), date(2028, 12, 31))
"""Those that are tried for regions that nobody asked for: since 2021 the older algorithm is refused (facts.md A5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a password can have been made of. Its ``repr`` shows no secret."""

    secret: str = field(repr=False)
    region: str
    key_id: str = ""
    signed: dict[tuple[object, object], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What came of it, by how it was taken and signed: of five hundred recipes most differ only after that."""


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
    spoil: Callable[[str], str] | None = None
    """What happened to the text, which ``undo`` takes back; a text that it leaves as it is was not spoilt."""
    least: int = 0
    """Characters that are enough: what stands there is the beginning of the password, and the rest was lost."""
    regional: bool = True
    """Whether what it makes depends on the region."""

    def password(self, material: Material) -> str:
        """What this recipe makes; empty when it needs what ``material`` does not hold."""
        whole = self._whole(material)
        text = self.spoil(whole) if self.spoil else whole
        return text if text != whole or not self.spoil else ""

    def stored(self, password: str) -> str:
        """``password`` as it was before its text was spoilt; empty when it was not spoilt like that."""
        text = self.undo(password) if self.undo else password
        whole = text == password if self.undo else len(text) < self.least
        return "" if whole else text

    def made(self, text: str, material: Material) -> bool:
        """Whether this recipe made the `stored` text of ``material``; compares in constant time."""
        wanted = self._whole(material)
        if self.least:
            wanted = wanted[: len(text)] if len(text) < len(wanted) else ""
        return bool(wanted) and hmac.compare_digest(text.encode("utf-8", "surrogatepass"), wanted.encode())

    def _whole(self, material: Material) -> str:
        steps = (self.take, self.sign)
        if steps not in material.signed:
            taken = self.take(material)
            material.signed[steps] = self.sign(taken, material.region) if taken else b""
        signature = material.signed[steps]
        return self.write(signature) if signature else ""


def _steps(*names: str, prefix: bytes = b"AWS4") -> Recipe:
    """The right chain with other messages; ``{r}`` in one stands for the region, ``{R}`` for it in capitals."""

    def sign(secret: bytes, region: str) -> bytes:
        return chain(prefix + secret, [name.format(r=region, R=region.upper()) for name in names])

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


def _as_text(unsigned: bytes) -> str:
    return unsigned.decode("ascii", "backslashreplace")


def _quoted(material: Material) -> bytes:
    """Nothing, where nothing in the secret would be encoded: then no harm was done."""
    quoted = urllib.parse.quote(material.secret, safe="")
    return quoted.encode() if quoted != material.secret else b""


def _decoded(material: Material) -> bytes:
    try:
        return base64.b64decode(material.secret + "=" * (-len(material.secret) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _versioned(version: bytes) -> Callable[[bytes], str]:
    return lambda signature: base64.b64encode(version + signature).decode()


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
    "secret-itself": Recipe(sign=_unsigned, write=_as_text, regional=False),
    "access-key-id": Recipe(
        take=lambda material: material.key_id.encode(), sign=_unsigned, write=_as_text, regional=False
    ),
    "key-id-as-secret": Recipe(take=lambda material: material.key_id.encode()),
    "secret-with-newline": Recipe(take=lambda material: material.secret.encode() + b"\n"),
    "secret-with-crlf": Recipe(take=lambda material: material.secret.encode() + b"\r\n"),
    "secret-with-space": Recipe(take=lambda material: material.secret.encode() + b" "),
    "secret-percent-encoded": Recipe(take=_quoted),
    "secret-base64-decoded": Recipe(take=_decoded),
    "derived-twice": Recipe(take=lambda material: smtp_password(material.secret, material.region).encode()),
    **{name: Recipe(undo=one.undo, spoil=one.spoil) for name, one in dressing.DRESSINGS.items()},
    "truncated": Recipe(spoil=lambda password: password[: dressing.CUT], least=dressing.LEAST),
}
"""Every known mistake by its name, but those that depend on a number of tries: another region, a real date."""


def dated(signature: bytes, secret: str, regions: Sequence[str], days: tuple[date, date] = ALL_DAYS) -> str:
    """The region for which ``signature`` has a real day in the place of the constant, as Signature Version 4 would.

    Empty where it has none. For each region and day four HMACs, for each day one more: eleven thousand days of one region
    are a tenth of a second, so this is for a password that nothing else explains.
    """
    first = [chain(b"AWS4" + secret.encode(), (day,)) for day in _days(*days)]
    for region in regions:
        rest = (region, *STEPS)
        if any(hmac.compare_digest(signature, chain(key, rest)) for key in first):
            return region
    return ""


def _days(first: date, last: date) -> Iterator[str]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal).isoformat().replace("-", "")
