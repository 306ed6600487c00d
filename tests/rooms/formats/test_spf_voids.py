"""The look-ups of an SPF record that find nothing (RFC 7208 4.6.4)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.paper_zone import Zone

from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.formats.spf_check import Sender, check
from mailstrata.formats.spf_tree import read
from mailstrata.formats.spf_voids import Voids, voids
from mailstrata.model.observation import Seen
from mailstrata.model.question import Ipv4, Mx, Question, Txt

HERE = {"here.example": [{"A": "192.0.2.1"}], "six.example": [{"AAAA": "2001:db8::1"}]}
MAIL: dict[str, list[Any]] = {
    "mail.example": [{"MX": [10, "gone1.example"]}, {"MX": [20, "gone2.example"]}, {"MX": [30, "here.example"]}],
    "dead.example": [{"MX": [10, "gone1.example"]}, {"MX": [20, "gone2.example"]}],
}


def zone(record: str, **more: list[Any]) -> Zone:
    """A world with ``record`` at a.example; whatever is named gone is not there."""
    return Zone(
        {"a.example": [{"TXT": record}], **HERE, **MAIL, **{f"{name}.example": own for name, own in more.items()}}
    )


def counted(record: str, **more: list[Any]) -> Voids:
    """The void look-ups of a.example's record."""
    world = zone(record, **more)
    tree = read(world, "a.example")
    assert tree is not None
    return voids(world, tree)


MANY = [
    ("v=spf1 a:gone1.example a:gone2.example a:gone3.example ~all", True),
    ("v=spf1 a:gone1.example a:gone2.example a:here.example ~all", False),
    ("v=spf1 mx mx:gone1.example exists:gone2.example ~all", True),
    ("v=spf1 a:gone1.example mx:mail.example ~all", True),
    ("v=spf1 mx:mail.example ~all", False),
    ("v=spf1 a:six.example a:gone1.example exists:gone2.example ~all", True),
    ("v=spf1 a:gone1.example include:b.example ~all", True),
    ("v=spf1 ~all a:gone1.example a:gone2.example a:gone3.example", False),
    ("v=spf1 ip4:192.0.2.9 a:gone1.example a:gone1.example a:gone1.example ~all", True),
    ("v=spf1 exists:%{i}.gone1.example exists:%{i}.gone2.example exists:%{i}.gone3.example ~all", False),
    ("v=spf1 " + "a:here.example " * 8 + "a:gone1.example a:gone2.example a:gone3.example ~all", False),
]


@pytest.mark.parametrize(("record", "so"), MANY)
def test_the_third_that_finds_nothing_is_too_many(record: str, so: bool) -> None:
    """RFC 7208 4.6.4: of the ten that are made, by a client of IPv4; what depends on the mail is not counted."""
    found = counted(record, b=[{"TXT": "v=spf1 a:gone2.example mx:gone3.example -all"}])
    assert (found.too_many, found.unknown) == (so, None)


@pytest.mark.parametrize(
    ("record", "so"), [one for one in MANY if "%{" not in one[0] and "a:here.example a:" not in one[0]]
)
def test_the_evaluation_of_a_mail_that_nothing_matches_ends_there_too(record: str, so: bool) -> None:
    """The same as `formats.spf_check` comes to."""
    world = zone(record, b=[{"TXT": "v=spf1 a:gone2.example mx:gone3.example -all"}])
    verdict = check(world, Sender(ip="203.0.113.7", sender="me@a.example"))
    assert (verdict.result == "permerror" and "found nothing" in verdict.problem) == so


def test_each_is_told_with_its_term_and_whose_record_it_stands_in() -> None:
    """What is gone: a host, an MX, a host of an MX."""
    found = counted(
        "v=spf1 a:gone1.example mx:gone2.example mx:dead.example include:b.example ~all",
        b=[{"TXT": "v=spf1 exists:gone3.example -all"}],
    ).found
    assert [(one.domain, one.term.text, one.why) for one in found] == [
        ("a.example", "mx:gone2.example", "gone2.example has no MX"),
        ("a.example", "a:gone1.example", "gone1.example has no IPv4 address"),
        ("b.example", "exists:gone3.example", "gone3.example has no IPv4 address"),
        ("a.example", "mx:dead.example", "gone1.example, an MX of dead.example, has no IPv4 address"),
        ("a.example", "mx:dead.example", "gone2.example, an MX of dead.example, has no IPv4 address"),
    ]


def test_only_what_no_mail_can_pass_by_is_dead() -> None:
    """A name that has an IPv6 address, or an MX with one host that lives, is not."""
    found = counted("v=spf1 a:six.example mx:mail.example a:gone3.example ~all").found
    assert {(one.term.text, one.dead) for one in found} == {
        ("a:six.example", False),
        ("mx:mail.example", False),
        ("a:gone3.example", True),
    }


@pytest.mark.parametrize("unseen", ["gone1", "mail"])
def test_what_is_not_seen_is_not_void(unseen: str) -> None:
    """A time-out may hide an address or hosts without one; where there are too many without it, they are."""
    silent: dict[str, list[Any]] = {unseen: ["TIMEOUT"]}
    open_ = counted("v=spf1 a:gone1.example a:gone2.example mx:mail.example ~all", **silent)
    assert open_.unknown is not None
    assert not open_.too_many
    assert counted(
        "v=spf1 a:gone1.example a:gone2.example a:gone3.example a:gone4.example ~all", gone1=["TIMEOUT"]
    ).too_many


@pytest.mark.parametrize(
    "record", ["v=spf1 a a:gone1.example ~all", "v=spf1 include:b.example -all", "v=spf1 ptr ~all"]
)
def test_where_there_cannot_be_three_nothing_is_asked(record: str) -> None:
    """Two look-ups, or none that could be void."""
    world = zone(record, b=[{"TXT": "v=spf1 -all"}])
    tree = read(world, "a.example")
    assert tree is not None
    asked = len(world.asked)
    assert voids(world, tree).found == ()
    assert len(world.asked) == asked


def test_hosts_are_asked_for_only_when_they_could_make_three() -> None:
    """A record of a and mx, as most have it: the address of the domain settles it."""
    evidence = Evidence()
    evidence.add(Txt("a.example"), Seen(value=("v=spf1 a mx ~all",)))
    tree = read(evidence, "a.example")
    assert tree is not None
    mail = [{"MX": [1, "gone1.example"]}, {"MX": [2, "gone2.example"]}]
    world = zone("", a=[{"A": "192.0.2.1"}, *mail])
    wanted: list[Question[Any]] = []
    while len(wanted) < 9:
        try:
            assert voids(evidence, tree) == Voids()
            break
        except NotYet as more:
            wanted += more.questions
            for question in more.questions:
                evidence.add(question, world[question])
    assert wanted == [Mx("a.example"), Ipv4("a.example")]
