"""``mailstrata credentials``: what each subcommand says, and with which exit status."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command

from mailstrata.credentials.derivation import smtp_password

VECTORS = Path(__file__).parents[2] / "data" / "ses-smtp-password" / "vectors.jsonl"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NO_DATE = "BHZEexEYRwBHgx7sdSzHa2F0mrJMf3xG8LxvjruUV2i9"  # facts.md A9, us-east-2
RIGHT = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"
V4 = [row for row in map(json.loads, VECTORS.read_text("utf-8").splitlines()) if row["algorithm"] == "v4"]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setup, no AWS credentials, an empty stdin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("MAILSTRATA_SETUP", "MAILSTRATA_SECRET", "MAILSTRATA_SMTP_PASSWORD", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))


@pytest.mark.parametrize("row", V4, ids=lambda row: f"{row['secret'][:8]}-{row['region']}")
def test_every_public_vector_is_derived(
    row: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From stdin, into a pipe: the password and its line end, nothing else."""
    monkeypatch.setattr("sys.stdin", io.StringIO(row["secret"] + "\n"))
    ran = command(capsys, "credentials", "derive", "--region", row["region"])
    assert (ran.status, ran.out) == (0, row["expected"] + "\n")


def test_a_password_is_written_so_that_only_its_owner_reads_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Mode 0600, also where a file for everybody stood before."""
    monkeypatch.setenv("MAILSTRATA_SECRET", SECRET)
    (tmp_path / "password").write_text("before")
    (tmp_path / "password").chmod(0o644)
    ran = command(capsys, "credentials", "derive", "--region", "us-east-2", "--out", "password")
    assert (ran.status, ran.out) == (0, "")
    assert (tmp_path / "password").read_text() == RIGHT + "\n"
    assert (tmp_path / "password").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("secret", "warned"),
    [(f"  {SECRET}\n\n", "white space around it"), (f"{SECRET}\r\n", "white space around it"), (SECRET, "")],
)
def test_white_space_around_a_secret_is_left_away_and_said(
    secret: str, warned: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The password is that of the bare secret."""
    monkeypatch.setenv("MAILSTRATA_SECRET", secret)
    ran = command(capsys, "credentials", "derive", "--region", "us-east-2")
    assert ran.out == RIGHT + "\n"
    assert warned in ran.err
    assert bool(ran.err) is bool(warned)


def test_an_unknown_region_is_warned_of_and_not_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lists age (facts.md A1)."""
    monkeypatch.setenv("MAILSTRATA_SECRET", SECRET)
    ran = command(capsys, "credentials", "derive", "--region", "us-moon-1", "--region", "us-east-2")
    assert ran.status == 0
    assert ran.out.splitlines()[1] == f"us-east-2 {RIGHT}"
    assert "us-moon-1 is no region of SES that is known here" in ran.err


@pytest.mark.parametrize("secret", ["", "   ", "pass word", "sécrèt", "a\nb"])
def test_what_can_be_no_secret_is_the_callers_mistake(
    secret: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty, broken in two, not ASCII: one line, status 2, and the text is not repeated."""
    monkeypatch.setattr("sys.stdin", io.StringIO(secret))
    ran = command(capsys, "credentials", "derive", "--region", "us-east-2")
    assert (ran.status, ran.out) == (2, "")
    assert not secret.strip() or secret not in ran.err


def test_a_place_can_hold_the_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A file with a JSON object or the bare text, or a variable; a place without a secret is told by its name."""
    (tmp_path / "bare").write_text(SECRET + "\n")
    (tmp_path / "object").write_text(json.dumps({"username": "AKIA", "secret_access_key": SECRET}))
    (tmp_path / "other").write_text(json.dumps({"username": "AKIA", "password": RIGHT}))
    monkeypatch.setenv("KEPT", SECRET)
    for place in ("file:bare", "file:object", "env:KEPT"):
        assert command(capsys, "credentials", "derive", "--region", "us-east-2", "--secret", place).out == RIGHT + "\n"
    ran = command(capsys, "credentials", "derive", "--region", "us-east-2", "--secret", "file:other")
    assert (ran.status, RIGHT in ran.err) == (2, False)


@pytest.mark.parametrize(("more", "shown"), [((), False), (("--show",), True)])
def test_on_a_terminal_the_password_is_masked_unless_it_is_wanted(more: tuple[str, ...], *, shown: bool) -> None:
    """Over the shoulder nothing is read."""
    mine, theirs = pty.openpty()
    with os.fdopen(mine, "rb", buffering=0) as screen:
        ran = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "mailstrata", "credentials", "derive", "--region", "us-east-2", *more],
            env={**os.environ, "MAILSTRATA_SECRET": SECRET},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(theirs)
        said = screen.read(4096).decode()
    assert ran.returncode == 0
    assert (RIGHT in said) is shown
    assert shown or "44 characters" in said


def explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, password: str, *more: str
) -> tuple[int, dict[str, object]]:
    """Exit status and document of an explanation with the example secret at hand."""
    monkeypatch.setenv("MAILSTRATA_SECRET", SECRET)
    monkeypatch.setenv("MAILSTRATA_SMTP_PASSWORD", password)
    ran = command(capsys, "credentials", "explain", "--json", *more)
    assert password not in ran.out or not password
    assert SECRET not in ran.out + ran.err
    return ran.status, json.loads(ran.out)


@pytest.mark.parametrize(
    ("password", "status", "code", "mistake"),
    [
        (RIGHT, 0, "right", None),
        (NO_DATE, 1, "password-wrong-derivation", "date-step-missing"),
        (smtp_password(SECRET, "eu-west-1"), 1, "password-wrong-region", "wrong-region"),
        (SECRET, 1, "password-is-the-secret", "secret-itself"),
        ("An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy", 1, "password-legacy", "v2"),
        (RIGHT.replace("+", "%2B").replace("/", "%2F"), 1, "password-malformed", "percent-encoded"),
        (RIGHT[:30] + "\n" + RIGHT[30:], 1, "password-malformed", "inner-whitespace"),
        (f'"{RIGHT}"', 1, "password-malformed", "quoted"),
        (RIGHT[:40], 1, "password-malformed", "truncated"),
        (RIGHT + "\u00a0", 1, "password-malformed", "trailing-whitespace"),
        (RIGHT[:9] + "\u200b" + RIGHT[9:], 1, "password-malformed", "non-ascii"),
        (f"{NO_DATE}\n", 1, "password-wrong-derivation", "date-step-missing+trailing-whitespace"),
        ("", 1, "password-malformed", "empty"),
        (smtp_password("of somebody else", "us-east-2"), 3, "unknown", None),
    ],
)
def test_a_mistake_is_named_by_the_contracts_codes(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    status: int,
    *,
    code: str,
    mistake: str | None,
) -> None:
    """0 right, 1 a named mistake, 3 unknown; neither secret nor password is in the document."""
    ran, found = explained(capsys, monkeypatch, password, "--region", "us-east-2")
    assert found["schema"] == "mailstrata.explanation/1"
    assert (ran, found["code"], found["mistake"]) == (status, code, mistake)


def test_without_a_region_any_is_right(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it says for which one it was made."""
    status, found = explained(capsys, monkeypatch, RIGHT)
    assert (status, found["code"], found["derived_for"]) == (0, "right", "us-east-2")


def test_candidates_may_be_several(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One a line; white space around them is left away and said."""
    (tmp_path / "secrets").write_text(f"another+secret+key\n  {SECRET}  \n\n")
    (tmp_path / "password").write_text(NO_DATE + "\n")
    files = ("--secret-file", "secrets", "--password-file", "password")
    ran = command(capsys, "credentials", "explain", "--json", "--region", "us-east-2", *files)
    assert json.loads(ran.out)["mistake"] == "date-step-missing"
    assert "white space" in ran.err


def test_without_the_secret_the_shape_alone_is_judged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It proves nothing of a password that looks as it should, and never says right."""
    monkeypatch.setenv("MAILSTRATA_SMTP_PASSWORD", RIGHT)
    ran = command(capsys, "credentials", "explain", "--json")
    found = json.loads(ran.out)
    assert (ran.status, found["code"], found["proven"]) == (3, "unknown", False)


@pytest.mark.parametrize(
    ("key_id", "kind", "account", "said"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "temporary access key", "609629065308", "temporary"),
        ("AIDACKCEVSQ6C2EXAMPLE", "IAM user", None, "access key id"),
        ("AROADBQP57FF2AEXAMPLE", "IAM role", None, "access key id"),
        ("AKIAY34FZKBOKMUTVV7A", "access key", "609629065308", ""),
        ("ses-smtp-relay", None, None, "no id of IAM"),
    ],
)
def test_the_key_id_alone_tells_its_kind_and_account(
    capsys: pytest.CaptureFixture[str], key_id: str, kind: str | None, account: str | None, *, said: str
) -> None:
    """No password is asked for."""
    ran = command(capsys, "credentials", "explain", "--key-id", key_id, "--json")
    found = json.loads(ran.out)
    assert ran.status == 3
    assert (found["key"]["id"], found["key"]["kind"], found["key"]["account"]) == (key_id, kind, account)
    assert said in found["remedy"]


def test_a_policy_is_printed_for_each_job(capsys: pytest.CaptureFixture[str]) -> None:
    """A document for AWS, with what was given filled in; an unknown job is the caller's mistake."""
    jobs = [line.split()[0] for line in command(capsys, "credentials", "policy").out.splitlines()]
    for job in jobs:
        assert json.loads(command(capsys, "credentials", "policy", job).out)["Version"] == "2012-10-17"
    assert "user/relay" in command(capsys, "credentials", "policy", "rotate", "--user", "relay").out
    assert command(capsys, "credentials", "policy", "everything").status == 2


@pytest.mark.lab
@pytest.mark.parametrize(
    ("scenario", "more", "status", "part", "code"),
    [
        ("healthy", ("--send",), 0, "right", None),
        ("wrong-derivation", (), 1, "derivation", "password-wrong-derivation"),
        ("key-inactive", (), 1, "key", "login-refused"),
        ("send-not-authorized", ("--send",), 1, "permission", "send-not-authorized"),
        ("identity-absent", ("--send",), 1, "identity", "identity-unverified"),
        ("password-legacy", (), 1, "legacy", "password-legacy"),
        ("account-not-subscribed", (), 1, "subscription", "account-not-subscribed"),
        ("endpoint-tls-invalid", (), 3, "undetermined", None),
    ],
)
def test_a_check_tells_the_part_that_is_at_fault(
    capsys: pytest.CaptureFixture[str],
    scenario: str,
    more: tuple[str, ...],
    status: int,
    *,
    part: str,
    code: str | None,
) -> None:
    """All four ports and both mechanisms are tried; API, login and test message are read together."""
    ran = command(capsys, "credentials", "check", "--lab", scenario, "--json", *more)
    found = json.loads(ran.out)
    assert found["schema"] == "mailstrata.credentials-check/1"
    assert {(one["port"], one["auth"]) for one in found["logins"]} == {
        (port, auth) for port in (587, 465, 2587, 2465) for auth in ("PLAIN", "LOGIN")
    }
    assert (ran.status, found["conclusion"]["part"], found["conclusion"]["code"]) == (status, part, code)


@pytest.mark.lab
def test_the_list_says_who_would_miss_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    """Age, use, and the alias that logs in with it."""
    ran = command(capsys, "credentials", "list", "--lab", "healthy", "--json")
    rows = {row["user"]: row for row in json.loads(ran.out)["keys"]}
    assert ran.status == 0
    assert rows["ses-smtp-relay"]["age_days"] == 190
    assert rows["ses-smtp-relay"]["may_send"]
    assert "Gmail's alias admin@sailing.example" in rows["ses-smtp-relay"]["breaks"]
    table = command(capsys, "credentials", "list", "--lab", "key-inactive").out
    assert "nothing: it is inactive, and counts" in table


EVENT = {
    "eventType": "Send",
    "send": {},
    "mail": {
        "timestamp": "2026-05-10T08:00:00Z",
        "source": "printer@sailing.example",
        "messageId": "0100-1",
        "destination": ["ann@harbor.example"],
        "tags": {"ses:caller-identity": ["ses-smtp-relay"], "ses:source-ip": ["192.0.2.7"]},
    },
}


@pytest.mark.lab
def test_the_list_names_whoever_events_show_to_send_with_a_users_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By address and origin; the events name the user."""
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(EVENT) + "\n" + json.dumps(EVENT) + "\n")
    ran = command(capsys, "credentials", "list", "--lab", "healthy", "--json", "--events", str(file))
    rows = {row["user"]: row for row in json.loads(ran.out)["keys"]}
    told = "printer@sailing.example from 192.0.2.7 (1 mail, the last on 2026-05-10), by SES's events of ses-smtp-relay"
    assert told in rows["ses-smtp-relay"]["consumers"]
    assert told in rows["ses-smtp-relay"]["breaks"]
    assert all("printer" not in row["breaks"] for user, row in rows.items() if user != "ses-smtp-relay")


@pytest.mark.lab
@pytest.mark.parametrize("scenario", ["two-faults", "key-inactive"])
def test_a_broken_alias_beside_a_program_that_sends_can_be_rotated(
    scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program's mails by the API, of another caller and the same address, hinder nothing."""
    ran = command(capsys, "credentials", "rotate", "--lab", scenario, "--json")
    found = json.loads(ran.out)
    assert (ran.status, found["state"], found["user"]) == (0, "planned", "ses-smtp-relay")
    assert found["old"].startswith("AKIA")


def test_events_that_are_none_are_refused_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is asked."""
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(EVENT) + "\nhello\n")
    ran = command(capsys, "credentials", "list", "--events", str(file))
    assert ran.status == 2
    assert f"{file}, line 2: not JSON" in ran.err


@pytest.mark.lab
def test_a_key_of_another_account_is_compared_with_the_one_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    """The account is in the key id; the AWS credentials at hand are of the lab's."""
    ran = command(capsys, "credentials", "explain", "--lab", "healthy", "--key-id", "AKIAY34FZKBOKMUTVV7A", "--json")
    found = json.loads(ran.out)
    assert found["key"]["account_at_hand"] == "123456789012"
    assert "belongs to account 609629065308" in found["remedy"]
