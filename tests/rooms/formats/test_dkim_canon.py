"""DKIM's canonical forms, byte by byte."""

from __future__ import annotations

from typing import Any

import pytest
from tests.corpora import CORPORA, cases

from mailstrata.formats.dkim_canon import FIELDS, Field, canonical_body, chosen, split, unsigned

DEVIATIONS = {"canonicalization/relaxed.expected.24"}
"""docs/suite-deviations.md says why."""
SUITE = [
    case
    for case in cases("dkim", "expected.jsonl")
    if case["set"] == "canonicalization" and case["algorithm"] != "nofws" and case["expected_file"] not in DEVIATIONS
]


@pytest.mark.parametrize("case", SUITE, ids=lambda case: case["expected_file"].partition("/")[2])
def test_the_suite_gives_every_byte(case: dict[str, Any]) -> None:
    """Header fields, the line between, and the body."""
    form = case["algorithm"]
    fields, body = split((CORPORA / "dkim" / case["input"]).read_bytes())
    found = b"".join(map(FIELDS[form], fields)) + b"\r\n" + canonical_body(body, form)
    assert found == (CORPORA / "dkim" / case["expected_file"]).read_bytes()


@pytest.mark.parametrize(
    ("body", "simple", "relaxed"),
    [
        (b"", b"\r\n", b""),
        (b"\r\n\r\n", b"\r\n", b""),
        (b"a  b \r\n \r\n", b"a  b \r\n \r\n", b"a b\r\n"),
        (b"a", b"a\r\n", b"a\r\n"),
    ],
)
def test_empty_lines_at_the_end_do_not_count(body: bytes, simple: bytes, relaxed: bytes) -> None:
    """RFC 6376 3.4.3, 3.4.4."""
    assert (canonical_body(body, "simple"), canonical_body(body, "relaxed")) == (simple, relaxed)


def test_a_name_that_is_signed_twice_takes_the_next_field_up() -> None:
    """RFC 6376 5.4.2; one more than there are stands for its absence."""
    fields, _ = split(b"To: a\nFrom: one\nFrom: two\n\n")
    assert [field.text for field in chosen(fields, ["from", "to", "from", "from"])] == ["two", "a", "one"]


def test_a_signature_covers_itself_without_its_value() -> None:
    """RFC 6376 3.7: b= is emptied, bh= is not."""
    field = Field(name="dkim-signature", raw=b"DKIM-Signature: a=x; bh=B;\r\n b = ab\r\n cd; d=x\r\n")
    assert unsigned(field, "relaxed") == b"dkim-signature:a=x; bh=B; b =; d=x"
