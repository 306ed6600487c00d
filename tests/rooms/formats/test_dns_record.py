"""Records as they should be published."""

from __future__ import annotations

from mailstrata.formats.dns_record import cname, mx, txt


def test_each_type_in_presentation_format() -> None:
    """Names without a last dot, texts in quotes."""
    assert cname("a.sailing.example", "b.example").values == ("b.example",)
    assert mx("bounce.sailing.example", 10, "feedback-smtp.us-east-1.amazonses.com").values == (
        "10 feedback-smtp.us-east-1.amazonses.com",
    )
    assert txt("x.sailing.example", ("one", 'a "b" \\c')).values == ('"one"', '"a \\"b\\" \\\\c"')


def test_a_long_text_is_cut_into_strings_of_255() -> None:
    """RFC 1035 3.3.14: one record of several strings."""
    (value,) = txt("x.sailing.example", ("k" * 300,)).values
    assert value == f'"{"k" * 255}" "{"k" * 45}"'
