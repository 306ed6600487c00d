"""IAM's policy simulator: tells whether a principal would be allowed to do something.

    SIMULATOR["SimulatePrincipalPolicy"](call)       # EvaluationResults: one per action and resource

It asks the same evaluator as the gate, so that it and the gate cannot disagree. Unlike the gate it takes the request
context from the caller (``ContextEntries``) and tells which condition keys were not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from mailstrata.lab.aws.iam_call import Handler, IamCall
from mailstrata.lab.aws.iam_entities import read_policy
from mailstrata.lab.aws.policy import Decision, Policy, Question, Standing, decide, lower_keys, matching
from mailstrata.lab.aws.query_xml import Result, members, page, structures
from mailstrata.lab.aws.request import AwsError, Principal
from mailstrata.lab.aws.wildcards import Context

MAX_EVALUATIONS = 1000


def _principal_policy(call: IamCall) -> Result:
    principal = _principal(call, call.need("PolicySourceArn"))
    standing = call.iam.standing(principal)
    standing = replace(standing, identity=standing.identity + _given(call, "PolicyInputList"))
    return _simulated(call, standing, call.iam.known_context(principal))


def _custom_policy(call: IamCall) -> Result:
    return _simulated(call, Standing(identity=_given(call, "PolicyInputList")), {})


def _principal(call: IamCall, arn: str) -> Principal:
    for entity in call.iam.entities():
        if entity.arn == arn:
            account = call.iam.account
            return Principal(account=account, arn=arn, user_id=entity.unique_id, name=entity.name, key_id="")
    raise AwsError("NoSuchEntity", f"The entity {arn[:128]} cannot be found.", status=404)


def _given(call: IamCall, name: str) -> tuple[Policy, ...]:
    documents = enumerate(members(call.form, name), start=1)
    return tuple(read_policy(text, name=f"{name}.{number}").parsed for number, text in documents)


def _simulated(call: IamCall, standing: Standing, known: Context) -> Result:
    if bounds := _given(call, "PermissionsBoundaryPolicyInputList"):
        standing = replace(standing, boundary=bounds)
    entries = structures(call.form, "ContextEntries")
    given = {entry.get("ContextKeyName", ""): members(entry, "ContextKeyValues") for entry in entries}
    context = dict(known) | lower_keys(given)
    actions, resources = members(call.form, "ActionNames"), members(call.form, "ResourceArns") or ["*"]
    if not actions or len(actions) * len(resources) > MAX_EVALUATIONS:
        raise AwsError("ValidationError", f"1 to {MAX_EVALUATIONS} actions and resources can be simulated")
    results = [
        _result(Question(action=action, resource=resource, context=context), standing)
        for action, resource in product(actions, resources)
    ]
    return page(call.form, "EvaluationResults", results)


def _result(question: Question, standing: Standing) -> Result:
    decision = decide(question, standing)
    result: dict[str, object] = {
        "EvalActionName": question.action,
        "EvalResourceName": question.resource,
        "EvalDecision": _word(decision),
        "MatchedStatements": [
            {"SourcePolicyId": policy.name, "SourcePolicyType": policy.kind} for policy in decision.matched
        ],
        "MissingContextValues": sorted(set(_missing(question, standing))),
    }
    if standing.boundary is not None:
        allowed = bool(matching(standing.boundary, question, allow=True))
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    if standing.guardrails:
        denied = bool(matching(standing.guardrails, question, allow=False))
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": not denied}
    return result


def _word(decision: Decision) -> str:
    if decision.allowed:
        return "allowed"
    return "explicitDeny" if decision.explicit_deny else "implicitDeny"


def _missing(question: Question, standing: Standing) -> Iterator[str]:
    for policy in standing.identity + (standing.boundary or ()):
        for statement in policy.statements:
            yield from (one.key for one in statement.conditions if one.key.lower() not in question.context)


SIMULATOR: Mapping[str, Handler] = {
    "SimulatePrincipalPolicy": _principal_policy,
    "SimulateCustomPolicy": _custom_policy,
}
