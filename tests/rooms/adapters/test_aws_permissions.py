"""The permissions that questions and changes need."""

from __future__ import annotations

import botocore.session
import pytest

from mailstrata.adapters.aws_permissions import CHANGES, PERMISSIONS
from mailstrata.model.question import QUESTIONS

_MODELS = {"ses": "sesv2"}
ACTIONS = sorted({action for actions in (*PERMISSIONS.values(), *CHANGES.values()) for action in actions})


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_is_named_after_an_operation_of_aws(action: str) -> None:
    """A misspelt action in a policy would allow nothing, silently."""
    prefix, _, operation = action.partition(":")
    model = botocore.session.get_session().get_service_model(_MODELS.get(prefix, prefix))
    assert operation in model.operation_names


def test_only_questions_have_permissions() -> None:
    """And none is listed twice within one."""
    assert set(PERMISSIONS) <= set(QUESTIONS)
    assert all(len(set(actions)) == len(actions) > 0 for actions in PERMISSIONS.values())
