"""The ARN that a call is about, which the ``Resource`` of a policy is compared with.

    resource_of(request, "iam:PutUserPolicy")    # arn:aws:iam::123456789012:user/smtp

Where the lab does not know an operation's resource it is ``*``: then only policies that say ``"Resource": "*"`` allow it.
Source: service authorization reference, "Resource types defined by …" of each service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mailstrata.lab.aws.request import AwsError, AwsRequest

_SUFFIX = "AbCdEf"
"""Secrets Manager ends a secret's ARN in six random letters; a call by name stands for any of them."""


def resource_of(request: AwsRequest, action: str) -> str:
    """Return the ARN that ``action`` is about, or ``*``."""
    finder = _FINDERS.get(request.service)
    return finder(request, action) if finder else "*"


def _iam(request: AwsRequest, action: str) -> str:
    form, prefix = request.form(), f"arn:aws:iam::{request.principal.account}:"
    for parameter, kind in (("UserName", "user"), ("GroupName", "group"), ("RoleName", "role")):
        if parameter in form:
            return f"{prefix}{kind}/{form[parameter]}"
    if "PolicyArn" in form or "PolicySourceArn" in form:
        return form.get("PolicyArn") or form["PolicySourceArn"]
    own = {"iam:ListAccessKeys", "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:GetUser"}
    return request.principal.arn if action in own else "*"


def _sts(request: AwsRequest, action: str) -> str:
    return request.form().get("RoleArn", "*")


def _s3(request: AwsRequest, action: str) -> str:
    path = request.path.strip("/")
    return f"arn:aws:s3:::{path}" if path else "*"


def _route53(request: AwsRequest, action: str) -> str:
    parts = request.path.strip("/").split("/")
    zone = request.query.get("hostedzoneid", ("",))[0]
    if len(parts) > 2 and parts[1] in {"hostedzone", "change"}:
        return f"arn:aws:route53:::{parts[1]}/{parts[2]}"
    return f"arn:aws:route53:::hostedzone/{zone.removeprefix('/hostedzone/')}" if zone else "*"


def _secret(request: AwsRequest, action: str) -> str:
    named = _member(request, "SecretId") or _member(request, "Name")
    if not named or named.startswith("arn:"):
        return named or "*"
    return f"{_prefix(request)}:secret:{named}-{_SUFFIX}"


def _sns(request: AwsRequest, action: str) -> str:
    return request.form().get("TopicArn", "*")


def _sqs(request: AwsRequest, action: str) -> str:
    queue = _member(request, "QueueUrl").rpartition("/")[2] or _member(request, "QueueName")
    return f"{_prefix(request)}:{queue}" if queue else "*"


def _lambda(request: AwsRequest, action: str) -> str:
    parts = request.path.strip("/").split("/")
    return f"{_prefix(request)}:function:{parts[2]}" if len(parts) > 2 and parts[1] == "functions" else "*"


def _member(request: AwsRequest, name: str) -> str:
    try:
        content: Mapping[str, Any] = request.json()
    except (AwsError, RecursionError):
        return ""
    value = content.get(name, "")
    return value if isinstance(value, str) else ""


def _prefix(request: AwsRequest) -> str:
    return f"arn:aws:{request.service}:{request.region}:{request.principal.account}"


_FINDERS: Mapping[str, Callable[[AwsRequest, str], str]] = {
    "iam": _iam,
    "sts": _sts,
    "s3": _s3,
    "route53": _route53,
    "secretsmanager": _secret,
    "sns": _sns,
    "sqs": _sqs,
    "lambda": _lambda,
}
