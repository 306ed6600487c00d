from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mailstrata.lab.aws.iam_entities import INLINE_LIMIT, Group, Role, Session, User, read_policy
from mailstrata.lab.aws.request import AwsError

WHEN = datetime(2026, 5, 12, tzinfo=UTC)
SENDING = {"Statement": {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}}


def named(name: str, kind: str) -> dict[str, Any]:
    """Return what every entity has."""
    arn = f"arn:aws:iam::123456789012:{kind}/{name}"
    return {"name": name, "path": "/", "arn": arn, "unique_id": "AIDA", "created": WHEN}


def test_a_user_has_the_policies_of_its_groups() -> None:
    """A user's own policies come first, then its groups'."""
    user, group = User(**named("smtp", "user")), Group(**named("senders", "group"))
    user.put_policy("own", SENDING)
    group.put_policy("shared", SENDING)
    user.groups["senders"] = group
    assert [policy.name for policy in user.policies()] == ["user_smtp_own", "group_senders_shared"]


def test_inline_policies_share_one_limit() -> None:
    """All inline policies of an entity together have a size; replacing one frees what it took."""
    user = User(**named("smtp", "user"))
    half = {"Statement": {"Effect": "Allow", "Action": "x" * (INLINE_LIMIT["user"] // 2), "Resource": "*"}}
    user.put_policy("a", half)
    user.put_policy("a", half)
    with pytest.raises(AwsError, match="LimitExceeded"):
        user.put_policy("b", half)
    user.remove_policy("a")
    user.put_policy("b", half)
    assert list(user.inline) == ["b"]


def test_a_session_names_role_and_session() -> None:
    """The ARN of a session is STS's, without the role's path."""
    role = Role(**named("rotation", "role"), trust=read_policy(SENDING, name="trust"))
    assert Session(role=role, name="s1").arn == "arn:aws:sts::123456789012:assumed-role/rotation/s1"


def test_a_broken_document_is_refused_in_iam_s_words() -> None:
    """A malformed policy is ``MalformedPolicyDocument`` with the reason."""
    with pytest.raises(AwsError, match="MalformedPolicyDocument: Invalid effect: Permit"):
        read_policy({"Statement": {"Effect": "Permit", "Action": "*"}}, name="p")
