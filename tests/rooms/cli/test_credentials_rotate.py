"""``mailstrata credentials rotate``: a plan, then one step at a time, told without a secret."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from tests.rooms.cli.cli import command as shell
from tests.rooms.credentials.rotation_bench import ALIAS, AT, USER, Bench

from mailstrata.cli.credentials_rotate import command
from mailstrata.cli.rotation_page import Standing, document, page, taken
from mailstrata.credentials.rotation import Step
from mailstrata.credentials.rotation_run import Told
from mailstrata.lab import running
from mailstrata.lab.client import LabClient
from mailstrata.model.errors import Refusal
from mailstrata.reports.page import text_of

pytestmark = pytest.mark.lab

SCENARIO = """
title = "Well, and the skipper writes through the alias"
story = "As healthy; each mail goes through Gmail's alias."
base = "healthy"
probe_sends = true

[[mail]]
from = "admin@sailing.example"
to = "ann@harbor.example"
via = "gmail-alias"
at = 2026-05-12T18:30:00Z

[expect]
verdict = "healthy"
causes = ["-"]
"""


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[LabClient]:
    """A lab that runs on its own, in which the alias sends."""
    scenario = tmp_path / "rotating.toml"
    scenario.write_text(SCENARIO)
    os.environ["XDG_RUNTIME_DIR"] = str(tmp_path)
    try:
        assert shell(capsys, "lab", "up", str(scenario), "--detach").status == 0
        found = running.find("rotating")
        assert found is not None
        yield LabClient(found.url, found.credentials)
    finally:
        shell(capsys, "lab", "down")
        del os.environ["XDG_RUNTIME_DIR"]


def _run(*arguments: str) -> int:
    status: int = command.main(args=[*arguments, "--lab", "rotating"], prog_name="rotate", standalone_mode=False)
    return status


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert _run(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["schema"] == "mailstrata.rotation/1"
    return found


async def _retype(lab: LabClient) -> tuple[str, str]:
    """The owner types what the place holds into Gmail."""
    from mailstrata.wiring import on_lab

    async with on_lab(lab) as here:
        alias = here.settings.setup.aliases[0]
        stored = await here.tools(False).secrets.read(alias.secret)
        shown = await lab.retype(alias.address, username=stored["username"], password=stored["password"])
        assert shown["saved"]
        return stored["secret_access_key"], stored["password"]


def test_a_rotation_as_an_operator_sees_it(lab: LabClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Plan, begin, three mails through the old key, move, quiet, inactive, deleted; at no time a secret on any stream."""
    plan = _json(capsys)
    assert (plan["state"], {step["state"] for step in plan["steps"]}) == ("planned", {"planned"})
    assert _json(capsys, "--status")["state"] == "none"

    begun = _json(capsys, "--apply")
    assert begun["state"] == "waiting"
    assert [one["step"] for one in begun["taken"]] == [
        "begin", "create", "store", "prove", "probe", "promote", "hand-over",
    ]  # fmt: skip
    assert f"Username: {begun['new']}" in begun["type_into_gmail"]

    asyncio.run(lab.advance(3600))
    for _ in range(3):
        asyncio.run(lab.resend())
    capsys.readouterr()
    assert _run("--status") == 0
    human = capsys.readouterr()
    assert "the alias has not moved yet: 3 mails still came through the old key since" in " ".join(human.out.split())
    assert human.err == ""

    secrets = asyncio.run(_retype(lab))
    moved = _json(capsys, "--apply")
    assert moved["next"]["step"] == "deactivate"
    asyncio.run(lab.advance(86_401))
    kept = _json(capsys, "--apply")
    assert kept["next"]["step"] == "delete"
    asyncio.run(lab.advance(7 * 86_400 + 1))
    ended = _json(capsys, "--apply")
    assert ended["state"] == "complete"
    everything = human.out + json.dumps([plan, begun, moved, kept, ended])
    assert [secret for secret in secrets if secret in everything] == []


def test_what_the_named_command_reads_is_taken_by_gmail(lab: LabClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Its region, secret and field lead to the password; the words themselves do not hold it."""
    told = _json(capsys, "--apply")["type_into_gmail"]
    words = shlex.split(next(line for line in told if "get-secret-value" in line))
    assert words[:3] == ["aws", "secretsmanager", "get-secret-value"]
    options = dict(pairwise(words))
    key_id, secret = lab.credentials
    manager = boto3.client(
        "secretsmanager",
        region_name=options["--region"],
        endpoint_url=lab.url,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )
    value = json.loads(manager.get_secret_value(SecretId=options["--secret-id"])["SecretString"])
    manager.close()
    password = value[words[-1].removeprefix(".")]
    username = next(line.removeprefix("Username: ") for line in told if line.startswith("Username: "))
    shown = asyncio.run(lab.retype("admin@sailing.example", username=username, password=password))
    assert shown["saved"]
    assert password not in "".join(told)


def test_a_rollback_in_the_lab(lab: LabClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the alias has moved it is done at once; nothing of the new key is left."""
    old = _json(capsys)["old"]
    _json(capsys, "--apply")
    back = _json(capsys, "--rollback")
    assert back["state"] == "rolled-back"
    after = _json(capsys)
    assert (after["state"], after["old"]) == ("planned", old)
    assert [text.split()[0] for text in after["evidence"]] == [old, "SES's"]


@pytest.mark.parametrize("arguments", [("--apply", "--status"), ("--rollback", "--dry-run"), ("--moved",)])
def test_options_that_exclude_one_another_are_the_callers_mistake(arguments: tuple[str, ...]) -> None:
    """Before any world is looked at."""
    with pytest.raises(click.UsageError):
        _run(*arguments)


def test_nothing_to_roll_back_is_refused() -> None:
    """Exit status 4 and nothing on stdout."""
    with pytest.raises(Refusal) as error:
        command.main(args=["--rollback", "--lab", "healthy"], standalone_mode=False)
    assert error.value.status == 4


def test_the_page_names_what_is_waited_for_and_until_when() -> None:
    """Each step with its mark; values to type are not folded, so that they can be copied."""
    bench = Bench()
    told = bench.run()
    standing = Standing(target=bench.target(), rotation=bench.rotation(), next=told[-1], evidence=("seen",))
    text = text_of(page(standing, width=60))
    assert "✓ create a new access key" in text
    assert "→ wait until Gmail holds the new key" in text
    assert "aws secretsmanager get-secret-value --region us-east-1 --secret-id mailstrata/smtp/admin --query" in text
    assert "Canary" not in text
    later = replace(standing, next=Told(step=Step.DEACTIVATE, text="quiet", waiting=True, until=AT))
    assert "quiet (until 2026-05-12 18:43 UTC)" in text_of(page(later, width=100))
    assert "✓ create" in text_of(taken(told[1]))


def test_a_refused_step_is_marked_and_told() -> None:
    """What was done and what was not, and the refusal in the document."""
    bench = Bench(refuse={"create"})
    with pytest.raises(Refusal) as error:
        bench.run()
    standing = Standing(target=bench.target(), rotation=bench.rotation(), refused=error.value)
    assert "✗ create a new access key" in text_of(page(standing, width=100))
    found = document(standing)
    assert (found["state"], found["refused"]) == (
        "refused",
        {"message": "create was refused", "hint": "ask for permission"},
    )


def test_without_a_rotation_the_page_says_so() -> None:
    """One line, also for one that is complete or was rolled back."""
    bench = Bench(aliases=(ALIAS,))
    none = Standing(target=bench.target(), rotation=None)
    assert text_of(page(none, width=80)) == f"The rotation of {USER} is not under way.\n"
    complete = replace(none, taken=(Told(step=Step.TIDY, text="done"),))
    assert "is complete" in text_of(page(complete, width=80))
