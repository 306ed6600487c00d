"""What is wrong with the records of a MAIL FROM domain."""

from __future__ import annotations

import pytest

from mailstrata.diagnosis.mail_from_facts import mx_trouble, spf_trouble
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Seen, Unknown


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (("Feedback-SMTP.us-east-1.amazonses.com.",), ""),
        ((), "no MX record"),
        (("feedback-smtp.eu-west-1.amazonses.com",), "another region"),
        (("feedback-smtp.us-east-1.amazonses.com", "mx.harbor.example"), "exactly one"),
        (("inbound-smtp.us-east-1.amazonaws.com",), "not SES"),
        (("feedback-smtp.us-east-1.amazonses.com.sailing.example",), "not SES"),
    ],
)
def test_exactly_one_mx_of_the_own_region_is_right(hosts: tuple[str, ...], words: str) -> None:
    """facts.md B3; the preference does not matter."""
    trouble = mx_trouble(Seen(value=tuple(MxHost(preference=5, host=host) for host in hosts)), "us-east-1")
    assert isinstance(trouble, str)
    assert bool(trouble) is bool(words)
    assert words in trouble


def test_unseen_is_unknown_and_absent_is_trouble() -> None:
    """Three values, never two."""
    assert isinstance(mx_trouble(Unknown(reason="SERVFAIL"), "us-east-1"), Unknown)
    assert isinstance(spf_trouble(Unknown(reason="SERVFAIL")), Unknown)
    assert mx_trouble(Absent(), "us-east-1") == "there is no MX record"
    assert spf_trouble(Absent()) == "there is no SPF record"


def test_an_spf_record_must_let_ses_pass() -> None:
    """One that cannot be read lets nobody pass."""
    assert spf_trouble(Seen(value=("x", "v=spf1 include:amazonses.com ~all"))) == ""
    assert "does not let SES pass" in str(spf_trouble(Seen(value=("v=spf1 -all",))))
    assert "cannot be read" in str(spf_trouble(Seen(value=("v=spf1 inclde:x",))))
