from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any
SENDING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}]}
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}]}
SES_ALL = "arn:aws:iam::aws:policy/AmazonSESFullAccess"


def made(world: Made) -> Any:
    """Return a client with a user, a group and a role named ``x``."""
    client = world.client("iam")
    client.create_user(UserName="x")
    client.create_group(GroupName="x")
    client.create_role(RoleName="x", AssumeRolePolicyDocument=json.dumps(TRUST), Description="rotates")
    return client


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_inline_policies(world: Made, kind: str) -> None:
    """An inline policy of user, group or role is put, listed, read back as it was written, and deleted."""
    client, named = made(world), {f"{kind.title()}Name": "x"}
    getattr(client, f"put_{kind}_policy")(**named, PolicyName="sending", PolicyDocument=json.dumps(SENDING))
    listed = getattr(client, f"list_{kind}_policies")(**named)
    assert (listed["PolicyNames"], listed["IsTruncated"]) == (["sending"], False)
    read = getattr(client, f"get_{kind}_policy")(**named, PolicyName="sending")
    assert read["PolicyDocument"] == SENDING
    getattr(client, f"delete_{kind}_policy")(**named, PolicyName="sending")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        getattr(client, f"get_{kind}_policy")(**named, PolicyName="sending")


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_attached_policies(world: Made, kind: str) -> None:
    """A managed policy is attached to user, group or role, listed, and detached once."""
    client, named = made(world), {f"{kind.title()}Name": "x"}
    getattr(client, f"attach_{kind}_policy")(**named, PolicyArn=SES_ALL)
    listed = getattr(client, f"list_attached_{kind}_policies")(**named)["AttachedPolicies"]
    assert listed == [{"PolicyName": "AmazonSESFullAccess", "PolicyArn": SES_ALL}]
    getattr(client, f"detach_{kind}_policy")(**named, PolicyArn=SES_ALL)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        getattr(client, f"detach_{kind}_policy")(**named, PolicyArn=SES_ALL)


LARGE = {"Statement": {"Effect": "Allow", "Action": "x" * 2048, "Resource": "*"}}


@pytest.mark.parametrize(
    ("document", "code"),
    [("{", "MalformedPolicyDocument"), ("{}", "MalformedPolicyDocument"), (json.dumps(LARGE), "LimitExceeded")],
)
def test_a_broken_or_too_large_policy_is_refused(world: Made, document: str, code: str) -> None:
    """A document that IAM would not take is refused under IAM's code."""
    client = made(world)
    with pytest.raises(ClientError, match=code):
        client.put_user_policy(UserName="x", PolicyName="p", PolicyDocument=document)


def test_customer_managed_policies(world: Made) -> None:
    """A customer managed policy has a version, counts its attachments, and is deleted when nobody has it."""
    client = made(world)
    arn = client.create_policy(PolicyName="send", PolicyDocument=json.dumps(SENDING))["Policy"]["Arn"]
    assert arn == "arn:aws:iam::123456789012:policy/send"
    client.attach_user_policy(UserName="x", PolicyArn=arn)
    policy = client.get_policy(PolicyArn=arn)["Policy"]
    assert (policy["AttachmentCount"], policy["DefaultVersionId"]) == (1, "v1")
    assert client.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == SENDING
    assert [one["VersionId"] for one in client.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v1"]
    assert [one["PolicyName"] for one in client.list_policies(Scope="Local")["Policies"]] == ["send"]
    with pytest.raises(ClientError, match="DeleteConflict"):
        client.delete_policy(PolicyArn=arn)
    client.detach_user_policy(UserName="x", PolicyArn=arn)
    client.delete_policy(PolicyArn=arn)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.get_policy(PolicyArn=arn)


def test_aws_managed_policies_are_there(world: Made) -> None:
    """The AWS managed policies have their real ARNs, and only the attached ones are listed on request."""
    client = world.client("iam")
    assert SES_ALL in [one["Arn"] for one in client.list_policies(Scope="AWS")["Policies"]]
    attached = client.list_policies(Scope="AWS", OnlyAttached=True)["Policies"]
    assert [one["PolicyName"] for one in attached] == ["AdministratorAccess"]


def test_roles(world: Made) -> None:
    """A role tells its trust policy, which can be changed, and is deleted."""
    client = made(world)
    role = client.get_role(RoleName="x")["Role"]
    assert (role["AssumeRolePolicyDocument"], role["Description"]) == (TRUST, "rotates")
    client.update_assume_role_policy(RoleName="x", PolicyDocument=json.dumps(SENDING))
    assert client.list_roles()["Roles"][0]["AssumeRolePolicyDocument"] == SENDING
    client.delete_role(RoleName="x")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.get_role(RoleName="x")
