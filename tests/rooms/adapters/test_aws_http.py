"""Answers of AWS are read within a size and a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from mailstrata.adapters.aws_http import MAX_BODY, EndlessAnswer, bound

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Script, ScriptedAws


@pytest.fixture
def client(scripted: ScriptedAws) -> Any:
    """A client of boto3 whose answers are bounded."""
    keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
    once = Config(retries={"total_max_attempts": 1})
    made = boto3.client("sesv2", region_name="us-east-1", endpoint_url=scripted.url, config=once, **keys)
    bound(made, seconds=5.0)
    yield made
    made.close()


def test_an_answer_of_ordinary_size_is_read_whole(client: Any, scripted: ScriptedAws, script: Script) -> None:
    """A megabyte is a large page, and is read."""
    scripted.script["*"] = script.reply({"EnforcementStatus": "x" * 1_000_000})
    assert len(client.get_account()["EnforcementStatus"]) == 1_000_000


def test_an_answer_beyond_all_sizes_is_cut_off(client: Any, scripted: ScriptedAws, script: Script) -> None:
    """Also one that announces its size."""
    scripted.script["*"] = script.reply({"EnforcementStatus": "x" * MAX_BODY})
    with pytest.raises(EndlessAnswer):
        client.get_account()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("reset", (ConnectionClosedError,)), ("endless", (EndlessAnswer, ReadTimeoutError))],
)
def test_faults_are_still_those_of_boto3(
    client: Any, scripted: ScriptedAws, script: Script, *, fault: str, expected: tuple[type[Exception], ...]
) -> None:
    """Whoever catches boto3's errors catches these."""
    scripted.script["*"] = script.fault(fault)
    with pytest.raises(expected):
        client.get_account()


def test_an_error_of_aws_is_still_an_error(client: Any, scripted: ScriptedAws, script: Script) -> None:
    """Its body is read as any other."""
    scripted.script["*"] = script.error("NotFoundException", "no such identity", 404)
    with pytest.raises(client.exceptions.NotFoundException, match="no such identity"):
        client.get_account()
