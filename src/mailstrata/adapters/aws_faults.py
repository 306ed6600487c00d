"""What it means when a call to AWS does not succeed: surely not there, or nobody could tell and why.

    failure(error, Call(service="sesv2", operation="GetAccount", region="us-east-1"), timeout=5.0).observation
    Unknown(reason="not allowed: sesv2 GetAccount in us-east-1", needs="the permission ses:GetAccount")

Only the codes by which AWS itself says "there is no such thing" are Absent; a bare 404 of some proxy is not. Everything
else, also what nobody foresaw, is Unknown with a reason that a person can act on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions as boto
from botocore.parsers import ResponseParserError

from mailstrata.adapters.aws_http import EndlessAnswer
from mailstrata.model.observation import Absent, Unknown

_ABSENT = {
    "NotFoundException",
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchHostedZone",
    "ResourceNotFoundException",
}
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "NotAuthorized",
}
_THROTTLED = {
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
    "429",
}
_REFUSED_OURS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_SKEW_CODES = {"RequestTimeTooSkewed", "RequestExpired"}
_SKEW_WORDS = ("signature expired", "signature not yet current", "request has expired", "time is too skewed")
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.ConfigNotFound,
    boto.ConfigParseError,
    boto.InvalidConfigError,
    boto.LoginError,
    boto.NoAuthTokenError,
    boto.RefreshWithMFAUnsupportedError,
    boto.UnknownCredentialError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.MetadataRetrievalError,
    boto.ProfileNotFound,
    boto.SSOError,
    boto.TokenRetrievalError,
)
_NEVER_SENT = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ValidationError, boto.ParamValidationError)
_CREDENTIALS_NEEDED = "AWS credentials: `aws configure`, `aws sso login`, or AWS_PROFILE with a profile that has some"
_QUOTE = 240

PREFIXES = {"sesv2": "ses"}
"""The name before the colon of a permission, where it is not that of the service (peers-diagnosis.md 4.5)."""


class ForeignAnswer(OSError):
    """What answered is not AWS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One operation of an AWS service. ``region`` is empty for what belongs to no region (IAM, STS, Route 53).

    ``private`` calls carry a secret: no word that AWS says about them is repeated.
    """

    service: str
    operation: str
    region: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    private: bool = False

    @property
    def permission(self) -> str:
        """The IAM action that allows it."""
        return f"{PREFIXES.get(self.service, self.service)}:{self.operation}"

    @property
    def source(self) -> str:
        """Who answers, as an observation names it."""
        return f"AWS {self.service} {self.region}".rstrip()

    def __str__(self) -> str:
        place = f" in {self.region}" if self.region else ""
        return f"{self.service} {self.operation}{place}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call without a result: AWS's ``code`` and words, or the name of the local error; and what is known by it."""

    code: str
    message: str
    observation: Absent | Unknown
    throttled: bool = False
    settled: bool = True
    """Whether it is sure that nothing was done; after a time-out or a fault of AWS it is not."""

    @property
    def denied(self) -> bool:
        """Whether the permission was missing."""
        return self.code in _DENIED


def failure(error: Exception, call: Call, *, timeout: float) -> Failure:
    """What ``error``, raised by boto3 or by the waiting for it, says. ``timeout`` is in seconds, for the words."""
    if isinstance(error, boto.ClientError):
        return _refused(error, call)
    settled = isinstance(error, (*_NO_CREDENTIALS, *_NEVER_SENT))
    return Failure(code=type(error).__name__, message="", observation=_unreached(error, call, timeout), settled=settled)


def printable(text: object) -> str:
    """Words of AWS on one line without control characters, of a bounded length."""
    line = " ".join(str(text).split())
    line = "".join(letter for letter in line if letter.isprintable())
    return line if len(line) <= _QUOTE else line[: _QUOTE - 1] + "…"


def _refused(error: boto.ClientError, call: Call) -> Failure:
    told = error.response.get("Error") or {}
    code = printable(told.get("Code") or "no code")
    message = "" if call.private else printable(told.get("Message") or "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _ABSENT:
        return Failure(code=code, message=message, observation=Absent(how=code, source=call.source))
    if code in _THROTTLED and "quota exceeded" not in message.lower():
        return Failure(code=code, message=message, observation=_throttled(code, call), throttled=True)
    known = _why(code, message, status=status, call=call)
    return Failure(code=code, message=message, observation=known, settled=status < 500)


def _throttled(code: str, call: Call) -> Unknown:
    return Unknown(
        reason=f"AWS is asked too often at the moment: {call} was put off twice ({code})",
        needs="a new try in a minute, with fewer programs asking at the same time",
    )


def _why(code: str, message: str, *, status: int, call: Call) -> Unknown:
    words = f"{code}: {message}" if message else code
    if code in _DENIED:
        return Unknown(reason=f"not allowed: {call}{_by_whom(message)}", needs=f"the permission {call.permission}")
    if code in _SKEW_CODES or any(phrase in message.lower() for phrase in _SKEW_WORDS):
        return Unknown(
            reason=f"AWS says that this machine's clock is wrong ({words})", needs="the right time on this machine"
        )
    if code in _REFUSED_OURS:
        return Unknown(
            reason=f"AWS does not accept the credentials that mailstrata itself uses ({words})",
            needs=f"valid {_CREDENTIALS_NEEDED}",
        )
    if status >= 500:
        return Unknown(reason=f"AWS failed at {call} (HTTP {status}, {code})", needs="a new try later")
    return Unknown(reason=f"AWS refused {call} ({words})")


def _by_whom(message: str) -> str:
    """An explicit deny is told with its policy, which may be the quarantine of a leaked key (peers-diagnosis.md 4.5)."""
    if "explicit deny" not in message:
        return ""
    policy = message.rpartition(":policy/")[2] if ":policy/" in message else ""
    return f", by an explicit deny{' of ' + policy if policy else ''}"


def _unreached(error: Exception, call: Call, timeout: float) -> Unknown:
    where = call.source
    if isinstance(error, _NO_CREDENTIALS):
        words = "" if call.private else f" ({printable(error)})"
        return Unknown(reason=f"mailstrata found no AWS credentials of its own{words}", needs=_CREDENTIALS_NEEDED)
    if isinstance(error, boto.ConnectTimeoutError | boto.ReadTimeoutError | TimeoutError):
        return Unknown(reason=f"{where} did not answer {call.operation} within {timeout:g} s")
    if isinstance(error, EndlessAnswer):
        return Unknown(reason=f"{where} sent an answer to {call.operation} without an end; it was cut off")
    if isinstance(error, ForeignAnswer | ResponseParserError):
        return Unknown(reason=f"what answered for {where} does not speak as AWS does")
    return _unconnected(error, call)


def _unconnected(error: Exception, call: Call) -> Unknown:
    where = call.source
    if isinstance(error, boto.SSLError):
        return Unknown(reason=f"the TLS certificate of what answers for {where} is not trusted, or TLS failed")
    if isinstance(error, boto.ConnectionClosedError):
        return Unknown(reason=f"{where} closed the connection without an answer to {call.operation}")
    if isinstance(error, boto.EndpointConnectionError | boto.ProxyConnectionError):
        return Unknown(
            reason=f"{where} could not be reached: no connection",
            needs="a network way to AWS, and a region that exists",
        )
    if isinstance(error, boto.HTTPClientError | OSError):
        return Unknown(reason=f"the connection to {where} broke during {call.operation} ({type(error).__name__})")
    return Unknown(reason=f"{call} cannot be asked ({type(error).__name__})")
