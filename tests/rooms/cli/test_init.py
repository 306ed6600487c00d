"""``mailstrata init``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command

from mailstrata.formats.settings import parse

pytestmark = pytest.mark.lab


def test_it_writes_a_setup_of_what_the_account_holds_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The diagnosis follows at once, with its status; the file holds what was found."""
    out = tmp_path / "mailstrata.toml"
    alias = ("--alias", "admin@sailing.example")
    ran = command(capsys, "init", "--lab", "dkim-disabled", *alias, "--out", str(out), "--json")
    assert ran.status == 1
    assert [one["code"] for one in json.loads(ran.out)["findings"]][:1] == ["dkim-disabled"]
    setup = parse(out.read_text("utf-8")).setup
    assert (setup.domain, setup.region, setup.mail_from) == ("sailing.example", "us-east-1", "bounce.sailing.example")
    assert [one.host for one in setup.aliases] == ["email-smtp.us-east-1.amazonaws.com"]
    assert "# - SES in us-east-1 has sailing.example, verified" in out.read_text("utf-8").splitlines()


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, the file named, its content kept; ``--force`` replaces it."""
    out = tmp_path / "mailstrata.toml"
    out.write_text("# mine\n", "utf-8")
    ran = command(capsys, "init", "--lab", "healthy", "--out", str(out))
    assert (ran.status, ran.out) == (2, "")
    assert f"{out} is there already" in ran.err
    assert out.read_text("utf-8") == "# mine\n"
    assert command(capsys, "init", "--lab", "healthy", "--out", str(out), "--force").status == 0
    assert parse(out.read_text("utf-8")).setup.domain == "sailing.example"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and one line."""
    ran = command(capsys, "init", "--lab", "healthy", "--out", str(tmp_path / "none" / "mailstrata.toml"))
    assert ran.status == 2
    assert "none/mailstrata.toml: No such file or directory" in ran.err


def test_a_region_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and one line; one that nobody knows yet is looked through."""
    out = ("--out", str(tmp_path / "mailstrata.toml"))
    ran = command(capsys, "init", "--lab", "healthy", "--region", "\x1b[2J", *out)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "is no name of an AWS region" in ran.err
    assert "\x1b" not in ran.err
