"""IAM's store: users with their keys and policies, and the answer to "may this principal do that?".

    iam = Iam(account="123456789012", clock=clock, ids=Ids("two-faults"))
    iam.add_user("smtp")
    iam.put_user_policy("smtp", "sending", {"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]})
    key = iam.add_key("smtp")
    iam.allows(iam.principal(key.key_id), "ses:SendRawEmail", resource="*", context={}).allowed        # True

A scenario builds its world with these methods, and the API of IAM calls the same ones. Their errors are AWS's own
(``AwsError``: ``NoSuchEntity``, ``EntityAlreadyExists``, ``LimitExceeded``, ``MalformedPolicyDocument``, ``DeleteConflict``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mailstrata.lab.aws.iam_entities import (
    AccessKey,
    Entity,
    Group,
    ManagedPolicy,
    Role,
    Session,
    User,
    absent,
    exists,
    read_policy,
)
from mailstrata.lab.aws.managed_policies import AWS_MANAGED
from mailstrata.lab.aws.policy import Decision, Policy, Question, Standing, decide, lower_keys
from mailstrata.lab.aws.request import AwsError, Principal
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids

ADMINISTRATOR = "lab-administrator"
KEYS_PER_USER = 2  # facts.md F: an inactive key counts
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"/([!-~]{0,510}/)?", re.ASCII)


class Iam:
    """All of one account's users, groups, roles, policies and keys."""

    def __init__(self, *, account: str, clock: LabClock, ids: Ids) -> None:
        self.account = account
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.roles: dict[str, Role] = {}
        self.managed: dict[str, ManagedPolicy] = {}
        self.guardrails: dict[str, Policy] = {}
        self._keys: dict[str, AccessKey] = {}
        self._sessions: dict[str, Session] = {}
        self._clock = clock
        self._ids = ids
        for name, document in AWS_MANAGED.items():
            self._keep_managed(name, document, arn=f"arn:aws:iam::aws:policy/{name}", path="/")
        self.add_user(ADMINISTRATOR)
        self.attach_managed(ADMINISTRATOR, "arn:aws:iam::aws:policy/AdministratorAccess")
        self.administrator = self.add_key(
            ADMINISTRATOR,
            key_id=ids.access_key_id(ADMINISTRATOR, account=account),
            secret=ids.secret_access_key(ADMINISTRATOR),
        )

    # --- keys

    def key(self, key_id: str) -> AccessKey | None:
        """Return an access key, also a temporary one; ``None``: it never existed or was deleted."""
        key = self._keys.get(key_id)
        if key and key.expires and self._clock.now() >= key.expires:
            key.status = "Expired"
        return key

    def keys_of(self, user: str) -> tuple[AccessKey, ...]:
        """Return the access keys of a user, oldest first."""
        self.user(user)
        return tuple(key for key in self._keys.values() if key.user == user and key.key_id not in self._sessions)

    def add_key(
        self,
        user: str,
        *,
        key_id: str | None = None,
        secret: str | None = None,
        status: str = "Active",
        created: datetime | None = None,
    ) -> AccessKey:
        """Make an access key for ``user``; raises ``LimitExceeded`` for a third one."""
        if len(self.keys_of(user)) >= KEYS_PER_USER:
            quota = f"Cannot exceed quota for AccessKeysPerUser: {KEYS_PER_USER}"
            raise AwsError("LimitExceeded", quota, status=409)
        key = AccessKey(
            key_id=key_id or self._ids.access_key_id(account=self.account),
            secret=secret or self._ids.secret_access_key(),
            user=user,
            status=status,
            created=created or self._clock.now(),
        )
        if key.key_id in self._keys:
            raise exists(f"Access key {key.key_id} already exists.")
        self._keys[key.key_id] = key
        return key

    def set_status(self, key_id: str, status: str) -> None:
        """Make a key ``Active`` or ``Inactive``."""
        if status not in {"Active", "Inactive"}:
            raise AwsError("ValidationError", f"Value '{status}' at 'status' must be one of Active, Inactive")
        self._known_key(key_id).status = status

    def delete_key(self, key_id: str) -> None:
        """Delete a key for good."""
        self._known_key(key_id)
        del self._keys[key_id]

    def touch(self, key_id: str, *, service: str, region: str) -> None:
        """Note that a key was used, as ``GetAccessKeyLastUsed`` tells it: the last use only."""
        key = self._keys[key_id]
        key.last_used, key.last_service, key.last_region = self._clock.now(), service, region

    def principal(self, key_id: str) -> Principal | None:
        """Return who acts with an existing key."""
        key = self.key(key_id)
        if key is None:
            return None
        session = self._sessions.get(key_id)
        if session is None:
            user = self.user(key.user)
            return self._principal(user.arn, user.unique_id, name=user.name, key_id=key_id)
        user_id = f"{session.role.unique_id}:{session.name}"
        return self._principal(session.arn, user_id, name=session.role.name, key_id=key_id)

    # --- users, groups, roles, policies

    def add_user(self, name: str, *, path: str = "/") -> User:
        """Make a user without keys or policies."""
        arn = self._arn("user", name, path=path)
        if name in self.users:
            raise exists(f"User with name {name} already exists.")
        unique_id = self._ids.unique_id("AIDA", name)
        self.users[name] = User(name=name, path=path, arn=arn, unique_id=unique_id, created=self._clock.now())
        return self.users[name]

    def user(self, name: str) -> User:
        """Return the user ``name``."""
        if name not in self.users:
            raise absent(f"The user with name {name} cannot be found.")
        return self.users[name]

    def delete_user(self, name: str) -> None:
        """Delete a user that has no keys, policies or groups left."""
        user = self.user(name)
        left = {
            "delete access keys": self.keys_of(name),
            "delete policies": user.inline,
            "detach all policies": user.attached,
            "remove users from group": user.groups,
        }
        self._refuse_leftovers(left)
        del self.users[name]

    def add_group(self, name: str, *, path: str = "/") -> Group:
        """Make a group."""
        arn = self._arn("group", name, path=path)
        if name in self.groups:
            raise exists(f"Group with name {name} already exists.")
        unique_id = self._ids.unique_id("AGPA", name)
        self.groups[name] = Group(name=name, path=path, arn=arn, unique_id=unique_id, created=self._clock.now())
        return self.groups[name]

    def group(self, name: str) -> Group:
        """Return the group ``name``."""
        if name not in self.groups:
            raise absent(f"The group with name {name} cannot be found.")
        return self.groups[name]

    def delete_group(self, name: str) -> None:
        """Delete a group that has no users or policies left."""
        group = self.group(name)
        members = [user for user in self.users.values() if name in user.groups]
        left = {"remove users from group": members, "delete policies": group.inline}
        self._refuse_leftovers(left | {"detach all policies": group.attached})
        del self.groups[name]

    def add_to_group(self, user: str, group: str) -> None:
        """Let ``user`` join ``group``."""
        self.user(user).groups[group] = self.group(group)

    def remove_from_group(self, user: str, group: str) -> None:
        """Let ``user`` leave ``group``."""
        self.group(group)
        self.user(user).groups.pop(group, None)

    def add_role(self, name: str, *, trust: Mapping[str, Any] | str, path: str = "/") -> Role:
        """Make a role that those whom ``trust`` names may assume."""
        arn = self._arn("role", name, path=path)
        if name in self.roles:
            raise exists(f"Role with name {name} already exists.")
        self.roles[name] = Role(
            name=name,
            path=path,
            arn=arn,
            unique_id=self._ids.unique_id("AROA", name),
            created=self._clock.now(),
            trust=read_policy(trust, name=f"trust_{name}"),
        )
        return self.roles[name]

    def role(self, name: str) -> Role:
        """Return the role ``name``."""
        if name not in self.roles:
            raise absent(f"The role with name {name} cannot be found.")
        return self.roles[name]

    def delete_role(self, name: str) -> None:
        """Delete a role that has no policies left."""
        role = self.role(name)
        self._refuse_leftovers({"delete policies": role.inline, "detach all policies": role.attached})
        del self.roles[name]

    def add_managed(self, name: str, document: Mapping[str, Any] | str, *, path: str = "/") -> ManagedPolicy:
        """Make a customer managed policy."""
        arn = self._arn("policy", name, path=path)
        if arn in self.managed:
            raise exists(f"A policy called {name} already exists. Duplicate names are not allowed.")
        return self._keep_managed(name, document, arn=arn, path=path)

    def managed_policy(self, arn: str) -> ManagedPolicy:
        """Return the managed policy ``arn``."""
        if arn not in self.managed:
            raise absent(f"Policy {arn} does not exist or is not attachable.")
        return self.managed[arn]

    def delete_managed(self, arn: str) -> None:
        """Delete a customer managed policy that nobody has attached."""
        self.managed_policy(arn)
        self._refuse_leftovers({"detach all policies": [held for held in self.entities() if arn in held.attached]})
        del self.managed[arn]

    def put_user_policy(self, user: str, name: str, document: Mapping[str, Any] | str) -> None:
        """Add or replace an inline policy of a user."""
        self.user(user).put_policy(name, document)

    def remove_user_policy(self, user: str, name: str) -> None:
        """Drop an inline policy of a user."""
        self.user(user).remove_policy(name)

    def attach_managed(self, user: str, arn: str) -> None:
        """Attach a managed policy to a user."""
        self.user(user).attached[arn] = self.managed_policy(arn)

    def detach_managed(self, user: str, arn: str) -> None:
        """Detach a managed policy from a user."""
        self.user(user).detach(arn)

    def set_boundary(self, user: str, arn: str | None) -> None:
        """Bound what policies can give a user; ``None`` lifts the bound."""
        self.user(user).boundary = self.managed_policy(arn) if arn else None

    def deny_in_organization(self, name: str, document: Mapping[str, Any] | str) -> None:
        """Add a service control policy; only its Deny statements count. The lab's administrator is exempt."""
        self.guardrails[name] = read_policy(document, name=name).parsed

    # --- decisions

    def open_session(
        self, role: str, *, name: str, seconds: int, policy: Mapping[str, Any] | str | None = None
    ) -> AccessKey:
        """Make a temporary key that acts as ``role`` for ``seconds`` of the lab's time, narrowed by ``policy``."""
        parsed = read_policy(policy, name="session").parsed if policy else None
        session = Session(role=self.role(role), name=name, policy=parsed)
        now = self._clock.now()
        key = AccessKey(
            key_id=self._ids.access_key_id(account=self.account, temporary=True),
            secret=self._ids.secret_access_key(),
            user=role,
            status="Active",
            created=now,
            session_token="".join(self._ids.hex(length=64) for _ in range(4)),
            expires=now + timedelta(seconds=seconds),
        )
        self._keys[key.key_id], self._sessions[key.key_id] = key, session
        return key

    def allows(
        self, principal: Principal, action: str, *, resource: str, context: Mapping[str, Sequence[str]]
    ) -> Decision:
        """Evaluate all policies that bear on ``principal``; ``context`` adds to the ``aws:`` keys known of it."""
        known = self.known_context(principal) | lower_keys(context)
        question = Question(action=action, resource=resource, context=known)
        return decide(question, self.standing(principal))

    def standing(self, principal: Principal) -> Standing:
        """Collect the policies that bear on ``principal``; one that is gone has none."""
        session = self._sessions.get(principal.key_id)
        named = (session.role if session else None, self.users.get(principal.name), self.roles.get(principal.name))
        arns = {principal.arn, session.role.arn} if session else {principal.arn}
        entity = next((one for one in named if one and one.arn in arns), None)
        if entity is None:
            return Standing()
        return Standing(
            identity=entity.policies(),
            boundary=(entity.boundary.parsed,) if entity.boundary else None,
            session=(session.policy,) if session and session.policy else None,
            guardrails=() if self.is_administrator(principal) else tuple(self.guardrails.values()),
        )

    def is_administrator(self, principal: Principal) -> bool:
        """Tell the lab's own administrator, who builds worlds and is bound by nothing in them."""
        return principal.arn == self._arn("user", ADMINISTRATOR, path="/")

    def known_context(self, principal: Principal) -> dict[str, tuple[str, ...]]:
        """Return the condition keys that follow from who asks and when."""
        now = self._clock.now()
        known: dict[str, tuple[str, ...]] = {
            "aws:principalarn": (principal.arn,),
            "aws:principalaccount": (principal.account,),
            "aws:userid": (principal.user_id,),
            "aws:currenttime": (now.isoformat(),),
            "aws:epochtime": (str(int(now.timestamp())),),
        }
        if ":user/" in principal.arn:
            known["aws:username"] = (principal.name,)
        return known

    def _principal(self, arn: str, user_id: str, *, name: str, key_id: str) -> Principal:
        return Principal(account=self.account, arn=arn, user_id=user_id, name=name, key_id=key_id)

    def _known_key(self, key_id: str) -> AccessKey:
        if key_id not in self._keys or key_id in self._sessions:
            raise absent(f"The Access Key with id {key_id} cannot be found.")
        return self._keys[key_id]

    def entities(self) -> list[Entity]:
        """Return all users, groups and roles."""
        return [*self.users.values(), *self.groups.values(), *self.roles.values()]

    def _keep_managed(self, name: str, document: Mapping[str, Any] | str, *, arn: str, path: str) -> ManagedPolicy:
        read = read_policy(document, name=name)
        self.managed[arn] = ManagedPolicy(
            name=name,
            arn=arn,
            path=path,
            unique_id=self._ids.unique_id("ANPA", arn),
            created=self._clock.now(),
            document=read.document,
            parsed=read.parsed,
        )
        return self.managed[arn]

    def _arn(self, kind: str, name: str, *, path: str) -> str:
        if not _NAME.fullmatch(name):
            raise AwsError("ValidationError", f"The specified value for {kind}Name is invalid: {name[:64]}")
        if not _PATH.fullmatch(path):
            raise AwsError("ValidationError", f"The specified value for path is invalid: {path[:64]}")
        return f"arn:aws:iam::{self.account}:{kind}{path}{name}"

    @staticmethod
    def _refuse_leftovers(left: Mapping[str, object]) -> None:
        for deed, things in left.items():
            if things:
                raise AwsError("DeleteConflict", f"Cannot delete entity, must {deed} first.", status=409)
