"""STS: tells who one is, and lets one act as a role.

    services = {"sts": Sts(iam)}

A role's session gets a temporary key (``ASIA…``), known to ``Iam`` until the lab's clock has passed its expiry.
"""

from __future__ import annotations

import re

from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_entities import AccessKey, Role
from mailstrata.lab.aws.iam_users import account_of
from mailstrata.lab.aws.policy import Question, lower_keys, matching
from mailstrata.lab.aws.query_xml import Form, Result, answer, number, required
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse, Principal
from mailstrata.lab.aws.wildcards import Context

_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


class Sts:
    """The service ``sts``, one for all regions."""

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer one call."""
        form = request.form()
        action = form.get("Action", "")
        if action == "GetCallerIdentity":
            result = _identity(request.principal)
        elif action == "AssumeRole":
            result = self._assume_role(form, request.principal)
        elif action == "GetAccessKeyInfo":
            result = {"Account": account_of(required(form, "AccessKeyId"))}
        else:
            raise AwsError("InvalidAction", f"the lab does not emulate sts {action[:64]}")
        return answer(request, action, result)

    def _assume_role(self, form: Form, caller: Principal) -> Result:
        name = required(form, "RoleSessionName")
        if not _SESSION_NAME.fullmatch(name):
            raise AwsError("ValidationError", f"Value '{name[:64]}' at 'roleSessionName' is not a session name")
        role = self._role(required(form, "RoleArn"), caller, external_id=form.get("ExternalId"))
        seconds = number(form, "DurationSeconds", default=3600, low=900, high=role.max_session)
        key = self._iam.open_session(role.name, name=name, seconds=seconds, policy=form.get("Policy"))
        session = self._iam.principal(key.key_id)
        assert session is not None
        assumed = {"AssumedRoleId": session.user_id, "Arn": session.arn}
        return {"Credentials": _credentials(key), "AssumedRoleUser": assumed}

    def _role(self, arn: str, caller: Principal, *, external_id: str | None) -> Role:
        """Return the role if both sides agree; a role that does not exist is refused in the same words."""
        role = next((role for role in self._iam.roles.values() if role.arn == arn), None)
        context: Context = {"sts:ExternalId": (external_id,)} if external_id else {}
        if role is None or not self._may_assume(role, caller, context):
            who = f"User: {caller.arn} is not authorized to perform: sts:AssumeRole"
            raise AwsError("AccessDenied", f"{who} on resource: {arn[:256]}", status=403)
        return role

    def _may_assume(self, role: Role, caller: Principal, context: Context) -> bool:
        """Ask both policies: a trust policy that names the caller suffices, one that names the account does not."""
        if self._iam.is_administrator(caller):
            return True  # the lab's own: it builds worlds, also around roles that trust only services
        known = lower_keys(context)
        account = frozenset({caller.account, f"arn:aws:iam::{caller.account}:root"})
        named = Question(action="sts:AssumeRole", context=known, principals=frozenset({caller.arn}))
        anyone = Question(action="sts:AssumeRole", context=known, principals=account | {caller.arn})
        decision = self._iam.allows(caller, "sts:AssumeRole", resource=role.arn, context=context)
        trust = (role.trust.parsed,)
        if decision.explicit_deny or matching(trust, anyone, allow=False):
            return False
        if matching(trust, named, allow=True):
            return True
        return decision.allowed and bool(matching(trust, anyone, allow=True))


def _identity(caller: Principal) -> Result:
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}


def _credentials(key: AccessKey) -> Result:
    return {
        "AccessKeyId": key.key_id,
        "SecretAccessKey": key.secret,
        "SessionToken": key.session_token,
        "Expiration": key.expires,
    }
