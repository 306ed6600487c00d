"""The AWS managed policies that the lab knows by their real ARN.

    AWS_MANAGED["AmazonSESFullAccess"]          # {"Version": …, "Statement": […]}

The documents are those that AWS publishes, where the lab's services can tell the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSION = "2012-10-17"


def _document(effect: str, *actions: str) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": [{"Effect": effect, "Action": list(actions), "Resource": "*"}]}


AWS_MANAGED: Mapping[str, Mapping[str, Any]] = {
    "AdministratorAccess": _document("Allow", "*"),
    "PowerUserAccess": {
        "Version": VERSION,
        "Statement": [
            {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["iam:ListRoles", "organizations:DescribeOrganization"], "Resource": "*"},
        ],
    },
    "AmazonSESFullAccess": _document("Allow", "ses:*"),
    "AmazonSESReadOnlyAccess": _document("Allow", "ses:Get*", "ses:List*", "ses:BatchGetMetricData"),
    "AmazonRoute53FullAccess": _document("Allow", "route53:*"),
    "AmazonRoute53ReadOnlyAccess": _document("Allow", "route53:Get*", "route53:List*", "route53:TestDNSAnswer"),
    "IAMFullAccess": _document("Allow", "iam:*"),
    "IAMReadOnlyAccess": _document(
        "Allow", "iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "iam:SimulatePrincipalPolicy"
    ),
    "SecretsManagerReadWrite": _document("Allow", "secretsmanager:*"),
    "CloudWatchReadOnlyAccess": _document("Allow", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"),
}
