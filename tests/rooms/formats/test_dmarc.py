"""DMARC records: what is one, what it says, and which tag is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats.dmarc import POLICIES, DmarcRecord, MalformedDmarc, is_record, parse, received, render

RECORDS = st.builds(
    DmarcRecord,
    p=st.sampled_from(POLICIES),
    sp=st.sampled_from(("", *POLICIES)),
    np=st.sampled_from(("", *POLICIES)),
    adkim=st.sampled_from("rs"),
    aspf=st.sampled_from("rs"),
    fo=st.sampled_from((("0",), ("1",), ("d", "s"))),
    rua=st.sampled_from(((), ("mailto:reports@sailing.example",), ("mailto:a@sailing.example", "https://x.example/r"))),
    psd=st.sampled_from("ynu"),
    t=st.sampled_from("yn"),
)


@given(RECORDS)
def test_what_is_rendered_is_read_back(record: DmarcRecord) -> None:
    """Render and parse are inverse."""
    assert parse(render(record)) == record


def test_the_shortest_record_names_its_policy_only() -> None:
    """Defaults are left out, but for p."""
    assert render(DmarcRecord()) == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    "text",
    ["v=DMARC1;p=ReJect", "V = DMARC1\t;\tp\t\t=\t reject\t;", "v=DMARC1; sp=none; p=reject; sp2=x; pct=abc; xyz=foo"],
)
def test_spaces_case_order_and_unknown_tags_do_not_matter(text: str) -> None:
    """RFC 9989 4.7: only the version must stand first, and unknown tags are ignored."""
    assert is_record(text)
    assert parse(text).p == "reject"


@pytest.mark.parametrize(
    "text",
    ["", "p=none; v=DMARC1", "v=DMARC2; p=none", "v=DMARC10; p=none", "v=spf1 -all", "v=dmarc1; p=none"],
)
def test_without_the_version_first_it_is_no_record(text: str) -> None:
    """The version is the first tag, and its value is written in capitals."""
    assert not is_record(text)
    with pytest.raises(MalformedDmarc) as caught:
        parse(text)
    assert caught.value.where == "v"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("v=DMARC1; p=refuse", "p"),
        ("v=DMARC1; p=reject; sp=x", "sp"),
        ("v=DMARC1; p=reject; np=x", "np"),
        ("v=DMARC1; p=reject; adkim=strict", "adkim"),
        ("v=DMARC1; p=reject; psd=x", "psd"),
        ("v=DMARC1; p=reject; t=maybe", "t"),
        ("v=DMARC1; p=reject; fo=x", "fo"),
        ("v=DMARC1; p=reject; p=none", "p"),
        ("v=DMARC1; p", "p"),
        ("v=DMARC1; sp=reject", "p"),
        ("v=DMARC1; p=none; rua=reports@sailing.example", "rua"),
        ("v=DMARC1; p=none; ruf=__mailto:reports@sailing.example", "ruf"),
        ("v=DMARC1; p=none; x=" + "y" * 9000, "v"),
    ],
)
def test_a_broken_record_names_its_tag(text: str, tag: str) -> None:
    """Whoever wrote it can find the place."""
    with pytest.raises(MalformedDmarc) as caught:
        parse(text)
    assert caught.value.where == tag


def test_a_missing_policy_is_none_where_reports_are_asked_for() -> None:
    """RFC 9989: a record that only asks for reports asks for nothing else."""
    assert parse("v=DMARC1; rua=mailto:reports@sailing.example").p == "none"


def test_the_size_limit_of_older_records_is_dropped() -> None:
    """An obsolete ``!10m`` behind a report address is no part of it."""
    assert parse("v=DMARC1; p=none; rua=mailto:r@sailing.example!10m").rua == ("mailto:r@sailing.example",)


@pytest.mark.parametrize(
    ("text", "own", "below"),
    [
        ("v=DMARC1; p=reject", "reject", "reject"),
        ("v=DMARC1; p=reject; sp=none", "reject", "none"),
        ("v=DMARC1; p=reject; t=y", "quarantine", "quarantine"),
        ("v=DMARC1; p=quarantine; sp=reject; t=y", "none", "quarantine"),
        ("v=DMARC1; p=none; t=y", "none", "none"),
    ],
)
def test_what_is_asked_of_recipients(text: str, own: str, below: str) -> None:
    """Sp holds below the domain, and t=y asks for the next weaker policy."""
    record = parse(text)
    assert (record.asks(), record.asks(subdomain=True)) == (own, below)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("v=DMARC1; p=reject; fo=x; adkim=strict; junk", "reject"),
        ("v=DMARC1; p=refuse; rua=mailto:r@sailing.example", "none"),
        ("v=DMARC1; p=quarantine; p=none", "quarantine"),
        ("v=DMARC1; p=refuse", None),
        ("v=DMARC1; rua=r@sailing.example", None),
        ("v=spf1 -all", None),
    ],
)
def test_recipients_pass_over_what_is_broken(text: str, asks: str | None) -> None:
    """RFC 9989 4.7, 4.10.1: a broken tag has its default; without policy and reports there is nothing to do."""
    record = received(text)
    assert (record.asks() if record else None) == asks


def test_np_speaks_for_names_that_do_not_exist() -> None:
    """RFC 9989 4.7: np, else sp, else p."""
    asked = [
        parse(f"v=DMARC1; p=reject{rest}").asks(subdomain=True, absent=True)
        for rest in ("; sp=none; np=quarantine", "; sp=none", "")
    ]
    assert asked == ["quarantine", "none", "reject"]
