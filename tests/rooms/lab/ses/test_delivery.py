from __future__ import annotations

import asyncio
from email import message_from_bytes

import pytest
from tests.rooms.lab.ses.scene import MAIL, REGION, Scene, made

from mailstrata.lab.mail import Outcome
from mailstrata.lab.ses.delivery import EICAR
from mailstrata.lab.ses.state import ConfigurationSet, Suppressed
from mailstrata.lab.ses.suppression import GLOBAL_NOTICE, NOTICE, put

UNKNOWN = Outcome(code=550, reply="550 5.1.1 <guest@dock.example>: user unknown", remote="mx.dock.example")
BUSY = Outcome(code=451, reply="451 4.7.1 Greylisted, come back later", remote="mx.dock.example")


def kinds(scene: Scene) -> list[str]:
    """The kinds of all events of the region."""
    return [event.kind for event in scene.ses.region(REGION).events]


def test_an_accepted_message_is_sent_and_delivered(scene: Scene) -> None:
    """Send comes first, then Delivery with the server's reply."""

    async def play() -> None:
        await scene.domain()
        number, events = await scene.send()
        assert [event.kind for event in events] == ["Send", "Delivery"]
        assert events[1].body["smtpResponse"] == "250 2.6.0 Queued mail for delivery"
        assert scene.recipients.delivered[0].sender == f"{number}@amazonses.com"

    asyncio.run(play())


def test_ses_replaces_message_id_and_date_and_drops_its_own_headers(scene: Scene) -> None:
    """The id becomes the Message-ID, Bcc and X-SES fields never leave, the rest stays."""

    async def play() -> None:
        await scene.domain()
        number, _ = await scene.send(raw=b"Bcc: x@dock.example\r\nX-SES-MESSAGE-TAGS: a=b\r\n" + MAIL)
        sent = message_from_bytes(scene.recipients.delivered[0].content)
        assert sent["Message-ID"] == f"<{number}@email.amazonses.com>"
        assert sent["Date"] == "Tue, 12 May 2026 18:43:00 +0000"
        assert sent["Feedback-ID"].startswith("1.us-east-1.")
        assert sent["X-SES-Outgoing"] == "2026.05.12-127.0.1.10"
        assert "X-SES-MESSAGE-TAGS" not in sent
        assert "Bcc" not in sent
        assert scene.ses.region(REGION).sent[number].tags["a"] == ["b"]

    asyncio.run(play())


def test_a_hard_bounce_puts_the_recipient_on_the_suppression_list(scene: Scene) -> None:
    """The entry names the message; the next message bounces inside SES, and no server is contacted."""
    scene.recipients.script["guest@dock.example"] = [UNKNOWN]

    async def play() -> None:
        await scene.domain()
        first, events = await scene.send()
        bounce = events[-1].body
        assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "General")
        assert bounce["bouncedRecipients"][0]["diagnosticCode"] == f"smtp; {UNKNOWN.reply}"
        assert bounce["reportingMTA"].startswith("dsn; a")
        entry = scene.ses.region(REGION).suppressed["guest@dock.example"]
        assert (entry.reason, entry.message_id, entry.feedback_id) == ("BOUNCE", first, bounce["feedbackId"])
        _, events = await scene.send()
        assert [event.kind for event in events] == ["Send", "Bounce"]
        assert len(scene.recipients.delivered) == 1

    asyncio.run(play())


def test_a_suppressed_recipient_bounces_by_sess_own_text(scene: Scene) -> None:
    """The synthetic bounce has subtype OnAccountSuppressionList, status 5.1.1 and the long notice."""

    async def play() -> None:
        await scene.domain()
        put(scene.ses.region(REGION), Suppressed(address="guest@dock.example", reason="BOUNCE", at=scene.clock.now()))
        _, events = await scene.send()
        body = dict(events[-1].body)
        assert body["bounceSubType"] == "OnAccountSuppressionList"
        assert body["reportingMTA"] == "dns; amazonses.com"
        assert body["bouncedRecipients"] == [
            {"emailAddress": "guest@dock.example", "action": "failed", "status": "5.1.1", "diagnosticCode": NOTICE}
        ]
        assert scene.recipients.delivered == []

    asyncio.run(play())


def test_a_suppressed_complainer_yields_a_complaint(scene: Scene) -> None:
    """The event is a Complaint without a feedback type."""

    async def play() -> None:
        await scene.domain()
        put(
            scene.ses.region(REGION), Suppressed(address="guest@dock.example", reason="COMPLAINT", at=scene.clock.now())
        )
        _, events = await scene.send()
        assert events[-1].kind == "Complaint"
        assert events[-1].body["complaintSubType"] == "OnAccountSuppressionList"
        assert "complaintFeedbackType" not in events[-1].body

    asyncio.run(play())


def test_a_configuration_set_may_lift_suppression(scene: Scene) -> None:
    """An empty list of reasons in the set lets mail out to a suppressed recipient."""

    async def play() -> None:
        await scene.domain()
        region = scene.ses.region(REGION)
        put(region, Suppressed(address="guest@dock.example", reason="BOUNCE", at=scene.clock.now()))
        region.configuration_sets["free"] = ConfigurationSet(
            name="free", options={"SuppressionOptions": {"SuppressedReasons": []}}
        )
        _, events = await scene.send(raw=b"X-SES-CONFIGURATION-SET: free\r\n" + MAIL)
        assert [event.kind for event in events] == ["Send", "Delivery"]

    asyncio.run(play())


def test_the_global_list_bounces_as_suppressed(scene: Scene) -> None:
    """Its subtype is Suppressed, and its text differs from the account list's."""

    async def play() -> None:
        await scene.domain()
        scene.ses.region(REGION).globally_suppressed.add("guest@dock.example")
        scene.ses.region(REGION).suppressed_reasons = ()
        _, events = await scene.send()
        assert events[-1].body["bounceSubType"] == "Suppressed"
        assert events[-1].body["bouncedRecipients"][0]["diagnosticCode"] == GLOBAL_NOTICE

    asyncio.run(play())


def test_an_account_list_that_is_on_for_bounces_overrides_the_global_one(scene: Scene) -> None:
    """An address that only the shared list has is tried (the developer guide's overview of the three lists)."""

    async def play() -> None:
        await scene.domain()
        scene.ses.region(REGION).globally_suppressed.add("guest@dock.example")
        _, events = await scene.send()
        assert [event.kind for event in events] == ["Send", "Delivery"]

    asyncio.run(play())


def test_a_postponed_message_is_tried_again(scene: Scene) -> None:
    """A 4xx gives a DeliveryDelay, and the next try delivers."""
    scene.recipients.script["guest@dock.example"] = [BUSY, Outcome(code=250, reply="250 2.0.0 Ok")]

    async def play() -> None:
        await scene.domain()
        await scene.send()
        assert kinds(scene) == ["Send", "DeliveryDelay"]
        delay = scene.ses.region(REGION).events[-1].body
        assert delay["delayedRecipients"][0]["diagnosticCode"] == f"smtp; {BUSY.reply}"
        await scene.ses.retry()
        assert kinds(scene) == ["Send", "DeliveryDelay", "Delivery"]

    asyncio.run(play())


def test_after_14_hours_ses_gives_up(scene: Scene) -> None:
    """What is still postponed then bounces as transient, and is not suppressed."""
    scene.recipients.script["guest@dock.example"] = [BUSY]

    async def play() -> None:
        await scene.domain()
        await scene.send()
        scene.clock.advance(14 * 3600)
        await scene.ses.retry()
        bounce = scene.ses.region(REGION).events[-1].body
        assert bounce["bounceType"] == "Transient"
        assert bounce["bouncedRecipients"][0]["status"] == "4.4.7"
        assert scene.ses.region(REGION).suppressed == {}

    asyncio.run(play())


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("success+1@simulator.amazonses.com", ["Send", "Delivery"]),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("ooto@simulator.amazonses.com", ["Send", "Delivery"]),
    ],
)
def test_the_simulator_plays_its_parts(address: str, told: list[str]) -> None:
    """Each address has its events, no server is contacted, nobody is suppressed."""
    scene = made()

    async def play() -> None:
        await scene.domain()
        await scene.send(address)

    asyncio.run(play())
    assert kinds(scene) == told
    assert scene.recipients.delivered == []
    assert scene.ses.region(REGION).suppressed == {}


def test_the_test_virus_is_rejected_after_acceptance(scene: Scene) -> None:
    """EICAR is accepted, then a Reject event tells of bad content."""

    async def play() -> None:
        await scene.domain()
        _, events = await scene.send(raw=MAIL + EICAR + b"\r\n")
        assert [event.kind for event in events] == ["Send", "Reject"]
        assert events[-1].body == {"reason": "Bad content"}

    asyncio.run(play())


def test_feedback_goes_to_the_envelope_sender_of_the_client(scene: Scene) -> None:
    """SES's bounce mail is a delivery status notification with the original inside; switched off, none is written."""
    scene.recipients.script["guest@dock.example"] = [UNKNOWN]

    async def play() -> None:
        identity = await scene.domain()
        await scene.send()
        identity.feedback_forwarding = False
        await scene.send("second@dock.example")

    asyncio.run(play())
    ((to, raw),) = scene.feedback
    mail = message_from_bytes(raw)
    assert to == "admin@sailing.example"
    assert mail["From"] == "MAILER-DAEMON@amazonses.com"
    assert mail["Subject"] == "Delivery Status Notification (Failure)"
    parts = list(mail.walk())
    assert [part.get_content_type() for part in parts[:3]] == [
        "multipart/report",
        "text/plain",
        "message/delivery-status",
    ]
    status = raw[raw.index(b"Reporting-MTA: dsn; a") :]
    assert status.index(b"Action: failed") < status.index(b"Final-Recipient: rfc822; guest@dock.example")
    assert b"Diagnostic-Code: smtp; 550 5.1.1" in status
    assert b"Subject: Berth 7" in status


def test_a_verified_mail_from_domain_is_the_envelope_sender(scene: Scene) -> None:
    """The message id at the custom domain."""

    async def play() -> None:
        identity = await scene.domain()
        identity.mail_from.domain, identity.mail_from.status = "bounce.sailing.example", "SUCCESS"
        number, _ = await scene.send()
        assert scene.recipients.delivered[0].sender == f"{number}@bounce.sailing.example"

    asyncio.run(play())


@pytest.mark.parametrize(("inherits", "host"), [(False, "amazonses.com"), (True, "bounce.sailing.example")])
def test_an_address_takes_its_domains_mail_from_only_when_told(inherits: bool, host: str) -> None:
    """What AWS leaves open is an option of the lab."""
    scene = made(address_inherits_mail_from=inherits)

    async def play() -> None:
        domain = await scene.domain()
        domain.mail_from.domain, domain.mail_from.status = "bounce.sailing.example", "SUCCESS"
        await scene.ses.add_identity(REGION, "admin@sailing.example")
        await scene.send()

    asyncio.run(play())
    assert scene.recipients.delivered[0].sender.rpartition("@")[2] == host
