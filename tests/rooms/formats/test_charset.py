from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.formats.charset import decode, decode_words


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"caf\xc3\xa9", "", "café"),
        (b"caf\xe9", "", "café"),
        (b"caf\xc3\xa9", "no-such-charset", "café"),
        (b"abc", "rot13", "abc"),
        (b"xn--caf-dma", "idna", "xn--caf-dma"),
        (b"abc-", "punycode", "abc-"),
        (b"\\n", "unicode_escape", "\\n"),
        (b"a\xff", "us-ascii", "a\ufffd"),
        (b"ok", "utf\x008", "ok"),
    ],
)
def test_a_charset_is_believed_when_it_is_one(content: bytes, charset: str, text: str) -> None:
    """Codecs that are no charsets, and names nobody knows, are read as UTF-8 or Latin-1."""
    assert decode(content, charset) == text


@pytest.mark.parametrize("value", ["=?utf-8?b?!?=", "=?x?q?=E9?=", "=?utf-8?q?a", "plain", "=?" * 3000])
def test_broken_encoded_words_are_text(value: str) -> None:
    """RFC 2047 6.2: what is no encoded word stands as it is."""
    assert isinstance(decode_words(value), str)


@settings(deadline=None)
@given(st.binary(max_size=60), st.text(max_size=20))
def test_no_bytes_and_no_charset_break_it(content: bytes, charset: str) -> None:
    """Whatever a mail claims."""
    assert isinstance(decode(content, charset), str)
