"""The IAM policy evaluator: pure, no store behind it.

    policy = parse_policy({"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}]}, name="sending")
    decide(Question(action="ses:SendRawEmail"), Standing(identity=(policy,))).allowed            # True

An explicit Deny anywhere wins; otherwise an identity policy must allow, and a permissions boundary, if there is one,
too. Source: IAM user guide, "Policy evaluation logic" and "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailstrata.lab.aws.conditions import Condition, MalformedPolicy, arn_matches, holds
from mailstrata.lab.aws.wildcards import Context, matches, pattern

MAX_POLICY = 6144
"""Characters of the largest document that IAM stores (a managed policy)."""

_ELEMENTS = frozenset({
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal", "NotPrincipal",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; an empty ``actions`` means that ``not_actions`` rules (likewise resources and principals)."""

    sid: str
    allow: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    not_principals: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A parsed document with the ``name`` and ``kind`` under which IAM's simulator reports it."""

    name: str
    kind: str = "IAM Policy"
    document: Mapping[str, Any]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this ``action`` be done on this ``resource``? ``principals`` matter to resource policies only."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)
    """Condition keys with their values; keys in lower case (``lower_keys``)."""
    principals: frozenset[str] = frozenset()
    """Who asks, in all the spellings that a resource policy may use: ARN, account id, service name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All policies that bear on a principal."""

    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    """``None``: no permissions boundary is set."""
    session: tuple[Policy, ...] | None = None
    """``None``: the session of a role was not narrowed."""
    guardrails: tuple[Policy, ...] = ()
    """Deny statements of an organisation's service control policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the evaluation said.

    ``reason`` reads as the end of AWS's sentence "User: … is not authorized to perform: … on resource: …": ``because no
    identity-based policy allows the ses:SendRawEmail action`` or ``with an explicit deny in a permissions boundary``.
    """

    allowed: bool
    explicit_deny: bool
    reason: str
    matched: tuple[Policy, ...] = ()
    """The policies whose statements decided."""


def lower_keys(context: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """``context`` as ``Question`` wants it: condition keys are case-insensitive (their values are not)."""
    return {key.lower(): tuple(values) for key, values in context.items()}


def decide(question: Question, standing: Standing) -> Decision:
    """Evaluate all policies of a principal."""
    layers = (
        ("a service control policy", standing.guardrails),
        ("an identity-based policy", standing.identity),
        ("a permissions boundary", standing.boundary or ()),
        ("a session policy", standing.session or ()),
    )
    for name, policies in layers:
        if denying := matching(policies, question, allow=False):
            reason = f"with an explicit deny in {name}"
            return Decision(allowed=False, explicit_deny=True, reason=reason, matched=denying)
    return _allowed(question, standing)


def _allowed(question: Question, standing: Standing) -> Decision:
    layers = (
        ("identity-based policy", standing.identity),
        ("permissions boundary", standing.boundary),
        ("session policy", standing.session),
    )
    decisive: tuple[Policy, ...] = ()
    for name, policies in layers:
        if policies is None:
            continue
        allowing = matching(policies, question, allow=True)
        if not allowing:
            reason = f"because no {name} allows the {question.action} action"
            return Decision(allowed=False, explicit_deny=False, reason=reason)
        decisive += allowing
    reason = "allowed by " + ", ".join(policy.name for policy in decisive)
    return Decision(allowed=True, explicit_deny=False, reason=reason, matched=decisive)


def matching(policies: Iterable[Policy], question: Question, *, allow: bool) -> tuple[Policy, ...]:
    """Return the policies with a statement of that effect that applies to ``question``."""
    return tuple(
        policy
        for policy in policies
        if any(statement.allow is allow and applies(statement, question) for statement in policy.statements)
    )


def applies(statement: Statement, question: Question) -> bool:
    """Whether ``statement`` is about ``question`` and its conditions hold."""
    return (
        _action_fits(statement, question.action)
        and _resource_fits(statement, question)
        and _principal_fits(statement, question.principals)
        and all(holds(condition, question.context) for condition in statement.conditions)
    )


def _action_fits(statement: Statement, action: str) -> bool:
    listed = statement.actions or statement.not_actions
    fits = any(matches(pattern(wanted.lower()), action.lower()) for wanted in listed)
    return fits if statement.actions else not fits


def _resource_fits(statement: Statement, question: Question) -> bool:
    if not statement.resources and not statement.not_resources:
        return True  # a trust policy has none
    listed = statement.resources or statement.not_resources
    fits = any(arn_matches(question.resource, wanted, question.context) for wanted in listed)
    return fits if statement.resources else not fits


def _principal_fits(statement: Statement, principals: frozenset[str]) -> bool:
    if statement.not_principals:
        return principals.isdisjoint(statement.not_principals)
    return not statement.principals or "*" in statement.principals or not principals.isdisjoint(statement.principals)


def parse_policy(document: Mapping[str, Any] | str, *, name: str, kind: str = "IAM Policy") -> Policy:
    """Read a policy document.

    Raises ``MalformedPolicy`` where IAM would answer ``MalformedPolicyDocument``.
    """
    if isinstance(document, str):
        document = _object(document)
    listed = document.get("Statement")
    statements = [listed] if isinstance(listed, Mapping) else listed
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicy("Policy must contain at least one statement.")
    read = tuple(_statement(statement) for statement in statements)
    return Policy(name=name, kind=kind, document=document, statements=read)


def _object(text: str) -> Mapping[str, Any]:
    if len(text) > MAX_POLICY:
        raise MalformedPolicy(f"Policy document has {len(text)} characters; {MAX_POLICY} are allowed.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicy("Syntax errors in policy.") from error
    if not isinstance(value, dict):
        raise MalformedPolicy("Syntax errors in policy.")
    return value


def _statement(value: object) -> Statement:
    if not isinstance(value, Mapping) or value.keys() - _ELEMENTS:
        raise MalformedPolicy("Syntax errors in policy.")
    if value.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicy(f"Invalid effect: {value.get('Effect')}")
    if ("Action" in value) == ("NotAction" in value):
        raise MalformedPolicy("Policy statement must contain actions.")
    return Statement(
        sid=str(value.get("Sid", "")),
        allow=value["Effect"] == "Allow",
        actions=_texts(value.get("Action", ()), "Action"),
        not_actions=_texts(value.get("NotAction", ()), "NotAction"),
        resources=_texts(value.get("Resource", ()), "Resource"),
        not_resources=_texts(value.get("NotResource", ()), "NotResource"),
        principals=_principals(value.get("Principal", ())),
        not_principals=_principals(value.get("NotPrincipal", ())),
        conditions=_conditions(value.get("Condition", {})),
    )


def _texts(value: object, element: str) -> tuple[str, ...]:
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(isinstance(text, str) for text in listed):
        raise MalformedPolicy(f"The policy element {element} must be text or a list of texts.")
    return tuple(listed)


def _principals(value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        return tuple(text for listed in value.values() for text in _texts(listed, "Principal"))
    return _texts(value, "Principal")


def _conditions(value: object) -> tuple[Condition, ...]:
    if not isinstance(value, Mapping):
        raise MalformedPolicy("Syntax errors in policy.")
    read: list[Condition] = []
    for operator, keys in value.items():
        if not isinstance(keys, Mapping):
            raise MalformedPolicy(f"The condition {operator} must name its keys.")
        read += (Condition(operator=operator, key=key, values=_scalars(listed)) for key, listed in keys.items())
    return tuple(read)


def _scalars(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(scalar, Mapping | list) for scalar in listed):
        raise MalformedPolicy("Condition values must be texts, numbers or booleans.")
    return tuple(str(scalar).lower() if isinstance(scalar, bool) else str(scalar) for scalar in listed)
