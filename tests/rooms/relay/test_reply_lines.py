"""Replies on the wire: short lines, each with its codes, nothing that could begin another."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.model.reply import Reply
from mailstrata.relay.reply_lines import several, written


@given(st.text(max_size=2000), st.sampled_from(["", "5.7.1"]))
def test_any_text_makes_a_well_formed_reply(text: str, enhanced: str) -> None:
    """RFC 5321 4.2 and 4.5.3.1.5: the same code on every line, none over 512 bytes, all printable."""
    data = written(Reply(code=550, enhanced=enhanced, text=text))
    assert data.endswith(b"\r\n")
    lines = data[:-2].split(b"\r\n")
    assert all(len(line) <= 510 and re.fullmatch(rb"550[ -][ -~]*", line) for line in lines)
    assert [line[3:4] for line in lines] == [b"-"] * (len(lines) - 1) + [b" "]


def test_each_line_of_a_long_reply_has_the_enhanced_code() -> None:
    """RFC 2034 3."""
    data = written(Reply(code=554, enhanced="5.6.0", text="word " * 200))
    assert re.findall(rb"^554[- ]5\.6\.0 word", data, re.MULTILINE) == [b"554-5.6.0 word"] * 2 + [b"554 5.6.0 word"]


def test_several_lines_end_with_a_space_after_the_code() -> None:
    """As EHLO's answer does."""
    assert several(250, ["a", "b"]) == b"250-a\r\n250 b\r\n"
