"""The newer API through boto3, one behaviour at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.rooms.lab.ses.scene import REGION, Scene

from mailstrata.lab.mail import Outcome


def simple(**changed: Any) -> dict[str, Any]:
    """The arguments of a plain SendEmail."""
    return {
        "FromEmailAddress": "Harbour <admin@sailing.example>",
        "Destination": {"ToAddresses": ["guest@dock.example"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    } | changed


def error_of(call: Any, **arguments: Any) -> str:
    """Code and text of a refusal."""
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    error = refusal.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_an_account_tells_quota_and_sandbox(scene: Scene) -> None:
    """The sandbox has its own quota; a shutdown means that sending is off."""
    region = scene.ses.region(REGION)
    assert scene.client().get_account()["SendQuota"] == {
        "Max24HourSend": 50_000.0,
        "MaxSendRate": 14.0,
        "SentLast24Hours": 0.0,
    }
    region.production_access, region.enforcement = False, "SHUTDOWN"
    account = scene.client().get_account()
    assert account["SendQuota"]["Max24HourSend"] == 200.0
    assert not account["ProductionAccessEnabled"]
    assert not account["SendingEnabled"]


def test_the_suppression_list_cannot_be_written_in_the_sandbox(scene: Scene) -> None:
    """It can in production, and an entry made by a bounce names message and feedback."""
    scene.recipients.script["guest@dock.example"] = [Outcome(code=550, reply="550 5.1.1 no such user")]
    asyncio.run(scene.domain())
    client = scene.client()
    number = client.send_email(**simple())["MessageId"]
    entry = client.get_suppressed_destination(EmailAddress="guest@dock.example")["SuppressedDestination"]
    assert entry["Reason"] == "BOUNCE"
    assert entry["Attributes"]["MessageId"] == number
    scene.ses.region(REGION).production_access = False
    refused = error_of(client.put_suppressed_destination, EmailAddress="a@b.example", Reason="BOUNCE")
    assert refused.startswith("BadRequestException")


def test_an_import_job_reads_its_object(scene: Scene) -> None:
    """CSV adds with and without a reason; a missing object fails the job."""
    scene.objects["s3://lab/list.csv"] = b"a@dock.example,COMPLAINT\nb@dock.example\n\n"
    client = scene.client()

    def job(url: str, action: str) -> dict[str, Any]:
        number = client.create_import_job(
            ImportDestination={"SuppressionListDestination": {"SuppressionListImportAction": action}},
            ImportDataSource={"S3Url": url, "DataFormat": "CSV"},
        )["JobId"]
        found: dict[str, Any] = client.get_import_job(JobId=number)
        return found

    assert job("s3://lab/list.csv", "PUT")["ProcessedRecordsCount"] == 2
    listed = client.list_suppressed_destinations(Reasons=["COMPLAINT"])["SuppressedDestinationSummaries"]
    assert [entry["EmailAddress"] for entry in listed] == ["a@dock.example"]
    assert job("s3://lab/absent.csv", "PUT")["JobStatus"] == "FAILED"
    job("s3://lab/list.csv", "DELETE")
    assert client.list_suppressed_destinations()["SuppressedDestinationSummaries"] == []
    assert len(client.list_import_jobs()["ImportJobs"]) == 3


def test_insights_need_vdm(scene: Scene) -> None:
    """Without VDM a message is not found; with it each event of its recipient is told, but not the simulator's."""
    scene.recipients.script["guest@dock.example"] = [Outcome(code=550, reply="550 5.1.1 no such user")]
    asyncio.run(scene.domain())
    client = scene.client()
    number = client.send_email(**simple())["MessageId"]
    assert error_of(client.get_message_insights, MessageId=number).startswith("NotFoundException")
    client.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
    (insight,) = client.get_message_insights(MessageId=number)["Insights"]
    assert [event["Type"] for event in insight["Events"]] == ["SEND", "BOUNCE"]
    assert insight["Events"][1]["Details"]["Bounce"] == {
        "BounceType": "PERMANENT",
        "BounceSubType": "General",
        "DiagnosticCode": "smtp; 550 5.1.1 no such user",
    }
    played = simple(Destination={"ToAddresses": ["bounce@simulator.amazonses.com"]})
    (insight,) = client.get_message_insights(MessageId=client.send_email(**played)["MessageId"])["Insights"]
    assert [event["Type"] for event in insight["Events"]] == ["SEND"]


def test_metrics_are_counted_by_the_day(scene: Scene) -> None:
    """Only with VDM; a metric that the lab does not know is an error of its own."""
    asyncio.run(scene.domain())
    asyncio.run(scene.send("bounce@simulator.amazonses.com"))
    client = scene.client()
    days = {"StartDate": datetime(2026, 5, 1, tzinfo=UTC), "EndDate": datetime(2026, 6, 1, tzinfo=UTC)}
    queries = [
        {"Id": metric, "Namespace": "VDM", "Metric": metric, **days}
        for metric in ("PERMANENT_BOUNCE", "COMPLAINT", "OPEN")
    ]
    assert error_of(client.batch_get_metric_data, Queries=queries).startswith("BadRequestException")
    client.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
    answer = client.batch_get_metric_data(Queries=queries)
    assert [result["Values"] for result in answer["Results"]] == [[1], []]
    assert [error["Id"] for error in answer["Errors"]] == ["OPEN"]


@pytest.mark.parametrize(
    ("address", "valid", "exists"),
    [
        ("guest@dock.example", "HIGH", "HIGH"),
        ("nobody@dock.example", "LOW", "LOW"),
        ("shy@dock.example", "MEDIUM", "MEDIUM"),
        ("guest@void.example", "LOW", "LOW"),
        ("not an address", "LOW", "LOW"),
    ],
)
def test_a_mailbox_is_validated_by_what_the_lab_knows(scene: Scene, address: str, valid: str, exists: str) -> None:
    """Known, denied, unknown; a domain without mail hosts and a malformed address are invalid."""
    scene.records["dock.example", "MX"] = ("10 mx.dock.example.",)
    scene.records["void.example", "MX"] = ("0 .",)
    scene.mailboxes.update({"guest@dock.example": True, "nobody@dock.example": False})
    found = scene.client().get_email_address_insights(EmailAddress=address)["MailboxValidation"]
    assert found["IsValid"]["ConfidenceVerdict"] == valid
    assert found["Evaluations"]["MailboxExists"]["ConfidenceVerdict"] == exists


def test_a_template_is_filled_and_a_lack_of_data_is_an_event(scene: Scene) -> None:
    """Missing data is no refusal: the message is accepted, and a Rendering Failure tells of it."""
    asyncio.run(scene.domain())
    client = scene.client()
    client.create_email_template(TemplateName="t", TemplateContent={"Subject": "Hi {{name}}", "Text": "{{a.b}}"})
    content = {"Template": {"TemplateName": "t", "TemplateData": '{"name": "Ada", "a": {"b": "deep"}}'}}
    client.send_email(**simple(Content=content))
    sent = scene.recipients.delivered[0].content
    assert b"Subject: Hi Ada\r\n" in sent
    assert b"\r\n\r\ndeep" in sent
    client.send_email(**simple(Content={"Template": {"TemplateName": "t", "TemplateData": "{}"}}))
    event = scene.ses.region(REGION).events[-1]
    assert event.kind == "Rendering Failure"
    assert event.body["errorMessage"] == "Attribute 'name' is not present in the rendering data."
    assert error_of(client.test_render_email_template, TemplateName="t", TemplateData="{}").startswith("BadRequest")


def test_bulk_mail_tells_the_fate_of_each_entry(scene: Scene) -> None:
    """One good entry, one with too many recipients, and one beyond the quota."""
    asyncio.run(scene.domain())
    scene.ses.region(REGION).daily_quota = 1.0
    crowd = [f"u{number}@dock.example" for number in range(51)]
    answer = scene.client().send_bulk_email(
        FromEmailAddress="admin@sailing.example",
        DefaultContent={
            "Template": {"TemplateContent": {"Subject": "s {{n}}", "Text": "t"}, "TemplateData": '{"n": "1"}'}
        },
        BulkEmailEntries=[
            {"Destination": {"ToAddresses": ["guest@dock.example"]}},
            {"Destination": {"ToAddresses": crowd}},
            {"Destination": {"ToAddresses": ["second@dock.example"]}},
        ],
    )
    assert [entry["Status"] for entry in answer["BulkEmailEntryResults"]] == [
        "SUCCESS",
        "INVALID_PARAMETER",
        "ACCOUNT_DAILY_QUOTA_EXCEEDED",
    ]


def test_a_subject_with_a_line_break_is_refused(scene: Scene) -> None:
    """Nobody smuggles a header through a subject."""
    asyncio.run(scene.domain())
    content = {"Simple": {"Subject": {"Data": "a\r\nBcc: x@y.example"}, "Body": {"Text": {"Data": "t"}}}}
    assert error_of(scene.client().send_email, **simple(Content=content)).startswith("BadRequestException")


def test_a_mail_from_domain_must_be_a_subdomain(scene: Scene) -> None:
    """Neither the domain itself nor a stranger."""
    asyncio.run(scene.domain())
    client = scene.client()
    for domain in ("sailing.example", "bounce.other.example"):
        refused = error_of(
            client.put_email_identity_mail_from_attributes, EmailIdentity="sailing.example", MailFromDomain=domain
        )
        assert refused.startswith("BadRequestException")


def test_names_of_identities_have_the_domain_in_lower_case(scene: Scene) -> None:
    """The local part stays as it was given."""
    client = scene.client()
    client.create_email_identity(EmailIdentity="Crew@Sailing.Example")
    shown = client.list_email_identities()["EmailIdentities"]
    assert [one["IdentityName"] for one in shown] == ["Crew@sailing.example"]
    assert client.get_email_identity(EmailIdentity="Crew@SAILING.example")["VerifiedForSendingStatus"]


def test_an_identity_that_is_not_settled_is_looked_up_when_it_is_due(scene: Scene) -> None:
    """SES looks by itself, not whenever somebody wishes: what it believes stands until then."""
    identity = asyncio.run(scene.domain())
    identity.status = identity.dkim.status = "PENDING"
    identity.next_look = scene.clock.now() + timedelta(hours=1)
    client = scene.client()
    assert client.get_email_identity(EmailIdentity=identity.name)["VerificationStatus"] == "PENDING"
    scene.clock.advance(3600)
    assert client.get_email_identity(EmailIdentity=identity.name)["VerificationStatus"] == "SUCCESS"


def test_an_identity_that_was_given_up_is_not_looked_up_again(scene: Scene) -> None:
    """After 72 hours in vain SES stops; right records do not change that by themselves."""
    identity = asyncio.run(scene.domain())
    identity.status = identity.dkim.status = "FAILED"
    scene.clock.advance(7 * 86400)
    assert scene.client().get_email_identity(EmailIdentity=identity.name)["VerificationStatus"] == "FAILED"


def test_an_event_bus_other_than_the_default_is_refused(scene: Scene) -> None:
    """As AWS documents."""
    client = scene.client()
    client.create_configuration_set(ConfigurationSetName="c")
    refused = error_of(
        client.create_configuration_set_event_destination,
        ConfigurationSetName="c",
        EventDestinationName="e",
        EventDestination={
            "MatchingEventTypes": ["SEND"],
            "EventBridgeDestination": {"EventBusArn": "arn:aws:events:us-east-1:123456789012:event-bus/own"},
        },
    )
    assert refused.startswith("BadRequestException")


def test_contacts_are_kept(scene: Scene) -> None:
    """Made, read, changed, deleted; absent ones are not found."""
    client = scene.client()
    client.create_contact_list(ContactListName="l", Topics=[])
    client.create_contact(ContactListName="l", EmailAddress="a@dock.example")
    client.update_contact(ContactListName="l", EmailAddress="a@dock.example", UnsubscribeAll=True)
    assert client.get_contact(ContactListName="l", EmailAddress="a@dock.example")["UnsubscribeAll"]
    assert client.list_contact_lists()["ContactLists"][0]["ContactListName"] == "l"
    client.delete_contact(ContactListName="l", EmailAddress="a@dock.example")
    assert client.list_contacts(ContactListName="l")["Contacts"] == []
    client.delete_contact_list(ContactListName="l")
    assert error_of(client.get_contact_list, ContactListName="l").startswith("NotFoundException")


def test_tags_belong_to_their_resource(scene: Scene) -> None:
    """Set, listed and taken away by ARN; an unknown ARN is not found."""
    asyncio.run(scene.domain())
    client, arn = scene.client(), scene.ses.region(REGION).arn("identity", "sailing.example")
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]
    assert error_of(client.list_tags_for_resource, ResourceArn=f"{arn}.au").startswith("NotFoundException")
