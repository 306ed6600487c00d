from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any
CONDITION = {"StringLike": {"ses:FromAddress": "*@sailing.example"}}
SENDING = {"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": "*", "Condition": CONDITION}]}
ARN = "arn:aws:iam::123456789012:user/smtp"


@pytest.fixture
def client(world: Made) -> Any:
    """A client in a world where user ``smtp`` may send from one domain."""
    world.iam.add_user("smtp")
    world.iam.put_user_policy("smtp", "sending", SENDING)
    return world.client("iam")


def context(*addresses: str) -> list[dict[str, object]]:
    """Return the context entry of a sender."""
    return [{"ContextKeyName": "ses:FromAddress", "ContextKeyValues": addresses, "ContextKeyType": "string"}]


def test_context_entries_decide(client: Any) -> None:
    """A condition is met or not by the context that the caller gives."""
    words = [
        client.simulate_principal_policy(
            PolicySourceArn=ARN, ActionNames=["ses:SendRawEmail"], ContextEntries=context(address)
        )["EvaluationResults"][0]["EvalDecision"]
        for address in ("a@sailing.example", "a@dock.example")
    ]
    assert words == ["allowed", "implicitDeny"]


def test_the_deciding_policy_and_missing_context_are_named(client: Any) -> None:
    """An answer names the policies that decided, and the condition keys that were not given."""
    asked = {"PolicySourceArn": ARN, "ActionNames": ["ses:SendRawEmail"]}
    allowed = client.simulate_principal_policy(**asked, ContextEntries=context("a@sailing.example"))[
        "EvaluationResults"
    ]
    matched = [one["SourcePolicyId"] for one in allowed[0]["MatchedStatements"]]
    assert (matched, allowed[0]["MissingContextValues"]) == (["user_smtp_sending"], [])
    denied = client.simulate_principal_policy(**asked)["EvaluationResults"]
    assert (denied[0]["MatchedStatements"], denied[0]["MissingContextValues"]) == ([], ["ses:FromAddress"])


def test_boundary_and_organisation_are_told_apart(world: Made, client: Any) -> None:
    """A denial tells whether the boundary or the organisation is behind it."""
    world.iam.set_boundary("smtp", "arn:aws:iam::aws:policy/IAMFullAccess")
    world.iam.deny_in_organization("no", {"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})
    asked = client.simulate_principal_policy(
        PolicySourceArn=ARN,
        ActionNames=["ses:SendEmail", "s3:ListAllMyBuckets"],
        ContextEntries=context("a@sailing.example"),
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in asked] == ["implicitDeny", "explicitDeny"]
    assert not asked[0]["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]
    assert [one["OrganizationsDecisionDetail"]["AllowedByOrganizations"] for one in asked] == [True, False]


def test_each_action_is_tried_on_each_resource(client: Any) -> None:
    """There is one result per action and resource, in pages."""
    policy = {"Statement": {"Effect": "Allow", "Action": "ses:*", "Resource": "arn:aws:ses:*:*:identity/a.example"}}
    arns = [f"arn:aws:ses:eu-west-1:123456789012:identity/{name}.example" for name in "ab"]
    told = client.simulate_custom_policy(
        PolicyInputList=[json.dumps(policy)],
        ActionNames=["ses:SendEmail", "iam:GetUser"],
        ResourceArns=arns,
        MaxItems=3,
    )
    words = [(one["EvalActionName"], one["EvalDecision"]) for one in told["EvaluationResults"]]
    assert words == [("ses:SendEmail", "allowed"), ("ses:SendEmail", "implicitDeny"), ("iam:GetUser", "implicitDeny")]
    assert told["IsTruncated"] is True


def test_an_absent_entity_is_named(client: Any) -> None:
    """Nobody can be simulated who does not exist, nor nothing."""
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.simulate_principal_policy(PolicySourceArn=ARN + "x", ActionNames=["ses:SendEmail"])
    with pytest.raises(ClientError, match="ValidationError"):
        client.simulate_principal_policy(PolicySourceArn=ARN, ActionNames=[])
