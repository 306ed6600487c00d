"""Access keys as a rotation handles them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_iam_keys import IamKeys
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Script, ScriptedAws

    AwsTo = Callable[..., Aws]

LISTED = (
    "<AccessKeyMetadata><member><UserName>relay</UserName><AccessKeyId>AKIA2EXAMPLE00000001</AccessKeyId><Status>Active</Status>"
    "<CreateDate>2026-01-01T00:00:00Z</CreateDate></member></AccessKeyMetadata><IsTruncated>false</IsTruncated>"
)
USED = (
    "<UserName>relay</UserName><AccessKeyLastUsed><LastUsedDate>2026-05-01T08:00:00Z</LastUsedDate>"
    "<ServiceName>ses</ServiceName><Region>eu-west-1</Region></AccessKeyLastUsed>"
)


def test_the_keys_of_a_user_with_their_last_use(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """What a rotation has to know before it makes a new one."""
    scripted.script["ListAccessKeys"] = script.xml("ListAccessKeys", LISTED)
    scripted.script["GetAccessKeyLastUsed"] = script.xml("GetAccessKeyLastUsed", USED)
    facts = AccessKeyFacts(
        user="relay",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        last_used=datetime(2026, 5, 1, 8, tzinfo=UTC),
        last_service="ses",
        last_region="eu-west-1",
    )
    assert asyncio.run(IamKeys(aws_to(scripted.url)).of_user("relay")) == (("AKIA2EXAMPLE00000001", facts),)


def test_the_last_use_may_be_denied(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The keys are told all the same."""
    scripted.script["ListAccessKeys"] = script.xml("ListAccessKeys", LISTED)
    scripted.script["GetAccessKeyLastUsed"] = script.xml_error("AccessDenied", "no")
    [(_, facts)] = asyncio.run(IamKeys(aws_to(scripted.url)).of_user("relay"))
    assert facts.last_used is None


def test_a_new_key_is_given_back_with_its_secret(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS shows it this once."""
    inside = (
        "<AccessKey><UserName>relay</UserName><AccessKeyId>AKIA2EXAMPLE00000002</AccessKeyId><Status>Active</Status>"
        "<SecretAccessKey>canary</SecretAccessKey></AccessKey>"
    )
    scripted.script["CreateAccessKey"] = script.xml("CreateAccessKey", inside)
    assert asyncio.run(IamKeys(aws_to(scripted.url)).create("relay")) == ("AKIA2EXAMPLE00000002", "canary")


def test_a_third_key_is_refused_with_a_warning(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The oldest may be the one that Gmail holds (facts.md F)."""
    scripted.script["*"] = script.xml_error("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409)
    with pytest.raises(Refusal, match="relay has two access keys already") as raised:
        asyncio.run(IamKeys(aws_to(scripted.url)).create("relay"))
    assert "never simply the oldest" in raised.value.hint
    assert raised.value.status == 4


def test_a_key_is_switched_off_and_deleted(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Each names user and key."""
    scripted.script["UpdateAccessKey"] = script.reply("<UpdateAccessKeyResponse/>")
    scripted.script["DeleteAccessKey"] = script.reply("<DeleteAccessKeyResponse/>")
    keys = IamKeys(aws_to(scripted.url))
    asyncio.run(keys.set_status("relay", "AKIA2EXAMPLE00000001", "Inactive"))
    asyncio.run(keys.delete("relay", "AKIA2EXAMPLE00000001"))
    assert [(asked.name, asked.fields["UserName"], asked.fields["AccessKeyId"]) for asked in scripted.asked] == [
        ("UpdateAccessKey", "relay", "AKIA2EXAMPLE00000001"),
        ("DeleteAccessKey", "relay", "AKIA2EXAMPLE00000001"),
    ]
    assert scripted.asked[0].fields["Status"] == "Inactive"


def test_a_key_that_is_not_there_is_a_refusal(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Nothing is done twice, and nothing is taken for done."""
    scripted.script["*"] = script.xml_error("NoSuchEntity", "The Access Key cannot be found", 404)
    with pytest.raises(Refusal, match="no such thing"):
        asyncio.run(IamKeys(aws_to(scripted.url)).delete("relay", "AKIA2EXAMPLE00000001"))
