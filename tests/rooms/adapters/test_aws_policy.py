"""The policies of the jobs."""

from __future__ import annotations

import pytest

from mailstrata.adapters.aws_permissions import CHANGES, LISTINGS, PERMISSIONS, SENDING
from mailstrata.adapters.aws_policy import JOBS, document

KNOWN = {action for actions in (*PERMISSIONS.values(), *CHANGES.values(), LISTINGS, SENDING) for action in actions}
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


def test_keys_can_be_made_for_one_user_only() -> None:
    """The resource of a change is as narrow as AWS lets it be."""
    narrow = {
        tuple(one["Action"]): one["Resource"] for one in document("rotate", account="1", user="relay")["Statement"]
    }
    made = next(resource for actions, resource in narrow.items() if "iam:CreateAccessKey" in actions)
    assert made == "arn:aws:iam::1:user/relay"
