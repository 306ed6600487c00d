"""The least-privilege IAM policy of each job, made of the calls that the code makes (`aws_permissions`).

    document("diagnose", region="us-east-1", account="123456789012")["Statement"]

An action that can be bound to a resource is; placeholders in capitals stand where a value is not known. A job may do what it
needs and nothing else: ``diagnose`` reads, ``fix`` reads and carries out the automatic fixes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailstrata.adapters.aws_permissions import CHANGES, LISTINGS, PERMISSIONS, SENDING
from mailstrata.model.question import (
    AccessKey,
    ApiSend,
    Caller,
    MaySend,
    MessageEvents,
    SesAccount,
    SesIdentity,
    SmtpLogin,
)

_READING = tuple(dict.fromkeys(a for kind, actions in PERMISSIONS.items() if kind is not ApiSend for a in actions))
_KEYS = ("create-key", "set-key-status", "delete-key", "list-keys", "store-credential")
_ROTATION = (*PERMISSIONS[Caller], *PERMISSIONS[AccessKey], *PERMISSIONS[SmtpLogin], *PERMISSIONS[MessageEvents])
_OF_DOMAINS = ("create-identity", "delete-identity")
_FIXES = tuple(name for name in CHANGES if name not in _OF_DOMAINS)


def _changing(*names: str) -> tuple[str, ...]:
    return tuple(action for name in names for action in CHANGES[name])


JOBS: Mapping[str, tuple[str, ...]] = {
    "init": (*_READING, *LISTINGS),
    "diagnose": _READING,
    "probe": (*_READING, *PERMISSIONS[ApiSend]),
    "fix": (*_READING, *_changing(*_FIXES)),
    "domain": (
        *_READING,
        *_changing(*_OF_DOMAINS, "enable-dkim", "renew-dkim", "set-mail-from", "set-configuration-set", "set-feedback"),
        *_changing("publish-records"),
    ),
    "relay": (*PERMISSIONS[SesAccount], *PERMISSIONS[SesIdentity], *SENDING),
    "rotate": (*_ROTATION, *_changing(*_KEYS)),
    "check": (*PERMISSIONS[SmtpLogin], "sts:GetCallerIdentity"),
    "explain": PERMISSIONS[Caller],
    "list": (
        *PERMISSIONS[AccessKey],
        *PERMISSIONS[MaySend],
        *PERMISSIONS[SmtpLogin],
        *PERMISSIONS[MessageEvents],
    ),
}
"""The IAM actions of each job: ``probe`` is ``diagnose --probe-send``; from ``rotate`` on, subcommands of ``credentials``."""

_NARROW: Mapping[str, str] = {
    "secretsmanager:": "arn:aws:secretsmanager:{region}:{account}:secret:mailstrata/*",
    "iam:CreateAccessKey": "arn:aws:iam::{account}:user/{user}",
    "iam:UpdateAccessKey": "arn:aws:iam::{account}:user/{user}",
    "iam:DeleteAccessKey": "arn:aws:iam::{account}:user/{user}",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/{zone}",
    "ses:SendEmail": "arn:aws:ses:{region}:{account}:*",
    "ses:SendRawEmail": "arn:aws:ses:{region}:{account}:*",
}


def document(
    job: str, *, region: str = "REGION", account: str = "ACCOUNT", user: str = "SMTP-USER", zone: str = "ZONE-ID"
) -> dict[str, Any]:
    """The policy document of a job (a name of ``JOBS``), ready for ``aws iam put-user-policy``."""
    by_resource: dict[str, set[str]] = {}
    for action in JOBS[job]:
        resource = next((arn for prefix, arn in _NARROW.items() if action.startswith(prefix)), "*")
        named = resource.format(region=region, account=account, user=user, zone=zone)
        by_resource.setdefault(named, set()).add(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(by_resource[resource]), "Resource": resource}
        for resource in sorted(by_resource)
    ]
    return {"Version": "2012-10-17", "Statement": statements}
