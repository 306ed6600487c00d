r"""Bytes to text by the name that a mail gives its charset, which may be wrong, unknown or a trap.

    decode(b"caf\xe9", "iso-8859-1")        # "café"
    decode_words("=?utf-8?q?Quai_d=C3=A9?=") # "Quai dé"

Python knows codecs that are no charsets: some are slow on purpose-made input (idna, punycode), some warn or always fail.
Those, and names nobody knows, are read as UTF-8 where that fits and as Latin-1 where it does not.
"""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from functools import lru_cache

WORD_LIMIT = 4000

_READ = {"utf-7": 65_536}
"""Bytes that are decoded of what its codec takes fifty times as long for as for UTF-8."""
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_SUPERSETS = ("us-ascii", "utf-8", "iso-8859-", "windows-125", "koi8-", "gb2312", "gbk", "big5", "euc-")
"""How the names of charsets begin that hold ASCII as it is."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}\Z")


def decode(content: bytes, charset: str) -> str:
    """The text; bytes that do not fit are replaced. Never raises."""
    if content.isascii() and _keeps_ascii(charset):
        return content.decode("ascii")
    name = _codec(charset)
    if name:
        return content[: _READ.get(name)].decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


@lru_cache(maxsize=64)
def _keeps_ascii(charset: str) -> bool:
    """Whether pure ASCII is itself in the charset, so that its table need not be loaded for it."""
    return charset.lower().startswith(_SUPERSETS)


def without_utf_16(raw: bytes) -> bytes:
    """What a shell of Windows wrote to a file: UTF-16 behind its byte order mark, in UTF-8; all else as it is."""
    if not raw.startswith(_UTF_16):
        return raw
    return raw.decode("utf-16", "replace").encode("utf-8", "replace")


def decode_words(value: str) -> str:
    """A header with its encoded words decoded (RFC 2047); as it stands when they are broken."""
    return _decoded(value) if "=?" in value and len(value) <= WORD_LIMIT else value


@lru_cache(maxsize=32)
def _decoded(value: str) -> str:
    """The same; the last few are remembered: of a thousand parts all may have one. Long ones never come here."""
    try:
        words = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(word if isinstance(word, str) else decode(word, charset or "") for word, charset in words)


@lru_cache(maxsize=64)
def _codec(charset: str) -> str:
    if not _NAME.match(charset):
        return ""
    try:
        info = codecs.lookup(charset)
    except LookupError:
        return ""
    is_charset = getattr(info, "_is_text_encoding", True) and info.name.replace("_", "-") not in _NO_CHARSETS
    return info.name if is_charset else ""
