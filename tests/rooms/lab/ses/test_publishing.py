from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.rooms.lab.ses.scene import ACCOUNT, REGION, Scene

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"


def with_destination(scene: Scene, *, enabled: bool, kinds: list[str], **where: Any) -> None:
    """The domain with a default configuration set that has one destination."""
    asyncio.run(scene.domain())
    client = scene.client()
    client.create_configuration_set(ConfigurationSetName="all")
    client.create_configuration_set_event_destination(
        ConfigurationSetName="all",
        EventDestinationName="one",
        EventDestination={"Enabled": enabled, "MatchingEventTypes": kinds, **where},
    )
    client.put_email_identity_configuration_set_attributes(EmailIdentity="sailing.example", ConfigurationSetName="all")


def test_without_a_destination_nothing_leaves(scene: Scene) -> None:
    """The events exist in the lab's log and nowhere else."""
    asyncio.run(scene.domain())
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    assert scene.published == []
    assert len(scene.ses.region(REGION).events) == 2


def test_a_disabled_destination_stays_silent(scene: Scene) -> None:
    """Enabled is off by default in SES."""
    with_destination(scene, enabled=False, kinds=["SEND", "BOUNCE"], SnsDestination={"TopicArn": TOPIC})
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    assert scene.published == []


def test_the_default_set_of_the_identity_publishes_what_matches(scene: Scene) -> None:
    """Only the asked kinds go to the topic, in the dialect of configuration sets."""
    with_destination(scene, enabled=True, kinds=["BOUNCE"], SnsDestination={"TopicArn": TOPIC})
    number, _ = asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    (publication,) = scene.published
    assert (publication.kind, publication.target) == ("sns", TOPIC)
    event = json.loads(publication.message)
    assert set(event) == {"eventType", "bounce", "mail"}
    assert event["bounce"]["bouncedRecipients"] == [
        {
            "emailAddress": "bounce@simulator.amazonses.com",
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }
    ]
    mail = event["mail"]
    assert mail["messageId"] == number
    assert mail["source"] == "Harbour <admin@sailing.example>"
    assert mail["sourceArn"] == f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/sailing.example"
    assert mail["commonHeaders"]["subject"] == "Berth 7"
    assert {"name": "Message-ID", "value": "<mine@sailing.example>"} in mail["headers"]
    assert mail["tags"] == {
        "ses:operation": ["SendSmtpEmail"],
        "ses:source-ip": ["192.0.2.1"],
        "ses:from-domain": ["sailing.example"],
        "ses:caller-identity": ["lab-administrator"],
        "ses:outgoing-ip": ["127.0.1.10"],
        "ses:configuration-set": ["all"],
    }


def test_eventbridge_gets_its_detail_type(scene: Scene) -> None:
    """The bus and the name that EventBridge rules match on."""
    with_destination(scene, enabled=True, kinds=["SEND"], EventBridgeDestination={"EventBusArn": BUS})
    asyncio.run(scene.send())
    (publication,) = scene.published
    assert (publication.kind, publication.target, publication.detail_type) == ("eventbridge", BUS, "Email Sent")


def test_an_identitys_topic_gets_the_other_dialect(scene: Scene) -> None:
    """Notifications have notificationType, source address and caller, no tags, and headers only when asked for."""
    asyncio.run(scene.domain())
    client = scene.client("ses")
    client.set_identity_notification_topic(Identity="sailing.example", NotificationType="Bounce", SnsTopic=TOPIC)
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    client.set_identity_headers_in_notifications_enabled(
        Identity="sailing.example", NotificationType="Bounce", Enabled=True
    )
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    bare, full = (json.loads(publication.message) for publication in scene.published)
    assert bare["notificationType"] == "Bounce"
    assert (bare["mail"]["sourceIp"], bare["mail"]["callerIdentity"]) == ("192.0.2.1", "lab-administrator")
    assert not {"tags", "headers", "commonHeaders"} & set(bare["mail"])
    assert full["mail"]["headersTruncated"] is False
