"""SPF records by their own words."""

from __future__ import annotations

import pytest

from mailstrata.formats.spf import MalformedSpf, Term, includes, is_record, leans_on_others, render, terms, with_include

SES = "amazonses.com"


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("v=spf1", True),
        ("V=SPF1 -all", True),
        ("v=spf10 -all", False),
        ("v=spf1-all", False),
        (" v=spf1 -all", False),
        ("v=DMARC1; p=none", False),
    ],
)
def test_a_record_begins_with_its_version_and_a_space(text: str, so: bool) -> None:
    """RFC 7208 4.5."""
    assert is_record(text) is so


def test_terms_are_mechanisms_with_qualifiers_and_modifiers_without() -> None:
    """RFC 7208 4.6.1: the qualifier is + where none is written."""
    assert terms("v=spf1  a mx/24 ~ip4:192.0.2.0/24 ?exists:%{i}.x.example redirect=_spf.sailing.example -ALL") == (
        Term(name="a", qualifier="+"),
        Term(name="mx", value="/24", qualifier="+"),
        Term(name="ip4", value="192.0.2.0/24", qualifier="~"),
        Term(name="exists", value="%{i}.x.example", qualifier="?"),
        Term(name="redirect", value="_spf.sailing.example"),
        Term(name="all", qualifier="-"),
    )


@pytest.mark.parametrize(
    "text", ["v=spf1 inclde:amazonses.com", "v=spf1 include", "v=spf2 -all", "v=spf1 " + "a " * 9000]
)
def test_what_is_no_term_is_named(text: str) -> None:
    """A slip in a mechanism makes the record unreadable, and so does an ``include`` of nothing."""
    with pytest.raises(MalformedSpf):
        terms(text)


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("v=spf1 include:amazonses.com ~all", True),
        ("v=spf1 mx include:AmazonSES.com. -all", True),
        ("v=spf1 redirect=amazonses.com", True),
        ("v=spf1 redirect=amazonses.com -all", False),
        ("v=spf1 -all include:amazonses.com", False),
        ("v=spf1 ~include:amazonses.com -all", False),
        ("v=spf1 include:amazonses.com.evil.example -all", False),
        ("v=spf1 -all", False),
    ],
)
def test_a_domain_passes_when_its_include_is_reached(text: str, so: bool) -> None:
    """Nothing behind ``all`` counts, nor an include that does not say pass."""
    assert includes(text, SES) is so


@pytest.mark.parametrize(
    ("text", "so"), [("v=spf1 include:a.example -all", True), ("v=spf1 ip4:192.0.2.1 -all exists:x.example", False)]
)
def test_a_record_leans_on_others_before_its_all(text: str, so: bool) -> None:
    """Then its own words do not decide."""
    assert leans_on_others(text) is so


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("v=spf1 -all", "v=spf1 include:amazonses.com -all"),
        ("v=spf1 mx redirect=x.example", "v=spf1 mx include:amazonses.com redirect=x.example"),
        ("v=spf1", "v=spf1 include:amazonses.com"),
        ("v=spf1 ip4:192.0.2.1  ~all", "v=spf1 ip4:192.0.2.1 include:amazonses.com ~all"),
    ],
)
def test_an_include_is_added_where_it_is_reached(text: str, mended: str) -> None:
    """The rest of the record stays as it was."""
    assert with_include(text, SES) == mended
    assert includes(mended, SES)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("v=spf1 a ip4:192.0.2.300 -all", "'ip4:192.0.2.300' at character 9"),
        ("v=spf1 include: amazonses.com", "'include:' at character 7"),
        ("v=spf1 a/33", "'a/33' at character 7"),
        ("v=spf1 mx//129", "'mx//129' at character 7"),
        ("v=spf1 exists:%{c}.sailing.example", "'exists:%{c}.sailing.example' at character 7"),
        ("v=spf1 redirect=a.example redirect=b.example", "'redirect=b.example' at character 26"),
        ("v=spf1 -all:x", "'-all:x' at character 7"),
        ("v=spf1 ip6:1::2::3", "'ip6:1::2::3' at character 7"),
    ],
)
def test_every_slip_is_named_with_its_place(text: str, where: str) -> None:
    """The term, and the character at which it begins."""
    with pytest.raises(MalformedSpf) as caught:
        terms(text)
    assert caught.value.where == where


def test_a_record_is_written_back_as_it_was_meant() -> None:
    """A plus is left out, the rest stays."""
    text = "v=spf1 a/24//64 mx:sailing.example ~include:amazonses.com exp=why.sailing.example -all"
    assert render(terms(text)) == text
    assert render(terms("v=spf1 +a +all")) == "v=spf1 a all"


def test_a_modifier_called_all_ends_nothing() -> None:
    """RFC 7208 6: unknown modifiers are passed over, whatever they are called."""
    assert includes("v=spf1 all=x include:amazonses.com", SES)
