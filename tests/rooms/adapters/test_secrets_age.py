"""Credentials in files of age, with real keys."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyrage import decrypt, encrypt
from pyrage.x25519 import Identity

from mailstrata.adapters.secrets import SecretPlaces
from mailstrata.adapters.secrets_age import AgeFiles
from mailstrata.model.errors import Refusal

CREDENTIAL = {"username": "AKIAEXAMPLE", "password": "pa ss", "secret_access_key": "é"}


class Home:
    """A folder with an identity of its own."""

    def __init__(self, folder: Path) -> None:
        self.key = Identity.generate()
        self.identity = folder / "age.txt"
        self.identity.write_text(f"# public key: {self.key.to_public()}\n{self.key}\n")
        self.path = folder / "admin.age"

    def read(self) -> Mapping[str, str]:
        """What the place holds."""
        return asyncio.run(self._places(()).read(f"age:{self.path}"))

    def write(self, fields: Mapping[str, str], *recipients: str) -> None:
        """Store it, for further recipients too."""
        asyncio.run(self._places(recipients).write(f"age:{self.path}", fields))

    def refused(self, *recipients: str, write: bool = False) -> Refusal:
        """Why it cannot be read, or written; nothing secret is in that."""
        with pytest.raises(Refusal) as raised:
            self.write(CREDENTIAL, *recipients) if write else self.read()
        assert "pa ss" not in f"{raised.value!r} {raised.value.hint} {raised.value.__cause__!r}"
        assert "AGE-SECRET-KEY-1" not in f"{raised.value!r} {raised.value.__cause__!r}".replace("KEY-1…", "")
        return raised.value

    def _places(self, recipients: tuple[str, ...]) -> SecretPlaces:
        return SecretPlaces({"age": AgeFiles(identity=str(self.identity), recipients=recipients)})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An identity and a place."""
    return Home(tmp_path)


def test_what_was_stored_is_read_and_nobody_else_can(home: Home) -> None:
    """Encrypted, mode 0600; nothing of it is in the file."""
    home.write(CREDENTIAL)
    assert home.read() == CREDENTIAL
    data = home.path.read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n")
    assert b"AKIAEXAMPLE" not in data
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o600


def test_the_one_before_is_kept_as_encrypted_as_it_was(home: Home) -> None:
    """Beside it, for its owner alone, and no temporary file remains."""
    home.write({"password": "old"})
    home.path.chmod(0o644)
    home.write(CREDENTIAL)
    previous = home.path.with_name("admin.age.previous")
    assert json.loads(decrypt(previous.read_bytes(), [home.key])) == {"password": "old"}
    assert stat.S_IMODE(previous.stat().st_mode) == 0o600
    assert sorted(one.name for one in home.path.parent.iterdir()) == ["admin.age", "admin.age.previous", "age.txt"]


def test_further_recipients_can_read_it_too(home: Home) -> None:
    """Those of the setup, beside the identity's own key."""
    colleague = Identity.generate()
    home.write(CREDENTIAL, str(colleague.to_public()))
    assert json.loads(decrypt(home.path.read_bytes(), [colleague])) == CREDENTIAL
    assert home.read() == CREDENTIAL


@pytest.mark.parametrize("armored", [False, True], ids=["binary", "armoured"])
def test_a_bare_password_that_its_owner_encrypted_is_one(home: Home, *, armored: bool) -> None:
    """In both forms that age writes; the end of the line is the editor's."""
    home.path.write_bytes(encrypt(b"the password\n", [home.key.to_public()], armored=armored))
    assert home.read() == {"password": "the password"}


def test_a_file_for_another_key_or_damaged_is_a_refusal(home: Home) -> None:
    """It names both files."""
    for data in (encrypt(b"x", [Identity.generate().to_public()]), b"junk", b"", b"age-encryption.org/v1\n"):
        home.path.write_bytes(data)
        refusal = home.refused()
        assert "damaged, or not for the key in" in refusal.message
        assert str(home.identity) in refusal.message


def test_a_file_that_is_not_there_is_the_callers_mistake(home: Home) -> None:
    """So a new place may be begun there."""
    refusal = home.refused()
    assert refusal.status == 2
    assert refusal.message == f"age:{home.path} cannot be read: No such file or directory"


@pytest.mark.parametrize("content", ["", "# nothing\n", "AGE-SECRET-KEY-1JUNK\n", "\xff"])
def test_an_identity_without_a_key_says_how_to_make_one(home: Home, content: str) -> None:
    """Status 3, since what the place holds cannot be told."""
    home.identity.write_bytes(content.encode("latin-1"))
    refusal = home.refused()
    assert refusal.status == 3
    assert refusal.hint.startswith(f"make one: age-keygen -o {home.identity}")


def test_an_identity_that_is_not_there_says_how_to_make_one(home: Home) -> None:
    """To write is refused, too, before anything is touched."""
    home.identity.unlink()
    assert "No such file" in home.refused().message
    assert home.refused(write=True).status == 4
    assert not home.path.exists()


def test_a_recipient_that_is_none_is_refused_before_anything_is_written(home: Home) -> None:
    """A secret key that stands there by mistake is not repeated."""
    refusal = home.refused(str(home.key), write=True)
    assert "no public key of age" in refusal.message
    assert str(home.key) not in f"{refusal!r}{refusal.hint}"
    assert not home.path.exists()


def test_without_the_library_the_extra_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both to read and to write."""
    monkeypatch.setitem(sys.modules, "pyrage", None)
    for refusal in (home.refused(), home.refused(write=True)):
        assert "the extra age is not installed" in refusal.message
        assert refusal.hint == "pip install 'mailstrata[age]'"
