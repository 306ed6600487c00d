"""The policies of the jobs: none is without its test, and no call is without its permission."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
from tests.scenarios.test_policies import COMMANDS

import mailstrata.adapters
from mailstrata.adapters.aws_policy import JOBS

ADAPTERS = Path(mailstrata.adapters.__file__).parent
SERVICES = ("iam", "sts", "sesv2", "route53", "secretsmanager", "cloudwatch", "s3", "sqs", "sns", "lambda")
"""Those that the code calls, and those that it may come to call."""


def test_each_job_is_tried_with_its_policy_alone() -> None:
    """A job whose policy nobody tries is not in the list; the relay's is that of each relay in the lab."""
    assert COMMANDS.keys() | {"relay"} == JOBS.keys()


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
