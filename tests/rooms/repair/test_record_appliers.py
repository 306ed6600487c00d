"""Fixes of records and identities touch only what they own, and refuse before they would take what is somebody's."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from tests.pages.page import STANDARD_SETUP, toml_setup
from tests.rooms.repair.bench import Bench

from mailstrata.formats import ses_records
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import HostedZoneFacts, IdentityFacts, MxHost
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Record, Stratum
from mailstrata.model.observation import Absent, Seen
from mailstrata.model.question import HostedZone, Mx, SesIdentity, Txt
from mailstrata.repair.appliers import APPLIERS

BOUNCE = "bounce.sailing.example"
IDENTITY = SesIdentity("us-east-1", "sailing.example")
FINDING = Finding(
    code="any",
    stratum=Stratum.IDENTITY,
    gravity=Gravity.WARNING,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject="it",
    title="it",
    target=(
        ("region", "us-east-1"),
        ("identity", "sailing.example"),
        ("mail-from", BOUNCE),
        ("name", BOUNCE),
        ("cname", "mail.elsewhere.example."),
    ),
    records=ses_records.mail_from(BOUNCE, "us-east-1"),
)


def _bench(**zone: tuple[str, ...]) -> Bench:
    """The account's zone with these values at the MAIL FROM domain, by type."""
    facts: dict[Any, Any] = {
        HostedZone("sailing.example"): Seen(value=HostedZoneFacts(id="Z1", name="sailing.example")),
        IDENTITY: Seen(value=IdentityFacts()),
        Mx(BOUNCE): Seen(value=(MxHost(preference=10, host="feedback-smtp.us-east-1.amazonses.com"),)),
        Txt(BOUNCE): Seen(value=("v=spf1 include:amazonses.com ~all", "proof=1")),
    }
    return Bench(facts=facts, zone={(BOUNCE, kind.upper()): values for kind, values in zone.items()})


def _apply(name: str, bench: Bench, finding: Finding = FINDING) -> list[str]:
    async def go() -> list[str]:
        setup = toml_setup(STANDARD_SETUP)
        return [step.text async for step in APPLIERS[name](finding, setup, bench.tools())]

    return asyncio.run(go())


def test_texts_of_others_at_the_name_stay() -> None:
    """Only the record of the same kind is replaced, in one batch."""
    bench = _bench(txt=("proof=1", "v=spf1 -all"))
    _apply("publish-records", bench)
    assert bench.zone[BOUNCE, "TXT"] == ("proof=1", '"v=spf1 include:amazonses.com ~all"')
    assert [name for name, _ in bench.done] == ["publish"]


def test_the_cname_that_was_seen_makes_room_for_the_records() -> None:
    """All in one change; the ledger has what stood there."""
    bench = _bench(cname=("mail.elsewhere.example",))
    _apply("replace-mail-from-cname", bench)
    assert bench.zone[BOUNCE, "CNAME"] == ()
    assert bench.zone[BOUNCE, "MX"] == ("10 feedback-smtp.us-east-1.amazonses.com",)
    assert bench.ledger[0].details[f"before: CNAME {BOUNCE}"] == "mail.elsewhere.example"


def test_another_cname_than_the_one_that_was_seen_is_left_alone() -> None:
    """Somebody changed it since."""
    bench = _bench(cname=("other.elsewhere.example",))
    with pytest.raises(Refusal, match="another one than the diagnosis saw"):
        _apply("replace-mail-from-cname", bench)
    assert (bench.done, bench.ledger) == ([], [])


@pytest.mark.parametrize(
    "zone", [{"mx": ("10 mx.harbor.example",)}, {"cname": ("mail.elsewhere.example",)}], ids=["mx", "cname"]
)
def test_a_name_in_use_does_not_become_the_mail_from_domain(zone: dict[str, tuple[str, ...]]) -> None:
    """Its mail would be lost."""
    bench = _bench(**zone)
    with pytest.raises(Refusal, match="in use already"):
        _apply("set-mail-from", bench)
    assert (bench.done, bench.ledger) == ([], [])


def test_the_records_stand_before_ses_is_told_of_the_name() -> None:
    """So SES finds them at its first look."""
    bench = _bench()
    _apply("set-mail-from", bench)
    assert [name for name, _ in bench.done] == ["publish", "set mail-from"]


def test_no_new_key_is_made_whose_records_nobody_would_publish() -> None:
    """The zone is elsewhere: its tokens would take the place of those that are published."""
    bench = _bench()
    bench.facts[HostedZone("sailing.example")] = Absent()
    with pytest.raises(Refusal, match="no zone"):
        _apply("renew-dkim", bench)
    assert (bench.done, bench.ledger) == ([], [])


def test_an_identity_without_a_mail_from_domain_is_not_set_again() -> None:
    """It was taken away since the diagnosis."""
    with pytest.raises(Refusal, match="no MAIL FROM domain"):
        _apply("set-mail-from-again", _bench())


def test_records_for_another_zone_of_the_account_go_there() -> None:
    """Consent to reports stands in the receiver's zone."""
    bench = _bench()
    bench.facts[HostedZone("reports.example")] = bench.facts.pop(HostedZone("sailing.example"))
    finding = dataclasses.replace(
        FINDING,
        target=(("zone", "reports.example"),),
        records=(Record(name=BOUNCE, type="TXT", values=('"proof=1"',)),),
    )
    assert "published 1 record in zone" in _apply("publish-records", bench, finding)[0]
