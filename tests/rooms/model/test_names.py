from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.model.errors import Malformed
from mailstrata.model.names import address, domain, domain_of, is_within


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sailing.example", "sailing.example"),
        (" Sailing.Example. ", "sailing.example"),
        ("_dmarc.sailing.example", "_dmarc.sailing.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        ("example", "example"),
    ],
)
def test_a_domain_has_one_form(text: str, name: str) -> None:
    """A-labels in lower case without the last dot (RFC 5890 2.3.2.1)."""
    assert domain(text) == name


LONG = ("a" * 64 + ".example", ".".join(["a" * 49] * 6), "é" * 70 + ".example")


@pytest.mark.parametrize(
    "text", ["", ".", "a..example", "sailing.example..", "-a.example", "a b.example", "a/b", *LONG]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    """Labels of 1 to 63 octets, 253 in all (RFC 1035 2.3.4)."""
    with pytest.raises(Malformed, match="domain name"):
        domain(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Ann@Sailing.Example", "Ann@sailing.example"),
        ("Ann <Ann@Sailing.example>", "Ann@sailing.example"),
        ('"a b"@sailing.example', '"a b"@sailing.example'),
        ("a+b=c@sailing.example", "a+b=c@sailing.example"),
    ],
)
def test_an_address_keeps_its_local_part(text: str, canonical: str) -> None:
    """Only the domain is folded: SES's suppression list keeps the case (facts.md B5)."""
    assert address(text) == canonical


@pytest.mark.parametrize(
    "text", ["", "ann", "@sailing.example", "ann@", "a b@sailing.example", "a\n@b.example", "x" * 65 + "@a.example"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """A local part of 64 octets at most (RFC 5321 4.5.3.1.1), and a domain."""
    with pytest.raises(Malformed):
        address(text)


def test_an_error_repeats_a_bounded_part_of_the_text() -> None:
    """Whoever pastes a file is not answered with the file."""
    with pytest.raises(Malformed) as error:
        domain("/" * 9999)
    assert len(str(error.value)) < 300


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=30) | st.from_regex(r"[A-Za-z.üß_-]{1,12}\.[a-z]{2,5}\.?", fullmatch=True))
def test_a_form_is_its_own_form(text: str) -> None:
    """Read twice is read once; any text is read or refused."""
    with contextlib.suppress(Malformed):
        name = domain(text)
        assert domain(name) == name
        assert name == name.lower()
        assert address(f"x@{text}") == address(address(f"x@{text}"))


def test_within_goes_by_whole_labels() -> None:
    """The end of a name is not enough."""
    assert is_within("a.sailing.example", "sailing.example")
    assert is_within("sailing.example", "sailing.example")
    assert not is_within("assailing.example", "sailing.example")
    assert not is_within("example", "sailing.example")


def test_the_domain_of_an_address_is_behind_the_last_at() -> None:
    """A quoted local part may hold one."""
    assert domain_of('"a@b"@sailing.example') == "sailing.example"
