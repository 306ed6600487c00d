"""What a handler of IAM's API gets, and the shapes in which IAM tells about users, groups, roles and policies.

def get_user(call: IamCall) -> Result:
    return {"User": user_shape(call.user())}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_entities import Entity, Group, ManagedPolicy, Role, User
from mailstrata.lab.aws.query_xml import Form, Result, required, structures
from mailstrata.lab.aws.request import AwsError, Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class IamCall:
    """One call of IAM's API."""

    iam: Iam
    form: Form
    caller: Principal

    def need(self, name: str) -> str:
        """Return a parameter that must be there."""
        return required(self.form, name)

    def user(self) -> User:
        """Return the user that is named, or the caller when none is."""
        if "UserName" in self.form:
            return self.iam.user(self.form["UserName"])
        if ":user/" not in self.caller.arn:
            raise AwsError("ValidationError", "Must specify userName when calling with non-User credentials")
        return self.iam.user(self.caller.name)

    def entity(self, kind: str) -> Entity:
        """Return the user, group or role that is named."""
        name = self.need(f"{kind}Name")
        finders: dict[str, Callable[[str], Entity]] = {
            "User": self.iam.user,
            "Group": self.iam.group,
            "Role": self.iam.role,
        }
        return finders[kind](name)

    def tags(self) -> dict[str, str]:
        """Return the tags that are given."""
        return {tag.get("Key", ""): tag.get("Value", "") for tag in structures(self.form, "Tags")}


Handler = Callable[[IamCall], Result | None]


def tags_shape(tags: Mapping[str, str]) -> list[Result]:
    """Tell tags."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def user_shape(user: User, *, full: bool = True) -> Result:
    """Tell a user; lists leave out tags and boundary (``full=False``)."""
    shape: dict[str, object] = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }
    return shape | _extras(user.boundary, user.tags) if full else shape


def group_shape(group: Group) -> Result:
    """Tell a group."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created,
    }


def role_shape(role: Role) -> Result:
    """Tell a role."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": document_text(role.trust.document),
        "Description": role.description or None,
        "MaxSessionDuration": role.max_session,
        **_extras(role.boundary, role.tags),
    }


def policy_shape(policy: ManagedPolicy, *, attached: int) -> Result:
    """Tell a managed policy."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": "v1",
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.created,
    }


def document_text(document: Mapping[str, Any]) -> str:
    """Return a policy document as IAM sends it: JSON, percent-encoded (RFC 3986)."""
    return quote(json.dumps(document), safe="")


def _extras(boundary: ManagedPolicy | None, tags: Mapping[str, str]) -> dict[str, object]:
    extras: dict[str, object] = {"Tags": tags_shape(tags)} if tags else {}
    if boundary:
        extras["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": boundary.arn,
        }
    return extras
