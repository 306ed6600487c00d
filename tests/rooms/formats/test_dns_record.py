"""Records as they should be published."""

from __future__ import annotations

from mailstrata.formats.dns_record import cname, form_fields, mx, txt, zone_lines


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


def test_a_zone_file_has_absolute_names_and_a_form_has_hosts_without_the_zone() -> None:
    """A form adds the zone itself; ``@`` stands for it (facts.md B3)."""
    record = mx("bounce.sailing.example", 10, "feedback-smtp.us-east-1.amazonses.com")
    assert zone_lines(record, ttl=60) == ("bounce.sailing.example. 60 IN MX 10 feedback-smtp.us-east-1.amazonses.com.",)
    assert form_fields(record, "sailing.example") == (("bounce", "10 feedback-smtp.us-east-1.amazonses.com"),)
    text = txt("sailing.example", ('say "hi"',))
    assert zone_lines(text) == ('sailing.example. 300 IN TXT "say \\"hi\\""',)
    assert form_fields(text, "sailing.example") == (("@", 'say "hi"'),)
