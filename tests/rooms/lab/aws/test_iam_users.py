from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mailstrata.lab.aws.iam_users import account_of
from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ids import Ids

Made = Any


def test_a_user_s_life(world: Made) -> None:
    """A user is made with tags and path, listed, told, and deleted."""
    client = world.client("iam")
    made = client.create_user(UserName="smtp", Path="/mail/", Tags=[{"Key": "app", "Value": "gmail"}])["User"]
    assert made["Arn"] == "arn:aws:iam::123456789012:user/mail/smtp"
    assert client.get_user(UserName="smtp")["User"]["Tags"] == [{"Key": "app", "Value": "gmail"}]
    client.tag_user(UserName="smtp", Tags=[{"Key": "region", "Value": "eu-west-1"}])
    client.untag_user(UserName="smtp", TagKeys=["app"])
    assert client.list_user_tags(UserName="smtp")["Tags"] == [{"Key": "region", "Value": "eu-west-1"}]
    assert [user["UserName"] for user in client.list_users(PathPrefix="/mail/")["Users"]] == ["smtp"]
    client.delete_user(UserName="smtp")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.get_user(UserName="smtp")


def test_lists_come_in_pages(world: Made) -> None:
    """A page tells whether there is more, and the paginator of boto3 finds all of it."""
    client = world.client("iam")
    for number in range(5):
        client.create_user(UserName=f"u{number}")
    page = client.list_users(MaxItems=2)
    assert (len(page["Users"]), page["IsTruncated"]) == (2, True)
    pages = client.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
    names = [user["UserName"] for page in pages for user in page["Users"]]
    assert names == ["lab-administrator", "u0", "u1", "u2", "u3", "u4"]
    assert client.list_users()["IsTruncated"] is False


def test_the_secret_is_told_once(world: Made) -> None:
    """CreateAccessKey tells the secret, ListAccessKeys does not."""
    client = world.client("iam")
    client.create_user(UserName="smtp")
    made = client.create_access_key(UserName="smtp")["AccessKey"]
    assert (made["Status"], len(made["SecretAccessKey"])) == ("Active", 40)
    listed = client.list_access_keys(UserName="smtp")
    assert listed["IsTruncated"] is False
    assert [sorted(key) for key in listed["AccessKeyMetadata"]] == [["AccessKeyId", "CreateDate", "Status", "UserName"]]


def test_two_keys_at_most(world: Made) -> None:
    """A third key is LimitExceeded with status 409, also when one of two is inactive; after a deletion there is room."""
    client = world.client("iam")
    client.create_user(UserName="smtp")
    keys = [client.create_access_key(UserName="smtp")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    client.update_access_key(UserName="smtp", AccessKeyId=keys[0], Status="Inactive")
    with pytest.raises(ClientError) as error:
        client.create_access_key(UserName="smtp")
    assert error.value.response["Error"]["Code"] == "LimitExceeded"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    client.delete_access_key(UserName="smtp", AccessKeyId=keys[0])
    assert client.create_access_key(UserName="smtp")["AccessKey"]["Status"] == "Active"


def test_the_caller_s_own_keys_need_no_name(world: Made) -> None:
    """Without a user name the caller's own keys and data are meant."""
    world.iam.add_user("smtp")
    key = world.iam.add_key("smtp")
    world.iam.attach_managed("smtp", "arn:aws:iam::aws:policy/IAMFullAccess")
    client = world.client("iam", key)
    assert client.get_user()["User"]["UserName"] == "smtp"
    assert client.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"] == key.key_id


def test_a_key_of_another_user_is_absent(world: Made) -> None:
    """A key is found only under its user."""
    client = world.client("iam")
    for name in ("a", "b"):
        client.create_user(UserName=name)
    key = client.create_access_key(UserName="a")["AccessKey"]["AccessKeyId"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.update_access_key(UserName="b", AccessKeyId=key, Status="Inactive")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.delete_access_key(UserName="b", AccessKeyId=key)
    with pytest.raises(ClientError, match="ValidationError"):
        client.update_access_key(UserName="a", AccessKeyId=key, Status="Sleeping")


def test_last_used_finds_the_owner_of_a_bare_key_id(world: Made) -> None:
    """GetAccessKeyLastUsed tells the user of a key; unknown and foreign keys are told apart by the account in the id."""
    client = world.client("iam")
    client.create_user(UserName="smtp")
    key = client.create_access_key(UserName="smtp")["AccessKey"]["AccessKeyId"]
    assert client.get_access_key_last_used(AccessKeyId=key)["UserName"] == "smtp"
    ids = Ids("others")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client.get_access_key_last_used(AccessKeyId=ids.access_key_id(account="123456789012"))
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_access_key_last_used(AccessKeyId=ids.access_key_id(account="210987654321"))


def test_groups(world: Made) -> None:
    """A group is made, joined, told from both sides, left and deleted."""
    client = world.client("iam")
    client.create_user(UserName="smtp")
    client.create_group(GroupName="senders")
    client.add_user_to_group(UserName="smtp", GroupName="senders")
    assert [group["GroupName"] for group in client.list_groups_for_user(UserName="smtp")["Groups"]] == ["senders"]
    assert [user["UserName"] for user in client.get_group(GroupName="senders")["Users"]] == ["smtp"]
    with pytest.raises(ClientError, match="DeleteConflict"):
        client.delete_group(GroupName="senders")
    client.remove_user_from_group(UserName="smtp", GroupName="senders")
    client.delete_group(GroupName="senders")
    assert client.list_groups()["Groups"] == []


def test_a_boundary_is_told_with_its_user(world: Made) -> None:
    """A permissions boundary is set, shown and lifted."""
    client, arn = world.client("iam"), "arn:aws:iam::aws:policy/AmazonSESReadOnlyAccess"
    client.create_user(UserName="smtp", PermissionsBoundary=arn)
    shown = client.get_user(UserName="smtp")["User"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == arn
    client.delete_user_permissions_boundary(UserName="smtp")
    assert "PermissionsBoundary" not in client.get_user(UserName="smtp")["User"]
    client.put_user_permissions_boundary(UserName="smtp", PermissionsBoundary=arn)
    assert world.iam.user("smtp").boundary.arn == arn


@pytest.mark.parametrize("account", ["000000000001", "123456789012", "999999999999"])
def test_a_key_id_tells_its_account(account: str) -> None:
    """The account is read out of a key id as it was written into it."""
    assert account_of(Ids("x").access_key_id(account=account)) == account


@pytest.mark.parametrize("key_id", ["", "AKIA", "AKIA1", "AKIA" + "1" * 16, "AKIA" + "A" * 24])
def test_what_is_no_key_id_is_refused(key_id: str) -> None:
    """A text that no key id can be is a validation error."""
    with pytest.raises(AwsError, match="ValidationError"):
        account_of(key_id)
