from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

Made = Any
ARN = "arn:aws:iam::123456789012:role/rotation"


def trust(effect: str = "Allow", **more: object) -> dict[str, object]:
    """Return a trust policy."""
    return {"Statement": [{"Effect": effect, "Action": "sts:AssumeRole"} | more]}


def assume(world: Made, policy: dict[str, object], *, allowed: bool = False, **more: object) -> Any:
    """Let user ``smtp`` assume a role with that trust policy; ``allowed``: its own policies say it may."""
    world.iam.add_role("rotation", trust=policy)
    world.iam.add_user("smtp")
    if allowed:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ARN}
        world.iam.put_user_policy("smtp", "assume", {"Statement": statement})
    client = world.client("sts", world.iam.add_key("smtp"))
    return client.assume_role(**({"RoleArn": ARN, "RoleSessionName": "nightly"} | more))


USER = "arn:aws:iam::123456789012:user/smtp"


@pytest.mark.parametrize(
    ("policy", "allowed", "may"),
    [
        (trust(Principal={"AWS": USER}), False, True),
        (trust(Principal={"AWS": "arn:aws:iam::123456789012:root"}), False, False),
        (trust(Principal={"AWS": "123456789012"}), True, True),
        (trust(Principal={"Service": "lambda.amazonaws.com"}), True, False),
        (trust("Deny", Principal={"AWS": USER}), True, False),
        (trust(Principal={"AWS": USER}, Condition={"StringEquals": {"sts:ExternalId": "7777"}}), False, False),
    ],
)
def test_both_sides_have_to_agree(world: Made, policy: dict[str, object], allowed: bool, may: bool) -> None:
    """A trust policy that names the user suffices; one that names the account needs the user's own permission too."""
    if not may:
        with pytest.raises(ClientError, match=r"AccessDenied.*sts:AssumeRole on resource"):
            assume(world, policy, allowed=allowed)
    else:
        assert assume(world, policy, allowed=allowed)["AssumedRoleUser"]["Arn"].endswith(
            "assumed-role/rotation/nightly"
        )


def test_an_external_id_meets_its_condition(world: Made) -> None:
    """The external id is part of what the trust policy sees."""
    policy = trust(Principal={"AWS": USER}, Condition={"StringEquals": {"sts:ExternalId": "7777"}})
    assert assume(world, policy, ExternalId="7777")["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_a_session_lasts_as_long_as_asked(world: Made) -> None:
    """A session ends by the lab's clock after the seconds that were asked for; the role's maximum holds."""
    told = assume(world, trust(Principal={"AWS": USER}), DurationSeconds=900)["Credentials"]
    assert told["Expiration"].isoformat().startswith("2026-05-12T18:58")
    key = world.iam.key(told["AccessKeyId"])
    assert world.client("sts", key).get_caller_identity()["UserId"].endswith(":nightly")
    with pytest.raises(ClientError, match="ValidationError"):
        world.client("sts").assume_role(RoleArn=ARN, RoleSessionName="x1", DurationSeconds=3601)
    with pytest.raises(ClientError, match="ValidationError"):
        world.client("sts").assume_role(RoleArn=ARN, RoleSessionName="no spaces")


def test_a_role_that_is_absent_is_refused_in_the_same_words(world: Made) -> None:
    """Whether a role exists is not told to who may not assume it."""
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("sts").assume_role(RoleArn=ARN, RoleSessionName="x1")


def test_a_key_id_tells_its_account(world: Made) -> None:
    """GetAccessKeyInfo reads the account out of the id, whether the key exists or not."""
    key_id = world.iam.administrator.key_id
    assert world.client("sts").get_access_key_info(AccessKeyId=key_id)["Account"] == "123456789012"
