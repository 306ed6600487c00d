"""The places where credentials are kept."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_secrets import SecretsManager
from mailstrata.adapters.secrets import PrivateFiles, SecretPlaces, Variables
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Script, ScriptedAws

    AwsTo = Callable[..., Aws]

CREDENTIAL = {"username": "AKIAEXAMPLE", "password": "pa ss", "secret_access_key": "é"}
CANARY = "canary-in-the-coal-mine"


def _read(name: str, environment: Mapping[str, str] | None = None) -> Mapping[str, str]:
    places = SecretPlaces({"env": Variables(environment or {}), "file": PrivateFiles()})
    return asyncio.run(places.read(name))


def _write(name: str, fields: Mapping[str, str]) -> None:
    asyncio.run(SecretPlaces({"env": Variables({}), "file": PrivateFiles()}).write(name, fields))


def test_a_variable_holds_a_json_object_or_the_bare_password() -> None:
    """A bare password is kept as it is, blanks included: they may be the fault that is looked for."""
    assert _read("env:SMTP", {"SMTP": '{"username": "AKIA", "password": "x"}'}) == {"username": "AKIA", "password": "x"}
    assert _read("env:SMTP", {"SMTP": "secret \n"}) == {"password": "secret \n"}


def test_a_file_holds_the_same_and_may_end_its_last_line(tmp_path: Path) -> None:
    """One line end is the editor's; a blank before it is not."""
    path = tmp_path / "credential"
    path.write_text("secret \n")
    assert _read(f"file:{path}") == {"password": "secret "}


def test_fields_that_are_no_texts_are_kept_as_json(tmp_path: Path) -> None:
    """So that writing back what was read loses nothing."""
    path = tmp_path / "credential"
    path.write_text('{"password": "x", "port": 587, "regions": ["us-east-1"]}')
    assert _read(f"file:{path}") == {"password": "x", "port": "587", "regions": '["us-east-1"]'}


def test_a_file_is_written_for_its_owner_alone_and_keeps_the_one_before(tmp_path: Path) -> None:
    """Mode 0600 both, whatever the old one had."""
    path = tmp_path / "credential.json"
    path.write_text("old")
    path.chmod(0o644)
    _write(f"file:{path}", CREDENTIAL)
    assert _read(f"file:{path}") == CREDENTIAL
    previous = tmp_path / "credential.json.previous"
    assert previous.read_text() == "old"
    assert [stat.S_IMODE(it.stat().st_mode) for it in (path, previous)] == [0o600, 0o600]
    assert sorted(it.name for it in tmp_path.iterdir()) == ["credential.json", "credential.json.previous"]


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=60), min_size=1, max_size=4))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, str]) -> None:
    """Any text, in any script, with any control character."""
    path = tmp_path_factory.mktemp("place") / "credential"
    _write(f"file:{path}", fields)
    assert _read(f"file:{path}") == fields


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (f'{{"password": "{CANARY}"'.encode(), "no JSON object"),
        (b"{" * 3000, "no JSON object"),
        (CANARY.encode() + b"\xff", "no text in UTF-8"),
        (CANARY.encode() * 4000, "more than 64 KiB"),
    ],
)
def test_a_broken_place_is_named_and_never_quoted(tmp_path: Path, content: bytes, words: str) -> None:
    """Neither in the message nor in the chain of exceptions."""
    path = tmp_path / "credential"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=words) as raised:
        _read(f"file:{path}")
    assert str(path) in raised.value.message
    assert CANARY not in f"{raised.value!r}{raised.value.hint}{raised.value.__cause__!r}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("env:NOT_SET", "env:NOT_SET is not set"),
        ("file:/nonexistent/credential", "file:/nonexistent/credential cannot be read: No such file"),
        ("file:/", "cannot be read: Is a directory"),
        ("aws:mailstrata/smtp", "without AWS"),
        ("vault:x", "names no place"),
        ("file:", "names no place"),
        ("", "names no place"),
    ],
)
def test_a_place_that_cannot_be_read_is_a_refusal(name: str, words: str) -> None:
    """It names the place and says why."""
    with pytest.raises(Refusal, match=words):
        _read(name)


def test_a_variable_cannot_be_written() -> None:
    """It would be gone with the process."""
    with pytest.raises(Refusal, match="environment") as raised:
        _write("env:SMTP", CREDENTIAL)
    assert raised.value.status == 4
    assert "pa ss" not in repr(raised.value)


def test_a_directory_that_is_missing_is_a_refusal(tmp_path: Path) -> None:
    """With status 4: a change that could not be made."""
    with pytest.raises(Refusal, match="cannot be written") as raised:
        _write(f"file:{tmp_path}/missing/credential", CREDENTIAL)
    assert raised.value.status == 4


def test_secrets_manager_is_one_of_the_places(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """What is read from it is parsed alike."""
    scripted.script["GetSecretValue"] = script.reply({"SecretString": '{"password": "x"}'})
    scripted.script["PutSecretValue"] = script.reply({})
    places = SecretPlaces({"aws": SecretsManager(aws_to(scripted.url), region="us-east-1")})
    assert asyncio.run(places.read("aws:mailstrata/smtp")) == {"password": "x"}
    asyncio.run(places.write("aws:mailstrata/smtp", {"password": "y"}))
    assert scripted.asked[1].fields["SecretString"] == '{\n  "password": "y"\n}\n'
