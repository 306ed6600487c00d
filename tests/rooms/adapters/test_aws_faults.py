"""What it means when a call to AWS does not succeed."""

from __future__ import annotations

import botocore.exceptions as boto
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.aws_faults import Call, Failure, failure, printable
from mailstrata.model.observation import Absent, Unknown

CALL = Call(service="sesv2", operation="GetAccount", region="us-east-1", params={"SecretString": "canary"})


def _told(code: str, message: str = "", *, status: int = 400, call: Call = CALL) -> Failure:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return failure(ClientError(response, call.operation), call, timeout=5.0)  # type: ignore[arg-type, unused-ignore]


def _unknown(failed: Failure) -> Unknown:
    assert isinstance(failed.observation, Unknown)
    return failed.observation


@pytest.mark.parametrize(
    "code",
    ["NotFoundException", "NoSuchEntity", "NoSuchHostedZone", "ResourceNotFoundException"],
)
def test_aws_says_that_there_is_no_such_thing(code: str) -> None:
    """In the words of SES, IAM, Route 53 and Secrets Manager."""
    assert _told(code, status=404).observation == Absent(how=code, source="AWS sesv2 us-east-1")


@given(st.text(max_size=30), st.text(max_size=80), st.integers(100, 599))
def test_a_code_that_nobody_foresaw_is_unknown(code: str, message: str, status: int) -> None:
    """Whatever code, words and status: only the known codes of absence are absent."""
    if code not in {"NotFoundException", "NoSuchEntity"}:
        seen = _unknown(_told(code, message, status=status))
        assert seen.reason.isprintable()


def test_an_explicit_deny_is_told_with_its_policy() -> None:
    """It may be AWS's quarantine of a key that was found in public (peers-diagnosis.md 4.5)."""
    words = (
        "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: ses:GetAccount with an explicit deny in "
        "an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    )
    seen = _unknown(_told("AccessDeniedException", words, status=403))
    assert seen.reason.startswith("not allowed: sesv2 GetAccount in us-east-1")
    assert seen.reason.endswith("by an explicit deny of AWSCompromisedKeyQuarantineV3")
    assert seen.needs == "the permission ses:GetAccount"


@pytest.mark.parametrize(
    "code", ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "SignatureDoesNotMatch"]
)
def test_credentials_that_aws_does_not_take_are_our_own(code: str) -> None:
    """They are not those of the alias, and the reason says so."""
    seen = _unknown(_told(code, "The security token included in the request is invalid", status=403))
    assert "the credentials that mailstrata itself uses" in seen.reason
    assert "aws sso login" in seen.needs


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RequestTimeTooSkewed", ""),
        ("RequestExpired", ""),
        ("SignatureDoesNotMatch", "Signature expired: 20260512T184300Z is now earlier than 20260512T185800Z"),
        ("InvalidSignatureException", "Signature not yet current: 20260512T184300Z is still later than …"),
    ],
)
def test_a_wrong_clock_is_named(code: str, message: str) -> None:
    """Else one would look for the fault in one's keys."""
    seen = _unknown(_told(code, message, status=403))
    assert "clock is wrong" in seen.reason
    assert seen.needs == "the right time on this machine"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (boto.NoCredentialsError(), "no AWS credentials of its own"),
        (boto.ConfigParseError(path="/home/ann/.aws/config"), "no AWS credentials of its own (Unable to parse config"),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), "did not answer GetAccount within 5 s"),
        (boto.EndpointConnectionError(endpoint_url="https://x"), "could not be reached"),
        (boto.SSLError(endpoint_url="https://x", error="certificate has expired"), "TLS certificate"),
        (boto.HTTPClientError(error="x"), "broke during GetAccount"),
        (boto.InvalidRegionError(region_name="us east"), "cannot be asked"),
    ],
)
def test_what_never_reached_aws_is_told_as_that(error: Exception, words: str) -> None:
    """Each with what a person can check."""
    assert words in _unknown(failure(error, CALL, timeout=5.0)).reason


def test_a_private_call_repeats_no_word() -> None:
    """Neither of AWS nor of boto3; and no call shows its parameters."""
    private = Call(
        service="secretsmanager", operation="PutSecretValue", params={"SecretString": "canary"}, private=True
    )
    errors = (
        boto.ParamValidationError(report="value: canary"),
        boto.CredentialRetrievalError(provider="process", error_msg="canary"),
    )
    seen = [failure(error, private, timeout=5.0) for error in errors]
    seen.append(_told("ValidationException", "Value 'canary'", call=private))
    assert "canary" not in repr(seen) + repr(private) + str(private)


def test_only_what_surely_was_not_done_is_settled() -> None:
    """A refusal and a missing connection are; a time-out, a broken line and a fault of AWS are not."""
    assert _told("AccessDenied", status=403).settled
    assert failure(boto.EndpointConnectionError(endpoint_url="x"), CALL, timeout=1.0).settled
    assert not failure(boto.ReadTimeoutError(endpoint_url="x"), CALL, timeout=1.0).settled
    assert not failure(TimeoutError(), CALL, timeout=1.0).settled
    assert not _told("InternalFailure", status=500).settled


@given(st.text(max_size=600))
def test_words_of_others_are_one_printable_line(text: str) -> None:
    """No control character reaches a terminal, and no flood a report."""
    line = printable(text)
    assert line.isprintable()
    assert len(line) <= 240
