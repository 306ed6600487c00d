"""Access keys as a rotation handles them: at most two for each user, of which an inactive one counts (facts.md F).

keys = IamKeys(aws)
key_id, secret = await keys.create("ses-smtp-relay")     # AWS shows the secret now and never again
"""

from __future__ import annotations

import asyncio
from typing import Any

from mailstrata.adapters.aws import Aws, refusal
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.adapters.aws_iam import iam_call, key_facts
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.observation import Unknown


class IamKeys:
    """``model.ports.Keys``. Each raises ``Refusal`` (status 4) when AWS did not do it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    async def of_user(self, user: str) -> tuple[tuple[str, AccessKeyFacts], ...]:
        """Key id and facts of each key of a user; what AWS will not tell of its last use is left out."""
        call = iam_call("ListAccessKeys", UserName=user)
        listed = await self._aws.pages(call, "AccessKeyMetadata")
        if isinstance(listed, Failure):
            raise refusal(listed, call)
        return tuple(await asyncio.gather(*(self._told(key, call) for key in listed)))

    async def create(self, user: str) -> tuple[str, str]:
        """A new key: its id and its secret. Refused when the user has two keys already."""
        call = Call(service="iam", operation="CreateAccessKey", params={"UserName": user}, private=True)
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure):
            raise _full(user) if answer.code in {"LimitExceeded", "LimitExceededException"} else refusal(answer, call)
        made = answer["AccessKey"]
        return str(made["AccessKeyId"]), str(made["SecretAccessKey"])

    async def set_status(self, user: str, key_id: str, status: str) -> None:
        """``Active`` or ``Inactive``; each can be taken back by the other."""
        await self._aws.do(iam_call("UpdateAccessKey", UserName=user, AccessKeyId=key_id, Status=status))

    async def delete(self, user: str, key_id: str) -> None:
        """Remove a key for ever."""
        await self._aws.do(iam_call("DeleteAccessKey", UserName=user, AccessKeyId=key_id))

    async def _told(self, listed: Any, call: Call) -> tuple[str, AccessKeyFacts]:
        used = await self._aws.reply(iam_call("GetAccessKeyLastUsed", AccessKeyId=listed["AccessKeyId"]))
        facts = self._aws.seen(listed, call, lambda it: key_facts(it, {} if isinstance(used, Failure) else used))
        if isinstance(facts, Unknown):
            raise Refusal(facts.reason, status=4)
        return str(listed["AccessKeyId"]), facts.value


def _full(user: str) -> Refusal:
    return Refusal(
        f"{user} has two access keys already, and AWS allows no third (an inactive one counts)",
        "remove the one that is proven dead, never simply the oldest: it may be the one that Gmail holds",
        status=4,
    )
