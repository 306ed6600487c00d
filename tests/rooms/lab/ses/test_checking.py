from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.rooms.lab.ses.scene import MAIL, REGION, Scene, made

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.checking import PAUSED
from mailstrata.lab.ses.state import ConfigurationSet

UNVERIFIED = "Email address is not verified. The following identities failed the check in region US-EAST-1: "


def refused(scene: Scene, *recipients: str, raw: bytes = MAIL, **more: Any) -> AwsError:
    """Send from the verified domain and give the refusal."""

    async def play() -> None:
        if "sailing.example" not in scene.ses.region(REGION).identities:
            await scene.domain()
        await scene.send(*recipients, raw=raw, **more)

    with pytest.raises(AwsError) as refusal:
        asyncio.run(play())
    return refusal.value


def test_every_unverified_sender_is_named_once(scene: Scene) -> None:
    """From, envelope sender, Sender and Return-Path are all asked for, and named in that order, the region in capitals."""
    raw = (
        b"From: a@other.example\r\nSender: b@other.example\r\nReturn-Path: <a@other.example>\r\n"
        b"To: x@dock.example\r\n\r\n"
    )
    error = refused(scene, raw=raw, mail_from="c@other.example")
    assert error.code == "MessageRejected"
    assert error.message == f"{UNVERIFIED}a@other.example, c@other.example, b@other.example"


def test_the_sandbox_asks_for_the_recipients_too(scene: Scene) -> None:
    """In the sandbox an unverified recipient is refused; the simulator and a verified one are not."""
    scene.ses.region(REGION).production_access = False
    error = refused(scene, "guest@dock.example", "crew@sailing.example", "success@simulator.amazonses.com")
    assert error.message == f"{UNVERIFIED}guest@dock.example"


def test_a_paused_account_is_refused_in_the_words_of_each_api(scene: Scene) -> None:
    """A pause by the owner has its own error in either API, a shutdown by AWS is a rejected message."""
    region = scene.ses.region(REGION)
    region.sending_enabled = False
    assert refused(scene, via="v2").code == "SendingPausedException"
    error = refused(scene, via="v1")
    assert (error.code, error.message) == ("AccountSendingPausedException", PAUSED)
    region.sending_enabled, region.enforcement = True, "SHUTDOWN"
    assert refused(scene, via="v2").code == "MessageRejected"


def test_the_daily_quota_counts_recipients_of_24_hours(scene: Scene) -> None:
    """What would go beyond the quota is refused; a day later there is room again; the simulator costs nothing."""
    region = scene.ses.region(REGION)
    region.daily_quota, region.rate = 2.0, 100.0

    async def play() -> None:
        await scene.domain()
        await scene.send("a@dock.example", "b@dock.example")
        await scene.send("success@simulator.amazonses.com")

    asyncio.run(play())
    error = refused(scene)
    assert (error.code, error.message) == ("Throttling", "Daily message quota exceeded")
    scene.clock.advance(24 * 3600 + 1)
    assert asyncio.run(scene.send())[0]


def test_the_rate_is_of_one_second(scene: Scene) -> None:
    """Beyond the rate a message is throttled, a second later it is not."""
    scene.ses.region(REGION).rate = 1.0

    async def play() -> None:
        await scene.domain()
        await scene.send()

    asyncio.run(play())
    error = refused(scene, via="v2")
    assert (error.code, error.message) == ("ThrottlingException", "Maximum sending rate exceeded")
    scene.clock.advance(1.5)
    assert asyncio.run(scene.send())[0]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            MAIL.replace(b"Subject:", b"DKIM-Signature: a\r\nDKIM-Signature: b\r\nSubject:"),
            "Duplicate header 'DKIM-Signature'.",
        ),
        (b"content-type: text/plain\r\nContent-Type: text/html\r\n" + MAIL, "Duplicate header 'Content-Type'."),
        (b"Old-Return-Path: <x@y.example>\r\n" + MAIL, "Illegal header 'Old-Return-Path'."),
        (MAIL.replace(b"<admin@sailing.example>", b"<admin>"), "Missing final '@domain'"),
    ],
)
def test_a_malformed_message_is_a_failed_transaction(raw: bytes, message: str) -> None:
    """Repeated and illegal fields and addresses without a domain are refused by SES's texts."""
    error = refused(made(), raw=raw)
    assert (error.code, error.message) == ("InvalidParameterValue", message)


def test_fifty_recipients_are_enough(scene: Scene) -> None:
    """The fifty-first is refused."""
    assert refused(scene, *(f"u{n}@dock.example" for n in range(51))).message == "Recipient count exceeds 50."


def test_an_unverified_mail_from_with_reject_refuses(scene: Scene) -> None:
    """With REJECT_MESSAGE nothing leaves while the MAIL FROM domain is not verified; with the default it does."""

    async def play() -> None:
        identity = await scene.domain()
        identity.mail_from.domain = "bounce.sailing.example"
        await scene.send()
        assert scene.recipients.delivered[-1].sender.endswith("@amazonses.com")
        identity.mail_from.on_mx_failure = "REJECT_MESSAGE"

    asyncio.run(play())
    assert refused(scene).code == "MailFromDomainNotVerifiedException"


def test_an_absent_or_paused_configuration_set_refuses(scene: Scene) -> None:
    """The identity's default configuration set has to exist and to be on."""
    asyncio.run(scene.domain())
    region = scene.ses.region(REGION)
    region.identities["sailing.example"].configuration_set = "lost"
    assert refused(scene, via="v2").message == "Configuration set <lost> does not exist."
    region.configuration_sets["lost"] = ConfigurationSet(
        name="lost", options={"SendingOptions": {"SendingEnabled": False}}
    )
    assert refused(scene).code == "ConfigurationSetSendingPausedException"


def test_an_identity_of_another_region_does_not_count(scene: Scene) -> None:
    """Verification is per region."""
    asyncio.run(scene.domain(region="eu-west-1"))
    with pytest.raises(AwsError, match="Email address is not verified"):
        asyncio.run(scene.send())
