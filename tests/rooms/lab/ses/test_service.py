from __future__ import annotations

import asyncio

import pytest
from botocore.exceptions import ClientError
from tests.rooms.lab.ses.scene import ACCOUNT, REGION, Scene, made

from mailstrata.lab.ids import Ids
from mailstrata.lab.ses.service import Ses


def test_what_is_not_emulated_says_so(scene: Scene) -> None:
    """Neither API pretends to do what the lab does not."""
    with pytest.raises(ClientError, match="the lab does not emulate sesv2 CreateTenant"):
        scene.client().create_tenant(TenantName="t")
    with pytest.raises(ClientError, match="the lab does not emulate ses SendCustomVerificationEmail"):
        scene.client("ses").send_custom_verification_email(EmailAddress="a@b.example", TemplateName="t")


def test_control_calls_are_paced_only_when_asked() -> None:
    """One call a second in each region, as AWS says; sending is not meant."""
    scene = made(throttle_control_plane=True)
    client, other = scene.client(), scene.client(region="eu-west-1")
    client.get_account()
    other.get_account()
    with pytest.raises(ClientError) as refusal:
        client.get_account()
    assert refusal.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    scene.clock.advance(1)
    assert client.get_account()["SendingEnabled"]


def test_regions_are_strangers(scene: Scene) -> None:
    """An identity of one region is unknown in another."""
    asyncio.run(scene.domain(region="eu-west-1"))
    assert scene.client().list_email_identities()["EmailIdentities"] == []
    assert len(scene.client(region="eu-west-1").list_email_identities()["EmailIdentities"]) == 1


def test_two_runs_of_a_scenario_give_the_same_ids() -> None:
    """Nothing random decides a token or a message id."""

    async def play(scene: Scene) -> tuple[tuple[str, ...], str, bytes]:
        identity = await scene.domain()
        number, _ = await scene.send()
        return identity.dkim.tokens, number, scene.ses.published(next(scene.ses.published_names()))[0].encode()

    assert asyncio.run(play(made())) == asyncio.run(play(made()))


def test_ses_is_usable_without_any_hook(scene: Scene) -> None:
    """Only the log of the region hears of events then."""

    async def absent(name: str, rtype: str) -> tuple[str, ...]:
        return ()

    bare = Ses(
        account=ACCOUNT,
        iam=scene.iam,
        clock=scene.clock,
        ids=Ids("bare"),
        resolver=absent,
        transport=scene.recipients,
        outgoing=("127.0.1.10",),
    )

    async def play() -> list[str]:
        await bare.add_identity(REGION, "me@sailing.example")
        await bare.send(
            region=REGION,
            principal=scene.principal(),
            raw=b"From: me@sailing.example\r\nTo: bounce@simulator.amazonses.com\r\n\r\n",
            mail_from=None,
            recipients=["bounce@simulator.amazonses.com"],
            via="v1",
            source_ip="192.0.2.1",
        )
        await bare.settle()
        return [event.kind for event in bare.region(REGION).events]

    assert asyncio.run(play()) == ["Send", "Bounce"]


def test_a_hook_that_fails_is_heard_of_when_all_is_settled(scene: Scene) -> None:
    """An error in the background is not lost, and is told once."""

    async def play() -> None:
        await scene.domain()
        scene.recipients.script["guest@dock.example"] = []
        with pytest.raises(IndexError):
            await scene.send()
        await scene.ses.settle()

    asyncio.run(play())
