"""MTA-STS: the announcement, the policy, and which hosts it lets pass."""

from __future__ import annotations

import pytest

from mailstrata.formats.mta_sts import (
    Announcement,
    MalformedMtaSts,
    Policy,
    announced,
    lints,
    parse,
    parse_record,
    render,
    render_record,
    url,
)

POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mail.sailing.example\r\nmx: *.dock.example\r\nmax_age: 604800\r\n"


def test_a_policy_is_read_and_written_back() -> None:
    """RFC 8461 3.2."""
    policy = parse(POLICY)
    assert policy == Policy(mode="enforce", mx=("mail.sailing.example", "*.dock.example"))
    assert render(policy) == POLICY
    assert parse(POLICY.replace("\r\n", "\n") + "future: x\nmode: none\n") == policy


@pytest.mark.parametrize(
    ("host", "so"),
    [
        ("mail.sailing.example", True),
        ("MAIL.sailing.example.", True),
        ("mx.dock.example", True),
        ("dock.example", False),
        ("a.mx.dock.example", False),
        ("mx.sailing.example", False),
    ],
)
def test_an_asterisk_stands_for_exactly_one_label(host: str, so: bool) -> None:
    """RFC 8461 4.1."""
    assert parse(POLICY).lets_pass(host) is so


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, version"),
        (POLICY.replace("STSv1", "STSv2"), "line 1, version"),
        (POLICY.replace("enforce", "strict"), "line 2, mode"),
        (POLICY.replace("*.dock.example", "**"), "line 4, mx"),
        (POLICY.replace("604800", "a week"), "line 5, max_age"),
        (POLICY.replace("604800", "99999999"), "line 5, max_age"),
        ("version: STSv1\nmode: enforce\nmax_age: 1\n", "mx"),
        ("version: STSv1\nmode enforce\n", "line 2"),
        ("version: STSv1\nmx: a.example\nmax_age: 1\n", "mode"),
        ("version: STSv1\nmode: none\n", "max_age"),
        ("x" * 70_000, "length"),
    ],
)
def test_a_broken_policy_names_line_and_key(text: str, where: str) -> None:
    """Whoever wrote it can find the place."""
    with pytest.raises(MalformedMtaSts) as caught:
        parse(text)
    assert caught.value.where == where


def test_mode_none_needs_no_hosts() -> None:
    """RFC 8461 3.2: the way to take a policy back."""
    assert parse("version: STSv1\nmode: none\nmax_age: 86400\n") == Policy(mode="none", max_age=86_400)


def test_the_announcement_says_when_the_policy_changed() -> None:
    """RFC 8461 3.1; several are as good as none."""
    record = parse_record("v=STSv1; id=20260512T1843;")
    assert record == Announcement(id="20260512T1843")
    assert announced(["other", render_record(record)]) == record
    assert announced(["v=STSv1; id=1", "v=STSv1; id=2"]) is None
    assert url("sailing.example") == "https://mta-sts.sailing.example/.well-known/mta-sts.txt"


@pytest.mark.parametrize(
    ("text", "where"),
    [("v=STSv2; id=1", "v"), ("v=STSv1;", "id"), ("v=STSv1; id=a-b", "id"), ("v=STSv1; id=1; id=2", "id")],
)
def test_a_broken_announcement_names_its_tag(text: str, where: str) -> None:
    """The tag is the place."""
    with pytest.raises(MalformedMtaSts) as caught:
        parse_record(text)
    assert caught.value.where == where


def test_what_is_unwise_is_told() -> None:
    """A host that fits no pattern gets no mail from senders that keep to the policy."""
    policy = Policy(mode="testing", mx=("a.example",), max_age=60)
    assert [remark.partition(" ")[0] for remark in lints(policy, ["a.example", "b.example"])] == [
        "b.example",
        "max_age",
        "mode",
    ]
