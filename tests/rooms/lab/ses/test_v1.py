"""The older API through boto3, one behaviour at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.rooms.lab.ses.scene import MAIL, REGION, Scene


def error_of(call: Any, **arguments: Any) -> str:
    """Code and text of a refusal."""
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    error = refusal.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_raw_mail_finds_its_recipients_in_the_header(scene: Scene) -> None:
    """Without destinations To, Cc and Bcc count."""
    asyncio.run(scene.domain())
    scene.client("ses").send_raw_email(RawMessage={"Data": b"Bcc: second@dock.example\r\n" + MAIL})
    assert sorted(one.recipient for one in scene.recipients.delivered) == ["guest@dock.example", "second@dock.example"]


def test_an_unverified_sender_is_rejected_by_name(scene: Scene) -> None:
    """In XML, with the code that boto3 knows."""
    refused = error_of(scene.client("ses").send_raw_email, Destinations=["a@dock.example"], RawMessage={"Data": MAIL})
    assert refused == (
        "MessageRejected: Email address is not verified. The following identities failed the check in region US-EAST-1: "
        "admin@sailing.example"
    )


def test_the_text_token_verifies_a_domain_without_dkim(scene: Scene) -> None:
    """The legacy TXT record is enough; DKIM is another matter."""
    client = scene.client("ses")
    token = client.verify_domain_identity(Domain="sailing.example")["VerificationToken"]
    scene.records["_amazonses.sailing.example", "TXT"] = (f'"{token}"',)
    shown = client.get_identity_verification_attributes(Identities=["sailing.example", "absent.example"])
    assert shown["VerificationAttributes"] == {
        "sailing.example": {"VerificationStatus": "Success", "VerificationToken": token}
    }
    dkim = client.get_identity_dkim_attributes(Identities=["sailing.example"])["DkimAttributes"]["sailing.example"]
    assert dkim["DkimVerificationStatus"] == "NotStarted"


def test_statistics_count_by_the_quarter_hour(scene: Scene) -> None:
    """Attempts and bounces of one quarter stand together."""
    asyncio.run(scene.domain())
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    (point,) = scene.client("ses").get_send_statistics()["SendDataPoints"]
    assert (point["DeliveryAttempts"], point["Bounces"], point["Complaints"]) == (1, 1, 0)
    assert point["Timestamp"].minute == 30


def test_the_pause_is_the_same_in_both_apis(scene: Scene) -> None:
    """Switched off here, seen there."""
    scene.client("ses").update_account_sending_enabled(Enabled=False)
    assert scene.client().get_account()["SendingEnabled"] is False
    assert scene.client("ses").get_account_sending_enabled()["Enabled"] is False


def test_a_templated_mail_without_its_data_is_refused(scene: Scene) -> None:
    """The older API renders before it accepts."""
    asyncio.run(scene.domain())
    scene.client().create_email_template(TemplateName="t", TemplateContent={"Subject": "{{a}}", "Text": "x"})
    arguments: dict[str, Any] = {
        "Source": "admin@sailing.example",
        "Destination": {"ToAddresses": ["guest@dock.example"]},
        "Template": "t",
    }
    call = scene.client("ses").send_templated_email
    assert error_of(call, **arguments, TemplateData="{}").startswith("InvalidTemplateData")
    assert error_of(call, **(arguments | {"Template": "u"}), TemplateData="{}").startswith("TemplateDoesNotExist")
    assert call(**arguments, TemplateData='{"a": 1}')["MessageId"] in scene.ses.region(REGION).sent


def test_rules_stand_in_their_order(scene: Scene) -> None:
    """A new rule comes first or behind another; positions and the whole order can be changed."""
    client = scene.client("ses")
    client.create_receipt_rule_set(RuleSetName="rs")
    for name, after in (("b", {}), ("a", {}), ("c", {"After": "b"})):
        client.create_receipt_rule(RuleSetName="rs", Rule={"Name": name}, **after)

    def names() -> list[str]:
        return [rule["Name"] for rule in client.describe_receipt_rule_set(RuleSetName="rs")["Rules"]]

    assert names() == ["a", "b", "c"]
    client.set_receipt_rule_position(RuleSetName="rs", RuleName="a", After="c")
    assert names() == ["b", "c", "a"]
    client.reorder_receipt_rule_set(RuleSetName="rs", RuleNames=["c", "b", "a"])
    assert names() == ["c", "b", "a"]
    assert client.describe_receipt_rule(RuleSetName="rs", RuleName="a")["Rule"]["Enabled"] is False
    refused = error_of(client.reorder_receipt_rule_set, RuleSetName="rs", RuleNames=["c", "x"])
    assert refused.startswith("RuleDoesNotExist")


def test_the_active_rule_set_cannot_be_deleted(scene: Scene) -> None:
    """None is active at first; a clone has the same rules."""
    client = scene.client("ses")
    assert "Rules" not in client.describe_active_receipt_rule_set()
    client.create_receipt_rule_set(RuleSetName="rs")
    client.create_receipt_rule(RuleSetName="rs", Rule={"Name": "r"})
    client.clone_receipt_rule_set(RuleSetName="copy", OriginalRuleSetName="rs")
    client.set_active_receipt_rule_set(RuleSetName="copy")
    assert client.describe_active_receipt_rule_set()["Rules"][0]["Name"] == "r"
    assert error_of(client.delete_receipt_rule_set, RuleSetName="copy").startswith("CannotDelete")
    client.set_active_receipt_rule_set()
    client.delete_receipt_rule_set(RuleSetName="copy")
    assert [one["Name"] for one in client.list_receipt_rule_sets()["RuleSets"]] == ["rs"]
    assert error_of(client.set_active_receipt_rule_set, RuleSetName="no").startswith("RuleSetDoesNotExist")
