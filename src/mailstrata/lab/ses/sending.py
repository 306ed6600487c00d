"""From a client's message to an accepted one: checked, given SES's id, rewritten, counted, and sent on its way.

message = accept(around, region, submission)      # raises AwsError when SES refuses
delivery.begin(region, message)
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email.utils import format_datetime

from mailstrata.lab.ses.authorising import effective_set
from mailstrata.lab.ses.checking import check, counted
from mailstrata.lab.ses.state import Identity, SentMessage, SesRegion
from mailstrata.lab.ses.submission import Submission, Submitted
from mailstrata.lab.ses.surroundings import Surroundings


def accept(around: Surroundings, region: SesRegion, submission: Submission) -> SentMessage:
    """Check ``submission`` and take it over. Raises ``AwsError`` in the words of the API that was used."""
    read = submission.read
    identity = check(around, region, submission, read)
    message = _message(around, region, submission, identity=identity)
    region.sent[message.id] = message
    region.tally.add(message.at, counted(submission))
    return message


def message_id_domain(region: str) -> str:
    """The right side of the Message-ID that SES gives (facts.md A2)."""
    return "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"


def _message(around: Surroundings, region: SesRegion, submission: Submission, *, identity: Identity) -> SentMessage:
    read = submission.read
    now, number = around.clock.now(), around.ids.message_id()
    outgoing = around.outgoing[len(region.sent) % len(around.outgoing)]
    feedback = base64.b64encode(f"{region.account}{identity.name}".encode()).decode()
    added = [
        ("Message-ID", f"<{number}@{message_id_domain(region.name)}>"),
        ("Date", format_datetime(now)),
        ("Feedback-ID", f"1.{region.name}.{feedback}:AmazonSES"),
        ("X-SES-Outgoing", f"{now:%Y.%m.%d}-{outgoing}"),
    ]
    chosen = effective_set(region, submission, read)
    return SentMessage(
        id=number,
        at=now,
        source=read.value("from"),
        from_address=read.addresses("from")[0],
        feedback_to=submission.feedback_to or submission.mail_from or read.addresses("return-path", "from")[0],
        recipients=submission.recipients,
        headers=read.headers,
        content=read.rewritten(added),
        tags=_tags(submission, read, configuration_set=chosen, outgoing=outgoing),
        configuration_set=chosen,
        identity=identity.name,
        caller=submission.principal.name,
        source_ip=submission.source_ip,
    )


def _tags(submission: Submission, read: Submitted, *, configuration_set: str, outgoing: str) -> dict[str, list[str]]:
    operation = "SendSmtpEmail" if submission.via == "smtp" else submission.operation
    tags = {
        "ses:operation": [operation],
        "ses:source-ip": [submission.source_ip],
        "ses:from-domain": [read.addresses("from")[0].rpartition("@")[2].lower()],
        "ses:caller-identity": [submission.principal.name],
        "ses:outgoing-ip": [outgoing],
    }
    if configuration_set:
        tags["ses:configuration-set"] = [configuration_set]
    return tags | {name: [value] for name, value in (*submission.tags, *_header_tags(read))}


def _header_tags(read: Submitted) -> Iterator[tuple[str, str]]:
    for pair in read.value("X-SES-MESSAGE-TAGS").split(","):
        name, separator, value = pair.strip().partition("=")
        if separator:
            yield name.strip(), value.strip()
