"""``mailstrata domain check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command

pytestmark = pytest.mark.lab

LIST = "sailing.example\nharbor.example  # not ours\n"


def test_one_domain_is_told_with_its_records_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """What is wanted, what is there, why it matters, how to mend it."""
    ran = command(capsys, "domain", "check", "--lab", "dmarc-absent")
    assert ran.status == 1
    for line in (
        "  ✓ TXT   bounce.sailing.example  SPF of MAIL FROM",
        "  ✗ TXT   _dmarc.sailing.example  DMARC",
        '          wanted  "v=DMARC1; p=none"',
        "  ! dmarc-absent  sailing.example",
        "     $ mailstrata fix publish-records --apply",
    ):
        assert f"\n{line}\n" in ran.out


def test_the_document_of_one_domain_holds_each_region(capsys: pytest.CaptureFixture[str]) -> None:
    """With the findings as a diagnosis tells them."""
    document = json.loads(command(capsys, "domain", "check", "--lab", "mail-from-mx-wrong", "--json").out)
    assert (document["schema"], document["domain"]) == ("mailstrata.domain/1", "sailing.example")
    (region,) = document["regions"]
    assert (region["region"], region["verdict"]) == ("us-east-1", "broken")
    assert [one["code"] for one in region["findings"]] == ["mail-from-mx-wrong"]
    assert [one["state"] for one in document["records"]].count("differs") == 1


def test_many_domains_are_one_table_the_worst_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a list."""
    listed = tmp_path / "domains.txt"
    listed.write_text(LIST, "utf-8")
    ran = command(capsys, "domain", "check", "--lab", "healthy", "--file", str(listed))
    assert ran.status == 1
    first, second, _, last = ran.out.splitlines()
    assert first.startswith("✗ harbor.example")
    assert "identity-absent" in first
    assert second.startswith("✓ sailing.example")
    assert last == "2 domains: 1 broken, 1 healthy."


def test_all_domains_of_the_account_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    """In whatever region they are."""
    ran = command(capsys, "domain", "check", "--lab", "identity-in-other-region", "--all", "--json")
    (told,) = json.loads(ran.out)["domains"]
    assert told["domain"] == "sailing.example"
    assert "us-east-1" not in told["regions"]


def test_a_run_is_kept_gone_on_with_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a cut-off run holds is not asked again; a kept file is never written over; drift is told."""
    listed, kept = tmp_path / "domains.txt", tmp_path / "monday.jsonl"
    listed.write_text(LIST, "utf-8")
    arguments = ("domain", "check", "--file", str(listed), "--out", str(kept))
    assert command(capsys, *arguments, "--lab", "healthy").status == 1
    whole = kept.read_text("ascii")
    assert {json.loads(line)["domain"] for line in whole.splitlines()} == {"sailing.example", "harbor.example"}
    refused = command(capsys, *arguments, "--lab", "healthy")
    assert (refused.status, kept.read_text("ascii")) == (2, whole)
    assert "go on with it by --resume" in refused.err
    first, rest = whole.split("\n", 1)
    kept.write_text(first + "\n" + rest[:30], "ascii")
    command(capsys, *arguments, "--resume", "--lab", "dmarc-absent")
    lines = kept.read_text("ascii").splitlines()
    assert lines[0] == first
    assert len(lines) == 2
    ran = command(
        capsys,
        "domain",
        "check",
        "sailing.example",
        "--lab",
        "dmarc-absent",
        "--file",
        str(listed),
        "--since",
        str(kept),
    )
    assert "Since then: " in ran.out


def test_dns_alone_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """What SES would know is told as not asked, never as missing, and the verdict is over what was asked."""
    ran = command(capsys, "domain", "check", "--lab", "healthy", "--dns-only", "--json")
    document = json.loads(ran.out)
    (region,) = document["regions"]
    assert (ran.status, region["verdict"], region["findings"]) == (0, "healthy", [])
    assert {(one["reason"], one["unasked"]) for one in region["undetermined"]} == {
        ("AWS was not asked (--dns-only)", True)
    }
    assert [one["state"] for one in document["records"]] == ["published"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--file", "no-such-file"), "no-such-file: No such file"),
        (("--resume",), "name its file with --out"),
        (("--since", "no-such-file", "--all"), "no-such-file: No such file"),
        (("not a domain",), "expected labels"),
        (("--all", "sailing.example"), "give either --all or the domains"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2."""
    ran = command(capsys, "domain", "check", "--lab", "healthy", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


@pytest.mark.parametrize("arguments", [("domain", "check"), ("init",)])
def test_the_ledger_is_the_one_that_the_setup_names(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setup that is made for one look keeps it, so that nothing is written to the home, nor read there."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert command(capsys, *arguments, "--lab", "healthy").status == 0
    assert [path.name for path in tmp_path.iterdir() if path.name != "mailstrata.toml"] == []
