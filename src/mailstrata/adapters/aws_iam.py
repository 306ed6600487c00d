"""Asks IAM and STS: whose credentials these are, whose an access key is, what a user may do.

    answers = IamAnswers(aws)
    await answers.access_key(AccessKey(key_id="AKIA…"))     # Seen(AccessKeyFacts(user="ses-smtp-relay", status="Inactive"))

The way from the bare key id that Gmail holds to its user is GetAccessKeyLastUsed (facts.md F). AWS answers "denied" both
when we may not ask and when the account has no such key, so every user's keys are looked through before a key is Absent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.aws import THREADS, Answer, Aws
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.adapters.aws_ses_facts import moment
from mailstrata.model.facts import AccessKeyFacts, CallerFacts, SimulationFacts
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, Caller, MaySend, Question

_MISSHAPEN = frozenset({"InvalidInput", "ParamValidationError", "ValidationError"})
MAX_USERS = 1000
"""Users whose keys are looked through at most: one call each."""


class IamAnswers:
    """Answers the questions about credentials and permissions."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {Caller: self.caller, AccessKey: self.access_key, MaySend: self.may_send}

    async def caller(self, _: Caller) -> Observation[CallerFacts]:
        """Account and ARN of our own credentials, by sts:GetCallerIdentity, which nobody can be denied."""
        call = Call(service="sts", operation="GetCallerIdentity")
        return await self._aws.ask(call, lambda it: CallerFacts(account=str(it["Account"]), arn=str(it["Arn"])))

    async def access_key(self, question: AccessKey) -> Observation[AccessKeyFacts]:
        """User, status and last use of a key of the account at hand."""
        used = iam_call("GetAccessKeyLastUsed", AccessKeyId=question.key_id)
        answer = await self._aws.reply(used)
        if isinstance(answer, Failure):
            if not _leaves_it_open(answer):
                return self._aws.unseen(answer)
            return await self._searched(question.key_id, answer)
        if not answer.get("UserName"):
            return await self._searched(question.key_id, _nameless(question.key_id))
        return await self._of_user(question.key_id, str(answer["UserName"]), answer)

    async def may_send(self, question: MaySend) -> Observation[SimulationFacts]:
        """Whether the user may send as ``sender``, by iam:SimulatePrincipalPolicy on the identity of its domain.

        Unknown when the policies turn on something that only a real send has, such as ``aws:SourceIp``.
        """
        user = iam_call("GetUser", UserName=question.user)
        told = await self._aws.reply(user)
        if isinstance(told, Failure):
            return self._aws.unseen(told)
        arn = self._aws.seen(told, user, lambda it: str(it["User"]["Arn"]))
        if isinstance(arn, Unknown):
            return arn
        call = iam_call("SimulatePrincipalPolicy", **_simulation(arn.value, question))
        simulated = await self._aws.ask(call, lambda it: it["EvaluationResults"][0])
        if not isinstance(simulated, Seen):
            return simulated
        unsure = _depends_on(simulated.value, question)
        return unsure or self._aws.seen(simulated.value, call, _simulation_facts)

    async def _of_user(self, key_id: str, user: str, used: Answer) -> Observation[AccessKeyFacts]:
        call = iam_call("ListAccessKeys", UserName=user)
        keys = await self._aws.pages(call, "AccessKeyMetadata")
        if isinstance(keys, Failure):
            return self._aws.unseen(keys)
        found = self._aws.seen(keys, call, lambda them: [key for key in them if key["AccessKeyId"] == key_id])
        if isinstance(found, Unknown) or found.value:
            return found if isinstance(found, Unknown) else self._key(found.value[0], used, call)
        return Absent(how=f"not among the keys of {user}", source=call.source, at=found.at)

    def _key(self, listed: Answer, used: Answer, call: Call) -> Seen[AccessKeyFacts] | Unknown:
        return self._aws.seen(listed, call, lambda it: key_facts(it, used))

    async def _searched(self, key_id: str, first: Failure) -> Observation[AccessKeyFacts]:
        """Look through the keys of all users. Absent only when all of them were seen."""
        listing = iam_call("ListUsers", MaxItems=1000)
        users = await self._aws.pages(listing, "Users")
        if isinstance(users, Failure):
            return self._unsearched(first, users)
        names = self._aws.seen(users, listing, lambda them: [str(user["UserName"]) for user in them])
        if isinstance(names, Unknown):
            return names
        found = await self._among(key_id, names.value[:MAX_USERS], first)
        if isinstance(found, Absent) and (unseen := _unseen(first, len(names.value))):
            return unseen
        return found

    async def _among(self, key_id: str, users: Sequence[str], first: Failure) -> Observation[AccessKeyFacts]:
        worst: Failure | None = None
        for start in range(0, len(users), THREADS):
            asked = users[start : start + THREADS]
            listed = await asyncio.gather(*(self._keys_of(user) for user in asked))
            for call, keys in listed:
                if isinstance(keys, Failure):
                    worst = keys if not isinstance(keys.observation, Absent) else worst
                elif mine := [key for key in keys if key.get("AccessKeyId") == key_id]:
                    return self._key(mine[0], {}, call)
        if worst:
            return self._unsearched(first, worst)
        absent = Absent(how=f"not among the keys of the account's {len(users)} users", source="AWS iam")
        return self._aws.unseen(Failure(code="", message="", observation=absent))

    async def _keys_of(self, user: str) -> tuple[Call, list[Any] | Failure]:
        call = iam_call("ListAccessKeys", UserName=user)
        return call, await self._aws.pages(call, "AccessKeyMetadata")

    def _unsearched(self, first: Failure, then: Failure) -> Absent | Unknown:
        """Neither way was open: tell both permissions, of which one would be enough for a key that exists."""
        reasons = [seen for seen in (first.observation, then.observation) if isinstance(seen, Unknown)]
        needs = dict.fromkeys(seen.needs for seen in reasons if seen.needs)
        return Unknown(reason="; ".join(seen.reason for seen in reasons), needs=", and ".join(needs))


def iam_call(operation: str, **params: Any) -> Call:
    """A call to IAM, which is in no region."""
    return Call(service="iam", operation=operation, params=params)


def key_facts(listed: Answer, used: Answer) -> AccessKeyFacts:
    """A key from its entry in ListAccessKeys and, as far as there is one, the answer of GetAccessKeyLastUsed."""
    last = used.get("AccessKeyLastUsed") or {}
    return AccessKeyFacts(
        user=str(listed["UserName"]),
        status=str(listed["Status"]),
        created=moment(listed["CreateDate"]),
        last_used=_moment_or_none(last.get("LastUsedDate")),
        last_service=_unless_none(last.get("ServiceName")),
        last_region=_unless_none(last.get("Region")),
    )


def _moment_or_none(value: Any) -> datetime | None:
    return None if value is None else moment(value)


def _unless_none(value: Any) -> str:
    """``N/A`` stands for "never used" (facts.md F)."""
    return "" if value in {None, "N/A"} else str(value)


def _leaves_it_open(failed: Failure) -> bool:
    """Whether a search would tell more: denied, not known, or an id of a form that AWS or boto3 does not look up."""
    return failed.denied or isinstance(failed.observation, Absent) or failed.code in _MISSHAPEN


def _nameless(key_id: str) -> Failure:
    reason = f"AWS knows {key_id} but names no user of it: it may belong to the account's root user"
    return Failure(code="NoUserName", message="", observation=Unknown(reason=reason, needs="the root user's word"))


def _unseen(first: Failure, users: int) -> Unknown | None:
    """Why a key that was not found among the users may exist all the same."""
    if first.code == "NoUserName" and isinstance(first.observation, Unknown):
        return first.observation
    if users > MAX_USERS:
        reason = f"the account has {users} users, of whom {MAX_USERS} were looked through"
        return Unknown(reason=reason, needs="the permission iam:GetAccessKeyLastUsed")
    return None


def _simulation(arn: str, question: MaySend) -> dict[str, Any]:
    partition, account = arn.split(":")[1], arn.split(":")[4]
    identity = f"arn:{partition}:ses:{question.region}:{account}:identity/{domain_of(question.sender)}"
    sender = {"ContextKeyName": "ses:FromAddress", "ContextKeyValues": [question.sender], "ContextKeyType": "string"}
    return {
        "PolicySourceArn": arn,
        "ActionNames": ["ses:SendRawEmail"],
        "ResourceArns": [identity],
        "ContextEntries": [sender],
    }


def _depends_on(result: Answer, question: MaySend) -> Unknown | None:
    missing = ", ".join(sorted(str(key) for key in result.get("MissingContextValues") or ()))
    if not missing:
        return None
    return Unknown(
        reason=f"whether {question.user} may send depends on {missing}, which only a real send has",
        needs="a test message",
    )


def _simulation_facts(result: Answer) -> SimulationFacts:
    matched = result.get("MatchedStatements") or ()
    names = dict.fromkeys(str(statement["SourcePolicyId"]) for statement in matched)
    return SimulationFacts(decision=str(result["EvalDecision"]), statements=tuple(names))
