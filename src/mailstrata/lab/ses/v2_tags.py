"""sesv2: the tags of identities and configuration sets, by their ARN."""

from __future__ import annotations

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.call import Answer, Call, Handler


async def list_tags(call: Call) -> Answer:
    """``ListTagsForResource``."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _tags(call).items()]}


async def tag(call: Call) -> Answer:
    """``TagResource``."""
    _tags(call).update({one["Key"]: one["Value"] for one in call["Tags"]})
    return {}


async def untag(call: Call) -> Answer:
    """``UntagResource``."""
    for key in call["TagKeys"]:
        _tags(call).pop(key, None)
    return {}


def _tags(call: Call) -> dict[str, str]:
    kind, _, name = str(call["ResourceArn"]).rpartition(":")[2].partition("/")
    region = call.region
    if kind == "identity" and name in region.identities:
        return region.identities[name].tags
    if kind == "configuration-set" and name in region.configuration_sets:
        return region.configuration_sets[name].tags
    raise AwsError("NotFoundException", f"Resource {call['ResourceArn']} was not found.", status=404)


OPERATIONS: dict[str, Handler] = {"ListTagsForResource": list_tags, "TagResource": tag, "UntagResource": untag}
