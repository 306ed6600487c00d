from __future__ import annotations

import base64
import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpora import CORPORA

from mailstrata.formats.ses_event import events, moment, stream
from mailstrata.model.errors import Malformed

BOUNCE = {
    "eventType": "Bounce",
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "ann@dock.example",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2026-05-12T18:43:00.000Z",
        "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
        "something": {"new": [1]},
    },
    "mail": {
        "timestamp": "2026-05-12T18:42:00.000Z",
        "source": "admin@sailing.example",
        "messageId": "0100-000000",
        "destination": ["ann@dock.example"],
        "commonHeaders": {"subject": "Quote", "messageId": "<q-1@sailing.example>"},
    },
}
NAMED = ("Bounce", "Complaint", "Delivery", "DeliveryDelay")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=12,
)


def test_an_event_is_read_field_by_field() -> None:
    """Unknown fields are passed over; ``smtp;`` and ``dsn;`` are types and no text."""
    (event,) = events(json.dumps(BOUNCE))
    assert (event.kind, event.category, event.subcategory) == ("Bounce", "Permanent", "General")
    assert [(one.address, one.action, one.status, one.diagnostic) for one in event.reports] == [
        ("ann@dock.example", "failed", "5.1.1", "550 5.1.1 user unknown")
    ]
    assert (event.message_id, event.header_message_id) == ("0100-000000", "q-1@sailing.example")
    assert (event.subject, event.sender) == ("Quote", "admin@sailing.example")
    assert event.reporting_mta == "a8-50.smtp-out.amazonses.com"
    assert event.at == datetime(2026, 5, 12, 18, 43, tzinfo=UTC)


def _in_base64(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "envelope",
    [
        {"Type": "Notification", "Message": json.dumps(BOUNCE)},
        {"Records": [{"Sns": {"Message": json.dumps(BOUNCE)}}]},
        {"Records": [{"body": json.dumps({"Type": "Notification", "Message": json.dumps(BOUNCE)})}]},
        {"source": "aws.ses", "detail-type": "Email Bounced", "detail": BOUNCE},
        {"Records": [{"kinesis": {"data": _in_base64(BOUNCE)}}]},
        {"Records": [{"SequenceNumber": "1", "Data": _in_base64(BOUNCE)}]},
        {"records": [{"recordId": "1", "data": _in_base64(BOUNCE)}]},
        {"events": [{"timestamp": 1, "message": json.dumps(BOUNCE)}]},
    ],
)
def test_every_envelope_is_taken_off(envelope: dict[str, object]) -> None:
    """SNS, Lambda of SNS, Lambda of SQS of SNS, EventBridge (facts.md B7)."""
    assert events(json.dumps(envelope)) == events(json.dumps(BOUNCE))


def test_both_dialects_say_the_same() -> None:
    """An identity's notification has ``notificationType`` where a configuration set's event has ``eventType``."""
    notification = {"notificationType": "Bounce", **{key: value for key, value in BOUNCE.items() if key != "eventType"}}
    assert events(json.dumps(notification)) == events(json.dumps(BOUNCE))


def test_what_is_no_json_is_malformed() -> None:
    """Not an event without recipients, and no traceback."""
    with pytest.raises(Malformed, match="SES event: not JSON"):
        events(b"\xff{")
    with pytest.raises(Malformed):
        events("[" * 100_000)


@given(JSON, JSON, JSON)
def test_nothing_that_an_event_says_raises(about: object, mail: object, reports: object) -> None:
    """Fields of any type, or none."""
    for kind in NAMED:
        name = kind[:1].lower() + kind[1:]
        for event in events(json.dumps({"eventType": kind, name: about, "mail": mail, "Records": reports})):
            assert event.kind == kind


@pytest.mark.parametrize(
    ("text", "at"), [("2012-05-25T14:59:38.605-07:00", datetime(2012, 5, 25, 21, 59, 38, 605000, UTC)), ("soon", None)]
)
def test_a_moment_is_in_utc_or_none(text: str, at: datetime | None) -> None:
    """SES's older samples have a zone of their own."""
    assert moment(text) == at


def test_the_samples_of_six_projects_are_read() -> None:
    """Each event of the corpus has the type, types of bounce, recipients and id that its own project states."""
    index = CORPORA / "ses-events" / "expected.jsonl"
    if not index.exists():
        pytest.skip(f"the corpus ses-events is not at {CORPORA}")
    seen = 0
    for line in index.read_text().splitlines():
        entry = json.loads(line)
        expected = entry.get("expected", {})
        content = json.loads((index.parent / entry["file"]).read_bytes())
        if not expected.get("type") or expected["type"] == "Received":
            continue
        (event,) = events(json.dumps(content.get("ses_event", content)))
        seen += 1
        assert event.kind == expected["type"]
        assert event.message_id == expected.get("messageId", event.message_id)
        for name in ("bounceType", "delayType", "complaintFeedbackType"):
            assert event.category == expected.get(name, event.category)
        assert event.subcategory == expected.get("bounceSubType", event.subcategory)
        if event.kind in NAMED:
            assert [one.address for one in event.reports] == expected["recipients"]
    assert seen >= 40


def test_who_sent_and_from_where_is_read_from_both_dialects() -> None:
    """Configuration sets tell by tags, an identity's notifications by members of their own (facts.md B7)."""
    tags = {"ses:caller-identity": ["ses-smtp-relay"], "ses:source-ip": ["209.85.220.41"]}
    bare = {"callerIdentity": "ses-smtp-relay", "sourceIp": "209.85.220.41"}
    notification = {key: value for key, value in BOUNCE.items() if key != "eventType"} | {"notificationType": "Bounce"}
    for content, more in ((BOUNCE, {"tags": tags}), (notification, bare)):
        mail = {**BOUNCE["mail"], **more}  # type: ignore[dict-item]
        (event,) = events(json.dumps({**content, "mail": mail}))
        assert (event.caller, event.source_ip) == ("ses-smtp-relay", "209.85.220.41")


@pytest.mark.parametrize(
    "tags", [{}, [], "x", {"ses:caller-identity": "x"}, {"ses:caller-identity": []}, {"ses:caller-identity": [1]}]
)
def test_a_caller_of_another_shape_is_none(tags: object) -> None:
    """Nothing raises for what the JSON says."""
    (event,) = events(json.dumps({**BOUNCE, "mail": {**BOUNCE["mail"], "tags": tags}}))  # type: ignore[dict-item]
    assert event.caller == ""


@pytest.mark.parametrize(
    "text",
    [
        "{0}\n{0}\n",
        "{0}{0}",
        "[{0},\n {0}]",
        '{{"Messages": [{{"Body": {1}}}, {{"Body": {1}}}]}}',
        '{{"Records": [{{"body": {1}}}, {{"Sns": {{"Message": {1}}}}}]}}',
        '\n {{"detail": {0}}} , {{"Message": {1}}} ',
    ],
    ids=["a line each", "joined", "a list", "sqs receive-message", "Lambda", "EventBridge and SNS"],
)
def test_a_stream_of_events_is_read_in_every_form_that_they_are_kept_in(text: str) -> None:
    """Two events each."""
    one = json.dumps(BOUNCE)
    assert [event.message_id for event in stream(text.format(one, json.dumps(one)))] == ["0100-000000"] * 2


def test_a_stream_that_breaks_off_names_the_line() -> None:
    """What stood before it was given."""
    found = stream(f"{json.dumps(BOUNCE)}\n\n{{not JSON")
    assert next(found).kind == "Bounce"
    with pytest.raises(Malformed, match="line 3: not JSON"):
        next(found)


@pytest.mark.parametrize("between", [json.dumps(BOUNCE), json.dumps(json.dumps(BOUNCE)), json.dumps([BOUNCE])])
def test_a_stream_of_nothing_ends_where_the_patience_does(between: str) -> None:
    """Documents with nothing in them are counted from the last other one on."""
    found = stream(f'[]\n{{}}\n{between}\n[]\n0\n"word"\n{between}', patience=2)
    assert next(found).kind == "Bounce"
    with pytest.raises(Malformed, match="line 6: 3 documents with nothing in them"):
        next(found)


def test_other_documents_are_passed_over_however_many_there_are() -> None:
    """A log of many programs."""
    others = '{"level": "info"}\n' * 5
    assert [event.kind for event in stream(f"{others}{json.dumps(BOUNCE)}", patience=2)] == ["Bounce"]


@given(st.text(max_size=60))
def test_no_text_ends_a_stream_otherwise_than_by_saying_so(text: str) -> None:
    """An end, or ``Malformed``."""
    with contextlib.suppress(Malformed):
        assert len(list(stream(text))) <= len(text)


@pytest.mark.parametrize("data", ["", "%%%", "/w==", "bm8ganNvbg==", 7, None, ["e30="]])
def test_data_that_is_no_event_in_base64_is_none(data: object) -> None:
    """Nothing is raised for what stands there."""
    assert events(json.dumps({"Records": [{"kinesis": {"data": data}}]})) == ()
