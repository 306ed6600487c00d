"""The Python API of the contract: typed, without global state."""

from __future__ import annotations

import asyncio

import pytest

import mailstrata
from mailstrata.model.attempt import Attempt, Via

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def test_the_password_is_the_published_one() -> None:
    """AWS's example secret gives the value of facts.md A3."""
    assert mailstrata.smtp_password(SECRET, "us-east-2") == "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"


def test_a_wrong_password_is_explained() -> None:
    """The third document's mistake is named (facts.md A9)."""
    wrong = "BHZEexEYRwBHgx7sdSzHa2F0mrJMf3xG8LxvjruUV2i9"

    explained = mailstrata.explain_password(wrong, [SECRET], "us-east-2")

    assert (explained.mistake, explained.derived_for) == ("date-step-missing", "us-east-2")


def test_what_is_no_bounce_gives_nothing() -> None:
    """Any bytes are read; a letter says nothing of failed recipients."""
    assert mailstrata.read_bounce(b"From: ann@harbor.example\r\nSubject: hello\r\n\r\nhello\r\n") == ()


@pytest.mark.lab
def test_a_diagnosis_is_had_from_python() -> None:
    """The same diagnosis as the command's, with its fixes, here of one attempt that is handed over."""
    attempt = Attempt(id="", sender="admin@sailing.example", recipient="peter@dock.example", via=Via.SES_API)

    found = asyncio.run(mailstrata.diagnose(symptoms=[attempt], lab="two-faults"))

    codes = {finding.code for finding in found.findings}
    assert {"key-inactive", "recipient-suppressed"} <= codes
    assert "remove-suppression" in {fix.id for fix in found.fixes}
