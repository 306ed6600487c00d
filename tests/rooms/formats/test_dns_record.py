"""Records as they should be published."""

from __future__ import annotations

from mailstrata.formats.dns_record import cname, folded, form_fields, mx, question, txt, values, zone_lines
from mailstrata.model.facts import MxHost
from mailstrata.model.question import Mx


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


def test_an_answer_is_in_the_form_of_a_records_values() -> None:
    """Whatever kind it is of; hosts are compared as DNS does."""
    assert question("bounce.sailing.example", "MX") == Mx("bounce.sailing.example")
    assert values((MxHost(preference=10, host="mx.dock.example"),)) == ("10 mx.dock.example",)
    assert (values("mx.dock.example"), values(("a", "b"))) == (("mx.dock.example",), ("a", "b"))
    assert folded("10 MX.Dock.example.") == "10 mx.dock.example"
