"""The text behind DATA: where it ends, what is taken off, what refuses it."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.relay.content import _CHUNK, Content

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"Subject: Ahoy", b"x" * 998]), max_size=8)


def stuffed(lines: list[bytes]) -> bytes:
    """As a client sends it (RFC 5321 4.5.2), the last dot included."""
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


@given(LINES, st.lists(st.integers(0, 6000), max_size=10), st.binary(max_size=9))
def test_what_a_client_stuffed_comes_out_as_it_was(lines: list[bytes], cuts: list[int], behind: bytes) -> None:
    """In any pieces, with anything behind it."""
    stream = stuffed(lines)
    places = [0, *sorted(cut % len(stream) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in itertools.pairwise(places)]
    pieces[-1] += behind
    content = Content(limit=100_000)
    ends = [content.take(piece, 0) for piece in pieces if piece]
    assert set(ends[:-1]) <= {-1}
    assert ends[-1] == len(pieces[-1]) - len(behind)
    assert content.fault(header=100_000) is None
    assert content.message == b"".join(line + b"\r\n" for line in lines)


def test_the_doctest_of_the_module_is_so() -> None:
    """The end's place is where the next command begins."""
    content = Content(limit=1000)
    assert content.take(b"Subject: Ahoy\r\n\r\n..dot\r\n.\r\nQUIT\r\n", 0) == 27
    assert content.message == b"Subject: Ahoy\r\n\r\n.dot\r\n"


@given(st.integers(990, 1010), st.integers(0, 3), st.integers(0, 3))
def test_a_line_has_at_most_998_bytes(length: int, before: int, after: int) -> None:
    """RFC 5322 2.1.1, wherever in the message it stands."""
    content = Content(limit=100_000)
    content.take(b"short\r\n" * before + b"x" * length + b"\r\n" + b"short\r\n" * after + b".\r\n", 0)
    fault = content.fault(header=100_000)
    assert (fault is not None) == (length > 998)


@given(st.integers(0, 60))
def test_the_limit_is_exact(size: int) -> None:
    """One byte more is too long; whatever the pieces, nothing beyond the limit is kept."""
    content = Content(limit=30)
    for byte in b"x" * size + b"\r\n.\r\n":
        content.take(bytes([byte]), 0)
    assert content.too_long == (size + 2 > 30)


def test_a_header_section_has_its_own_limit() -> None:
    """A message that is all header is none."""
    content = Content(limit=10_000)
    content.take(b"X-A: b\r\n" * 100 + b"\r\nbody\r\n.\r\n", 0)
    assert content.fault(header=10_000) is None
    refusal = content.fault(header=500)
    assert refusal is not None
    assert refusal.text == "The message's header section is too long"


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_large_message_is_what_was_sent_wherever_its_end_is_cut(cut: int) -> None:
    """It is gathered in one buffer, from which the beginning of the end is given back."""
    sent = b"Subject: Ahoy\r\n\r\n" + b"..a line of dots\r\n" * 250_000
    stream = sent + b".\r\n"
    content = Content(limit=31_000_000)
    places = [*range(0, len(stream) - 7, 60_000), len(stream) - 7 + cut, len(stream)]
    pieces = [stream[a:b] for a, b in itertools.pairwise(places) if a < b]
    ends = [content.take(piece, 0) for piece in pieces]
    assert ends == [-1] * (len(pieces) - 1) + [len(pieces[-1])]
    assert content.fault(header=1000) is None
    assert content.message == sent.replace(b"\r\n..", b"\r\n.")
    assert content.message is content.message


@pytest.mark.parametrize("at", [10, _CHUNK - 2, _CHUNK - 1, _CHUNK, _CHUNK + 1, 2 * _CHUNK - 1])
@pytest.mark.parametrize(("ends", "taken"), [(b"\r\n", True), (b"\r", False), (b"\n", False), (b"\n\r", False)])
def test_a_bare_line_end_is_found_wherever_it_stands(at: int, ends: bytes, taken: bool) -> None:
    """Also where two looks at the message meet (RFC 5321 2.3.8)."""
    lines, rest = divmod(at, 64)
    content = Content(limit=10 * _CHUNK)
    content.take((b"x" * 62 + b"\r\n") * lines + b"y" * rest + ends + b"z\r\n.\r\n", 0)
    assert (content.fault(header=10 * _CHUNK) is None) is taken


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x", b"\x85", b"\x0b"]), max_size=8))
def test_only_crlf_ends_a_line(pieces: list[bytes]) -> None:
    """What Python's text knows besides, a form feed or U+0085, ends none."""
    text = b"".join(pieces)
    content = Content(limit=1000)
    content.take(text + b"\r\n.\r\n", 0)
    fault = content.fault(header=1000)
    assert (fault is None) is (re.search(rb"\r(?!\n)|(?<!\r)\n", text + b"\r\n") is None)
