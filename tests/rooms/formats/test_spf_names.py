"""Look-ups of one SPF evaluation, counted."""

from __future__ import annotations

import ipaddress

import pytest
from tests.paper_zone import Zone

from mailstrata.formats.spf import Term
from mailstrata.formats.spf_names import Lookups, Stop, readable, validated_name, validated_names
from mailstrata.model.question import Ipv4, Txt

IP = ipaddress.ip_address("192.0.2.1")


def test_the_eleventh_term_ends_the_evaluation() -> None:
    """RFC 7208 4.6.4."""
    lookups = Lookups(Zone({}), IP)
    for _ in range(10):
        lookups.count(Term(name="a", qualifier="+"), "sailing.example")
    with pytest.raises(Stop, match="more than 10 look-ups"):
        lookups.count(Term(name="mx", qualifier="+"), "sailing.example")


def test_the_third_look_up_that_finds_nothing_ends_it_too() -> None:
    """RFC 7208 4.6.4."""
    lookups = Lookups(Zone({}), IP)
    assert [lookups.values(Ipv4("a.example")), lookups.values(Txt("b.example"))] == [(), ()]
    with pytest.raises(Stop, match=r"found nothing: c\.example"):
        lookups.values(Ipv4("c.example"))


def test_a_name_is_proven_when_it_leads_back() -> None:
    """RFC 7208 5.5: the reverse zone may say what it likes."""
    zone = Zone(
        {
            "1.2.0.192.in-addr.arpa": [{"PTR": "mx.sailing.example"}, {"PTR": "www.dock.example"}],
            "mx.sailing.example": [{"A": "192.0.2.1"}],
            "www.dock.example": [{"A": "192.0.2.99"}],
        }
    )
    lookups = Lookups(zone, IP)
    assert validated_names(lookups, "sailing.example") == ("mx.sailing.example",)
    assert validated_names(lookups, "dock.example") == ()
    assert validated_name(lookups, "harbor.example") == "mx.sailing.example"
    assert validated_name(Lookups(Zone({}), IP), "harbor.example") == "unknown"


@pytest.mark.parametrize(
    ("name", "so"), [("a.example", True), ("localhost", False), ("a..example", False), ("x" * 64 + ".example", False)]
)
def test_a_name_of_mail_has_two_labels_of_readable_length(name: str, so: bool) -> None:
    """RFC 7208 4.3."""
    assert readable(name) is so
