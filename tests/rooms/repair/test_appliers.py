from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from tests.pages.page import AT, STANDARD_SETUP, toml_setup
from tests.rooms.repair.bench import OLD, Bench, derive

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import (
    DkimFacts,
    HostedZoneFacts,
    IdentityFacts,
    MailFromFacts,
    SesAccountFacts,
    SuppressionFacts,
)
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Record, Stratum
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import Cname, HostedZone, Question, SesAccount, SesIdentity, Suppression, Txt
from mailstrata.repair.appliers import APPLIERS, Step
from mailstrata.repair.appliers.relay import LOGIN_SECONDS

SETUP = toml_setup(STANDARD_SETUP)
PLACE = "aws:mailstrata/smtp/admin"
RECORDS = (
    Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=none",)),
    Record(name="aaaa._domainkey.sailing.example", type="CNAME", values=("aaaa.dkim.amazonses.com",)),
)
FINDING = Finding(
    code="any",
    stratum=Stratum.RELAY,
    gravity=Gravity.FAULT,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject="it",
    title="it",
    target=(
        ("alias", "admin@sailing.example"),
        ("user", "ses-smtp-relay"),
        ("region", "us-east-1"),
        ("address", "peter@dock.example"),
        ("identity", "sailing.example"),
        ("settings-of", "dock.example"),
        ("mail-from", "bounce.sailing.example"),
        ("name", "bounce.sailing.example"),
        ("cname", "mail.elsewhere.example"),
    ),
    records=RECORDS,
)
ENTRY = Suppression("us-east-1", "peter@dock.example")
MAIL_FROM = MailFromFacts(domain="bounce.sailing.example")
ACCOUNT = SesAccount("us-east-1")
IDENTITY = SesIdentity("us-east-1", "sailing.example")


def _bench(name: str, **fields: Any) -> Bench:
    """A world in which that fix works."""
    facts: dict[Question[Any], Observation[Any]] = {
        ENTRY: Seen(value=SuppressionFacts(updated=AT, message_id="0100-old")),
        IDENTITY: Seen(value=IdentityFacts(dkim=DkimFacts(signing=False), mail_from=MAIL_FROM)),
        SesIdentity("us-east-1", "dock.example"): Seen(value=IdentityFacts(configuration_set="mail")),
        HostedZone("after"): Seen(value=IdentityFacts(mail_from=MAIL_FROM)),
        ACCOUNT: Seen(value=SesAccountFacts(suppressed_reasons=("COMPLAINT",))),
        HostedZone("sailing.example"): Seen(value=HostedZoneFacts(id="Z1", name="sailing.example")),
        Txt(RECORDS[0].name): Seen(value=RECORDS[0].values),
        Cname(RECORDS[1].name): Seen(value=RECORDS[1].values[0] + "."),
    }
    bench = Bench(facts=facts, **fields)
    bench.exists("HIGH")
    if name == "rederive-password":
        bench.stored[PLACE] = {**OLD, "extra": "kept"}
    return bench


def _apply(name: str, bench: Bench, finding: Finding = FINDING, setup: Any = SETUP) -> list[str]:
    """The texts of its steps; raises what it raises."""

    async def go() -> list[Step]:
        return [step async for step in APPLIERS[name](finding, setup, bench.tools())]

    steps = asyncio.run(go())
    assert all(step.done for step in steps)
    return [step.text for step in steps]


def _refused(name: str, bench: Bench, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        _apply(name, bench, **more)
    assert error.value.status == 4
    return error.value


each = pytest.mark.parametrize("name", APPLIERS)


@each
def test_a_row_is_begun_before_each_effect_and_has_its_outcome_after(name: str) -> None:
    """Nothing is done that the ledger does not know of, and nothing is left open."""
    bench = _bench(name)
    assert _apply(name, bench)
    assert bench.done
    assert {kind for _, kind in bench.done} == {name}
    assert [row.outcome for row in bench.ledger if row.kind == name] == ["done"]
    assert all(row.outcome for row in bench.ledger)


EFFECTS = [
    ("rotate-credentials", "create"),
    ("rotate-credentials", "write"),
    ("rotate-credentials", "login"),
    ("rederive-password", "write"),
    ("remove-suppression", "remove"),
    ("remove-suppression", "stay"),
    ("use-own-suppression", "suppress"),
    ("use-own-suppression", "stay"),
    ("enable-dkim", "enable"),
    ("enable-dkim", "stay"),
    ("publish-records", "publish"),
    ("replace-mail-from-cname", "publish"),
    ("renew-dkim", "renew"),
    ("renew-dkim", "publish"),
    ("set-mail-from", "publish"),
    ("set-mail-from", "set mail-from"),
    ("set-mail-from-again", "set mail-from"),
    ("copy-domain-settings", "enable"),
    ("copy-domain-settings", "set configuration set"),
    ("copy-domain-settings", "stay"),
]


@pytest.mark.parametrize(("name", "effect"), EFFECTS)
def test_a_refused_effect_is_told_and_settled_in_the_ledger(name: str, effect: str) -> None:
    """Whatever is refused, on the way or at the proof: no row stays open, none says done."""
    bench = _bench(name, refuse={effect})
    assert _refused(name, bench).message
    assert bench.ledger
    assert all(row.outcome and row.outcome != "done" for row in bench.ledger)


@pytest.mark.parametrize(("name", "effect"), [*((name, "") for name in APPLIERS), *EFFECTS])
def test_no_secret_is_in_anything_that_is_said_or_kept(name: str, effect: str) -> None:
    """Not in a step, a refusal, its hint, or a row of the ledger."""
    bench, said = _bench(name, refuse={effect, "delete"} if effect else set()), []
    try:
        said += _apply(name, bench)
    except Refusal as refusal:
        said += [refusal.message, refusal.hint, str(refusal), repr(refusal)]
    said += [repr(row) for row in bench.ledger]
    assert said
    assert not [text for text in said if "Canary" in text]


def test_rotation_leaves_the_old_key_and_stores_the_new() -> None:
    """Created, stored, logged in; nothing is deleted."""
    bench = _bench("rotate-credentials")
    created, stored, proven = _apply("rotate-credentials", bench)
    assert "AKIANEW for ses-smtp-relay" in created
    assert PLACE in stored
    assert "235" in proven
    assert bench.of == {"ses-smtp-relay": ["AKIAOLD", "AKIANEW"]}
    assert bench.stored[PLACE]["username"] == "AKIANEW"
    assert bench.stored[PLACE]["password"] == derive("CanaryNew", "us-east-1")
    assert [name for name, _ in bench.done] == ["create", "write"]


def test_a_new_key_has_its_time_to_be_known() -> None:
    """SES needs seconds; the login is tried again (facts.md A7)."""
    bench = _bench("rotate-credentials", accepts_after=60)
    _apply("rotate-credentials", bench)
    assert 60 <= (bench.time - AT).total_seconds() < 70


def test_a_login_that_never_succeeds_is_undone() -> None:
    """The new key is deleted, and the place holds the credential before it."""
    bench = _bench("rotate-credentials", right=set())
    refusal = _refused("rotate-credentials", bench)
    assert "535 Authentication Credentials Invalid" in refusal.message
    assert "AKIANEW was deleted again" in refusal.hint
    assert bench.of == {"ses-smtp-relay": ["AKIAOLD"]}
    assert bench.stored == {PLACE: OLD}
    assert [row.outcome for row in bench.ledger] == ["undone"]
    assert LOGIN_SECONDS <= (bench.time - AT).total_seconds() <= LOGIN_SECONDS + 10


def test_a_place_that_cannot_be_written_ends_a_rotation_before_the_login() -> None:
    """The key goes again; nothing has to be put back."""
    bench = _bench("rotate-credentials", refuse={"write"})
    _refused("rotate-credentials", bench)
    assert [name for name, _ in bench.done] == ["create", "delete"]
    assert bench.stored == {PLACE: OLD}


@pytest.mark.parametrize(
    ("effect", "left"), [("delete", "AKIANEW of ses-smtp-relay is still there"), ("write back", "still holds")]
)
def test_what_could_not_be_undone_is_said(effect: str, left: str) -> None:
    """What was done and what was not (contract: status 4), and the ledger says half."""
    bench = _bench("rotate-credentials", right=set(), refuse={effect})
    assert left in _refused("rotate-credentials", bench).hint
    assert [row.outcome for row in bench.ledger] == ["half undone"]


def test_a_place_that_held_nothing_is_not_put_back() -> None:
    """There is nothing to put."""
    bench = _bench("rotate-credentials", right=set(), stored={})
    _refused("rotate-credentials", bench)
    assert [name for name, _ in bench.done] == ["create", "write", "delete"]


def test_a_user_with_two_keys_gets_no_third() -> None:
    """IAM allows none, and mailstrata deletes none on a guess."""
    bench = _bench("rotate-credentials", of={"ses-smtp-relay": ["AKIAOLD", "AKIAOTHER"]})
    assert "AKIAOLD (Inactive), AKIAOTHER (Inactive)" in _refused("rotate-credentials", bench).message
    assert (bench.done, bench.ledger) == ([], [])


@pytest.mark.parametrize("name", ["rotate-credentials", "rederive-password"])
@pytest.mark.parametrize("secret", ["", "env:SMTP_PASSWORD"])
def test_without_a_place_to_write_to_nothing_is_begun(name: str, secret: str) -> None:
    """A new credential that cannot be kept would be lost."""
    alias = dataclasses.replace(SETUP.aliases[0], secret=secret)
    bench = _bench(name)
    refusal = _refused(name, bench, setup=dataclasses.replace(SETUP, aliases=(alias,)))
    assert "no place to store" in refusal.message
    assert (bench.done, bench.ledger) == ([], [])


@pytest.mark.parametrize("name", ["rotate-credentials", "rederive-password"])
def test_an_alias_that_the_setup_does_not_have_is_refused(name: str) -> None:
    """A diagnosis of another setup."""
    bench = _bench(name)
    refusal = _refused(name, bench, setup=dataclasses.replace(SETUP, aliases=()))
    assert "admin@sailing.example" in refusal.message
    assert (bench.done, bench.ledger) == ([], [])


def test_rederiving_makes_no_key_and_keeps_what_else_was_stored() -> None:
    """The right password from the secret that is there, tested before it is stored."""
    bench = _bench("rederive-password")
    _apply("rederive-password", bench)
    assert [name for name, _ in bench.done] == ["write"]
    assert bench.stored[PLACE]["password"] == derive(OLD["secret_access_key"], "us-east-1")
    assert bench.stored[PLACE]["extra"] == "kept"
    assert bench.stored[PLACE]["username"] == "AKIAEXAMPLE"


def test_a_derived_password_that_does_not_log_in_is_not_stored() -> None:
    """The place is as it was."""
    bench = _bench("rederive-password", right=set())
    _refused("rederive-password", bench)
    assert (bench.done, bench.ledger) == ([], [])


@pytest.mark.parametrize("stored", [{PLACE: {"password": "x"}}, {PLACE: {"secret_access_key": "  "}}])
def test_without_its_secret_nothing_can_be_derived(stored: Any) -> None:
    """AWS shows it only once; a rotation makes a new one."""
    bench = Bench(stored=stored)
    assert "rotate-credentials" in _refused("rederive-password", bench).hint
    assert (bench.done, bench.ledger) == ([], [])


def test_a_suppression_entry_goes_and_the_ledger_keeps_what_it_said() -> None:
    """SES forgets it: date, reason and the message that made it."""
    bench = _bench("remove-suppression")
    exists, removed = _apply("remove-suppression", bench)
    assert "HIGH" in exists
    assert "2026-05-12" in removed
    (row,) = bench.ledger
    assert row.subject == "peter@dock.example"
    assert dict(row.details) == {
        "region": "us-east-1",
        "address": "peter@dock.example",
        "reason": "BOUNCE",
        "message_id": "0100-old",
        "updated": AT.isoformat(),
    }


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Seen(value="LOW"), "LOW confidence"),
        (Absent(), "no insight"),
        (Unknown(reason="ses:GetEmailAddressInsights is denied"), "is denied"),
    ],
)
def test_an_address_that_may_not_exist_stays_on_the_list(verdict: Observation[str], words: str) -> None:
    """Removing it would make the next hard bounce; the operator can vouch for it."""
    bench = _bench("remove-suppression")
    for question in [one for one in bench.facts if type(one).word == "mailbox-exists"]:
        bench.facts[question] = verdict
    refusal = _refused("remove-suppression", bench)
    assert words in refusal.message
    assert "--address-confirmed" in refusal.hint
    assert (bench.done, bench.ledger) == ([], [])
    bench.confirmed = True
    assert "you vouch" in _apply("remove-suppression", bench)[0]


def test_the_own_list_is_turned_on_and_the_ledger_keeps_for_what_it_was_on() -> None:
    """So that it can be put back as it was."""
    bench = _bench("use-own-suppression")
    assert "before it was on for COMPLAINT" in _apply("use-own-suppression", bench)[-1]
    (row,) = bench.ledger
    assert dict(row.details) == {"region": "us-east-1", "before": "COMPLAINT", "after": "BOUNCE COMPLAINT"}


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Absent(), "no settings"),
        (Unknown(reason="ses:GetAccount is denied", needs="that permission"), "ses:GetAccount is denied"),
    ],
)
def test_the_own_list_is_not_touched_while_its_reasons_are_not_known(
    account: Observation[SesAccountFacts], words: str
) -> None:
    """They are set as a whole: what it was on for would be lost."""
    bench = _bench("use-own-suppression")
    bench.facts[ACCOUNT] = account
    assert words in _refused("use-own-suppression", bench).message
    assert (bench.done, bench.ledger) == ([], [])


def test_an_own_list_that_is_on_already_needs_nothing() -> None:
    """No effect, no row."""
    bench = _bench("use-own-suppression")
    bench.facts[ACCOUNT] = Seen(value=SesAccountFacts())
    assert "nothing to do" in _apply("use-own-suppression", bench)[-1]
    assert (bench.done, bench.ledger) == ([], [])


def test_an_entry_that_is_gone_already_needs_nothing() -> None:
    """No effect, no row."""
    bench = _bench("remove-suppression")
    bench.facts[ENTRY] = Absent()
    assert "nothing to do" in _apply("remove-suppression", bench)[-1]
    assert (bench.done, bench.ledger) == ([], [])


def test_an_entry_that_cannot_be_read_is_not_removed() -> None:
    """What it said would be lost."""
    bench = _bench("remove-suppression")
    bench.facts[ENTRY] = Unknown(reason="throttled", needs="a minute")
    refusal = _refused("remove-suppression", bench)
    assert ("throttled" in refusal.message, refusal.hint) == (True, "a minute")
    assert (bench.done, bench.ledger) == ([], [])


def test_signing_that_is_not_seen_to_be_on_is_not_called_on() -> None:
    """In words, not in the notation of a program."""
    bench = _bench("enable-dkim", refuse={"stay"})
    refusal = _refused("enable-dkim", bench)
    assert "SES reports that it is off" in refusal.message
    assert "IdentityFacts" not in refusal.message


def test_records_are_published_together_and_each_is_seen_again() -> None:
    """In the account's own zone; the ledger has what stood there before."""
    bench = _bench("publish-records")
    published, first, second = _apply("publish-records", bench)
    assert "2 records in zone sailing.example (Z1)" in published
    assert (first, second) == (
        "TXT _dmarc.sailing.example is there",
        "CNAME aaaa._domainkey.sailing.example is there",
    )
    assert [(row.kind, row.outcome) for row in bench.ledger] == [("publish-records", "done")]
    assert dict(bench.ledger[0].details) == {
        "TXT _dmarc.sailing.example": "v=DMARC1; p=none",
        "CNAME aaaa._domainkey.sailing.example": "aaaa.dkim.amazonses.com",
        "before: TXT _dmarc.sailing.example": "",
        "before: CNAME aaaa._domainkey.sailing.example": "",
    }


def test_a_record_that_is_not_seen_is_not_called_published() -> None:
    """After a minute of asking."""
    bench = _bench("publish-records")
    bench.facts[Txt(RECORDS[0].name)] = Absent()
    assert "not seen yet" in _refused("publish-records", bench).message
    assert bench.ledger[0].outcome == "failed"


@pytest.mark.parametrize("seen", [Absent(), Unknown(reason="denied")])
def test_without_the_zone_nothing_is_published(seen: Observation[Any]) -> None:
    """The DNS is kept elsewhere, or we may not look."""
    bench = _bench("publish-records")
    bench.facts[HostedZone("sailing.example")] = seen
    assert "sailing.example" in _refused("publish-records", bench).message
    assert (bench.done, bench.ledger) == ([], [])
