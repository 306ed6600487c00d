"""Records as people write them."""

from __future__ import annotations

import pytest

from mailstrata.lab.dns_record import MalformedRecord, Record, absolute, parse, plain, soa_of, text


@pytest.mark.parametrize(
    ("rtype", "written", "shown"),
    [
        ("A", "127.0.3.1", "127.0.3.1"),
        ("MX", "10 Mail.Example.", "10 Mail.Example"),
        ("MX", "0 .", "0 ."),
        ("CNAME", "target.example", "target.example"),
        ("TXT", "v=spf1 ~all", "v=spf1 ~all"),
        ("TXT", '"v=DKIM1; " "p=AB"', "v=DKIM1; p=AB"),
        ("TXT", 'say \\ "x"', 'say \\ "x"'),
        ("txt", "", ""),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
    ],
)
def test_a_value_is_shown_as_it_is_meant(rtype: str, written: str, shown: str) -> None:
    """Quotes and final dots are optional on the way in and absent on the way out; the root stays a dot."""
    (rdata,) = parse(Record(name="x.example", rtype=rtype, values=(written,)))
    assert plain(rdata) == shown


def test_long_text_is_cut_into_strings() -> None:
    """A character-string holds 255 octets (RFC 1035 3.3)."""
    (rdata,) = parse(Record(name="x.example", rtype="TXT", values=("k" * 600,)))
    assert [len(piece) for piece in rdata.strings] == [255, 255, 90]


def test_names_are_absolute_and_lower_case() -> None:
    """However they are written, names compare equal."""
    assert absolute("Sailing.Example") == absolute("sailing.example.")
    assert (text(absolute("A.Example.")), text(absolute("."))) == ("a.example", ".")


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", ".".join(["x" * 60] * 6)])
def test_what_is_no_name_is_said(name: str) -> None:
    """Empty and too long labels, and too long names."""
    with pytest.raises(MalformedRecord, match="a domain name"):
        absolute(name)


def test_a_negative_answer_lives_as_long_as_the_minimum() -> None:
    """The SOA's own TTL is its minimum (RFC 2308 3)."""
    rrset = soa_of(absolute("sailing.example"), "ns1.dns.example", 7)
    assert rrset.ttl == rrset[0].minimum == 300
    assert rrset[0].serial == 7
