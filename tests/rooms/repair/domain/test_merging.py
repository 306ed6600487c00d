"""Wanted words are joined with those that stand there; nobody else's are lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats import dmarc as dmarc_format
from mailstrata.formats import spf as spf_format
from mailstrata.repair.domain.merging import Conflict, Merged, dmarc, policy_of, spf

SES = "amazonses.com"
PLAIN = "google-site-verification=x"


@pytest.mark.parametrize(
    ("standing", "texts"),
    [
        ((), ("v=spf1 include:amazonses.com ~all",)),
        ((PLAIN,), (PLAIN, "v=spf1 include:amazonses.com ~all")),
        (("v=spf1 include:_spf.google.com -all",), ("v=spf1 include:_spf.google.com include:amazonses.com -all",)),
        (("v=spf1 include:AmazonSES.com. ~all", PLAIN), ("v=spf1 include:AmazonSES.com. ~all", PLAIN)),
        (("v=spf1 redirect=_spf.dock.example",), ("v=spf1 include:amazonses.com redirect=_spf.dock.example",)),
        (
            ("v=spf1 ip4:192.0.2.1 -all", "v=spf1 include:_spf.google.com a/24 ip4:192.0.2.1 ~all", PLAIN),
            (PLAIN, "v=spf1 ip4:192.0.2.1 include:_spf.google.com a/24 include:amazonses.com ~all"),
        ),
    ],
)
def test_an_spf_record_lets_ses_pass_and_keeps_what_it_had(standing: tuple[str, ...], texts: tuple[str, ...]) -> None:
    """Added, put in, left, or made one of two; the softest ``all`` wins, so that no mail is lost by joining."""
    joined = spf(standing, SES)
    assert isinstance(joined, Merged)
    assert joined.texts == texts
    assert bool(joined.how) == (set(texts) != set(standing))


@pytest.mark.parametrize(
    "standing",
    [("v=spf1 inklude:x ~all",), ("v=spf1 a -all", "v=spf1 inklude:x -all")],
)
def test_what_cannot_be_joined_without_guessing_is_for_a_person(standing: tuple[str, ...]) -> None:
    """A broken record, alone or beside a good one."""
    assert isinstance(spf(standing, SES), Conflict)


terms = st.sampled_from(
    ["include:_spf.google.com", "a", "mx", "ip4:192.0.2.0/24", "-ip4:198.51.100.1", "exists:%{i}.x.example"]
)
records = st.builds(
    lambda words, end: " ".join(("v=spf1", *words, end)),
    st.lists(terms, max_size=4),
    st.sampled_from(["-all", "~all", "?all"]),
)


@given(st.lists(st.one_of(records, st.just(PLAIN)), max_size=4))
def test_joining_is_whole_and_done_once(standing: list[str]) -> None:
    """One record afterwards, with every mechanism there was; joining again changes nothing; other texts stay."""
    joined = spf(standing, SES)
    assert isinstance(joined, Merged)
    (own,) = [text for text in joined.texts if spf_format.is_record(text)]
    assert spf_format.includes(own, SES)
    before = {word for text in standing if spf_format.is_record(text) for word in text.split()[1:-1]}
    assert before <= set(own.split())
    assert [text for text in joined.texts if text == PLAIN] == [text for text in standing if text == PLAIN]
    assert spf(joined.texts, SES) == Merged(texts=joined.texts)


@pytest.mark.parametrize(
    ("standing", "policy", "texts"),
    [
        ((), "none", ("v=DMARC1; p=none",)),
        (
            ("v=DMARC1; p=none; rua=mailto:d@sailing.example",),
            "quarantine",
            ("v=DMARC1; p=quarantine; rua=mailto:d@sailing.example",),
        ),
        (("v=DMARC1;p=none;sp=reject", PLAIN), "reject", ("v=DMARC1;p=reject;sp=reject", PLAIN)),
        (
            ("v=DMARC1; rua=mailto:d@sailing.example",),
            "quarantine",
            ("v=DMARC1; p=quarantine; rua=mailto:d@sailing.example",),
        ),
        (("v=DMARC1; p=reject",), "", ("v=DMARC1; p=reject",)),
    ],
)
def test_only_the_policy_of_a_dmarc_record_changes(
    standing: tuple[str, ...], policy: str, texts: tuple[str, ...]
) -> None:
    """Its other tags stay as they were written."""
    joined = dmarc(standing, policy)
    assert isinstance(joined, Merged)
    assert joined.texts == texts
    assert not policy or dmarc_format.parse(joined.texts[0]).p == policy


def test_two_policies_become_the_milder_one() -> None:
    """Neither is in force while both stand, so nothing gets harder by surprise."""
    joined = dmarc(("v=DMARC1; p=none", PLAIN, "v=DMARC1; p=reject"), "none")
    assert joined == Merged(texts=(PLAIN, "v=DMARC1; p=none"), how=joined.how if isinstance(joined, Merged) else "")
    assert policy_of(("v=DMARC1; p=none", "v=DMARC1; p=reject")) == ""


def test_a_broken_policy_is_for_a_person() -> None:
    """What was meant is not ours to guess."""
    assert isinstance(dmarc(("v=DMARC1; p=perhaps",), "none"), Conflict)
    assert policy_of(("v=DMARC1; p=perhaps",)) == ""
