from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.model.reply import Reply


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("535 Authentication Credentials Invalid", Reply(code=535, text="Authentication Credentials Invalid")),
        ("550 5.1.10 not found", Reply(code=550, enhanced="5.1.10", text="not found")),
        ("550-5.1.1 first\r\n550 5.1.1 second", Reply(code=550, enhanced="5.1.1", text="first second")),
        ("250", Reply(code=250, text="")),
        ("250\r\n", Reply(code=250, text="")),
        ("250 2.0.0", Reply(code=250, enhanced="2.0.0", text="")),
        ("  421 4.4.2 bye ", Reply(code=421, enhanced="4.4.2", text="bye")),
        ("550 192.0.2.1 is listed", Reply(code=550, text="192.0.2.1 is listed")),
    ],
)
def test_a_reply_is_code_enhanced_code_and_text(text: str, reply: Reply) -> None:
    """Its lines joined (RFC 5321 4.2.1, RFC 2034 4)."""
    assert Reply.parse(text) == reply


@pytest.mark.parametrize("text", ["", "hello", "5350 no", "135 no", "635 no", "53\u0665 no", "smtp; 550 no", "53"])
def test_what_begins_with_no_code_is_no_reply(text: str) -> None:
    """Three digits of ASCII, the first 2 to 5 (RFC 5321 4.2)."""
    assert Reply.parse(text) is None


def test_temporary_is_4xx() -> None:
    """The same command may succeed later (RFC 5321 4.2.1)."""
    assert Reply(code=454, text="").temporary
    assert not Reply(code=535, text="").temporary
    assert not Reply(code=250, text="").temporary


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.integers(200, 599),
    st.sampled_from(("", "5.7.1", "4.4.316", "2.0.0")),
    st.lists(st.from_regex(r"[A-Za-z:;,'`]{1,9}", fullmatch=True), max_size=5).map(" ".join),
)
def test_what_is_written_reads_back(code: int, enhanced: str, text: str) -> None:
    """``str`` of a reply is the reply."""
    reply = Reply(code=code, enhanced=enhanced, text=text)
    assert Reply.parse(str(reply)) == reply


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text() | st.text("0123456789 -.\r\n5"))
def test_any_text_is_read_or_is_none(text: str) -> None:
    """And what is read is in one line."""
    reply = Reply.parse(text)
    assert reply is None or "\n" not in str(reply)


def test_a_text_without_end_is_bounded() -> None:
    """A server may talk as long as it likes."""
    reply = Reply.parse("550 " + "x" * 10**6)
    assert reply is not None
    assert len(reply.text) <= 2000
