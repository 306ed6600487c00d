"""The table of keys."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.aws_key_table import Keys, KeyTable
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.wiring import on_lab

pytestmark = pytest.mark.lab


async def _read(*allowed: str) -> Keys:
    async with Living.of("healthy") as lab:
        iam = lab.parts.iam
        iam.add_user("operator")
        statement = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        iam.put_user_policy("operator", "some", {"Version": "2012-10-17", "Statement": [statement]})
        key = iam.add_key("operator")
        async with on_lab(LabClient(lab.url, (key.key_id, key.secret))) as here:
            return await KeyTable(here.aws).read()


ALL = ("iam:ListUsers", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:SimulatePrincipalPolicy")


def test_every_key_of_every_user_is_in_it() -> None:
    """With what its user may do."""
    keys = asyncio.run(_read(*ALL))
    found = {row.facts.user: row.may_send for row in keys.rows}
    assert found == {"lab-administrator": True, "ses-smtp-relay": True, "operator": False}
    assert keys.unseen == ()


@pytest.mark.parametrize("missing", ALL[2:])
def test_what_may_not_be_asked_is_named_and_the_rest_still_runs(missing: str) -> None:
    """A missing permission hides its column and no row."""
    keys = asyncio.run(_read(*(one for one in ALL if one != missing)))
    assert len(keys.rows) == 3
    assert any(missing in reason for reason in keys.unseen)


def test_without_the_list_of_users_there_is_no_table_and_that_is_said() -> None:
    """Nothing is made up."""
    keys = asyncio.run(_read("iam:ListAccessKeys"))
    assert keys.rows == ()
    assert any("iam:ListUsers" in reason for reason in keys.unseen)
