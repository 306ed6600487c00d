from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.rooms.lab.ses.scene import ACCOUNT, REGION, Scene, made

from mailstrata.lab.aws.request import AwsError

DOMAIN_ARN = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/sailing.example"


def policy(resource: str, **condition: Any) -> dict[str, Any]:
    """A policy that allows ``ses:SendRawEmail`` on one resource."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


def message_of(document: dict[str, Any], *, recipient: str = "guest@dock.example", default_set: str = "") -> str:
    """What SES says to mail sent under ``document``; empty when it is accepted."""
    scene = made()
    key = scene.smtp_key(policy=document)

    async def play() -> None:
        (await scene.domain()).configuration_set = default_set
        await scene.ses.add_identity(REGION, "crew@sailing.example")
        await scene.send(recipient, key=key)

    try:
        asyncio.run(play())
    except AwsError as error:
        return f"{error.code}: {error.message}"
    return ""


def denied(resource: str) -> str:
    """SES's sentence, a backtick before and an apostrophe behind each name."""
    who = f"User `arn:aws:iam::{ACCOUNT}:user/smtp'"
    return f"AccessDenied: {who} is not authorized to perform `ses:SendRawEmail' on resource `{resource}'"


def test_the_domains_arn_is_enough_for_mail_to_strangers() -> None:
    """A policy on the identity lets its mail out."""
    assert message_of(policy(DOMAIN_ARN)) == ""


def test_a_recipient_that_is_an_identity_is_asked_about_too() -> None:
    """The same policy fails for a recipient who is verified in the account."""
    resource = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/crew@sailing.example"
    assert message_of(policy(DOMAIN_ARN), recipient="crew@sailing.example") == denied(resource)


def test_the_default_configuration_set_is_asked_about_too() -> None:
    """The same policy fails once the identity has a default configuration set."""
    resource = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/all"
    assert message_of(policy(DOMAIN_ARN), default_set="all") == denied(resource)


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringLike": {"ses:FromAddress": "*@sailing.example"}}, True),
        ({"StringLike": {"ses:FromAddress": "*@other.example"}}, False),
        ({"StringEquals": {"ses:FromDisplayName": "Harbour"}}, True),
        ({"StringEquals": {"ses:FeedbackAddress": "admin@sailing.example"}}, True),
        ({"ForAllValues:StringLike": {"ses:Recipients": "*@dock.example"}}, True),
        ({"ForAllValues:StringLike": {"ses:Recipients": "*@sailing.example"}}, False),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, True),
        ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, False),
    ],
)
def test_conditions_see_the_message(condition: dict[str, Any], allowed: bool) -> None:
    """From, display name, feedback address, recipients and the client's address reach the policy."""
    assert message_of(policy("*", **condition)) == ("" if allowed else denied(DOMAIN_ARN))


def test_a_control_call_is_refused_by_awss_sentence(scene: Scene) -> None:
    """Who may only send cannot read the account."""
    key = scene.smtp_key(policy=policy("*"))
    with pytest.raises(ClientError) as refusal:
        scene.client(key=key).get_account()
    error = refusal.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/smtp is not authorized to perform: ses:GetAccount on resource: * "
        "because no identity-based policy allows the ses:GetAccount action"
    )


def test_raw_content_of_the_newer_api_needs_send_raw_email(scene: Scene) -> None:
    """SendEmail with Raw content passes with ses:SendRawEmail alone, Simple content does not."""
    asyncio.run(scene.domain())
    client = scene.client(key=scene.smtp_key(policy=policy("*")))
    raw = b"From: admin@sailing.example\r\nTo: guest@dock.example\r\n\r\nhi"
    assert client.send_email(Content={"Raw": {"Data": raw}})["MessageId"]
    with pytest.raises(ClientError, match="`ses:SendEmail'"):
        client.send_email(
            FromEmailAddress="admin@sailing.example",
            Destination={"ToAddresses": ["guest@dock.example"]},
            Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        )


def test_an_identitys_own_policy_can_deny(scene: Scene) -> None:
    """A Deny in a sending-authorization policy refuses the account's own users; a malformed policy is not stored."""
    asyncio.run(scene.domain())
    client = scene.client()
    statement = {"Effect": "Deny", "Principal": {"AWS": ACCOUNT}, "Action": "ses:SendRawEmail", "Resource": "*"}
    client.create_email_identity_policy(
        EmailIdentity="sailing.example", PolicyName="no", Policy=json.dumps({"Statement": [statement]})
    )
    with pytest.raises(AwsError) as refusal:
        asyncio.run(scene.send())
    assert refusal.value.code == "AccessDenied"
    with pytest.raises(ClientError, match="Policy document is not valid"):
        client.create_email_identity_policy(EmailIdentity="sailing.example", PolicyName="bad", Policy="{}")
