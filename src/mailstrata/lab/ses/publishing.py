"""Where an event goes: always into the region's log, and out of SES only to an enabled destination that asks for its kind.

    await Publisher(surroundings).record(region, message, event)

Without a configuration set (the message's own or its identity's default) with such a destination nothing leaves: the
silence that a diagnosis calls *events-unrecorded* (facts.md B7).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mailstrata.lab.ses.events import DETAIL_TYPE, MATCHING, as_event, as_notification
from mailstrata.lab.ses.state import Event, SentMessage, SesRegion
from mailstrata.lab.ses.surroundings import Publication, Surroundings


class Publisher:
    """Records events and hands them to the ``publish`` hook."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def record(self, region: SesRegion, message: SentMessage, event: Event) -> None:
        """Log ``event`` with its message and publish it to whoever asked."""
        message.events.append(event)
        region.events.append(event)
        if self._around.publish is None:
            return
        for publication in (*_to_destinations(region, message, event), *_to_topics(region, message, event)):
            await self._around.publish(publication)


def _to_destinations(region: SesRegion, message: SentMessage, event: Event) -> Iterator[Publication]:
    chosen = region.configuration_sets.get(message.configuration_set)
    for destination in chosen.destinations.values() if chosen else ():
        if destination.get("Enabled") and MATCHING[event.kind] in destination.get("MatchingEventTypes", ()):
            payload = as_event(region, message, event)
            for kind, target in _targets(destination, message.configuration_set):
                yield _publication(region, event, (kind, target), payload)


def _targets(destination: Mapping[str, Any], configuration_set: str) -> Iterator[tuple[str, str]]:
    for member, kind, arn in (
        ("SnsDestination", "sns", "TopicArn"),
        ("EventBridgeDestination", "eventbridge", "EventBusArn"),
        ("KinesisFirehoseDestination", "firehose", "DeliveryStreamArn"),
    ):
        if member in destination:
            yield kind, str(destination[member][arn])
    if "CloudWatchDestination" in destination:
        yield "cloudwatch", configuration_set


def _to_topics(region: SesRegion, message: SentMessage, event: Event) -> Iterator[Publication]:
    identity = region.identities.get(message.identity)
    topic = identity.topics.get(event.kind) if identity else None
    if identity is not None and topic:
        payload = as_notification(region, message, event, headers=event.kind in identity.headers_in_topics)
        yield _publication(region, event, ("sns", topic), payload)


def _publication(region: SesRegion, event: Event, where: tuple[str, str], payload: Mapping[str, Any]) -> Publication:
    return Publication(
        region=region.name,
        kind=where[0],
        target=where[1],
        detail_type=DETAIL_TYPE[event.kind],
        message=json.dumps(payload, ensure_ascii=False),
        at=event.at,
    )
