"""DMARC's conclusion on a mail, by mailauth's suite, which holds the compliance set of RFC 9989."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.corpora import cases
from tests.paper_zone import Zone

from mailstrata.formats.dmarc import readable_tags
from mailstrata.formats.dmarc_check import Passed, Ruling, Verdict, aligned, at, check, organisation, ruling, walk
from mailstrata.model.observation import Unknown
from mailstrata.model.question import Question

SUITE = cases("dmarc")
DEVIATIONS = {24, 27, 28, 33, 44, 46, 47, 52}
"""The cases that are not met; docs/suite-deviations.md says why."""


class Given:
    """One call of a case: its input, and the zone in which it is made."""

    def __init__(self, case: Mapping[str, Any], number: int) -> None:
        call = case["calls"][number]
        self.zone = zone(case["zones"][number % len(case["zones"])] if case.get("zones") else call["dns"])
        told = call["input"]
        self.author = str(told.get("domain") or told["headerFrom"]).strip("[]'").rpartition("@")[2]
        self.verdict = check(self.zone, Passed(author=self.author, spf=names(told, "spf"), dkim=names(told, "dkim")))

    def value(self, path: str) -> Any:
        """What mailauth calls ``path``."""
        verdict, rule = self.verdict, self.verdict.ruling
        owner = organisation(self.zone, self.author)
        values: dict[str, Callable[[], Any]] = {
            "": lambda: rule is not None,
            "status.result": lambda: verdict.result,
            "error": lambda: "DNS timeout" if verdict.unknown else "",
            "policy": lambda: verdict.policy or None,
            "domain": lambda: owner,
            "status.header.d": lambda: owner,
            "status.header.from": lambda: self.author,
            "isOrgRecord": lambda: rule is not None and not rule.own,
            "rr": lambda: rule.text if rule else "",
            "info": lambda: f"dmarc={verdict.result}",
            "alignment.dkim.result": lambda: verdict.aligned_dkim and owner,
            "alignment.spf.result": lambda: verdict.aligned_spf and owner,
            "alignment.dkim.strict": lambda: rule is not None and rule.record.adkim == "s",
            "alignment.spf.strict": lambda: rule is not None and rule.record.aspf == "s",
        }
        return values[path]() if path in values else self.tag(path)

    def tag(self, name: str) -> Any:
        """A tag of the record as it is written, numbers as numbers."""
        assert self.verdict.ruling is not None
        text = readable_tags(self.verdict.ruling.text).get(name)
        return int(text) if name in ("pct", "ri") and text and text.isdigit() else text


def zone(records: Mapping[str, Any]) -> Zone:
    """Both ways in which the suite writes DNS."""
    entries: dict[str, list[Any]] = {}
    for name, value in records.items():
        if isinstance(value, Mapping):
            texts = [{"TXT": text} for text in value.get("TXT", [])]
            entries[name] = [*texts, *({kind: item} for kind in value if kind == "A" for item in value[kind])]
        elif isinstance(value, str):
            entries[name.removesuffix(" TXT")] = ["TIMEOUT"] if value == "ERR ETIMEOUT" else []
        else:
            entries[name.removesuffix(" TXT")] = [{"TXT": text} for text in value]
    return Zone(entries)


def names(told: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The domains that passed."""
    listed = told.get(f"{kind}Domains", ())
    return tuple(one if isinstance(one, str) else one["domain"] for one in listed)


def meets(given: Given, assertion: Mapping[str, Any]) -> bool:
    """Whether one assertion of a case holds; ``raw`` ones of mailauth's inner life have tests of their own below."""
    if "raw" in assertion:
        return True
    found, op = given.value(assertion["path"]), assertion["op"]
    if op == "eq":
        return bool(found == assertion["value"])
    if "not.have.property" in op:
        return not getattr(given.verdict, op.split("'")[1], "")
    if op == "not.be.ok":
        return not found
    words = op.split("'")[1]
    return words in str(found) if words not in ("string", "object") else bool(found)


def told(case: Mapping[str, Any]) -> bool:
    """Whether all assertions of a case hold."""
    given = [Given(case, number) for number in range(len(case["calls"]))]
    return all(meets(given[assertion.get("call", 0)], assertion) for assertion in case["assertions"])


@pytest.mark.parametrize("number", [n for n in range(len(SUITE)) if n not in DEVIATIONS], ids=lambda n: f"case-{n}")
def test_the_suite_says_what_a_recipient_concludes(number: int) -> None:
    """Discovery, alignment, policy; 80 of 88, the rest is no matter of DMARC."""
    assert told(SUITE[number]), SUITE[number]["name"]


@pytest.mark.skipif(not SUITE, reason="the corpus dmarc is not on this machine (set MAILSTRATA_CORPORA)")
def test_the_suite_is_whole() -> None:
    """A case that is lost is no case that passes."""
    assert len(SUITE) == 88


class _Late:
    """Nobody answers."""

    def __getitem__(self, question: Question[Any]) -> Any:
        return Unknown(reason=f"{question} is late")

    def want(self, *questions: Question[Any]) -> None:
        """Nothing comes."""


def test_the_walk_asks_eight_names_at_most_up_to_the_top_label() -> None:
    """RFC 9989 4.10, in its own sequence (B.4.2)."""
    long = "a.b.c.d.e.f.g.h.i.j.k.example.com"
    above = ("g.h.i.j.k.example.com", "h.i.j.k.example.com", "i.j.k.example.com", "j.k.example.com", "k.example.com")
    assert walk(long) == (long, *above, "example.com", "com")
    assert walk("sailing.example") == ("sailing.example", "example")


def test_what_nobody_answers_is_a_temperror() -> None:
    """Never a missing policy."""
    verdict = check(_Late(), Passed(author="sailing.example", dkim=("sailing.example",)))
    assert verdict.result == "temperror"
    assert isinstance(verdict.unknown, Unknown)


def test_identical_domains_align_without_a_walk() -> None:
    """RFC 9989 4.4: relaxed or strict."""
    assert aligned(_Late(), "sailing.example", "sailing.example", strict=False) is True
    assert aligned(_Late(), "sailing.example", "mail.sailing.example", strict=True) is False
    assert isinstance(aligned(_Late(), "sailing.example", "mail.sailing.example", strict=False), Unknown)


def test_a_top_level_domain_that_does_not_answer_changes_nothing_where_a_record_stands_below_it() -> None:
    """Its own record would say psd=y, and the border would be the same."""
    known = Zone({"_dmarc.sailing.example": [{"TXT": "v=DMARC1; p=reject"}], "_dmarc.example": ["TIMEOUT"]})
    assert organisation(known, "mail.sailing.example") == "sailing.example"
    assert isinstance(organisation(Zone({"_dmarc.example": ["TIMEOUT"]}), "mail.sailing.example"), Unknown)


def test_the_policy_of_a_public_suffix_holds_where_nobody_below_has_one() -> None:
    """RFC 9989 4.10.1; np only for names that are not in DNS."""
    bank = Zone(
        {"_dmarc.bank": [{"TXT": "v=DMARC1; p=reject; np=quarantine; psd=y"}], "real.bank": [{"A": "192.0.2.1"}]}
    )
    real, unreal = ruling(bank, "real.bank"), ruling(bank, "unreal.bank")
    assert isinstance(real, Ruling)
    assert isinstance(unreal, Ruling)
    assert (real.asks, unreal.asks, unreal.domain) == ("reject", "quarantine", "bank")


def test_several_records_are_none_and_nothing_is_inherited() -> None:
    """RFC 9989 4.10."""
    twice = Zone({at("sailing.example").name: [{"TXT": "v=DMARC1; p=none"}, {"TXT": "v=DMARC1; p=reject"}]})
    assert check(twice, Passed(author="sailing.example")) == Verdict(result="none")
