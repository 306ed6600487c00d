"""Mails as nobody would write them: real ones with bytes flipped, cut, nested, repeated. The same seed, the same mails.

    for raw in mutations(seeds, seed=1, count=1000):
        ...

What a mail server, a gateway, a broken disk or somebody who wishes us ill could hand over. Most are below a megabyte; with
``large`` one in two thousand has a body of 50 MB.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

MEGABYTE = 1024 * 1024
LARGE = 50 * MEGABYTE
_ONE_IN = 2000

_WORDS = (
    b"@", b"<", b">", b"<>", b'"', b"550 ", b"550-", b"5.1.1 ", b"4", b"5.", b">>> ", b"<<< ", b"\n\n", b"\r", b"\r\n", b"\0",
    b" ", b"\t", b"\n ", b"-", b"--", b"=", b"=?utf-8?q?", b"=?utf-8?b?", b"?=", b"\xff", b"\xe3\x81", b"\xc4\xb0", b".",
    b"a.", b"a@", b"a@b.example ", b"<a@b.example>: ", b"\n<a@b.example>:\n", b"\nFrom ", b"\nReceived: x", b"\nTo: ",
    b"To:a@b ", b"\n>>> RCPT TO:<a@b.example>\n<<< 550 x", b"\nFinal-Recipient: rfc822; a@b.example\n",
    b"\n\nFinal-Recipient: rfc822;a@b.example\nAction: x", b"Diagnostic-Code: smtp; ", b"user unknown ", b"address:",
    b"recipient to for ", b"was not delivered to:\n", b"does not exist ", b"the following address(es) failed:\n", b"<style",
    b"</style", b"<p>", b"&#x41;", b"{", b'{"notificationType":', b"[", b"\\x{", b"+2B", b"; charset=",
    b"\n--b\n", b"\n--b--\n",
    b"\nContent-Type: multipart/mixed; boundary=b\n\n--b\n", b"\xe2\x80\xae", b"\x1b[2J",
)  # fmt: skip
_CHARSETS = (
    b"idna", b"punycode", b"utf-7", b"utf-16", b"unicode_escape", b"hz", b"iso-2022-jp", b"x" * 300, b'"',
    b"\xff", b"cp037", b"base64",
)  # fmt: skip
_ENCODINGS = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"base64 ; x", b"\xff", b"")
_HEADERS = (
    b"Subject",
    b"From",
    b"To",
    b"Received",
    b"Content-Type",
    b"X-Failed-Recipients",
    b"Date",
    b"Message-ID",
    b"Auto-Submitted",
)


def mutations(seeds: Sequence[bytes], *, seed: int, count: int, large: bool = False) -> Iterator[bytes]:
    """``count`` mails made of ``seeds``."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable is the point
    for number in range(count):
        raw = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 2, 3, 5))):
            raw = chance.choice(_MUTATIONS)(raw, chance, seeds)[: MEGABYTE - 1]
        if large and number % _ONE_IN == _ONE_IN - 1:
            raw = _swollen(raw, chance)
        yield raw


def _flipped(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(raw)
    for _place in range(min(len(raw), chance.choice((1, 5, 50, 500)))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    first, last = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return chance.choice((raw[:first], raw[first:], raw[first:last], raw[:first] + raw[last:]))


def _repeated(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """A stretch of it again and again."""
    first = chance.randrange(len(raw) + 1)
    stretch = raw[first : first + chance.choice((1, 10, 100, 2000))]
    return raw[:first] + stretch * chance.choice((2, 100, 5000)) + raw[first:]


def _said(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Words that readers look for, many times, somewhere in it."""
    first = chance.randrange(len(raw) + 1)
    words = b"".join(chance.choice(_WORDS) for _ in range(chance.choice((1, 2, 3))))
    return raw[:first] + words * chance.choice((1, 10, 1000, 30_000)) + raw[first:]


def _nested(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Mails in mails, or multiparts in multiparts."""
    for depth in range(chance.choice((1, 3, 30, 300))):
        if chance.random() < 0.5:
            raw = b"Content-Type: message/rfc822\n\n" + raw
        else:
            raw = b"Content-Type: multipart/mixed; boundary=d%d\n\n--d%d\n%b\n--d%d--\n" % (depth, depth, raw, depth)
        if len(raw) > MEGABYTE:
            break
    return raw


def _headed(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Headers that come again and again, some of them folded."""
    name, fold = chance.choice(_HEADERS), chance.choice((b"", b"\n ", b"\n\t", b" : "))
    value = chance.choice(_WORDS) * chance.choice((1, 20))
    return b"".join([b"%b: %b%b\n" % (name, value, fold)] * chance.choice((1, 10, 5000))) + raw


def _parted(raw: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Ten thousand parts, or a few of other mails."""
    part = chance.choice(
        (b"", b"x", b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.example\n", raw[:500])
    )
    parts = [part] * chance.choice((10, 10_000)) if chance.random() < 0.5 else list(chance.choices(seeds, k=5))
    kind = chance.choice((b"mixed", b"report; report-type=delivery-status", b"alternative", b"digest"))
    return b"Content-Type: multipart/%b; boundary=p\n\n--p\n" % kind + b"\n--p\n".join([raw, *parts]) + b"\n--p--\n"


def _misnamed(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    """Other charsets and transfer encodings than it has."""
    declared = b"Content-Type: text/plain; charset=%b\nContent-Transfer-Encoding: %b\n"
    return declared % (chance.choice(_CHARSETS), chance.choice(_ENCODINGS)) + raw


def _spliced(raw: bytes, chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    other = chance.choice(seeds)
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other) + 1) :]


def _shuffled(raw: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    lines = raw.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _swollen(raw: bytes, chance: random.Random) -> bytes:
    """A body of 50 MB."""
    filling = chance.choice((b"x", b"x\n", b"<a@b.example>: 550 user unknown\n", b"\n--b\n", raw[:2000] or b"x"))
    return raw + filling * (LARGE // len(filling))


_MUTATIONS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _flipped,
    _cut,
    _repeated,
    _said,
    _said,
    _nested,
    _headed,
    _parted,
    _misnamed,
    _spliced,
    _shuffled,
)
