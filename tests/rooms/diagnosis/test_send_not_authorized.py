"""What a refused permission says beside its finding: the resource, and where to look when IAM may not be asked."""

from __future__ import annotations

import pytest
from tests.pages.page import AT, STANDARD_SETUP, judge, toml_setup

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.finding import Finding
from mailstrata.model.reply import Reply

CHECK = next(check for check in CHECKS if check.CODE == "send-not-authorized")
ARN = "arn:aws:ses:us-east-1:123456789012"
USER = "arn:aws:iam::123456789012:user/ses-smtp-relay"
DENIED = "may-send ses-smtp-relay us-east-1 admin@sailing.example ? not allowed: iam SimulatePrincipalPolicy"
WORLD = f"""access-key AKIAEXAMPLE = {{"user": "ses-smtp-relay"}}
{DENIED}
smtp-send email-smtp.us-east-1.amazonaws.com 587 AKIAEXAMPLE admin@sailing.example ? not allowed
"""


def because(resource: str) -> str:
    """The reasons of the finding for a refusal on ``resource``."""
    text = (
        f"Access denied: User `{USER}' is not authorized to perform `ses:SendRawEmail' on resource `{ARN}:{resource}'"
    )
    attempt = Attempt(
        id="attempt-1",
        sender="admin@sailing.example",
        recipient="ann@harbor.example",
        via=Via.GMAIL_ALIAS,
        outcome=Outcome.REFUSED_AT_RELAY,
        reply=Reply(code=554, text=text),
        at=AT,
    )
    case = Case(setup=toml_setup(STANDARD_SETUP), attempts=(attempt,), at=AT)
    results = judge(CHECK, case, dict(world.parse(WORLD, "test").facts))
    return " | ".join(reason for one in results if isinstance(one, Finding) for reason in one.because)


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ("identity/harbor.example", "an identity of the recipient"),
        ("configuration-set/mail", "default configuration set"),
    ],
)
def test_a_resource_that_is_not_the_sender_is_explained(resource: str, said: str) -> None:
    """Not only the sender's identity is looked at (facts.md A4)."""
    assert said in because(resource)


@pytest.mark.parametrize("resource", ["identity/sailing.example", "identity/admin@sailing.example"])
def test_the_senders_own_identity_needs_no_explanation(resource: str) -> None:
    """User, action and resource are named, and nothing is made of the resource."""
    said = because(resource)
    assert f"{USER} may not ses:SendRawEmail on {ARN}:{resource}" in said
    assert "the resource is" not in said


def test_where_iam_may_not_be_asked_it_says_where_to_look() -> None:
    """The conditions and policies that a person has to look through."""
    said = because("identity/sailing.example")
    assert all(word in said for word in ("SCP", "aws:SourceIp", "ses:FromAddress", "boundary", "group"))
