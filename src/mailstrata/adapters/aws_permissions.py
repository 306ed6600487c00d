"""Which IAM actions each question and each change needs: the data that least-privilege policies are made of.

    PERMISSIONS[SesAccount]        # ("ses:GetAccount",)

The prefix of SES's API v2 is ``ses:`` (peers-diagnosis.md 4.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailstrata.model.question import (
    AccessKey,
    ApiSend,
    Caller,
    EventRecording,
    HostedRecord,
    HostedZone,
    MailboxExists,
    MaySend,
    MessageEvents,
    Question,
    Reputation,
    SesAccount,
    SesIdentity,
    SmtpLogin,
    SmtpSend,
    StoredPassword,
    Suppression,
)

_READ_SECRET = ("secretsmanager:GetSecretValue",)

PERMISSIONS: Mapping[type[Question[Any]], tuple[str, ...]] = {
    Caller: ("sts:GetCallerIdentity",),
    AccessKey: ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:ListUsers"),
    MaySend: ("iam:GetUser", "iam:SimulatePrincipalPolicy"),
    SesAccount: ("ses:GetAccount",),
    Reputation: ("cloudwatch:GetMetricStatistics",),
    SesIdentity: ("ses:GetEmailIdentity",),
    Suppression: ("ses:GetSuppressedDestination",),
    MessageEvents: ("ses:GetMessageInsights",),
    EventRecording: ("ses:GetConfigurationSetEventDestinations",),
    MailboxExists: ("ses:GetEmailAddressInsights",),
    ApiSend: ("ses:SendEmail",),
    HostedZone: ("route53:GetHostedZone", "route53:ListHostedZones"),
    HostedRecord: ("route53:ListResourceRecordSets",),
    StoredPassword: _READ_SECRET,
    SmtpLogin: _READ_SECRET,
    SmtpSend: _READ_SECRET,
}
"""What answering a question needs. A question that is not here needs nothing of AWS.

The last three need it only where the credential is kept at ``aws:NAME``.
"""

CHANGES: Mapping[str, tuple[str, ...]] = {
    "remove-suppression": ("ses:DeleteSuppressedDestination",),
    "restore-suppression": ("ses:PutSuppressedDestination",),
    "suppress-for": ("ses:PutAccountSuppressionAttributes",),
    "enable-dkim": ("ses:PutEmailIdentityDkimAttributes",),
    "create-identity": ("ses:CreateEmailIdentity",),
    "delete-identity": ("ses:DeleteEmailIdentity",),
    "renew-dkim": ("ses:PutEmailIdentityDkimSigningAttributes",),
    "set-mail-from": ("ses:PutEmailIdentityMailFromAttributes",),
    "set-configuration-set": ("ses:PutEmailIdentityConfigurationSetAttributes",),
    "set-feedback": ("ses:PutEmailIdentityFeedbackAttributes",),
    "create-key": ("iam:CreateAccessKey",),
    "set-key-status": ("iam:UpdateAccessKey",),
    "delete-key": ("iam:DeleteAccessKey",),
    "list-keys": ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys"),
    "publish-records": ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"),
    "store-credential": ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"),
}
"""What each change of the control ports needs."""

LISTINGS: tuple[str, ...] = (
    "route53:ListHostedZones",
    "ses:DescribeActiveReceiptRuleSet",
    "ses:GetEmailIdentity",
    "ses:ListEmailIdentities",
)
"""What looking through a whole account needs (`aws_inventory`)."""

SENDING: tuple[str, ...] = ("ses:SendEmail", "ses:SendRawEmail")
"""What the relay needs to send: SES checks raw content of API v2 as ``ses:SendRawEmail`` (facts.md A4), beside the other."""
