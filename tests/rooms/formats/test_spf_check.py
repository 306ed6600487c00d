"""check_host() by the suites of RFC 7208 and RFC 4408 and stalwart's, one test for each of their cases."""

from __future__ import annotations

from typing import Any

import pytest
from tests import stalwart_spf
from tests.corpora import cases
from tests.paper_zone import Zone

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.formats.spf_check import Sender, check
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Ipv4, Mx, Ptr, Txt

SUITE = cases("spf")
STALWART = stalwart_spf.suite()
OTHERWISE = {
    "all-1": "permerror",
    "basic-9": "permerror",
    "basic-14": "permerror",
    "exists-2": "fail",
    "ip-11": "fail",
    "macro-4": "fail",
}
"""Where we follow the RFC and not stalwart (docs/suite-deviations.md)."""
MAIL = Sender(ip="192.0.2.1", sender="ann@sailing.example")


@pytest.mark.parametrize("case", SUITE, ids=lambda case: f"{case['suite'][:7]}-{case['name']}")
def test_the_suites_say_what_a_mail_gets(case: dict[str, Any]) -> None:
    """203 cases of RFC 7208, 191 of RFC 4408; of several results any is right."""
    verdict = check(
        Zone(case["zonedata"]), Sender(ip=case["host"], sender=case["mailfrom"] or "", helo=case["helo"] or "")
    )
    assert verdict.result in case["result"], verdict.problem
    if verdict.result == "fail" and case["explanation"] not in (None, "DEFAULT"):
        assert verdict.explanation == case["explanation"]


@pytest.mark.skipif(not SUITE, reason="the corpus spf is not on this machine (set MAILSTRATA_CORPORA)")
def test_the_suites_are_whole() -> None:
    """A case that is lost is no case that passes."""
    assert len(SUITE) == 203 + 191
    assert len(STALWART) == 163


@pytest.mark.parametrize("case", STALWART, ids=lambda case: case.id)
def test_stalwart_s_cases_say_the_same_where_the_rfc_does(case: stalwart_spf.Case) -> None:
    """The HELO name is checked first, the MAIL FROM where that passes (RFC 7208 2.3, as their own run does)."""
    zone = Zone(case.records)
    verdict = check(zone, Sender(ip=case.ip, helo=case.helo))
    if verdict.result == "pass" and case.sender:
        verdict = check(zone, Sender(ip=case.ip, sender=case.sender, helo=case.helo))
    assert verdict.result == OTHERWISE.get(case.id, case.result), verdict.problem
    assert not case.explanation or verdict.explanation == case.explanation


def test_a_verdict_names_the_term_the_record_and_the_way_there() -> None:
    """So that somebody can go and look."""
    zone = Zone(
        {
            "sailing.example": [{"TXT": "v=spf1 include:dock.example -all"}],
            "dock.example": [{"TXT": "v=spf1 ip4:192.0.2.0/28 -all"}],
        }
    )
    passed = check(zone, MAIL)
    assert (passed.result, passed.by, passed.domain) == ("pass", "include:dock.example", "sailing.example")
    failed = check(zone, Sender(ip="192.0.2.99", sender="ann@sailing.example"))
    assert (failed.result, failed.by, failed.lookups) == ("fail", "-all", 1)


@pytest.mark.parametrize("record", ["v=spf1 a -all", "v=spf1 include:x.example -all", "v=spf1 mx -all"])
def test_what_nobody_could_tell_is_a_temperror_and_never_a_fail(record: str) -> None:
    """RFC 7208 4.4, 5: a time-out decides nothing."""
    zone = Zone({"sailing.example": [{"TXT": record}, "TIMEOUT"], "x.example": ["TIMEOUT"]})
    verdict = check(zone, MAIL)
    assert verdict.result == "temperror"
    assert verdict.unknown is not None


def test_a_reverse_name_that_did_not_come_is_told_as_unsure() -> None:
    """RFC 7208 5.5 goes on without it; whoever judges should not."""
    evidence = Evidence(
        {Txt("sailing.example"): Seen(value=("v=spf1 ptr -all",)), Ptr("192.0.2.1"): Unknown(reason="late")}
    )
    verdict = check(evidence, MAIL)
    assert (verdict.result, verdict.unsure) == ("fail", ("late",))


def test_all_look_ups_of_a_record_are_wanted_together() -> None:
    """A record costs one round trip, however many terms it has."""
    evidence = Evidence(
        {Txt("sailing.example"): Seen(value=("v=spf1 mx include:a.example include:b.example a:c.example -all",))}
    )
    with pytest.raises(NotYet) as wanted:
        check(evidence, MAIL)
    assert wanted.value.questions == (Mx("sailing.example"), Txt("a.example"), Txt("b.example"), Ipv4("c.example"))


def test_an_ipv4_address_in_ipv6_clothes_is_the_ipv4_one() -> None:
    """RFC 7208 5."""
    zone = Zone({"sailing.example": [{"TXT": "v=spf1 ip4:192.0.2.1 -all"}]})
    assert check(zone, Sender(ip="::ffff:192.0.2.1", sender="ann@sailing.example")).result == "pass"
