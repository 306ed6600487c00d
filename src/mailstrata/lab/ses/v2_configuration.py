"""sesv2: configuration sets, their options and where their events go."""

from __future__ import annotations

import re
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.state import ConfigurationSet, SesRegion
from mailstrata.lab.ses.suppression import page

DESTINATIONS = 10
"""Event destinations of one set (facts.md B7)."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OPTIONS = (
    "TrackingOptions",
    "DeliveryOptions",
    "ReputationOptions",
    "SendingOptions",
    "SuppressionOptions",
    "VdmOptions",
    "ArchivingOptions",
)
_DEFAULTS: dict[str, dict[str, Any]] = {
    "DeliveryOptions": {"TlsPolicy": "OPTIONAL"},
    "ReputationOptions": {"ReputationMetricsEnabled": False},
    "SendingOptions": {"SendingEnabled": True},
}
_PUT = {
    "PutConfigurationSetArchivingOptions": "ArchivingOptions",
    "PutConfigurationSetDeliveryOptions": "DeliveryOptions",
    "PutConfigurationSetReputationOptions": "ReputationOptions",
    "PutConfigurationSetSendingOptions": "SendingOptions",
    "PutConfigurationSetSuppressionOptions": "SuppressionOptions",
    "PutConfigurationSetTrackingOptions": "TrackingOptions",
}


def found_set(region: SesRegion, name: str) -> ConfigurationSet:
    """The configuration set of that name. Raises ``NotFoundException`` (404)."""
    if name not in region.configuration_sets:
        raise AwsError("NotFoundException", f"Configuration set <{name}> does not exist.", status=404)
    return region.configuration_sets[name]


async def create(call: Call) -> Answer:
    """``CreateConfigurationSet``."""
    name = call["ConfigurationSetName"]
    if name in call.region.configuration_sets:
        raise AwsError("AlreadyExistsException", f"Configuration set <{name}> already exists.")
    if not _NAME.fullmatch(name):
        raise AwsError("BadRequestException", f"Invalid configuration set name <{name}>.")
    options = _DEFAULTS | {option: dict(call[option]) for option in _OPTIONS if call.get(option)}
    tags = {tag["Key"]: tag["Value"] for tag in call.get("Tags", ())}
    call.region.configuration_sets[name] = ConfigurationSet(name=name, options=options, tags=tags)
    return {}


async def get(call: Call) -> Answer:
    """``GetConfigurationSet``."""
    chosen = found_set(call.region, call["ConfigurationSetName"])
    tags = [{"Key": key, "Value": value} for key, value in chosen.tags.items()]
    return {"ConfigurationSetName": chosen.name, "Tags": tags, **chosen.options}


async def delete(call: Call) -> Answer:
    """``DeleteConfigurationSet``."""
    del call.region.configuration_sets[found_set(call.region, call["ConfigurationSetName"]).name]
    return {}


async def list_all(call: Call) -> Answer:
    """``ListConfigurationSets``, by either of its routes."""
    names, token = page(
        sorted(call.region.configuration_sets), size=call.get("PageSize", 1000), token=call.get("NextToken")
    )
    return {"ConfigurationSets": names, "NextToken": token}


async def put_options(call: Call) -> Answer:
    """The ``PutConfigurationSet…Options`` whose arguments are the members of the option."""
    given = {name: value for name, value in call.arguments.items() if name != "ConfigurationSetName"}
    found_set(call.region, call["ConfigurationSetName"]).options[_PUT[call.name]] = given
    return {}


async def put_vdm_options(call: Call) -> Answer:
    """``PutConfigurationSetVdmOptions``."""
    found_set(call.region, call["ConfigurationSetName"]).options["VdmOptions"] = dict(call.get("VdmOptions", {}))
    return {}


async def create_destination(call: Call) -> Answer:
    """``CreateConfigurationSetEventDestination``."""
    chosen, name = found_set(call.region, call["ConfigurationSetName"]), call["EventDestinationName"]
    if name in chosen.destinations:
        raise AwsError("AlreadyExistsException", f"Event destination {name} already exists.")
    if len(chosen.destinations) >= DESTINATIONS:
        raise AwsError("LimitExceededException", f"A configuration set has at most {DESTINATIONS} event destinations.")
    chosen.destinations[name] = _checked(call["EventDestination"])
    return {}


async def update_destination(call: Call) -> Answer:
    """``UpdateConfigurationSetEventDestination``."""
    chosen, name = _destination(call)
    chosen.destinations[name] = _checked(call["EventDestination"])
    return {}


async def delete_destination(call: Call) -> Answer:
    """``DeleteConfigurationSetEventDestination``."""
    chosen, name = _destination(call)
    del chosen.destinations[name]
    return {}


async def get_destinations(call: Call) -> Answer:
    """``GetConfigurationSetEventDestinations``."""
    chosen = found_set(call.region, call["ConfigurationSetName"])
    return {"EventDestinations": [{"Name": name, **given} for name, given in chosen.destinations.items()]}


def _destination(call: Call) -> tuple[ConfigurationSet, str]:
    chosen, name = found_set(call.region, call["ConfigurationSetName"]), call["EventDestinationName"]
    if name not in chosen.destinations:
        raise AwsError("NotFoundException", f"Event destination {name} does not exist.", status=404)
    return chosen, name


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """A definition with its default; SES publishes to the default event bus only (facts.md B7)."""
    bus = given.get("EventBridgeDestination", {}).get("EventBusArn", "/default")
    if not bus.endswith("/default"):
        raise AwsError("BadRequestException", "Only the default event bus is supported.")
    return {"Enabled": False, **given}


OPERATIONS: dict[str, Handler] = {
    "CreateConfigurationSet": create,
    "CreateConfigurationSetEventDestination": create_destination,
    "DeleteConfigurationSet": delete,
    "DeleteConfigurationSetEventDestination": delete_destination,
    "GetConfigurationSet": get,
    "GetConfigurationSetEventDestinations": get_destinations,
    "ListConfigurationSets": list_all,
    "PutConfigurationSetVdmOptions": put_vdm_options,
    "UpdateConfigurationSetEventDestination": update_destination,
    **dict.fromkeys(_PUT, put_options),
}
