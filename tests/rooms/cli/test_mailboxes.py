"""``bounce read`` of mailboxes: by IMAP and the Gmail API, with secrets from every place but an argument."""

from __future__ import annotations

import io
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from tests.rooms.adapters import imap_server
from tests.rooms.adapters.google import FIRST, SECOND, Google, serving
from tests.rooms.adapters.test_secrets_keyring import Failing, InProcess, Locked
from tests.rooms.cli.cli import Ran, command

from mailstrata.cli import mailboxes

BOUNCE = (Path(__file__).parents[2] / "bounces" / "ses-exchange-refused.eml").read_bytes()
ANN = "ann@sailing.example"


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """A mailbox with one bounce and one other mail, to which the command is sent."""
    monkeypatch.delenv("MAILSTRATA_GMAIL_TOKEN", raising=False)
    with serving(Google(mails={"b1": BOUNCE, "m1": b"Subject: Quote\n\nAhoy\n"}, scheme="http")) as google:
        monkeypatch.setenv("MAILSTRATA_GMAIL_URL", google.url)
        yield google


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Iterator[KeyringBackend]:
    """A keyring of this process."""
    before = keyring.get_keyring()
    backend: KeyringBackend = getattr(request, "param", InProcess)()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def imap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[imap_server.Server]:
    """An IMAP server that the command trusts."""
    authority = tmp_path / "ca.pem"
    imap_server.AUTHORITY.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.delenv("MAILSTRATA_IMAP_PASSWORD", raising=False)
    with imap_server.serving() as server:
        yield server


def _gmail(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    return command(capsys, "bounce", "read", "--jsonl", "--gmail", *arguments)


def _imap(capsys: pytest.CaptureFixture[str], server: imap_server.Server, *arguments: str) -> Ran:
    where = ("--imap", f"localhost:{server.port}", "--user", ANN)
    return command(capsys, "bounce", "read", "--jsonl", *where, *arguments)


def _files(ran: Ran) -> list[object]:
    return [json.loads(line)["file"] for line in ran.out.splitlines()]


def test_gmail_is_read_with_a_token_of_the_environment(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, google: Google
) -> None:
    """The shortest way: a token that lasts an hour."""
    monkeypatch.setenv("MAILSTRATA_GMAIL_TOKEN", FIRST)
    ran = _gmail(capsys)
    assert (ran.status, ran.err, _files(ran)) == (1, "", ["gmail:b1", "gmail:m1"])
    assert FIRST not in ran.out


def test_gmail_is_read_with_a_refresh_token_in_a_private_file_and_the_clients_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, google: Google
) -> None:
    """The lasting way; the search is the caller's."""
    google.accepted = {SECOND}
    token, client = tmp_path / "token.json", tmp_path / "client.json"
    token.write_text(json.dumps({"refresh_token": "1//r"}))
    token.chmod(0o600)
    client.write_text(
        json.dumps({"installed": {"client_id": "7", "client_secret": "s", "token_uri": f"{google.url}/token"}})
    )
    ran = _gmail(capsys, "--token", f"file:{token}", "--client", str(client), "--search", "in:trash", "--newest", "1")
    assert (ran.status, _files(ran)) == (1, ["gmail:b1"])
    assert "q=in%3Atrash" in google.asked[0]
    assert google.forms[0]["refresh_token"] == ["1//r"]


def test_gmail_is_read_with_a_token_of_the_keyring(
    capsys: pytest.CaptureFixture[str], kept: KeyringBackend, google: Google
) -> None:
    """Under whatever name it was stored."""
    kept.set_password("mailstrata", "gmail", FIRST)
    assert _files(_gmail(capsys, "--token", "keyring:gmail")) == ["gmail:b1", "gmail:m1"]


def test_a_token_file_that_others_can_read_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, google: Google
) -> None:
    """Whoever reads it reads the mailbox."""
    (tmp_path / "token").write_text(FIRST)
    (tmp_path / "token").chmod(0o644)
    ran = _gmail(capsys, "--token", f"file:{tmp_path / 'token'}")
    assert (ran.status, ran.out, google.asked) == (2, "", [])
    assert "can be read by others than its owner (chmod 600" in ran.err


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (FIRST, "a secret is never given as an argument"),
        ("file:/nowhere/token", "file:/nowhere/token cannot be read: No such file"),
        ("env:NOT_SET_AT_ALL", "env:NOT_SET_AT_ALL is not set"),
    ],
)
def test_a_token_that_cannot_be_had_is_told_without_it(
    capsys: pytest.CaptureFixture[str], google: Google, token: str, said: str
) -> None:
    """One line, status 2; what was given is not repeated when it may be the token."""
    ran = _gmail(capsys, "--token", token)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert said in ran.err
    assert FIRST not in ran.err


def test_a_mailbox_that_breaks_on_the_way_shows_what_was_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, google: Google
) -> None:
    """The summary counts it, stderr says why it ended, the status is 3."""
    monkeypatch.setenv("MAILSTRATA_GMAIL_TOKEN", FIRST)
    listed, given = google.answer, iter([True, True])

    def ended(target: str, authorization: str) -> tuple[int, dict[str, str], bytes]:
        return listed(target, authorization) if next(given, False) else (401, {}, b"{}")

    monkeypatch.setattr(google, "answer", ended)
    ran = command(capsys, "bounce", "read", "--gmail")
    assert ran.status == 3
    assert "1 failed recipient" in ran.out.splitlines()[-1]
    assert "Gmail does not take the token" in ran.err


def test_the_imap_password_comes_from_the_keyring(
    capsys: pytest.CaptureFixture[str], kept: KeyringBackend, imap: imap_server.Server
) -> None:
    """``keyring set mailstrata imap:ADDRESS`` once, and never typed again."""
    kept.set_password("mailstrata", f"imap:{ANN}", "right")
    ran = _imap(capsys, imap)
    assert (ran.status, ran.err, len(ran.out.splitlines())) == (0, "", 2)


def test_the_imap_password_comes_from_the_environment_first(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kept: KeyringBackend,
    imap: imap_server.Server,
) -> None:
    """What is set for this one command is meant."""
    kept.set_password("mailstrata", f"imap:{ANN}", "wrong")
    monkeypatch.setenv("MAILSTRATA_IMAP_PASSWORD", "right")
    assert _imap(capsys, imap).status == 0


def test_an_imap_server_that_does_not_answer_leaves_it_undetermined(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No network is no mistake of the caller's: status 3, in one line."""
    monkeypatch.setenv("MAILSTRATA_IMAP_PASSWORD", "right")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ran = command(capsys, "bounce", "read", "--imap", f"localhost:{port}", "--user", ANN)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (3, "", 1)
    assert f"localhost:{port}" in ran.err


@pytest.mark.parametrize("told", [("wrong", "INBOX", 3), ("right", "Bounces", 2), ("right", "INBOX", 0)])
def test_who_is_not_let_in_learns_nothing_and_who_names_no_folder_is_mistaken(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    imap: imap_server.Server,
    told: tuple[str, str, int],
) -> None:
    """No permission is 3; a folder that is not there is the caller's own name for it, 2."""
    password, folder, status = told
    monkeypatch.setenv("MAILSTRATA_IMAP_PASSWORD", password)
    assert _imap(capsys, imap, "--folder", folder).status == status


@pytest.mark.parametrize("kept", [InProcess, Locked, Failing], indirect=True)
def test_without_a_password_the_places_for_it_are_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kept: KeyringBackend
) -> None:
    """Nothing is kept, nobody sits there to be asked, and the server is not even called."""
    monkeypatch.delenv("MAILSTRATA_IMAP_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())  # what a cron job has
    ran = command(capsys, "bounce", "read", "--imap", "localhost:1", "--user", ANN)
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert f"keyring set mailstrata imap:{ANN}" in ran.err
    assert "$MAILSTRATA_IMAP_PASSWORD" in ran.err


def test_a_keyring_that_is_not_installed_is_named_where_it_was_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra, and how to get it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    ran = command(capsys, "bounce", "read", "--imap", "localhost:1", "--user", ANN, "--password", "keyring:imap:ann")
    assert ran.status == 3
    assert "the extra keyring is not installed (pip install 'mailstrata[keyring]')" in ran.err


def test_a_password_as_an_argument_is_refused_and_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    """Every program on the machine could read it."""
    ran = command(capsys, "bounce", "read", "--imap", "localhost:1", "--user", ANN, "--password", "abcd-efgh")
    assert ran.status == 2
    assert "never given as an argument" in ran.err
    assert "abcd-efgh" not in ran.err


@pytest.mark.parametrize("host", ["localhost:imaps", "localhost:0", "localhost:70000", "imaps://localhost", "a b"])
def test_what_is_no_server_is_refused_before_a_password_is_asked_for(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    """A port that is none is not another one."""
    ran = command(capsys, "bounce", "read", "--imap", host, "--user", ANN)
    assert (ran.status, ran.out) == (2, "")
    assert f"{host} is no server" in ran.err


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("imap.dock.example", ("imap.dock.example", 993)),
        ("imap.dock.example:1993", ("imap.dock.example", 1993)),
        ("[2001:db8::1]:1993", ("2001:db8::1", 1993)),
        ("2001:db8::1", ("2001:db8::1", 993)),
    ],
)
def test_a_server_is_named_with_or_without_its_port(host: str, meant: tuple[str, int]) -> None:
    """Addresses of IPv6 have colons of their own (RFC 3986 3.2.2)."""
    assert mailboxes.server(host, 993) == meant
