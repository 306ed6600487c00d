"""What faults make of answers."""

from __future__ import annotations

import dns.rcode
import dns.rdatatype
import pytest

from mailstrata.lab.dns_answer import Answer, Fault, alias_of, broken, delayed
from mailstrata.lab.dns_record import Record, absolute, parse

ALIAS = parse(Record(name="www.sailing.example", rtype="CNAME", values=("Web.example",)))
ADDRESS = parse(Record(name="web.example", rtype="A", values=("127.0.3.1",)))
NS = parse(Record(name="sailing.example", rtype="NS", values=("ns1.dns.example",)))


@pytest.mark.parametrize(
    ("kind", "rcode"),
    [("servfail", dns.rcode.SERVFAIL), ("refused", dns.rcode.REFUSED), ("nxdomain", dns.rcode.NXDOMAIN)],
)
def test_a_fatal_fault_has_its_code(kind: str, rcode: dns.rcode.Rcode) -> None:
    """And nothing of the true answer."""
    answer = broken(Fault(kind=kind), absolute("sailing.example"))
    assert (answer.rcode, answer.answer, answer.silent) == (rcode, (), False)
    assert bool(answer.authority) is (kind == "nxdomain")


def test_a_time_out_says_nothing() -> None:
    """No answer goes out."""
    assert broken(Fault(kind="timeout"), absolute("sailing.example")).silent


def test_delays_add_up() -> None:
    """Latency is seconds, on top of what is there; no fault changes nothing."""
    late = delayed(Answer(latency=0.5), Fault(kind="latency", milliseconds=250))
    assert (late.latency, late.truncated) == (0.75, False)
    assert delayed(late, Fault(kind="truncate")).truncated
    assert delayed(late, None) is late


def test_an_alias_is_followed_only_from_its_end() -> None:
    """A chain that reaches the wanted type, or a question for the alias itself, goes no further."""
    assert alias_of(Answer(answer=(ALIAS,)), dns.rdatatype.A) == absolute("web.example")
    assert alias_of(Answer(answer=(ALIAS, ADDRESS)), dns.rdatatype.A) is None
    assert alias_of(Answer(answer=(ALIAS,)), dns.rdatatype.CNAME) is None
    assert alias_of(Answer(), dns.rdatatype.A) is None


def test_a_referral_is_told_from_an_absence() -> None:
    """Name servers in the authority section, without authority."""
    assert Answer(authority=(NS,)).is_referral
    assert not Answer(authority=(NS,), authoritative=True).is_referral
    assert not Answer(authority=(NS,), answer=(ADDRESS,)).is_referral
