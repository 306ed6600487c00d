"""What is predicted of each way is what a receiver finds: mails are really sent, and judged by pyspf and dkimpy."""

from __future__ import annotations

import asyncio

import pytest
from tests.scenarios.playing import PATIENCE, played

from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.gathering import gathered
from mailstrata.diagnosis.way import Way
from mailstrata.diagnosis.ways import ways
from mailstrata.formats.auth_results import AuthResults, parse
from mailstrata.formats.message import parse as parse_mail
from mailstrata.lab.mailing import send_all
from mailstrata.lab.scenario import MailSpec

pytestmark = pytest.mark.lab
RECIPIENT = "ann@harbor.example"
SENDER = "admin@sailing.example"
SCENARIOS = (
    "healthy",
    "dkim-disabled",
    "dkim-record-absent",
    "dkim-failed",
    "mail-from-absent",
    "mail-from-failed",
    "mail-from-spf-absent",
    "dmarc-absent",
    "address-identity-shadows-domain",
    "spf-multiple",
    "identity-unverified",
)


async def _found(scenario: str, via: str, sender: str = SENDER, to: str = RECIPIENT) -> tuple[Way, AuthResults | None]:
    """The prediction of one way, and what the receiver wrote on a mail that was sent by it; ``None`` where none came."""
    async with played(scenario) as lab:
        case = open_case(lab.here.settings.setup, at=lab.here.clock.now())
        told, _ = await gathered(lab.here.asker(), lambda evidence: ways(case, evidence), budget=PATIENCE)
        way = max((one for one in told if one.id == via), key=lambda one: one.sender == sender)
        parts = lab.living.parts
        box = parts.recipients.mailbox(to)
        before = len(box.messages) if box else 0
        parts.mails = (MailSpec(sender=sender, recipient=to, via=via),)
        await send_all(parts)
        new = box.messages[before:] if box else []
    return way, parse(parse_mail(new[0].raw).get("authentication-results")) if new else None


@pytest.mark.parametrize("via", ["ses-api", "gmail-alias"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_receiver_finds_what_was_predicted(scenario: str, via: str) -> None:
    """SPF of whose name, DKIM of the domain or not, DMARC's result; and where no mail should leave, none comes."""
    way, found = asyncio.run(_found(scenario, via))
    assert (found is None) is bool(way.blocked), way
    if found is None:
        return
    (spf,), (dmarc,) = found.of("spf"), found.of("dmarc")
    own = [one.result for one in found.of("dkim") if one.get("header.d") == way.dkim.domain]
    assert (spf.result, spf.get("smtp.mailfrom")) == (way.spf.result, way.spf.domain)
    assert way.dkim.result in own
    assert dmarc.result == way.dmarc.result, way.dmarc


def test_mail_that_is_predicted_to_be_refused_does_not_arrive() -> None:
    """A strict policy, mail from a subdomain: neither name is the author's to the letter."""
    way, found = asyncio.run(
        _found("dmarc-unaligned", "gmail-alias", "crew@news.sailing.example", "peter@dock.example")
    )
    assert (way.dmarc.result, way.dmarc.fate, found) == ("fail", "refused (p=reject)", None)
    assert (way.spf.aligned, way.dkim.aligned) == (False, False)
