"""The relay checks together: one fault gives one finding, and what is hidden never adds one."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.diagnosis.engine import Check
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.finding import Finding, Fine, Gravity, Result, Stratum, Undetermined
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias, Setup

CODES = [
    "alias-host-wrong",
    "alias-port-wrong",
    "endpoint-unreachable",
    "endpoint-tls-invalid",
    "username-not-a-key-id",
    "key-temporary",
    "key-of-another-account",
    "key-absent",
    "key-inactive",
    "password-is-the-secret",
    "password-wrong-region",
    "password-wrong-derivation",
    "login-refused",
    "send-not-authorized",
]
CHECKS = [
    cast("Check", importlib.import_module(f"mailstrata.diagnosis.checks.{code.replace('-', '_')}")) for code in CODES
]
AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
HOST = "email-smtp.us-east-1.amazonaws.com"
KEY = "AKIAY34FZKBOKMUTVV7A"
HIDDEN = Unknown(reason="hidden")
Facts = Mapping[Question[Any], Observation[Any]]

REFUSED = "535 Authentication Credentials Invalid"
DENIED = "554 Access denied: User `arn:aws:iam::609629065308:user/x' is not authorized to perform `ses:SendRawEmail'"
HEALTHY = {
    f"address {HOST}": "= 192.0.2.25",
    f"endpoint {HOST} 587 starttls": '= {"tls": {}}',
    "caller": '= {"account": "609629065308"}',
    f"access-key {KEY}": '= {"user": "ses-smtp-relay"}',
    f"password {KEY} us-east-1": '= {"mistake": "right", "derived_for": "us-east-1"}',
    f"login {HOST} 587 {KEY}": '= {"reply": {"code": 235, "text": "Authentication successful."}}',
    "may-send ses-smtp-relay us-east-1 admin@sailing.example": "= {}",
    f"smtp-send {HOST} 587 {KEY} admin@sailing.example": "? no test message was sent",
    "ses-account us-east-1": "= {}",
}
NO_LOGIN = {f"login {HOST} 587 {KEY}": '= {"reply": {"code": 535, "text": "Authentication Credentials Invalid"}}'}


def parsed(lines: Mapping[str, str]) -> Facts:
    """The facts of a world whose lines are given by what they ask."""
    return world.parse("\n".join(f"{left} {right}" for left, right in lines.items())).facts


def a_case(*texts: str, **alias: Any) -> Case:
    """A case in which mails through the alias were refused with ``texts``."""
    fields: dict[str, Any] = {"address": "admin@sailing.example", "host": HOST, "username": KEY} | alias
    attempts = tuple(
        Attempt(
            id=f"attempt-{number}",
            sender="admin@sailing.example",
            recipient="ann@harbor.example",
            via=Via.GMAIL_ALIAS,
            at=AT,
            outcome=Outcome.REFUSED_AT_RELAY,
            reply=Reply.parse(text),
            diagnostic=text,
        )
        for number, text in enumerate(texts, start=1)
    )
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=(Alias(**fields),))
    return Case(setup=setup, attempts=attempts, at=AT)


def results(case: Case, known: Facts) -> tuple[Result, ...]:
    """What all relay checks say; what is not known there stays hidden."""
    evidence = Evidence(known)
    said: list[Result] = []
    for check in CHECKS:
        said += _judged(check, case, evidence)
    return tuple(said)


def _judged(check: Check, case: Case, evidence: Evidence) -> list[Result]:
    for _ in range(50):
        try:
            return list(check.judge(case, evidence))
        except NotYet as more:
            for question in more.questions:
                evidence.add(question, HIDDEN)
    raise AssertionError(f"{check.CODE} asks without end")


def findings(said: tuple[Result, ...]) -> list[Finding]:
    """The findings among them."""
    return [result for result in said if isinstance(result, Finding)]


def test_a_healthy_world_is_fine_in_every_check() -> None:
    """All fourteen look at something, find it well, and leave nothing open."""
    said = results(a_case(), parsed(HEALTHY))
    assert [type(result) for result in said] == [Fine] * len(CODES)
    assert [result.code for result in said] == CODES


ONE_FAULT: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "alias-host-wrong": ({}, {"host": "email.us-east-1.amazonaws.com"}, "Connection timed out, code: 0"),
    "alias-port-wrong": ({}, {"port": 465}, "Connection timed out, code: 0"),
    "endpoint-unreachable": (
        {
            f"endpoint {HOST} 587 starttls": '= {"failure": "connection refused", "stage": "connect"}',
            f"login {HOST} 587 {KEY}": "? connection refused",
        },
        {},
        "Connection timed out, code: 0",
    ),
    "endpoint-tls-invalid": (
        {
            f"endpoint {HOST} 587 starttls": '= {"auth": [], "tls": {}}',
            f"login {HOST} 587 {KEY}": "? the server takes no AUTH here",
        },
        {},
        "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability",
    ),
    "username-not-a-key-id": (
        {f"login {HOST} 587 ses-smtp-relay": NO_LOGIN[f"login {HOST} 587 {KEY}"]},
        {"username": "ses-smtp-relay"},
        REFUSED,
    ),
    "key-temporary": (
        {f"login {HOST} 587 ASIAY34FZKBOKMUTVV7A": NO_LOGIN[f"login {HOST} 587 {KEY}"]},
        {"username": "ASIAY34FZKBOKMUTVV7A"},
        REFUSED,
    ),
    "key-of-another-account": (
        {"caller": '= {"account": "123456789012"}', f"access-key {KEY}": "-", **NO_LOGIN},
        {},
        REFUSED,
    ),
    "key-absent": ({f"access-key {KEY}": "- NoSuchEntity", **NO_LOGIN}, {}, REFUSED),
    "key-inactive": (
        {f"access-key {KEY}": '= {"user": "ses-smtp-relay", "status": "Inactive"}', **NO_LOGIN},
        {},
        REFUSED,
    ),
    "password-is-the-secret": (
        {f"password {KEY} us-east-1": '= {"mistake": "secret-itself"}', **NO_LOGIN},
        {},
        REFUSED,
    ),
    "password-wrong-region": (
        {f"password {KEY} us-east-1": '= {"mistake": "wrong-region", "derived_for": "us-west-2"}', **NO_LOGIN},
        {},
        REFUSED,
    ),
    "password-wrong-derivation": (
        {f"password {KEY} us-east-1": '= {"mistake": "date-step-missing"}', **NO_LOGIN},
        {},
        REFUSED,
    ),
    "login-refused": (NO_LOGIN, {}, REFUSED),
    "send-not-authorized": (
        {"may-send ses-smtp-relay us-east-1 admin@sailing.example": '= {"decision": "implicitDeny"}'},
        {},
        DENIED,
    ),
}


@pytest.mark.parametrize("code", CODES)
def test_one_fault_gives_one_finding_and_the_login_it_refines(code: str) -> None:
    """Nothing else speaks, and the refused mail is explained by the fault."""
    lines, alias, text = ONE_FAULT[code]
    found = findings(results(a_case(text, **alias), parsed(HEALTHY | lines)))
    causes = [finding for finding in found if finding.code == code]
    assert [finding.code for finding in causes] == [code]
    assert {finding.code for finding in found} <= {code, "login-refused"}
    assert causes[0].gravity is Gravity.FAULT
    assert causes[0].explains == causes[0].stops == ("attempt-1",)
    assert (causes[0].refines == "login-refused") is (len(found) == 2)


@pytest.mark.parametrize("code", CODES)
def test_a_fault_and_the_login_that_it_refines_belong_together(code: str) -> None:
    """No part of the targets differs, by which attribution joins the two."""
    lines, alias, text = ONE_FAULT[code]
    targets = [dict(one.target) for one in findings(results(a_case(text, **alias), parsed(HEALTHY | lines)))]
    assert len({target["alias"] for target in targets}) == 1
    assert len({target.get("region") for target in targets}) == 1


def test_two_independent_faults_are_both_found() -> None:
    """A dead key is the cause of the refusals; the wrong password waits behind it."""
    dead = ONE_FAULT["key-inactive"][0] | ONE_FAULT["password-wrong-derivation"][0]
    found = {one.code: one for one in findings(results(a_case(REFUSED), parsed(HEALTHY | dead)))}
    assert set(found) == {"key-inactive", "password-wrong-derivation", "login-refused"}
    assert found["key-inactive"].explains == ("attempt-1",)
    assert found["password-wrong-derivation"].explains == ()
    assert found["password-wrong-derivation"].stops == ("attempt-1",)
    assert found["password-wrong-derivation"].refines is None


def test_without_a_password_at_hand_the_dead_key_is_still_proven() -> None:
    """The bounce says 535 and IAM says Inactive: no login has to be tried."""
    lines = {
        f"access-key {KEY}": '= {"user": "ses-smtp-relay", "status": "Inactive"}',
        f"login {HOST} 587 {KEY}": "? no password at hand",
        f"password {KEY} us-east-1": "? no password at hand",
    }
    found = findings(results(a_case(REFUSED), parsed(HEALTHY | lines)))
    assert [(one.code, one.confidence) for one in found] == [("key-inactive", "proven"), ("login-refused", "likely")]


def test_where_nothing_can_be_seen_and_nobody_wrote_no_fault_is_found() -> None:
    """Unknown is never a fault; every check that looks at the world says that it could not."""
    said = results(a_case(), {})
    assert findings(said) == []
    assert {result.code for result in said if isinstance(result, Undetermined)} == set(CODES) - {
        "alias-port-wrong",
        "username-not-a-key-id",
        "key-temporary",
    }


def test_without_an_alias_there_is_nothing_to_say() -> None:
    """A domain that sends by the API only has no relay."""
    case = Case(setup=Setup(domain="sailing.example", region="us-east-1"), at=AT)
    assert results(case, {}) == ()


def test_every_result_is_of_the_relay_and_of_its_check() -> None:
    """Code and stratum of results are their module's."""
    for lines, alias, text in ONE_FAULT.values():
        case, known = a_case(text, **alias), parsed(HEALTHY | lines)
        for check in CHECKS:
            for result in _judged(check, case, Evidence(known)):
                assert (result.code, result.stratum) == (check.CODE, Stratum.RELAY)


_LOGINS = [HEALTHY[f"login {HOST} 587 {KEY}"], NO_LOGIN[f"login {HOST} 587 {KEY}"]]
_MISTAKES = ["right", "wrong-region", "secret-itself", "date-step-missing", "v2", "unrecognised"]
_NEVER_ACCEPTED = ("wrong-region", "secret-itself", "date-step-missing")
CHOICES: dict[str, list[str]] = {
    f"address {HOST}": ["= 192.0.2.25", "- NXDOMAIN"],
    f"endpoint {HOST} 587 starttls": [
        '= {"tls": {}}',
        '= {"auth": [], "tls": {}}',
        '= {"failure": "connection refused", "stage": "connect"}',
    ],
    f"endpoint {HOST} 465 ssl": ['= {"tls": {}}', '= {"failure": "connection refused", "stage": "connect"}'],
    "ses-account us-east-1": ["= {}"],
    "caller": ['= {"account": "609629065308"}', '= {"account": "123456789012"}'],
    **{
        f"access-key {key}": [
            '= {"user": "ses-smtp-relay"}',
            '= {"user": "ses-smtp-relay", "status": "Inactive"}',
            "- NoSuchEntity",
        ]
        for key in (KEY, "AKIAEXAMPLE")
    },
    **{
        f"password {key} us-east-1": [
            "= " + json.dumps({"mistake": name, "proven": proven}) for name in _MISTAKES for proven in (True, False)
        ]
        for key in (KEY, "AKIAEXAMPLE")
    },
    **{f"login {HOST} 587 {key}": _LOGINS for key in (KEY, "AKIAEXAMPLE", "ses-smtp-relay")},
    "may-send ses-smtp-relay us-east-1 admin@sailing.example": ["= {}", '= {"decision": "implicitDeny"}'],
}
TEXTS = [REFUSED, DENIED, "", "Connection timed out", "Smtp server does not advertise AUTH capability"]


def _possible(lines: dict[str, str]) -> bool:
    """No world in which SES accepts a password that is proven wrong, or IAM knows a key of another account."""
    wrong = any(
        any(mistake in lines[f"password {key} us-east-1"] for mistake in _NEVER_ACCEPTED)
        and lines[f"login {HOST} 587 {key}"] == _LOGINS[0]
        for key in (KEY, "AKIAEXAMPLE")
    )
    foreign = "123456789012" in lines["caller"] and lines[f"access-key {KEY}"].startswith("=")
    return not wrong and not foreign


worlds = st.fixed_dictionaries({left: st.sampled_from([*rights, "? not known"]) for left, rights in CHOICES.items()})
worlds = worlds.filter(_possible)
cases = st.builds(
    lambda texts, username: a_case(*texts, username=username),
    st.lists(st.sampled_from(TEXTS), max_size=2),
    st.sampled_from([KEY, "AKIAEXAMPLE", "ses-smtp-relay", "ASIAEXAMPLE"]),
)


@settings(max_examples=150, deadline=None)
@given(case=cases, lines=worlds, data=st.data())
def test_hiding_an_observation_never_adds_a_finding(case: Case, lines: dict[str, str], data: st.DataObject) -> None:
    """It may only turn findings into Undetermined of the same code: in any possible world, for any observation."""
    left = data.draw(st.sampled_from(sorted(lines)))
    before = results(case, parsed(lines))
    after = results(case, parsed(lines | {left: "? hidden"}))
    had = {(one.code, one.subject) for one in findings(before)}
    has = {(one.code, one.subject) for one in findings(after)}
    open_codes = {result.code for result in after if isinstance(result, Undetermined)}
    assert has <= had
    assert {code for code, _ in had - has} <= open_codes


@settings(max_examples=100, deadline=None)
@given(case=cases, lines=worlds)
def test_what_a_finding_explains_is_a_refusal_that_it_stops(case: Case, lines: dict[str, str]) -> None:
    """Only attempts that were refused, only those that the fault stands in the way of, and never twice."""
    for one in findings(results(case, parsed(lines))):
        assert set(one.explains) <= {attempt.id for attempt in case.attempts}
        assert set(one.explains) <= set(one.stops)
        assert len(one.stops) == len(set(one.stops))


@settings(max_examples=100, deadline=None)
@given(case=cases, lines=worlds)
def test_each_finding_stands_once(case: Case, lines: dict[str, str]) -> None:
    """No code speaks twice of one subject."""
    named = [(one.code, one.subject) for one in findings(results(case, parsed(lines)))]
    assert len(named) == len(set(named))
