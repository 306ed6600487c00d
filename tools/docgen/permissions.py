"""The AWS permissions of each question and each change, and the least-privilege policies made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from tools.docgen import markdown, questions

from mailstrata.adapters.aws_permissions import CHANGES, PERMISSIONS
from mailstrata.model.question import QUESTIONS, ApiSend

_SECRET = "arn:aws:secretsmanager:REGION:ACCOUNT:secret:mailstrata/*"  # noqa: S105 - the name of a place, no secret
_NARROW: Mapping[str, str] = {
    "secretsmanager:": _SECRET,
    "iam:CreateAccessKey": "arn:aws:iam::ACCOUNT:user/SMTP-USER",
    "iam:UpdateAccessKey": "arn:aws:iam::ACCOUNT:user/SMTP-USER",
    "iam:DeleteAccessKey": "arn:aws:iam::ACCOUNT:user/SMTP-USER",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/ZONE-ID",
}


def asking() -> str:
    """One line for each question."""
    rows = [
        (f"`{kind.word}`", markdown.prose(questions.sentence(kind)), markdown.code(PERMISSIONS[kind]))
        for kind in QUESTIONS
        if kind in PERMISSIONS
    ]
    return markdown.table(("Question", "What is asked", "Actions"), rows)


def changing() -> str:
    """One line for each change."""
    rows = [(f"`{name}`", markdown.code(actions)) for name, actions in CHANGES.items()]
    return markdown.table(("Change", "Actions"), rows)


def diagnose_policy() -> str:
    """The policy document for ``diagnose``: everything it asks, and nothing that sends or changes."""
    return _policy(action for kind, actions in PERMISSIONS.items() if kind is not ApiSend for action in actions)


def fix_policy() -> str:
    """The policy document that ``fix --apply`` needs beside the one for ``diagnose``."""
    reading = {action for actions in PERMISSIONS.values() for action in actions}
    return _policy(action for actions in CHANGES.values() for action in actions if action not in reading)


def _policy(actions: Iterable[str]) -> str:
    by_resource: dict[str, set[str]] = {}
    for action in actions:
        resource = next((arn for prefix, arn in _NARROW.items() if action.startswith(prefix)), "*")
        by_resource.setdefault(resource, set()).add(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(by_resource[resource]), "Resource": resource}
        for resource in sorted(by_resource)
    ]
    return f"```json\n{json.dumps({'Version': '2012-10-17', 'Statement': statements}, indent=2)}\n```"
