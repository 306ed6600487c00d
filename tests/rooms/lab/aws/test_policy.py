from __future__ import annotations

from typing import Any

import pytest

from mailstrata.lab.aws.conditions import MalformedPolicy
from mailstrata.lab.aws.policy import MAX_POLICY, Question, Standing, decide, lower_keys, matching, parse_policy

IDENTITY = "arn:aws:ses:eu-west-1:123456789012:identity/sailing.example"


def statement(effect: str = "Allow", action: object = "ses:SendRawEmail", **more: object) -> dict[str, Any]:
    """Return a statement about any resource."""
    return {"Effect": effect, "Action": action, "Resource": "*"} | more


def only(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


CONDITION = {"StringLike": {"ses:FromAddress": "*@sailing.example"}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
BOTH = {"ses:FromAddress": ["a@sailing.example"], "aws:SourceIp": ["192.0.2.1"]}


@pytest.mark.parametrize(
    ("statements", "context", "answer"),
    [
        ([statement()], {}, "allowed"),
        ([statement(action="ses:*")], {}, "allowed"),
        ([statement(action=["ses:SendEmail", "SES:sendrawemail"])], {}, "allowed"),
        ([statement(action="ses:SendEmail")], {}, "implicit"),
        ([statement(), statement("Deny")], {}, "explicit"),
        ([statement(), statement("Deny", "ses:Get*")], {}, "allowed"),
        ([statement(Resource=IDENTITY)], {}, "allowed"),
        ([statement(Resource=IDENTITY.replace("sailing", "dock"))], {}, "implicit"),
        ([statement(Resource=[IDENTITY + "x", "arn:aws:ses:*:*:identity/*"])], {}, "allowed"),
        ([statement(Condition=CONDITION)], BOTH, "allowed"),
        ([statement(Condition=CONDITION)], {"ses:FromAddress": ["a@sailing.example"]}, "implicit"),
        ([statement(), statement("Deny", Condition={"Bool": {"aws:SecureTransport": False}})], {}, "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], {}, "allowed"),
        ([{"Effect": "Allow", "NotAction": "ses:*", "Resource": "*"}], {}, "implicit"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": IDENTITY}], {}, "implicit"),
        ([statement(), {"Effect": "Deny", "Action": "*", "NotResource": IDENTITY}], {}, "allowed"),
    ],
)
def test_statements(statements: list[dict[str, Any]], context: dict[str, list[str]], answer: str) -> None:
    """Allow, Deny, wildcards, resources and conditions are evaluated as IAM does."""
    question = Question(action="ses:SendRawEmail", resource=IDENTITY, context=lower_keys(context))
    decision = decide(question, Standing(identity=(parse_policy(only(*statements), name="p"),)))
    assert (decision.allowed, decision.explicit_deny) == (answer == "allowed", answer == "explicit")


ALL = parse_policy(only(statement(action="*")), name="all")
NONE = parse_policy(only(statement(action="iam:*")), name="iam")
DENY = parse_policy(only(statement("Deny", "*")), name="deny")


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(), "because no identity-based policy allows the ses:SendEmail action"),
        (Standing(identity=(ALL,)), "allowed by all"),
        (
            Standing(identity=(ALL,), boundary=(NONE,)),
            "because no permissions boundary allows the ses:SendEmail action",
        ),
        (Standing(identity=(ALL,), boundary=(ALL,)), "allowed by all, all"),
        (
            Standing(identity=(NONE,), boundary=(ALL,)),
            "because no identity-based policy allows the ses:SendEmail action",
        ),
        (Standing(identity=(ALL,), boundary=(DENY,)), "with an explicit deny in a permissions boundary"),
        (Standing(identity=(ALL,), session=(NONE,)), "because no session policy allows the ses:SendEmail action"),
        (Standing(identity=(ALL,), guardrails=(DENY,)), "with an explicit deny in a service control policy"),
        (Standing(identity=(ALL, DENY)), "with an explicit deny in an identity-based policy"),
    ],
)
def test_layers(standing: Standing, reason: str) -> None:
    """Boundary and session policy narrow, a guard rail only denies; the reason reads as the end of AWS's sentence."""
    assert decide(Question(action="ses:SendEmail"), standing).reason == reason


def test_a_resource_policy_names_its_principals() -> None:
    """A statement with a principal applies to that principal alone."""
    trust = parse_policy(
        {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}}, name="t"
    )
    asked = [Question(action="sts:AssumeRole", principals=frozenset({who})) for who in ("123456789012", "210987654321")]
    assert [bool(matching((trust,), question, allow=True)) for question in asked] == [True, False]


@pytest.mark.parametrize(
    "document",
    [
        "no json",
        "[]",
        "[" * 5000,
        " " * (MAX_POLICY + 1),
        {},
        {"Statement": []},
        {"Statement": ["x"]},
        only(statement("Permit")),
        only(statement(action=7)),
        only(statement(Actions="x")),
        only({"Effect": "Allow", "Resource": "*"}),
        only({"Effect": "Allow", "Action": "a", "NotAction": "b", "Resource": "*"}),
        only(statement(Condition="x")),
        only(statement(Condition={"StringLike": "x"})),
        only(statement(Condition={"StringLike": {"k": {"deep": 1}}})),
        only(statement(Condition={"Sounds": {"k": "v"}})),
    ],
)
def test_what_iam_would_refuse_is_malformed(document: Any) -> None:
    """A document that is no policy is refused with a reason, however it is broken."""
    with pytest.raises(MalformedPolicy):
        parse_policy(document, name="p")
