from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.diagnosis.attribution import attribute
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Role, Stratum

OUTCOMES = (Outcome.REFUSED_AT_RELAY, Outcome.REFUSED_AT_RELAY, Outcome.UNKNOWN)


def _case(*outcomes: Outcome, prospects: int = 0) -> Case:
    def send(name: str, outcome: Outcome) -> Attempt:
        return Attempt(
            id=name, sender="admin@sailing.example", recipient="p@dock.example", via=Via.GMAIL_ALIAS, outcome=outcome
        )

    return Case(
        setup=toml_setup(STANDARD_SETUP),
        attempts=tuple(send(f"attempt-{number}", outcome) for number, outcome in enumerate(outcomes, start=1)),
        prospects=tuple(send(f"next-{number}", Outcome.UNKNOWN) for number in range(1, prospects + 1)),
        at=AT,
    )


def _finding(code: str, stratum: Stratum = Stratum.RELAY, **fields: Any) -> Finding:
    plain: dict[str, Any] = {
        "gravity": Gravity.FAULT,
        "confidence": Confidence.PROVEN,
        "owner": Owner.YOU,
        "subject": "it",
        "title": code,
    }
    return Finding(code=code, stratum=stratum, **(plain | fields))


def _ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"attempt-{number}" for number in numbers)


KEY = _finding("key-inactive", explains=_ids(1, 2), stops=_ids(1, 2), refines="login-refused", fixes=("rotate",))
LOGIN = _finding("login-refused", explains=_ids(1, 2), stops=_ids(1, 2), fixes=("retry",))
LISTED = _finding("recipient-suppressed", Stratum.ACCOUNT, explains=_ids(3), stops=_ids(2, 3), fixes=("remove",))


def _roles(findings: tuple[Finding, ...]) -> dict[str, Role]:
    return {finding.code: finding.role for finding in findings}


def test_two_faults_in_one_thread_stay_two() -> None:
    """The story: the dead key is primary, the suppression entry secondary, each mail has its own cause."""
    findings, attempts, missing = attribute(_case(*OUTCOMES), [LISTED, LOGIN, KEY])
    assert _roles(findings) == {
        "key-inactive": Role.PRIMARY,
        "recipient-suppressed": Role.SECONDARY,
        "login-refused": Role.EFFECT,
    }
    assert [entry.cause for entry in attempts] == ["key-inactive", "key-inactive", "recipient-suppressed"]
    assert [entry.stratum for entry in attempts] == [Stratum.RELAY, Stratum.RELAY, Stratum.ACCOUNT]
    assert missing == ()


def test_the_order_is_primary_secondary_effects_and_what_stands_aside() -> None:
    """Whatever the order of the checks."""
    aside = _finding("dmarc-absent", Stratum.IDENTITY, gravity=Gravity.WARNING)
    findings, _, _ = attribute(_case(*OUTCOMES), [aside, LOGIN, LISTED, KEY])
    assert [finding.role for finding in findings] == [Role.PRIMARY, Role.SECONDARY, Role.EFFECT, Role.SIDE]


def test_a_refining_finding_takes_the_place_of_the_general_one() -> None:
    """Its fixes are the fixes; the general finding is an effect of it and explains nothing any more."""
    (key, login), _, _ = attribute(_case(*OUTCOMES[:2]), [LOGIN, KEY])
    assert (key.fixes, key.explains) == (("rotate",), _ids(1, 2))
    assert (login.fixes, login.explains, login.stops, login.caused_by) == ((), (), (), "key-inactive")


def test_a_mechanism_inherits_what_the_general_finding_explains() -> None:
    """What the refused login lost, the dead key lost."""
    narrow = dataclasses.replace(KEY, explains=(), stops=())
    (key, _), attempts, _ = attribute(_case(*OUTCOMES[:2]), [LOGIN, narrow])
    assert key.explains == _ids(1, 2)
    assert [entry.cause for entry in attempts] == ["key-inactive", "key-inactive"]


def test_an_effect_hands_its_lost_mails_to_its_cause() -> None:
    """A record that is missing because the zone is elsewhere was lost by the zone."""
    zone = _finding("zone-not-authoritative", Stratum.IDENTITY)
    record = _finding(
        "dkim-record-absent", Stratum.IDENTITY, explains=_ids(1), stops=_ids(1), caused_by="zone-not-authoritative"
    )
    findings, attempts, _ = attribute(_case(Outcome.REFUSED_AT_RELAY), [record, zone])
    assert _roles(findings) == {"zone-not-authoritative": Role.PRIMARY, "dkim-record-absent": Role.EFFECT}
    assert attempts[0].cause == "zone-not-authoritative"


def test_a_fault_gives_way_to_a_fault_only() -> None:
    """A warning loses no mail: what it caused keeps its place, and the mail its cause."""
    zone = _finding("zone-not-authoritative", Stratum.IDENTITY, gravity=Gravity.WARNING)
    record = _finding("dkim-record-absent", Stratum.IDENTITY, explains=_ids(1), caused_by="zone-not-authoritative")
    findings, attempts, missing = attribute(_case(Outcome.REFUSED_AT_RELAY), [zone, record])
    assert attempts[0].cause == "dkim-record-absent"
    assert _roles(findings)["dkim-record-absent"] is Role.PRIMARY
    assert missing == ()


def test_findings_in_a_ring_have_one_origin() -> None:
    """Two that were caused by each other: the first stands for both, and no mail loses its cause."""
    first = _finding("one", explains=_ids(1), caused_by="two")
    second = _finding("two", explains=_ids(2), caused_by="one")
    findings, attempts, _ = attribute(_case(*OUTCOMES[:2]), [first, second])
    assert [entry.cause for entry in attempts] == ["one", "one"]
    assert _roles(findings) == {"one": Role.PRIMARY, "two": Role.EFFECT}


def test_a_finding_that_refines_itself_is_its_own_origin() -> None:
    """A slip of a check does not take the cause from a mail."""
    _, attempts, _ = attribute(_case(Outcome.REFUSED_AT_RELAY), [_finding("one", explains=_ids(1), refines="one")])
    assert attempts[0].cause == "one"


@pytest.mark.parametrize("name", ["alias", "address", "domain", "region"])
def test_edges_join_only_what_speaks_of_the_same_thing(name: str) -> None:
    """The dead key of one alias does not explain the refused login of another."""
    key = dataclasses.replace(KEY, target=((name, "one"),), explains=_ids(1))
    login = dataclasses.replace(LOGIN, target=((name, "other"),), explains=_ids(2))
    findings, attempts, _ = attribute(_case(*OUTCOMES[:2]), [login, key])
    assert [entry.cause for entry in attempts] == ["key-inactive", "login-refused"]
    assert Role.EFFECT not in _roles(findings).values()


def test_one_cause_seen_twice_is_one_finding() -> None:
    """Same code and same subject: what they explain is joined, and nothing is listed twice."""
    one = dataclasses.replace(KEY, explains=_ids(1), because=("a", "b"))
    two = dataclasses.replace(KEY, explains=_ids(1, 2), because=("b", "c"))
    (found,), _, _ = attribute(_case(*OUTCOMES[:2]), [one, two])
    assert (found.explains, found.because, found.fixes) == (_ids(1, 2), ("a", "b", "c"), ("rotate",))


def test_a_mail_that_two_faults_explain_was_lost_by_the_first_on_its_way() -> None:
    """It never came to the second."""
    later = dataclasses.replace(LISTED, explains=_ids(1))
    _, attempts, _ = attribute(_case(Outcome.REFUSED_AT_RELAY), [later, dataclasses.replace(KEY, explains=_ids(1))])
    assert attempts[0].cause == "key-inactive"


def test_a_delivered_mail_has_no_cause() -> None:
    """Whatever is wrong beside it."""
    _, attempts, missing = attribute(_case(Outcome.DELIVERED), [dataclasses.replace(KEY, explains=_ids(1))])
    assert (attempts[0].cause, attempts[0].stratum, missing) == (None, None, ())


def test_where_the_next_send_stops_comes_before_what_is_over() -> None:
    """A quota that was exhausted then lost a mail; the key that is dead now stops the next one, though later on its way."""
    over = _finding("quota-exhausted", Stratum.RELAY, explains=_ids(1), stops=())
    now = _finding("recipient-suppressed", Stratum.ACCOUNT, stops=("next-1",))
    findings, attempts, _ = attribute(_case(Outcome.REFUSED_AT_RELAY, prospects=1), [over, now])
    assert _roles(findings) == {"recipient-suppressed": Role.PRIMARY, "quota-exhausted": Role.SECONDARY}
    assert attempts[0].cause == "quota-exhausted"


def test_without_attempts_the_next_sends_decide() -> None:
    """Nobody has tried yet: what stops a prospect is primary."""
    findings, attempts, missing = attribute(_case(prospects=1), [dataclasses.replace(KEY, stops=("next-1",))])
    assert (findings[0].role, attempts, missing) == (Role.PRIMARY, (), ())


def test_a_fault_that_stops_no_send_and_explains_none_stands_aside() -> None:
    """It is a fault beside the question that was asked."""
    findings, _, _ = attribute(_case(Outcome.REFUSED_AT_RELAY), [_finding("other", stops=("elsewhere",))])
    assert findings[0].role is Role.SIDE


def test_there_is_one_primary_at_most() -> None:
    """Two dead aliases: the one that stops more mails comes first."""
    few = dataclasses.replace(KEY, subject="few", explains=_ids(1), stops=_ids(1))
    many = dataclasses.replace(KEY, subject="many", explains=_ids(2, 3), stops=_ids(2, 3))
    findings, _, _ = attribute(_case(*[Outcome.REFUSED_AT_RELAY] * 3), [few, many])
    assert [(one.subject, one.role) for one in findings] == [("many", Role.PRIMARY), ("few", Role.SECONDARY)]


def test_an_unknown_fate_that_the_suppression_list_explains_is_suppressed() -> None:
    """The attempt says so from then on."""
    _, attempts, _ = attribute(_case(*OUTCOMES), [LISTED])
    assert attempts[2].attempt.outcome is Outcome.SUPPRESSED


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.DELIVERED])
def test_a_lost_mail_without_a_cause_says_what_would_settle_it(outcome: Outcome) -> None:
    """``null`` never stands alone."""
    _, attempts, (missing,) = attribute(_case(outcome), [])
    assert attempts[0].cause is None
    assert missing.code == "attempt-unattributed"
    assert missing.subject.startswith("attempt-1: admin@sailing.example to ")
    assert missing.reason
    assert missing.needs


def test_a_notice_that_was_caused_by_a_fault_keeps_its_fixes() -> None:
    """Asking for the NDR helps whatever becomes of the entry."""
    notice = _finding(
        "suppression-hides-cause",
        Stratum.ACCOUNT,
        gravity=Gravity.NOTICE,
        caused_by="recipient-suppressed",
        fixes=("ask",),
    )
    findings, _, _ = attribute(_case(*OUTCOMES), [LISTED, notice])
    assert [(one.role, one.fixes) for one in findings] == [(Role.PRIMARY, ("remove",)), (Role.EFFECT, ("ask",))]


def test_a_cause_masks_the_recipient_that_nobody_heard_of() -> None:
    """No send came so far: what the recipient's server would say cannot be seen while the key is dead."""
    findings, _, _ = attribute(_case(*OUTCOMES), [LISTED, LOGIN, KEY])

    assert {finding.code: finding.masks for finding in findings} == {
        "key-inactive": ("recipient",),
        "recipient-suppressed": ("recipient",),
        "login-refused": (),
    }


def test_a_recipient_that_answered_is_not_masked() -> None:
    """A mail that went another way had its answer, so nothing is hidden there."""
    findings, _, _ = attribute(_case(*OUTCOMES[:2], Outcome.DELIVERED), [KEY])

    assert [(finding.code, finding.masks) for finding in findings] == [("key-inactive", ())]


REFUSED = _finding(
    "recipient-refuses-authentication",
    Stratum.RECIPIENT,
    explains=_ids(1),
    stops=_ids(1),
    fixes=("look",),
    mechanisms=("dmarc-unaligned", "dkim-disabled"),
)
UNSIGNED = _finding("dkim-disabled", Stratum.IDENTITY, fixes=("sign",), gravity=Gravity.WARNING)


def test_a_refusal_is_refined_by_the_first_of_its_mechanisms_that_was_found() -> None:
    """The mechanism takes its place: the mail, the fixes, and a fault's gravity, for the refusal proves that it does harm."""
    findings, (attempt,), _ = attribute(_case(Outcome.BOUNCED), [UNSIGNED, REFUSED])
    cause, effect = findings
    assert (cause.code, cause.role, cause.gravity) == ("dkim-disabled", Role.PRIMARY, Gravity.FAULT)
    assert (cause.refines, cause.explains) == ("recipient-refuses-authentication", _ids(1))
    assert (effect.role, effect.caused_by, effect.fixes) == (Role.EFFECT, "dkim-disabled", ())
    assert (attempt.cause, attempt.stratum) == ("dkim-disabled", Stratum.IDENTITY)


def test_without_a_mechanism_a_refusal_is_its_own_cause() -> None:
    """Its own fixes say where to look."""
    (finding,), (attempt,), _ = attribute(_case(Outcome.BOUNCED), [REFUSED])
    assert (finding.role, finding.fixes, attempt.cause) == (Role.PRIMARY, ("look",), "recipient-refuses-authentication")


def test_a_mechanism_of_another_region_is_none() -> None:
    """Findings about different things do not belong together."""
    here = dataclasses.replace(REFUSED, target=(("region", "us-east-1"),))
    there = dataclasses.replace(UNSIGNED, target=(("region", "eu-west-1"),))
    findings, _, _ = attribute(_case(Outcome.BOUNCED), [there, here])
    assert _roles(findings)["recipient-refuses-authentication"] is Role.PRIMARY


def test_a_notice_is_no_mechanism() -> None:
    """Worth knowing is not enough to refuse a mail."""
    notice = dataclasses.replace(UNSIGNED, gravity=Gravity.NOTICE)
    findings, _, _ = attribute(_case(Outcome.BOUNCED), [notice, REFUSED])
    assert _roles(findings)["recipient-refuses-authentication"] is Role.PRIMARY


def test_an_effect_that_outlives_its_cause_keeps_its_fixes() -> None:
    """A suppression entry stands when the refusal that made it is mended."""
    refusal = _finding("recipient-refuses-policy", Stratum.RECIPIENT, explains=_ids(1), stops=_ids(1), fixes=("ask",))
    entry = dataclasses.replace(LISTED, explains=(), stops=_ids(1), caused_by=refusal.code, lasting=True)
    findings, _, _ = attribute(_case(Outcome.BOUNCED), [entry, refusal])
    assert [(one.code, one.role, one.fixes) for one in findings] == [
        ("recipient-refuses-policy", Role.PRIMARY, ("ask",)),
        ("recipient-suppressed", Role.EFFECT, ("remove",)),
    ]


def test_an_answer_that_nobody_understands_is_shown_and_not_asked_for_again() -> None:
    """The bounce is at hand: whoever runs the server must say what it means."""
    case = _case(Outcome.BOUNCED)
    (send,) = case.attempts
    said = dataclasses.replace(send, diagnostic="550 computer says no")
    _, _, (missing,) = attribute(dataclasses.replace(case, attempts=(said,)), [])
    assert "computer says no" in missing.reason
    assert "administrator" in missing.needs
