"""What the client hears for what SES said."""

from __future__ import annotations

import botocore.session
import pytest

from mailstrata.model.sending import Accepted, Refused, Unsent, Unsettled
from mailstrata.relay.answers import RULES, answer

TABLE = [
    ("TooManyRequestsException", "Maximum sending rate exceeded.", 429, "454 4.7.0"),
    ("ThrottlingException", "Maximum sending rate exceeded.", 400, "454 4.7.0"),
    ("ThrottlingException", "Daily message quota exceeded.", 400, "452 4.3.1"),
    ("TooManyRequestsException", "Daily sending quota exceeded", 429, "452 4.3.1"),
    ("LimitExceededException", "There are too many instances of the resource", 400, "451 4.3.2"),
    ("SendingPausedException", "Sending is paused for this account", 400, "451 4.3.2"),
    (
        "MessageRejected",
        "Sending paused for this account. For more information, please check the inbox",
        400,
        "451 4.3.2",
    ),
    ("AccountSuspendedException", "The account is permanently restricted", 400, "554 5.7.1"),
    (
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: a@x",
        400,
        "554 5.7.1",
    ),
    ("MessageRejected", "Transaction failed: Duplicate header 'DKIM-Signature'.", 400, "554 5.6.0"),
    ("BadRequestException", "Missing final '@domain'", 400, "554 5.6.0"),
    ("BadRequestException", "Message length is more than 41943040 bytes long", 400, "552 5.3.4"),
    ("MailFromDomainNotVerifiedException", "The custom MAIL FROM domain is not verified", 400, "554 5.7.1"),
    ("NotFoundException", "Configuration set <relay> does not exist", 404, "451 4.3.5"),
    ("AccessDeniedException", "User: arn:aws:iam::123456789012:user/x is not authorized", 403, "451 4.3.5"),
    ("ExpiredTokenException", "The security token included in the request is expired", 403, "451 4.3.5"),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", 403, "451 4.3.5"),
    ("InvalidSignatureException", "Signature expired: 20260512T184300Z is now earlier than", 403, "451 4.3.5"),
    ("ServiceUnavailable", "", 503, "451 4.3.0"),
    ("SomethingNew", "of tomorrow", 500, "451 4.3.0"),
    ("SomethingNew", "of tomorrow", 429, "454 4.7.0"),
    ("SomethingNew", "of tomorrow", 403, "451 4.3.5"),
    ("SomethingNew", "of tomorrow", 400, "554 5.6.0"),
]


@pytest.mark.parametrize(("error", "text", "status", "codes"), TABLE)
def test_each_error_of_ses_has_its_reply(error: str, text: str, status: int, codes: str) -> None:
    """A passing fault is a 4xx, a lasting one a 5xx, and SES's own words stand in the reply."""
    reply = answer(Refused(error=error, text=text, status=status, region="us-east-1")).reply
    assert f"{reply.code} {reply.enhanced}" == codes
    assert "[us-east-1: " in reply.text
    assert text[:40] in reply.text


def test_every_error_that_the_model_of_send_email_names_has_its_rule() -> None:
    """None is left to chance, also none that AWS adds to the model later."""
    shapes = botocore.session.get_session().get_service_model("sesv2").operation_model("SendEmail").error_shapes
    assert {shape.name for shape in shapes} <= RULES.keys()
    assert {shape.name for shape in shapes} <= {error for error, *_ in TABLE}


def test_success_names_the_id_of_ses() -> None:
    """The one line by which the client's log and SES's events can be joined."""
    assert str(answer(Accepted(id="0100-000000", region="us-east-1")).reply) == "250 2.0.0 Ok 0100-000000"


def test_what_never_left_may_be_tried_again() -> None:
    """A spool keeps it, since it is sure that nothing was sent."""
    verdict = answer(Unsent(reason="connection refused"))
    assert (verdict.reply.code, verdict.reply.enhanced, verdict.held) == (451, "4.4.1", True)


def test_what_may_have_left_is_not_tried_again() -> None:
    """The reply says why."""
    verdict = answer(Unsettled(reason="no answer within 30 s"))
    assert (verdict.reply.code, verdict.reply.enhanced, verdict.held) == (451, "4.4.2", False)
    assert "not sent twice" in verdict.reply.text


@pytest.mark.parametrize(
    ("error", "throttled", "alarm"),
    [
        ("TooManyRequestsException", True, False),
        ("AccessDeniedException", False, True),
        ("SendingPausedException", False, True),
        ("MessageRejected", False, False),
    ],
)
def test_the_relay_hears_what_concerns_it(error: str, throttled: bool, alarm: bool) -> None:
    """Slower after a throttle; an alarm where only whoever runs the relay can help."""
    verdict = answer(Refused(error=error, text="", status=400, region="us-east-1"))
    assert (verdict.throttled, verdict.alarm) == (throttled, alarm)


def test_words_of_others_cannot_break_the_reply() -> None:
    """No line end, no control character, no letter beyond ASCII, and an end."""
    text = answer(Refused(error="X", text="a\r\n250 ok\x07 ü" + "b" * 5000, status=400, region="us-east-1")).reply.text
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 600
