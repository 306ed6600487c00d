"""Hiding an observation never adds a finding, and a finding that goes leaves an Undetermined of its code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pages.page import AT, Section, judge, judge_in, sections

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.engine import Check
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.finding import Finding, Gravity, Result, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias, Setup

Facts = dict[Question[Any], Observation[Any]]

CODES = (
    "identity-absent",
    "identity-in-other-region",
    "identity-unverified",
    "address-identity-shadows-domain",
    "dkim-disabled",
    "dkim-failed",
    "dkim-key-weak",
    "dkim-record-absent",
    "dkim-record-differs",
    "mail-from-absent",
    "mail-from-failed",
    "mail-from-is-cname",
    "mail-from-mx-wrong",
    "mail-from-spf-absent",
    "spf-without-ses",
    "spf-multiple",
    "spf-malformed",
    "spf-too-many-lookups",
    "spf-without-provider",
    "dmarc-absent",
    "dmarc-multiple",
    "dmarc-malformed",
    "dmarc-unaligned",
    "dmarc-report-unauthorized",
    "zone-not-authoritative",
    "published-differs-from-route53",
    "nameserver-failing",
    "account-sandboxed",
    "account-paused",
    "quota-exhausted",
    "recipient-suppressed",
    "suppression-hides-cause",
    "events-unrecorded",
    "recipient-domain-absent",
    "recipient-accepts-no-mail",
    "recipient-mx-failing",
    "recipient-silent",
)
MINE = [check for check in CHECKS if check.CODE in CODES]
PAGES = Path(__file__).parents[2] / "pages"
HIDDEN = Unknown(reason="hidden by the test")
GRAVITIES = tuple(Gravity)

_IDENTITY = "identity us-east-1 sailing.example"
_TOKEN = '"tokens": ["aaaa"]'
_MAIL_FROM = '"mail_from": {"domain": "bounce.sailing.example"'
_REFUSING = _MAIL_FROM + ', "status": "FAILED", "on_failure": "REJECT_MESSAGE"}'
_ENTRY = '{"updated": "2026-05-02T09:11:00Z", "message_id": "0100-old"}'
_NONE = '{"answers": [{"nameserver": "ns1.dns.example", "how": "NXDOMAIN"}]}'


def _published(name: str, kind: str, *values: str) -> tuple[str, ...]:
    """The zone's own servers: all have it, one lacks it, none has it, none tells; of texts: one or all have a broken one."""
    left = f"published sailing.example {name} {kind} = "
    right = f'{{"nameserver": "ns1.dns.example", "values": ["{values[0]}"]}}'
    return (
        f'{left}{{"answers": [{right}]}}',
        f'{left}{{"answers": [{right}, {{"nameserver": "ns2.dns.example", "how": "NXDOMAIN"}}]}}',
        left + _NONE,
        f'{left}{{"answers": [{{"nameserver": "ns1.dns.example", "failure": "timed out"}}]}}',
        *(
            f'{left}{{"answers": [{right}, {{"nameserver": "ns2.dns.example", "values": {json.dumps(broken)}}}]}}'
            for broken in ([*values, values[0] + " "], ["v=spf1 -all"])
            if kind == "TXT"
        ),
        *(
            f'{left}{{"answers": [{{"nameserver": "ns1.dns.example", "values": {json.dumps(broken)}}}]}}'
            for broken in (["v=spf1 -all", "v=spf1 a -all"], ["v=DMARC1; p=refuse"], ["v=DMARC1; p=reject; adkim=s"])
            if kind == "TXT"
        ),
    )


ALTERNATIVES: tuple[tuple[str, ...], ...] = (
    (
        f'{_IDENTITY} = {{"dkim": {{{_TOKEN}}}, {_MAIL_FROM}}}}}',
        f'{_IDENTITY} = {{"verified": false, "dkim": {{{_TOKEN}, "status": "FAILED"}}, {_MAIL_FROM}}}}}',
        f'{_IDENTITY} = {{"dkim": {{{_TOKEN}, "signing": false}}, {_REFUSING}}}',
        f"{_IDENTITY} -",
    ),
    (
        "identity us-east-1 admin@sailing.example -",
        'identity us-east-1 admin@sailing.example = {"kind": "EMAIL_ADDRESS", "dkim": {"signing": false}}',
    ),
    ("identity eu-west-1 sailing.example -", "identity eu-west-1 sailing.example = {}"),
    ("identity us-east-1 peter@dock.example -", "identity us-east-1 peter@dock.example = {}"),
    ("identity us-east-1 dock.example -",),
    (
        "cname aaaa._domainkey.sailing.example = aaaa.dkim.amazonses.com",
        "cname aaaa._domainkey.sailing.example = elsewhere.example",
        "cname aaaa._domainkey.sailing.example - NXDOMAIN",
    ),
    (
        "cname aaaa._domainkey.sailing.example.sailing.example = aaaa.dkim.amazonses.com",
        "cname aaaa._domainkey.sailing.example.sailing.example - NXDOMAIN",
    ),
    (
        "txt _dmarc.sailing.example = v=DMARC1; p=reject",
        "txt _dmarc.sailing.example = v=DMARC1; p=none; adkim=s",
        "txt _dmarc.sailing.example = v=DMARC1; p=refuse",
        "txt _dmarc.sailing.example = v=DMARC1; p=none; rua=mailto:sailing@dock.example",
        "txt _dmarc.sailing.example = v=DMARC1; p=reject\ntxt _dmarc.sailing.example = v=DMARC1; p=none",
        "txt _dmarc.sailing.example - NXDOMAIN",
    ),
    ("txt _dmarc.bounce.sailing.example - NXDOMAIN", "txt _dmarc.bounce.sailing.example = v=DMARC1; p=none; psd=n"),
    ("txt _dmarc.sailing.example.sailing.example - NXDOMAIN",),
    (
        "txt sailing.example = v=DMARC1; p=none",
        "txt sailing.example - NODATA",
        "txt sailing.example = v=spf1 include:bounce.sailing.example ~all",
    ),
    (
        "mx bounce.sailing.example = 10 feedback-smtp.us-east-1.amazonses.com",
        "mx bounce.sailing.example = 10 feedback-smtp.eu-west-1.amazonses.com",
        "mx bounce.sailing.example - NXDOMAIN",
    ),
    (
        "txt bounce.sailing.example = v=spf1 include:amazonses.com ~all",
        "txt bounce.sailing.example = v=spf1 -all\ntxt bounce.sailing.example = v=spf1 include:amazonses.com ~all",
        "txt bounce.sailing.example - NXDOMAIN",
    ),
    ("txt amazonses.com = v=spf1 ip4:192.0.2.0/24 -all", "txt amazonses.com = v=spf1 inclde:x -all"),
    ("mx sailing.example = 1 aspmx.l.google.com", "mx sailing.example - NODATA"),
    ("txt _dmarc.dock.example - NXDOMAIN", "txt _dmarc.dock.example = v=DMARC1; p=none"),
    (
        "txt sailing.example._report._dmarc.dock.example - NXDOMAIN",
        "txt sailing.example._report._dmarc.dock.example = v=DMARC1",
    ),
    ("cname bounce.sailing.example - NODATA", "cname bounce.sailing.example = elsewhere.example"),
    (
        'hosted-zone sailing.example = {"id": "Z1", "name": "sailing.example", "nameservers": ["ns1.dns.example"]}',
        "hosted-zone sailing.example -",
    ),
    ("zone-of sailing.example = sailing.example",),
    ("hosted-record Z1 aaaa._domainkey.sailing.example CNAME = aaaa.dkim.amazonses.com",),
    ("hosted-record Z1 bounce.sailing.example MX - NODATA",),
    ("hosted-record Z1 bounce.sailing.example TXT = v=spf1 include:amazonses.com ~all",),
    ("hosted-record Z1 _dmarc.sailing.example TXT = v=DMARC1; p=reject",),
    _published("aaaa._domainkey.sailing.example", "CNAME", "aaaa.dkim.amazonses.com"),
    _published("bounce.sailing.example", "MX", "10 feedback-smtp.us-east-1.amazonses.com"),
    _published("bounce.sailing.example", "TXT", "v=spf1 include:amazonses.com ~all"),
    _published("_dmarc.sailing.example", "TXT", "v=DMARC1; p=reject"),
    _published("sailing.example", "TXT", "v=spf1 include:_spf.google.com ~all"),
    ("txt _spf.google.com = v=spf1 ip4:192.0.2.77 -all", "txt _spf.google.com - NXDOMAIN"),
    (
        "nameservers sailing.example = ns1.dns.example",
        "nameservers sailing.example = ns1.dns.example\nnameservers sailing.example = ns2.dns.example",
        "nameservers sailing.example = ns2.dns.example\nnameservers sailing.example = ns3.dns.example",
        "nameservers sailing.example - NXDOMAIN",
    ),
    (
        "authority sailing.example ns1.dns.example = {}",
        'authority sailing.example ns1.dns.example = {"rcode": "REFUSED"}',
    ),
    (
        "authority sailing.example ns2.dns.example = {}",
        'authority sailing.example ns2.dns.example = {"authoritative": false}',
    ),
    (
        "authority sailing.example ns3.dns.example = {}",
        'authority sailing.example ns3.dns.example = {"rcode": "", "failure": "no answer in 5 s"}',
    ),
    (
        "ses-account us-east-1 = {}",
        'ses-account us-east-1 = {"vdm": true}',
        'ses-account us-east-1 = {"production": false, "sending": false, "sent_24_hours": 60000}',
        'ses-account us-east-1 = {"suppressed_reasons": []}',
    ),
    (
        "suppressed us-east-1 peter@dock.example -",
        f"suppressed us-east-1 peter@dock.example = {_ENTRY}",
    ),
    (
        "suppressed us-east-1 Peter@dock.example -",
        'suppressed us-east-1 Peter@dock.example = {"updated": "2026-05-12T18:42:00Z"}',
    ),
    (
        "suppression-removed us-east-1 Peter@dock.example -",
        f"suppression-removed us-east-1 Peter@dock.example = {_ENTRY}",
    ),
    (
        'events us-east-1 0100-cc = [{"at": "2026-05-12T18:00:01Z", "kind": "Send"}]',
        'events us-east-1 0100-cc = [{"at": "2026-05-12T18:00:01Z", "kind": "Delivery"}]',
        "events us-east-1 0100-cc -",
    ),
    (
        'events us-east-1 0100-old = [{"at": "2026-05-02T09:11:00Z", "kind": "Bounce", "diagnostic": "550 5.1.1 no"}]',
        "events us-east-1 0100-old -",
    ),
    ("mailbox-exists us-east-1 peter@dock.example = LOW", "mailbox-exists us-east-1 peter@dock.example = HIGH"),
    (
        "mx dock.example = 10 mx1.dock.example\nmx dock.example = 20 mx2.dock.example",
        "mx dock.example = 0 .",
        "mx dock.example - NXDOMAIN",
        "mx dock.example - NODATA",
    ),
    ("address dock.example - NXDOMAIN", "address dock.example = 192.0.2.1"),
    ("address mx1.dock.example - NXDOMAIN", "address mx1.dock.example = 192.0.2.2"),
    ("address mx2.dock.example - NXDOMAIN", "address mx2.dock.example = 192.0.2.3"),
)


@cache
def _case() -> Case:
    setup = Setup(
        domain="sailing.example",
        region="us-east-1",
        regions=("eu-west-1",),
        aliases=(Alias(address="admin@sailing.example", host="email-smtp.us-east-1.amazonaws.com"),),
    )
    refused = Attempt(
        id="attempt-1",
        sender="admin@sailing.example",
        recipient="Peter@dock.example",
        via=Via.GMAIL_ALIAS,
        outcome=Outcome.REFUSED_AT_RELAY,
        reply=Reply(code=554, text="Message rejected: Email address is not verified."),
    )
    vanished = Attempt(
        id="attempt-2",
        sender="admin@sailing.example",
        recipient="Peter@dock.example",
        via=Via.SES_API,
        at=AT.replace(hour=18, minute=0),
        message_id="0100-cc",
    )
    return Case(setup=setup, attempts=(refused, vanished), at=AT)


def _gravities(results: tuple[Result, ...]) -> Mapping[tuple[str, str], int]:
    found = [result for result in results if isinstance(result, Finding)]
    return {(one.code, one.subject): GRAVITIES.index(one.gravity) for one in found}


def _hold(check: Check, case: Case, facts: Facts, hidden: Facts) -> None:
    """What must be so of the results with and without the hidden observations."""
    _hold_in(check, case, Evidence(facts), Evidence(hidden))


def _hold_in(check: Check, case: Case, facts: Evidence, hidden: Evidence) -> None:
    results = judge_in(hidden, check, case)
    before, after = _gravities(judge_in(facts, check, case)), _gravities(results)
    for key, gravity in after.items():
        assert key in before, f"hiding added {key}"
        assert gravity >= before[key], f"hiding made {key} graver"
    open_questions = any(isinstance(result, Undetermined) for result in results)
    assert open_questions or before.keys() == after.keys(), f"{check.CODE} lost a finding without a word"


def _pages() -> list[tuple[Check, Section]]:
    return [(check, section) for check in MINE for section in sections(PAGES / f"{check.CODE}.md")]


@pytest.mark.parametrize(("check", "section"), _pages(), ids=lambda one: getattr(one, "title", "") or one.CODE)
def test_hiding_one_observation_of_a_page_never_adds_a_finding(check: Check, section: Section) -> None:
    """Of each world of the pages each single observation can be taken away."""
    case, facts = section.case(), section.facts()
    for question in facts:
        _hold(check, case, facts, {**facts, question: HIDDEN})


@cache
def _facts(lines: str) -> Mapping[Question[Any], Observation[Any]]:
    """The facts of one alternative, read once: the worlds are put together of the same few lines."""
    return world.parse(lines).facts


@settings(max_examples=400, deadline=None, derandomize=True)
@given(dice=st.binary(min_size=2 * len(ALTERNATIVES), max_size=2 * len(ALTERNATIVES)))
def test_hiding_any_observations_of_any_world_never_adds_a_finding(dice: bytes) -> None:
    """Good and bad facts in any mixture, some of them unseen, and then more of them hidden.

    Two bytes for each fact: which of its alternatives, and whether it is unseen (one in ten) and hidden (one in two).
    """
    facts: Facts = {}
    hidden: Facts = {}
    for lines, which, how in zip(ALTERNATIVES, dice[::2], dice[1::2], strict=True):
        told = _facts(lines[which % len(lines)])
        unseen = dict.fromkeys(told, HIDDEN)
        facts.update(unseen if how % 10 == 0 else told)
        hidden.update(unseen if how % 10 == 0 or how // 10 % 2 else told)
    before, after = Evidence(facts), Evidence(hidden)
    for check in MINE:
        _hold_in(check, _case(), before, after)


@pytest.mark.parametrize("check", MINE, ids=lambda check: check.CODE)
def test_in_a_world_where_nothing_can_be_seen_no_check_finds_fault(check: Check) -> None:
    """Blindness is Undetermined and nothing else."""
    assert check.CODE in CODES
    results = judge(check, _case(), {})
    assert results
    assert all(isinstance(result, Undetermined) for result in results)
