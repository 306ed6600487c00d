from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.request import AwsError, Principal
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids

SENDING = {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}]}
DENYING = {"Statement": [{"Effect": "Deny", "Action": "ses:*", "Resource": "*"}]}
SES_ALL = "arn:aws:iam::aws:policy/AmazonSESFullAccess"
SES_READ = "arn:aws:iam::aws:policy/AmazonSESReadOnlyAccess"


@pytest.fixture
def clock() -> LabClock:
    """A clock that begins at a fixed moment."""
    return LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC))


@pytest.fixture
def iam(clock: LabClock) -> Iam:
    """An account with one user ``smtp`` that may do nothing."""
    iam = Iam(account="123456789012", clock=clock, ids=Ids("iam"))
    iam.add_user("smtp")
    return iam


def who(iam: Iam) -> Principal:
    """Return the user ``smtp`` as a principal, with a key."""
    keys = iam.keys_of("smtp")
    principal = iam.principal((keys[0] if keys else iam.add_key("smtp")).key_id)
    assert principal is not None
    return principal


def may_send(iam: Iam) -> bool:
    """Tell whether ``smtp`` may send."""
    return iam.allows(who(iam), "ses:SendRawEmail", resource="*", context={}).allowed


def refused(error: pytest.ExceptionInfo[AwsError]) -> tuple[str, int]:
    """Return code and status of a refusal."""
    return error.value.code, error.value.status


def test_the_administrator_may_do_anything(iam: Iam) -> None:
    """The lab's administrator has a key from the start, the same in every run, and all permissions."""
    again = Iam(account="123456789012", clock=LabClock(datetime(2030, 1, 1, tzinfo=UTC)), ids=Ids("iam"))
    principal = iam.principal(iam.administrator.key_id)
    assert principal is not None
    assert iam.allows(principal, "iam:DeleteUser", resource="*", context={}).allowed
    assert (again.administrator.key_id, again.administrator.secret) == (
        iam.administrator.key_id,
        iam.administrator.secret,
    )


def test_a_third_key_exceeds_the_limit_also_beside_an_inactive_one(iam: Iam) -> None:
    """A user has at most two keys, and an inactive one counts."""
    iam.add_key("smtp", status="Inactive")
    iam.add_key("smtp")
    with pytest.raises(AwsError) as error:
        iam.add_key("smtp")
    assert refused(error) == ("LimitExceeded", 409)


def test_a_deleted_key_is_gone(iam: Iam) -> None:
    """After its deletion a key is unknown, and there is room for another."""
    keys = [iam.add_key("smtp"), iam.add_key("smtp")]
    iam.delete_key(keys[0].key_id)
    assert iam.key(keys[0].key_id) is None
    assert iam.principal(keys[0].key_id) is None
    assert iam.add_key("smtp") in iam.keys_of("smtp")


def test_last_use_is_the_last_one_only(iam: Iam, clock: LabClock) -> None:
    """A key remembers time, service and region of its last use."""
    key = iam.add_key("smtp")
    assert key.last_used is None
    iam.touch(key.key_id, service="sts", region="us-east-1")
    clock.advance(60)
    iam.touch(key.key_id, service="ses", region="eu-west-1")
    used = iam.keys_of("smtp")[0]
    assert (used.last_service, used.last_region) == ("ses", "eu-west-1")
    assert used.last_used is not None
    assert used.last_used >= datetime(2026, 5, 12, 18, 44, tzinfo=UTC)


def test_a_key_of_choice_is_kept_as_given(iam: Iam) -> None:
    """A scenario can say id, secret, status and age of a key; the same id cannot be given twice."""
    made = datetime(2023, 1, 1, tzinfo=UTC)
    key = iam.add_key("smtp", key_id="AKIA2OGYBAH6UEXAMPLE", secret="s" * 40, status="Inactive", created=made)
    assert (key.status, key.created) == ("Inactive", made)
    with pytest.raises(AwsError, match="EntityAlreadyExists"):
        iam.add_key("smtp", key_id="AKIA2OGYBAH6UEXAMPLE")


def test_secrets_are_not_shown(iam: Iam) -> None:
    """Neither secret nor session token is part of a key's repr."""
    iam.add_role("r", trust=SENDING)
    key = iam.open_session("r", name="s1", seconds=900)
    assert key.session_token is not None
    assert key.secret not in repr(key)
    assert key.session_token not in repr(key)


def test_inline_attached_and_group_policies_allow(iam: Iam) -> None:
    """A permission may come from an inline policy, a managed one or a group's, and goes with it."""
    assert not may_send(iam)
    iam.put_user_policy("smtp", "sending", SENDING)
    assert may_send(iam)
    iam.remove_user_policy("smtp", "sending")
    assert not may_send(iam)
    iam.attach_managed("smtp", SES_ALL)
    assert may_send(iam)
    iam.detach_managed("smtp", SES_ALL)
    iam.add_group("senders").put_policy("sending", SENDING)
    iam.add_to_group("smtp", "senders")
    assert may_send(iam)
    iam.remove_from_group("smtp", "senders")
    assert not may_send(iam)


def test_a_boundary_and_an_organisation_take_away(iam: Iam) -> None:
    """Neither a permissions boundary nor a service control policy gives, but both take away."""
    iam.put_user_policy("smtp", "sending", SENDING)
    iam.set_boundary("smtp", SES_READ)
    assert not may_send(iam)
    iam.set_boundary("smtp", None)
    assert may_send(iam)
    iam.deny_in_organization("no-ses", DENYING)
    assert not may_send(iam)
    administrator = iam.principal(iam.administrator.key_id)
    assert administrator is not None
    assert iam.allows(administrator, "ses:SendRawEmail", resource="*", context={}).allowed


def test_conditions_see_the_context_of_the_request(iam: Iam) -> None:
    """The caller's context decides a condition, whatever the case of its keys."""
    condition = {"StringLike": {"ses:FromAddress": "*@sailing.example"}}
    iam.put_user_policy("smtp", "sending", {"Statement": [SENDING["Statement"][0] | {"Condition": condition}]})
    asked = [
        iam.allows(who(iam), "ses:SendRawEmail", resource="*", context={"ses:fromAddress": [address]}).allowed
        for address in ("a@sailing.example", "a@dock.example")
    ]
    assert asked == [True, False]


def test_a_policy_can_name_the_user_by_variable(iam: Iam) -> None:
    """``${aws:username}`` stands for the user who asks."""
    own = {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::*:user/${aws:username}"}
    iam.put_user_policy("smtp", "self", {"Statement": [own]})
    asked = [
        iam.allows(who(iam), "iam:CreateAccessKey", resource=f"arn:aws:iam::123456789012:user/{name}", context={})
        for name in ("smtp", "other")
    ]
    assert [decision.allowed for decision in asked] == [True, False]


def test_a_session_acts_as_its_role_until_it_expires(iam: Iam, clock: LabClock) -> None:
    """A temporary key has a token, its role's permissions narrowed by the session's policy, and an end."""
    iam.add_role("rotation", trust=SENDING).put_policy("all", {"Statement": [{"Effect": "Allow", "Action": "*"}]})
    key = iam.open_session("rotation", name="nightly", seconds=900, policy=SENDING)
    principal = iam.principal(key.key_id)
    assert principal is not None
    assert principal.arn == "arn:aws:sts::123456789012:assumed-role/rotation/nightly"
    assert key.key_id.startswith("ASIA")
    asked = [
        iam.allows(principal, action, resource="*", context={}).allowed
        for action in ("ses:SendRawEmail", "iam:GetUser")
    ]
    assert asked == [True, False]
    clock.advance(901)
    late = iam.key(key.key_id)
    assert late is not None
    assert late.status == "Expired"


def test_a_principal_that_is_gone_may_do_nothing(iam: Iam) -> None:
    """Who was deleted has no permissions left, also when another of that name is made elsewhere."""
    iam.attach_managed("smtp", SES_ALL)
    before = who(iam)
    iam.delete_key(before.key_id)
    iam.detach_managed("smtp", SES_ALL)
    iam.delete_user("smtp")
    iam.add_user("smtp", path="/other/")
    iam.attach_managed("smtp", SES_ALL)
    assert not iam.allows(before, "ses:SendRawEmail", resource="*", context={}).allowed


def test_a_user_with_belongings_cannot_be_deleted(iam: Iam) -> None:
    """A user's keys and policies have to go first."""
    key = iam.add_key("smtp")
    with pytest.raises(AwsError) as error:
        iam.delete_user("smtp")
    assert refused(error) == ("DeleteConflict", 409)
    iam.delete_key(key.key_id)
    iam.delete_user("smtp")
    with pytest.raises(AwsError) as gone:
        iam.user("smtp")
    assert refused(gone) == ("NoSuchEntity", 404)


def test_names_are_taken_once_and_checked(iam: Iam) -> None:
    """A second user of a name and a name with odd characters are refused."""
    with pytest.raises(AwsError, match="EntityAlreadyExists"):
        iam.add_user("smtp")
    with pytest.raises(AwsError, match="ValidationError"):
        iam.add_user("no spaces")
    with pytest.raises(AwsError, match="ValidationError"):
        iam.add_group("g", path="no-slash")


def test_an_absent_thing_is_named(iam: Iam) -> None:
    """What does not exist is ``NoSuchEntity``."""
    deeds = (
        lambda: iam.group("x"),
        lambda: iam.role("x"),
        lambda: iam.managed_policy("arn:aws:iam::aws:policy/X"),
        lambda: iam.set_status("AKIAX", "Active"),
        lambda: iam.remove_user_policy("smtp", "x"),
        lambda: iam.detach_managed("smtp", SES_ALL),
    )
    for deed in deeds:
        with pytest.raises(AwsError, match="NoSuchEntity"):
            deed()
