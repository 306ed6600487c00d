from __future__ import annotations

import pytest

from mailstrata.lab.aws.managed_policies import AWS_MANAGED
from mailstrata.lab.aws.policy import Question, Standing, decide, parse_policy


@pytest.mark.parametrize(
    ("name", "action", "allowed"),
    [
        ("AdministratorAccess", "iam:CreateUser", True),
        ("PowerUserAccess", "ses:SendEmail", True),
        ("PowerUserAccess", "iam:CreateUser", False),
        ("AmazonSESFullAccess", "ses:SendRawEmail", True),
        ("AmazonSESReadOnlyAccess", "ses:GetAccount", True),
        ("AmazonSESReadOnlyAccess", "ses:SendRawEmail", False),
        ("AmazonRoute53ReadOnlyAccess", "route53:ChangeResourceRecordSets", False),
        ("IAMReadOnlyAccess", "iam:GetAccessKeyLastUsed", True),
        ("IAMReadOnlyAccess", "iam:CreateAccessKey", False),
    ],
)
def test_managed_policies_give_what_their_name_says(name: str, action: str, allowed: bool) -> None:
    """The documents of AWS's managed policies are readable and give what they give at AWS."""
    policy = parse_policy(AWS_MANAGED[name], name=name)
    assert decide(Question(action=action), Standing(identity=(policy,))).allowed is allowed
