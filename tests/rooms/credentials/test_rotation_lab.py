from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mailstrata.cli.credentials_rotate import tools_of
from mailstrata.credentials.rotation_run import Rotating, Told
from mailstrata.credentials.rotation_target import find_target
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.model.errors import Refusal
from mailstrata.wiring import Stage, on_lab

pytestmark = pytest.mark.lab

USER = "ses-smtp-relay"
NEEDED = (
    "iam:ListAccessKeys",
    "iam:GetAccessKeyLastUsed",
    "iam:CreateAccessKey",
    "iam:UpdateAccessKey",
    "iam:DeleteAccessKey",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
)


def _operator(lab: Living, actions: tuple[str, ...]) -> LabClient:
    """Somebody who may do only that."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    lab.parts.iam.add_user("operator")
    lab.parts.iam.put_user_policy("operator", "rotating", {"Version": "2012-10-17", "Statement": [statement]})
    key = lab.parts.iam.add_key("operator")
    return LabClient(lab.url, (key.key_id, key.secret))


@asynccontextmanager
async def _here(client: LabClient) -> AsyncIterator[tuple[Stage, Rotating]]:
    async with on_lab(client) as here:
        made = here.tools(False)
        target = await find_target(here.settings.setup, made.asker, made.ledger)
        yield here, Rotating(target, tools_of(here, target))


async def _whole(actions: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Steps of a rotation by an operator with these permissions, and the user's keys before and after."""
    async with Living.of("healthy") as lab:
        client, iam = _operator(lab, actions), lab.parts.iam
        before, steps = iam.keys_of(USER)[0].key_id, []
        told: list[Told] = []
        while not told or told[-1].waiting:
            told = await _once(client)
            steps += [one.step.value for one in told if not one.waiting]
            assert len(iam.keys_of(USER)) <= 2
        return steps, [before, *(key.key_id for key in iam.keys_of(USER))]


async def _once(client: LabClient) -> list[Told]:
    """Go on as far as it goes, then do what is waited for."""
    async with _here(client) as (here, rotating):
        told = [one async for one in rotating.run()]
        alias = here.settings.setup.aliases[0]
        stored = await here.tools(False).secrets.read(alias.secret)
        if told[-1].until:
            await client.advance((told[-1].until - here.clock.now()).total_seconds() + 1)
        elif told[-1].waiting:
            await client.retype(alias.address, username=stored["username"], password=stored["password"])
    return told


def test_a_whole_rotation_with_no_more_than_its_permissions() -> None:
    """Seven actions are enough from the beginning to the end, and the old key is gone."""
    steps, (before, *after) = asyncio.run(_whole(NEEDED))
    assert steps == [
        "begin", "create", "store", "prove", "promote", "hand-over", "moved", "deactivate", "delete", "tidy",
    ]  # fmt: skip
    assert len(after) == 1
    assert before not in after


@pytest.mark.parametrize("missing", [one for one in NEEDED if one != "iam:GetAccessKeyLastUsed"])
def test_without_one_permission_it_is_refused_by_name(missing: str) -> None:
    """The refusal names the action that is missing; it can be tried again when that is granted."""
    with pytest.raises(Refusal) as error:
        asyncio.run(_whole((*(one for one in NEEDED if one != missing), "iam:ListUsers")))
    assert error.value.status in {3, 4}
    assert missing in f"{error.value.message} {error.value.hint}"


async def _two_at_once() -> tuple[list[Refusal | None], int]:
    async with Living.of("healthy") as lab:
        administrator = lab.parts.iam.administrator
        client = LabClient(lab.url, (administrator.key_id, administrator.secret))

        async def one() -> Refusal | None:
            async with _here(client) as (_, rotating):
                try:
                    _ = [told async for told in rotating.run()]
                except Refusal as refusal:
                    return refusal
            return None

        ends = await asyncio.gather(one(), one())
        return list(ends), len(lab.parts.iam.keys_of(USER))


def test_two_rotations_at_once_make_one_key() -> None:
    """Over one ledger the later one steps back, or finds the work done and waits; no third key is ever tried."""
    ends, keys = asyncio.run(_two_at_once())
    assert keys == 2
    assert None in ends
    assert all("another rotation of" in end.message for end in ends if end)
