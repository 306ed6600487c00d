"""Macros of SPF, by the examples of RFC 7208 7.4."""

from __future__ import annotations

import ipaddress

import pytest

from mailstrata.formats.spf_macro import Facts, MalformedMacro, domain_spec, expand, expand_domain, macro_string

MAIL = Facts(sender="strong-bad@email.example.com", domain="email.example.com", ip=ipaddress.ip_address("192.0.2.3"))
MAIL6 = Facts(sender=MAIL.sender, domain=MAIL.domain, ip=ipaddress.ip_address("2001:db8::cb01"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%%%_%-", "% %20"),
        ("%{S}", "strong-bad%40email.example.com"),
    ],
)
def test_the_examples_of_the_rfc_expand_as_it_says(text: str, meant: str) -> None:
    """RFC 7208 7.4."""
    assert expand(text, MAIL) == meant


def test_an_ipv6_address_becomes_nibbles() -> None:
    """RFC 7208 7.3, 7.4."""
    nibbles = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    assert expand_domain("%{ir}.%{v}._spf.%{d2}", MAIL6) == f"{nibbles}.ip6._spf.example.com"


@pytest.mark.parametrize(
    ("text", "at"), [("%{z}", 0), ("a%", 1), ("ab%{d0}", 2), ("a b", 1), ("x%{c}", 1), ("\x80", 0)]
)
def test_a_slip_in_a_macro_is_named_with_its_character(text: str, at: int) -> None:
    """Counted from the beginning of the text."""
    with pytest.raises(MalformedMacro) as caught:
        macro_string(text)
    assert caught.value.at == at


@pytest.mark.parametrize("text", ["example", "example.123", "a.example.-", "", "example.com/24"])
def test_a_domain_ends_in_a_top_label_or_a_macro(text: str) -> None:
    """RFC 7208 7.1."""
    with pytest.raises(MalformedMacro):
        domain_spec(text)


def test_a_name_that_grew_too_long_loses_labels_on_its_left() -> None:
    """RFC 7208 7.3: down to 253 characters."""
    long = Facts(sender="a@" + "x" * 60 + ".example", domain=".".join(["y" * 60] * 4), ip=MAIL.ip)
    assert expand_domain("%{o}.%{d}", long) == f"example.{long.domain}"
