"""The policies of the jobs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

import mailstrata.adapters
from mailstrata.adapters.aws_permissions import CHANGES, LISTINGS, PERMISSIONS
from mailstrata.adapters.aws_policy import JOBS, document

ADAPTERS = Path(mailstrata.adapters.__file__).parent
SERVICES = ("iam", "sts", "sesv2", "route53", "secretsmanager", "cloudwatch", "s3", "sqs", "sns", "lambda")
"""Those that the code calls, and those that it may come to call."""
KNOWN = {action for actions in (*PERMISSIONS.values(), *CHANGES.values(), LISTINGS) for action in actions}
CHANGING = {action for actions in CHANGES.values() for action in actions} - {
    action for actions in PERMISSIONS.values() for action in actions
}


@pytest.mark.parametrize("job", JOBS)
def test_a_policy_allows_the_actions_of_its_job_and_no_other(job: str) -> None:
    """Each once, by name, never by a wildcard."""
    listed = [action for statement in document(job)["Statement"] for action in statement["Action"]]
    assert sorted(listed) == sorted(set(JOBS[job]))
    assert set(listed) <= KNOWN
    assert not any("*" in action for action in listed)


@pytest.mark.parametrize("job", ["init", "diagnose", "probe", "check", "explain", "list"])
def test_a_job_that_looks_can_change_nothing(job: str) -> None:
    """Its policy holds none of the actions of the changes."""
    assert not set(JOBS[job]) & CHANGING


def test_every_operation_that_the_code_names_is_in_a_policy() -> None:
    """A call that is added without its permission fails here, before anybody is denied it."""
    named = {text for path in sorted(ADAPTERS.glob("*.py")) for text in _texts(path)}
    models = [botocore.session.get_session().get_service_model(service) for service in SERVICES]
    called = {name for model in models for name in named.intersection(model.operation_names)}
    allowed = {action.partition(":")[2] for actions in JOBS.values() for action in actions}
    assert called - allowed == set()
    assert len(called) > 20


def _texts(path: Path) -> Iterator[str]:
    """The texts in a module, whatever they are for."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_keys_can_be_made_for_one_user_only() -> None:
    """The resource of a change is as narrow as AWS lets it be."""
    narrow = {
        tuple(one["Action"]): one["Resource"] for one in document("rotate", account="1", user="relay")["Statement"]
    }
    made = next(resource for actions, resource in narrow.items() if "iam:CreateAccessKey" in actions)
    assert made == "arn:aws:iam::1:user/relay"
