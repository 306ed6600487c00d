"""Users, groups, roles, managed policies and access keys: what IAM keeps.

user.put_policy("AmazonSesSendingAccess", {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", …}]})
user.policies()                  # the parsed policies that bear on the user, those of its groups included
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from mailstrata.lab.aws.conditions import MalformedPolicy
from mailstrata.lab.aws.policy import Policy, parse_policy
from mailstrata.lab.aws.request import AwsError

INLINE_LIMIT = {"user": 2048, "group": 5120, "role": 10240}
"""Characters of all inline policies of one entity together, white space left out (IAM user guide, "IAM quotas")."""


@dataclass(slots=True, kw_only=True)
class AccessKey:
    """An access key of a user, or the temporary one of a role's session."""

    key_id: str
    secret: str = field(repr=False)
    user: str
    """The user's name; for a temporary key the role's."""
    status: str
    """``Active``, ``Inactive``, or ``Expired`` for a temporary key whose time is over."""
    created: datetime
    last_used: datetime | None = None
    last_service: str | None = None
    last_region: str | None = None
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy:
    """A policy that is attached by its ARN: one of AWS's, or a customer managed one."""

    name: str
    arn: str
    path: str
    unique_id: str
    created: datetime
    document: Mapping[str, Any]
    parsed: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class InlinePolicy:
    """A policy that belongs to one entity."""

    document: Mapping[str, Any]
    parsed: Policy


@dataclass(slots=True, kw_only=True)
class Entity:
    """What users, groups and roles have in common: a name, and policies inline and attached."""

    kind: ClassVar[str]
    name: str
    path: str
    arn: str
    unique_id: str
    created: datetime
    tags: dict[str, str] = field(default_factory=dict)
    inline: dict[str, InlinePolicy] = field(default_factory=dict)
    attached: dict[str, ManagedPolicy] = field(default_factory=dict)

    def put_policy(self, name: str, document: Mapping[str, Any] | str) -> None:
        """Add or replace the inline policy ``name``.

        Raises ``AwsError``: ``MalformedPolicyDocument``, or ``LimitExceeded`` beyond ``INLINE_LIMIT``.
        """
        parsed = read_policy(document, name=f"{self.kind}_{self.name}_{name}")
        used = sum(_size(policy.document) for held, policy in self.inline.items() if held != name)
        if used + _size(parsed.document) > INLINE_LIMIT[self.kind]:
            limit = f"Maximum policy size of {INLINE_LIMIT[self.kind]} bytes exceeded for {self.kind} {self.name}"
            raise AwsError("LimitExceeded", limit, status=409)
        self.inline[name] = parsed

    def policy(self, name: str) -> InlinePolicy:
        """Return the inline policy ``name``; raises ``AwsError`` (``NoSuchEntity``)."""
        if name not in self.inline:
            raise absent(f"The {self.kind} policy with name {name} cannot be found.")
        return self.inline[name]

    def remove_policy(self, name: str) -> None:
        """Drop the inline policy ``name``; raises ``AwsError`` (``NoSuchEntity``)."""
        self.policy(name)
        del self.inline[name]

    def detach(self, arn: str) -> None:
        """Detach the managed policy ``arn``; raises ``AwsError`` (``NoSuchEntity``)."""
        if arn not in self.attached:
            raise absent(f"Policy {arn} was not found.")
        del self.attached[arn]

    def policies(self) -> tuple[Policy, ...]:
        """Return all policies that allow or deny this entity something."""
        return (*(held.parsed for held in self.inline.values()), *(held.parsed for held in self.attached.values()))


@dataclass(slots=True, kw_only=True)
class Group(Entity):
    """A group of users."""

    kind: ClassVar[str] = "group"


@dataclass(slots=True, kw_only=True)
class User(Entity):
    """A user, with its groups in the order of joining."""

    kind: ClassVar[str] = "user"
    boundary: ManagedPolicy | None = None
    groups: dict[str, Group] = field(default_factory=dict)

    def policies(self) -> tuple[Policy, ...]:
        """Return the user's own policies and those of its groups."""
        own: tuple[Policy, ...] = Entity.policies(self)
        return own + tuple(policy for group in self.groups.values() for policy in group.policies())


@dataclass(slots=True, kw_only=True)
class Role(Entity):
    """A role with its trust policy; a session of it lasts ``max_session`` seconds at most."""

    kind: ClassVar[str] = "role"
    trust: InlinePolicy
    description: str = ""
    max_session: int = 3600
    boundary: ManagedPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who acts with a temporary key: a role under a session's name, narrowed by ``policy`` if there is one."""

    role: Role
    name: str
    policy: Policy | None = None

    @property
    def arn(self) -> str:
        """The ARN that STS tells: ``arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION``."""
        account = self.role.arn.split(":")[4]
        return f"arn:aws:sts::{account}:assumed-role/{self.role.name}/{self.name}"


def read_policy(document: Mapping[str, Any] | str, *, name: str) -> InlinePolicy:
    """Parse a policy document; raises ``AwsError`` (``MalformedPolicyDocument``)."""
    try:
        parsed = parse_policy(document, name=name)
    except MalformedPolicy as error:
        raise AwsError("MalformedPolicyDocument", str(error)) from error
    return InlinePolicy(document=parsed.document, parsed=parsed)


def absent(message: str) -> AwsError:
    """Return IAM's error for what does not exist."""
    return AwsError("NoSuchEntity", message, status=404)


def exists(message: str) -> AwsError:
    """Return IAM's error for a name that is taken."""
    return AwsError("EntityAlreadyExists", message, status=409)


def _size(document: Mapping[str, Any]) -> int:
    return len("".join(str(document).split()))
