"""Every access key of the account that could log in at SES's SMTP endpoint: age, use, and whether its user may send.

    await KeyTable(aws).rows("us-east-1")     # (KeyRow(key_id="AKIA…", user="ses-smtp-relay", ...), ...)

Any active key of any IAM user is an SMTP credential once a password is derived of it (facts.md A3). What may not be asked
is told beside the row and hides no other row. Last use is the last request only, and whether SMTP logins count is not
documented (facts.md F): it proves use, never disuse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mailstrata.adapters.aws import THREADS, Aws
from mailstrata.adapters.aws_faults import Failure
from mailstrata.adapters.aws_iam import MAX_USERS, iam_call, key_facts
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.observation import Seen, Unknown

_ALLOWED = {"allowed": True, "implicitDeny": False, "explicitDeny": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key. ``may_send`` is what IAM's simulation says of ses:SendRawEmail on everything, ``None`` where it cannot tell."""

    key_id: str
    facts: AccessKeyFacts
    may_send: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The table, and what could not be seen of it, each in a sentence."""

    rows: tuple[KeyRow, ...]
    unseen: tuple[str, ...]


class KeyTable:
    """Reads it; changes nothing."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._unseen: dict[str, None] = {}

    async def read(self) -> Keys:
        """All keys of at most `MAX_USERS` users, by user and age."""
        listing = iam_call("ListUsers", MaxItems=1000)
        users = await self._aws.pages(listing, "Users")
        if isinstance(users, Failure):
            self._missed(users)
            return Keys(rows=(), unseen=tuple(self._unseen))
        named = [(str(one.get("UserName", "")), str(one.get("Arn", ""))) for one in users[:MAX_USERS]]
        if len(users) > MAX_USERS:
            self._unseen[f"the account has {len(users)} users, of whom {MAX_USERS} were looked through"] = None
        rows: list[KeyRow] = []
        for start in range(0, len(named), THREADS):
            found = await asyncio.gather(*(self._of(*one) for one in named[start : start + THREADS]))
            rows += [row for some in found for row in some]
        return Keys(rows=tuple(rows), unseen=tuple(self._unseen))

    async def _of(self, user: str, arn: str) -> Sequence[KeyRow]:
        listed = await self._aws.pages(iam_call("ListAccessKeys", UserName=user), "AccessKeyMetadata")
        if isinstance(listed, Failure):
            self._missed(listed)
            return ()
        may_send = await self._may_send(arn) if listed else None
        return [row for key in listed if (row := await self._row(key, may_send)) is not None]

    async def _row(self, listed: dict[str, object], may_send: bool | None) -> KeyRow | None:
        call = iam_call("GetAccessKeyLastUsed", AccessKeyId=listed.get("AccessKeyId"))
        used = await self._aws.reply(call)
        if isinstance(used, Failure):
            self._missed(used)
        facts = self._aws.seen(listed, call, lambda it: key_facts(it, {} if isinstance(used, Failure) else used))
        if isinstance(facts, Unknown):
            self._unseen[facts.reason] = None
            return None
        return KeyRow(key_id=str(listed["AccessKeyId"]), facts=facts.value, may_send=may_send)

    async def _may_send(self, arn: str) -> bool | None:
        call = iam_call("SimulatePrincipalPolicy", PolicySourceArn=arn, ActionNames=["ses:SendRawEmail"])
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure):
            self._missed(answer)
            return None
        told = self._aws.seen(answer, call, lambda it: it["EvaluationResults"][0])
        if not isinstance(told, Seen) or told.value.get("MissingContextValues"):
            return None  # a policy with a condition on the sender or the address: only a real send has these
        return _ALLOWED.get(str(told.value.get("EvalDecision")))

    def _missed(self, failed: Failure) -> None:
        seen = failed.observation
        reason = f"{seen.reason} ({seen.needs})" if isinstance(seen, Unknown) and seen.needs else str(failed.message)
        self._unseen[reason or failed.code] = None
