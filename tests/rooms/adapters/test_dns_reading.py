"""What single DNS messages mean, those included that no honest server sends."""

from __future__ import annotations

from itertools import pairwise

import dns.edns
import dns.message
import dns.name
import dns.rdatatype
import pytest

from mailstrata.adapters.dns_reading import CHAIN, Elsewhere, Missing, Reading, Records, Unreadable, reading, text_of

NAME = dns.name.from_text("a.sailing.example")
SOA = "sailing.example. {} IN SOA ns1.dns.example. hostmaster.dns.example. 7 7200 900 1209600 {}"


def message(*answer: str, rcode: str = "NOERROR", authority: str = "", flags: str = "QR RD RA") -> dns.message.Message:
    """A response from its lines."""
    lines = ["id 1", "opcode QUERY", f"rcode {rcode}", f"flags {flags}", ";QUESTION", f"{NAME} IN TXT"]
    return dns.message.from_text("\n".join([*lines, ";ANSWER", *answer, ";AUTHORITY", authority]))


def read(made: dns.message.Message) -> Reading:
    """Its meaning for the TXT records of the name."""
    return reading(made, NAME, dns.rdatatype.TXT)


def test_records_hold_for_the_shortest_time_of_their_chain() -> None:
    """An alias that lives 30 s makes what lies behind it live no longer."""
    found = read(message(f"{NAME} 30 IN CNAME b.example.", 'b.example. 300 IN TXT "x"'))
    assert isinstance(found, Records)
    assert (found.ttl, found.rrset.name) == (30, dns.name.from_text("b.example"))


@pytest.mark.parametrize(("rcode", "how"), [("NXDOMAIN", "NXDOMAIN"), ("NOERROR", "NODATA")])
def test_absence_is_kept_for_the_smaller_of_ttl_and_minimum(rcode: str, how: str) -> None:
    """RFC 2308 5; the first pair is Route 53's default."""
    for ttl, minimum, kept in ((900, 86400, 900), (3600, 300, 300)):
        assert read(message(rcode=rcode, authority=SOA.format(ttl, minimum))) == Missing(how=how, ttl=kept)


def test_absence_without_a_soa_has_no_known_time() -> None:
    """RFC 2308 2.2, type 3."""
    assert read(message()) == Missing(how="NODATA", ttl=None)


def test_a_referral_is_no_absence() -> None:
    """A server that does not resolve for us has not said that there is nothing."""
    found = read(message(authority="sailing.example. 300 IN NS ns1.dns.example.", flags="QR RD"))
    assert isinstance(found, Unreadable)


def test_an_answer_that_stops_at_an_alias_leads_elsewhere() -> None:
    """Its target has yet to be asked."""
    found = read(message(f"{NAME} 30 IN CNAME b.example."))
    assert found == Elsewhere(name=dns.name.from_text("b.example"), ttl=30)


def test_a_chain_is_followed_to_its_bound_and_no_further() -> None:
    """As many aliases as allowed lead to records; one more does not."""

    def chain(length: int) -> Reading:
        names = [NAME, *(dns.name.from_text(f"n{n}.example") for n in range(length))]
        aliases = [f"{one} 30 IN CNAME {other}" for one, other in pairwise(names)]
        return read(message(*aliases, f'{names[-1]} 30 IN TXT "x"'))

    assert isinstance(chain(CHAIN), Records)
    assert isinstance(chain(CHAIN + 1), Unreadable)


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"])
def test_other_response_codes_are_told_by_their_name(rcode: str) -> None:
    """None of them is absence."""
    assert read(message(rcode=rcode)) == Unreadable(reason=rcode)


def test_an_extended_error_says_why() -> None:
    """RFC 8914: DNSSEC failures look like SERVFAIL otherwise; what the server adds is shown without its controls."""
    failing = message(rcode="SERVFAIL")
    failing.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "key\x1b[2J")])
    assert read(failing) == Unreadable(reason="SERVFAIL (DNSSEC BOGUS: key?[2J)")
    unheard_of = dns.edns.option_from_wire(dns.edns.OptionType.EDE, b"\x12\x67", 0, 2)
    failing.use_edns(0, options=[unheard_of])
    assert read(failing) == Unreadable(reason="SERVFAIL (extended error 4711)")


def test_names_are_written_in_lower_case_without_the_final_dot() -> None:
    """The root stays a dot."""
    assert text_of(dns.name.from_text("MX.Sailing.Example.")) == "mx.sailing.example"
    assert text_of(dns.name.root) == "."
