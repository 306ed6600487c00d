r"""What SES tells of a mail: its events, in both dialects and in whatever envelope they come (facts.md B7).

    events(b'{"eventType": "Bounce", "bounce": {…}, "mail": {…}}')[0].kind       # "Bounce"

Configuration sets write ``eventType``, an identity's notifications ``notificationType``. The envelope may be SNS's, an SQS
body of one, EventBridge's, Kinesis's or Firehose's base64, a Lambda invocation's of any of them, what ``aws`` prints for
``sqs receive-message``, ``kinesis get-records`` and ``logs filter-log-events``, or none. Fields that are not known are passed
over, and what is not there or of the wrong type is empty: nothing here raises for what the JSON says.
"""

from __future__ import annotations

import binascii
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from mailstrata.formats.dsn import value
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

SIZE_LIMIT = 4 * 1024 * 1024
"""Bytes of JSON that are read; SNS and EventBridge stop at 256 KiB."""

_DEPTH = 6
"""Envelopes within envelopes."""
_ENVELOPES = ("Message", "message", "detail", "body", "Body", "Sns", "kinesis")
_ENCODED = ("data", "Data")
_LISTS = ("Records", "records", "Messages", "events")
"""The members in which an event may stand: as text or an object, in base64, one of several."""
_RECIPIENT_LIMIT = 500
_HEADER_LIMIT = 200
_BLANK = re.compile(r"[\s,]*")

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an event says of one recipient."""

    address: str
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    """The last server's words without the ``smtp;`` before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SesEvent:
    """One event. An empty text says that SES does not tell."""

    kind: str
    """``Bounce``, ``Complaint``, ``Delivery``, ``Send``, ``Reject``, ``DeliveryDelay``, ``Rendering Failure``, …"""
    category: str = ""
    """bounceType, delayType or complaintFeedbackType."""
    subcategory: str = ""
    """bounceSubType or complaintSubType."""
    detail: str = ""
    """The reason of a Reject, the smtpResponse of a Delivery, the error of a Rendering Failure."""
    reports: tuple[Report, ...] = ()
    at: datetime | None = None
    sent: datetime | None = None
    expires: datetime | None = None
    """Until when SES tries a delayed mail."""
    message_id: str = ""
    """SES's own id of the mail."""
    header_message_id: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """The headers of the mail, their names in lower case, where SES is told to send them."""
    subject: str = ""
    sender: str = ""
    reporting_mta: str = ""
    remote_ip: str = ""
    caller: str = ""
    """The IAM user or role that sent the mail, never its key: ``ses:caller-identity``, or ``callerIdentity``."""
    source_ip: str = ""
    """Where SES was given the mail from: ``ses:source-ip``, or ``sourceIp``."""
    operation: str = ""
    """By which call, ``SendEmail`` and the like: ``ses:operation``."""


def events(raw: bytes | str) -> tuple[SesEvent, ...]:
    """The events in a JSON document, envelopes taken off; empty when it holds none. Raises ``Malformed`` for no JSON."""
    try:
        content = json.loads(raw[:SIZE_LIMIT])
    except (ValueError, RecursionError) as error:
        raise Malformed("SES event", "not JSON", "one JSON document of at most 4 MiB") from error
    return tuple(_event(each) for each in _bare(content, _DEPTH))


def stream(text: str, *, patience: float = math.inf) -> Iterator[SesEvent]:
    """The events in JSON documents one after the other: one a line, as Firehose joins them, or a list of them.

    Raises ``Malformed``, which names the line, at what is no JSON, and behind ``patience`` documents with nothing in them, one
    after the other, as no log has them; what stood before has been given.
    """
    decoder, place, empty = json.JSONDecoder(), 0, 0
    while (begin := _BLANK.match(text, place).end()) < len(text):  # type: ignore[union-attr]
        try:
            content, place = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", begin)) + 1
            raise Malformed(f"line {line}", "not JSON", "SES's events as JSON, one after the other") from error
        empty = empty + 1 if _is_empty(content) else 0
        if empty > patience:
            line = text.count("\n", 0, begin) + 1
            raise Malformed(f"line {line}", f"{empty} documents with nothing in them", "SES's events as JSON")
        for each in content if isinstance(content, list) else (content,):
            yield from map(_event, _bare(each, _DEPTH))


def _is_empty(content: object) -> bool:
    """Whether no event can be in it: no members, and no text that is JSON once more."""
    if isinstance(content, str):
        return content.lstrip()[:1] != "{"
    return not content or not isinstance(content, (dict, list))


def _bare(content: object, depth: int) -> Iterator[Json]:
    """The events themselves: those with a type, wherever the envelopes that are known put them."""
    if isinstance(content, str) and depth and content.lstrip()[:1] == "{":
        content = _loaded(content)
    if not isinstance(content, dict) or not depth:
        return
    if _text(content, "eventType") or _text(content, "notificationType"):
        yield content
        return
    for each in _within(content):
        yield from _bare(each, depth - 1)


def _within(envelope: Json) -> Iterator[object]:
    """What an envelope holds, whichever it is."""
    yield from (envelope[name] for name in _ENVELOPES if name in envelope)
    yield from (_decoded(_text(envelope, name)) for name in _ENCODED if name in envelope)
    yield from (each for name in _LISTS for each in _list(envelope, name))


def _decoded(text: str) -> str | None:
    """What stands in base64, as Kinesis and Firehose hand records over."""
    try:
        return binascii.a2b_base64(text[: 2 * SIZE_LIMIT]).decode("utf-8")
    except ValueError:
        return None


def _loaded(text: str) -> object:
    try:
        return json.loads(text[:SIZE_LIMIT])
    except (ValueError, RecursionError):
        return None


def _event(content: Json) -> SesEvent:
    kind = (_text(content, "eventType") or _text(content, "notificationType"))[:40]
    about = _object(content, kind[:1].lower() + kind[1:]) or _object(content, "failure")
    mail = _object(content, "mail")
    common = _object(mail, "commonHeaders")
    return SesEvent(
        kind=kind,
        category=_first(about, "bounceType", "delayType", "complaintFeedbackType"),
        subcategory=_first(about, "bounceSubType", "complaintSubType"),
        detail=_first(about, "reason", "smtpResponse", "errorMessage"),
        reports=_reports(about, mail),
        at=moment(_text(about, "timestamp")) or moment(_text(mail, "timestamp")),
        sent=moment(_text(mail, "timestamp")),
        expires=moment(_text(about, "expirationTime")),
        message_id=_text(mail, "messageId"),
        header_message_id=_text(common, "messageId").strip("<>"),
        headers=_headers(mail),
        subject=_text(common, "subject"),
        sender=_text(mail, "source"),
        reporting_mta=_text(about, "reportingMTA").rpartition(";")[2].strip().lower(),
        remote_ip=_text(about, "remoteMtaIp"),
        caller=_tag(mail, "ses:caller-identity") or _text(mail, "callerIdentity"),
        source_ip=_tag(mail, "ses:source-ip") or _text(mail, "sourceIp"),
        operation=_tag(mail, "ses:operation"),
    )


def _headers(mail: Json) -> tuple[tuple[str, str], ...]:
    told = [each for each in _list(mail, "headers")[:_HEADER_LIMIT] if isinstance(each, dict)]
    return tuple((_text(each, "name").lower(), _text(each, "value")) for each in told)


def _reports(about: Json, mail: Json) -> tuple[Report, ...]:
    """Those whom the event names, else (a Reject, a Send) those whom the mail was for."""
    named = [
        each
        for name in ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients")
        for each in _list(about, name)
    ]
    chosen = (named or _list(mail, "destination"))[:_RECIPIENT_LIMIT]
    return tuple(_report(each) for each in chosen)


def _report(each: object) -> Report:
    if not isinstance(each, dict):
        return Report(address=each if isinstance(each, str) else "")
    return Report(
        address=_text(each, "emailAddress"),
        action=_text(each, "action").lower(),
        status=_text(each, "status"),
        diagnostic=value(_text(each, "diagnosticCode")),
    )


def moment(text: str) -> datetime | None:
    """A time of ISO 8601 in UTC, or ``None`` when it is none."""
    try:
        at = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _tag(mail: Json, name: str) -> str:
    """The first value of a tag of the mail."""
    values = _list(_object(mail, "tags"), name)
    return values[0][:4000] if values and isinstance(values[0], str) else ""


def _first(content: Json, *names: str) -> str:
    return next((text for name in names if (text := _text(content, name))), "")


def _text(content: Json, name: str) -> str:
    text = content.get(name)
    return text[:4000] if isinstance(text, str) else ""


def _object(content: Json, name: str) -> Json:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _list(content: Json, name: str) -> list[object]:
    found = content.get(name)
    return found if isinstance(found, list) else []
