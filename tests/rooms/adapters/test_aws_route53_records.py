"""Record values in our notation and in Route 53's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.aws_route53_records import from_route53, held, is_text, owner_name, to_route53

TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=900)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("v=DMARC1; p=none", '"v=DMARC1; p=none"'),
        ('"v=DMARC1; " "p=none"', '"v=DMARC1; p=none"'),
        ('say "ahoy" \\ twice', '"say \\"ahoy\\" \\\\ twice"'),
        ("", '""'),
        ("é", '"\\303\\251"'),
    ],
)
def test_a_text_is_written_in_quoted_strings(ours: str, theirs: str) -> None:
    """Quotes and backslashes are escaped, other bytes are octal."""
    assert to_route53("TXT", ours) == theirs


def test_a_long_text_is_split_after_255() -> None:
    """A DKIM key of 2048 bits needs two strings (RFC 1035 3.3.14)."""
    written = to_route53("TXT", "v=DKIM1; p=" + "A" * 392)
    assert [len(part) for part in re.findall(r'"([^"]*)"', written)] == [255, 148]


@given(TEXTS)
def test_what_was_written_reads_the_same(text: str) -> None:
    """From us to Route 53 and back; a text that looks quoted is taken as quoted."""
    written = to_route53("TXT", text)
    plain = from_route53("TXT", written)
    assert to_route53("TXT", written) == written
    assert all(len(part) <= 255 * 4 for part in written.split('" "'))
    if not text.strip().startswith('"'):
        assert plain == text


@pytest.mark.parametrize("theirs", ['"caf\\303\\251"', '"x\\040\\\\y"', '"\\"\\\\303"'])
def test_a_text_of_somebody_else_is_written_back_as_it_stands(theirs: str) -> None:
    """Beside ours in a set; its octets were read one by one, and written back as the UTF-8 of each."""
    assert to_route53("TXT", from_route53("TXT", theirs)) == theirs.replace("\\040", " ")
    assert is_text(theirs)


def test_a_text_is_read_as_a_resolver_reads_it() -> None:
    """What is no UTF-8 is told from what is."""
    assert from_route53("TXT", '"caf\\303\\251"') == "café"
    assert from_route53("TXT", '"\\300x"') == "\\xc0x"
    assert not is_text('"\\300x"')


def test_strings_are_cut_by_octets() -> None:
    """255 letters may be more."""
    assert [part.count("\\") for part in to_route53("TXT", "é" * 200).split(" ")] == [255, 145]


def test_other_values_are_as_they_are() -> None:
    """An MX or a CNAME has no quotes."""
    assert to_route53("MX", "10 feedback-smtp.us-east-1.amazonses.com ") == "10 feedback-smtp.us-east-1.amazonses.com"
    assert from_route53("CNAME", "a.dkim.amazonses.com") == "a.dkim.amazonses.com"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("\\052.Sailing.Example.", "*.sailing.example"), ("_dmarc.sailing.example.", "_dmarc.sailing.example")],
)
def test_names_are_in_our_form(theirs: str, ours: str) -> None:
    """Lower case, no last dot, no escapes."""
    assert owner_name(theirs) == ours


SETS = (
    {"Name": "sailing.example.", "Type": "TXT", "ResourceRecords": [{"Value": '"v=spf1 " "-all"'}]},
    {"Name": "bounce.sailing.example.", "Type": "MX", "ResourceRecords": [{"Value": "10 Feedback.example."}]},
    {"Name": "\\052.sailing.example.", "Type": "CNAME", "ResourceRecords": [{"Value": "shop.example."}]},
    {"Name": "greet.sailing.example.", "Type": "TXT", "ResourceRecords": [{"Value": '"gr\\303\\274n"'}]},
    {"Name": "a.b.sailing.example.", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]},
    {"Name": "www.sailing.example.", "Type": "CNAME", "AliasTarget": {"DNSName": "x.example."}},
)


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("sailing.example", "TXT", ("v=spf1 -all",)),
        ("Bounce.sailing.example.", "MX", ("10 feedback.example",)),
        ("bounce.sailing.example", "CNAME", ()),
        ("greet.sailing.example", "TXT", ("grün",)),
        ("any.sailing.example", "CNAME", ("shop.example",)),
        ("very.deep.sailing.example", "CNAME", ("shop.example",)),
        ("any.sailing.example", "TXT", ()),
        ("b.sailing.example", "CNAME", ()),
        ("c.b.sailing.example", "CNAME", ()),
    ],
)
def test_a_zone_answers_for_its_names_and_by_its_wildcards(name: str, kind: str, values: tuple[str, ...]) -> None:
    """RFC 4592: a name that exists, if only by what lies below it, is not the wildcard's."""
    assert held(SETS, name, kind) == values


def test_an_alias_of_route_53_is_not_guessed_at() -> None:
    """What it answers is decided when it is asked."""
    assert "alias" in held(SETS, "www.sailing.example", "CNAME")
