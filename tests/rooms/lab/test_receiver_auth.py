"""SPF and DKIM over the lab's DNS, and the field that tells of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email import message_from_string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailstrata.lab.receiver_auth import Arrival, authenticate, check_dkim, check_spf, header_domain
from mailstrata.lab.zones import Zones

MAIL = b"From: a@sailing.example\r\nSubject: x\r\n\r\nbody\r\n"


def world() -> Zones:
    """Domains with SPF records of many kinds."""
    zones = Zones()
    zone = zones.add_zone("sailing.example", servers={"ns.dns.example": "127.0.2.1"})
    for name, record in {
        "ok": "v=spf1 ip4:127.0.1.0/24 -all",
        "include": "v=spf1 include:ok.sailing.example ~all",
        "mx": "v=spf1 mx -all",
        "alias": "v=spf1 a:www.sailing.example -all",
        "macro": "v=spf1 exists:%{i}._ip.sailing.example -all",
        "broken": "v=spf1 ipv4:127.0.0.1 -all",
        "deep": "v=spf1 include:deep.sailing.example -all",
        "void": "v=spf1 a:v1.sailing.example a:v2.sailing.example a:v3.sailing.example ?all",
        "faulty": "v=spf1 include:down.sailing.example -all",
    }.items():
        zone.add(f"{name}.sailing.example", "TXT", record, "other text")
    zone.add("two.sailing.example", "TXT", "v=spf1 -all", "v=spf1 +all")
    zone.add("mx.sailing.example", "MX", "10 host.sailing.example")
    zone.add("host.sailing.example", "A", "127.0.1.10")
    zone.add("www.sailing.example", "CNAME", "host.sailing.example")
    zone.add("127.0.1.10._ip.sailing.example", "A", "127.0.0.2")
    zones.fault("down.sailing.example", "servfail")
    return zones


@pytest.mark.parametrize(
    ("domain", "inside", "outside"),
    [
        ("ok", "pass", "fail"),
        ("include", "pass", "softfail"),
        ("mx", "pass", "fail"),
        ("alias", "pass", "fail"),
        ("macro", "pass", "fail"),
        ("none", "none", "none"),
        ("broken", "permerror", "permerror"),
        ("deep", "permerror", "permerror"),
        ("void", "permerror", "permerror"),
        ("two", "permerror", "permerror"),
        ("faulty", "temperror", "temperror"),
        ("down", "temperror", "temperror"),
    ],
)
def test_spf_over_the_labs_dns(domain: str, inside: str, outside: str) -> None:
    """Each result of RFC 7208 2.6, for an address that is listed and one that is not."""
    for ip, expected in (("127.0.1.10", inside), ("127.0.9.9", outside)):
        arrival = Arrival(ip=ip, helo="h.example", sender=f"b@{domain}.sailing.example", content=MAIL)
        assert check_spf(arrival, world()) == (expected, f"{domain}.sailing.example")


def test_a_bounce_is_judged_by_its_greeting() -> None:
    """Without MAIL FROM the HELO name counts (RFC 7208 2.4)."""
    arrival = Arrival(ip="127.0.1.10", helo="ok.sailing.example", sender="", content=MAIL)
    assert check_spf(arrival, world()) == ("pass", "ok.sailing.example")


@pytest.mark.parametrize(
    ("field", "result"),
    [
        (b"v=1; a=rsa-sha256; d=sailing.example; s=s; h=from; bh=AA==; b=AA==", "fail"),
        (b"v=1; a=rsa-sha256; d=sailing.example", "permerror"),
        (b"garbage", "permerror"),
        (b"v=1; a=rsa-sha256; d=down.sailing.example; s=s; h=from; bh=AA==; b=AA==", "temperror"),
    ],
)
def test_a_signature_that_does_not_verify(field: bytes, result: str) -> None:
    """No key, no sense, no DNS: three different results (RFC 8601 2.7.1)."""
    (signature,) = check_dkim(b"DKIM-Signature: " + field + b"\r\n" + MAIL, world())
    assert signature.result == result


def test_many_signatures_are_not_all_verified() -> None:
    """Five are enough work for one message."""
    assert len(check_dkim(b"DKIM-Signature: x\r\n" * 50 + MAIL, world())) == 5


@pytest.mark.parametrize(
    ("fields", "domain"),
    [
        ("From: A <a@Sailing.Example>\n", "sailing.example"),
        ("From: a@sailing.example, b@sailing.example\n", "sailing.example"),
        ("From: a@sailing.example, b@dock.example\n", ""),
        ("From: a@sailing.example\nFrom: b@dock.example\n", ""),
        ("From: nobody\n", ""),
        ("", ""),
    ],
)
def test_the_author_has_one_domain_or_none(fields: str, domain: str) -> None:
    """RFC 7489 6.6.1."""
    assert header_domain(message_from_string(fields + "Subject: x\n\n")) == domain


def test_the_field_tells_all_three() -> None:
    """One Authentication-Results field (RFC 8601 2.2)."""
    arrival = Arrival(ip="127.0.1.10", helo="h", sender="b@ok.sailing.example", content=MAIL)
    assert authenticate(arrival, world()).header("mx.dock.example") == (
        b"Authentication-Results: mx.dock.example;\r\n spf=pass smtp.mailfrom=ok.sailing.example;\r\n dkim=none;\r\n "
        b"dmarc=none (p=none) header.from=sailing.example\r\n"
    )


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=30), st.text(max_size=20))
@example(b" ", "", "")
def test_no_message_breaks_it(content: bytes, sender: str, helo: str) -> None:
    """Whatever is sent, by whomever it says, an answer comes and the field is one line of ASCII after another."""
    for raw in (content, b"DKIM-Signature: " + content, b"From: " + content + b"\r\n\r\n"):
        arrival = Arrival(ip="127.0.1.10", helo=helo, sender=sender, content=raw)
        field = authenticate(arrival, world()).header("mx.dock.example")
        assert all(line[:1] in {b" ", b"A"} for line in field.split(b"\r\n")[:-1])


def test_two_labs_do_not_disturb_each_other() -> None:
    """Each evaluation asks its own world's DNS, in several threads at once."""
    closed = world()
    closed.replace("ok.sailing.example", "TXT", "v=spf1 -all")
    arrival = Arrival(ip="127.0.1.10", helo="h", sender="b@ok.sailing.example", content=MAIL)
    worlds = [world(), closed] * 20
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda zones: check_spf(arrival, zones)[0], worlds))
    assert results == ["pass", "fail"] * 20
