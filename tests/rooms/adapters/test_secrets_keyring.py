"""Credentials in a keyring, by a real back end that keeps them in this process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from mailstrata.adapters.secrets import SecretPlaces
from mailstrata.adapters.secrets_keyring import Keyring
from mailstrata.model.errors import Refusal

PLACES = SecretPlaces({"keyring": Keyring()})
NAME = "keyring:admin@sailing.example"
CREDENTIAL = {"username": "AKIAEXAMPLE", "password": "pa ss", "secret_access_key": "é"}


class InProcess(KeyringBackend):
    """Keeps what it is given, by service and user name."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.kept[service, username] = password


class Locked(InProcess):
    """Nobody unlocks it; as some do, it quotes what it was given."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refused."""
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refused, with the password in the error."""
        raise ValueError(password)


class Failing(Locked):
    """It cannot be reached."""

    def get_password(self, service: str, username: str) -> str | None:
        """Nothing."""
        return None


@pytest.fixture
def using() -> Iterator[Callable[[KeyringBackend], None]]:
    """Chooses the back end, for one test."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


Using = Callable[[KeyringBackend], None]


def _refused(*, write: bool = False) -> Refusal:
    with pytest.raises(Refusal) as raised:
        asyncio.run(PLACES.write(NAME, CREDENTIAL) if write else PLACES.read(NAME))
    return raised.value


def test_what_was_stored_is_read_and_the_one_before_is_kept(using: Using) -> None:
    """Under the service mailstrata, the one before under its name with .previous."""
    backend = InProcess()
    using(backend)
    asyncio.run(PLACES.write(NAME, {"password": "old"}))
    asyncio.run(PLACES.write(NAME, CREDENTIAL))
    assert asyncio.run(PLACES.read(NAME)) == CREDENTIAL
    assert asyncio.run(PLACES.read(f"{NAME}.previous")) == {"password": "old"}
    assert set(backend.kept) == {
        ("mailstrata", "admin@sailing.example"),
        ("mailstrata", "admin@sailing.example.previous"),
    }


def test_a_bare_password_that_its_owner_stored_is_one(using: Using) -> None:
    """As `keyring set mailstrata NAME` puts it there."""
    using(InProcess())
    keyring.set_password("mailstrata", "admin@sailing.example", "the password")
    assert asyncio.run(PLACES.read(NAME)) == {"password": "the password"}


def test_a_keyring_without_the_credential_says_how_to_store_it(using: Using) -> None:
    """Nothing is there: the caller may have mistaken the name, or begin a new place."""
    using(InProcess())
    refusal = _refused()
    assert (refusal.status, refusal.hint) == (2, "store it there: keyring set mailstrata admin@sailing.example")


NONE = fail.Keyring()  # type: ignore[no-untyped-call]
FORGETFUL = null.Keyring()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("backend", "words"), [(NONE, "has no keyring"), (Locked(), "is locked")], ids=["none", "locked"]
)
def test_a_keyring_that_cannot_be_asked_is_not_an_empty_one(using: Using, backend: KeyringBackend, words: str) -> None:
    """Status 3: whether a credential is there cannot be told, so nothing may be written in its place."""
    using(backend)
    assert words in _refused().message
    assert _refused().status == 3


@pytest.mark.parametrize("backend", [NONE, FORGETFUL, Failing()], ids=["none", "forgetful", "failing"])
def test_what_was_not_stored_is_told_and_never_quoted(using: Using, backend: KeyringBackend) -> None:
    """A back end that keeps nothing says so by no error: what was stored is read again."""
    using(backend)
    refusal = _refused(write=True)
    assert refusal.status == 4
    assert "keyring:admin@sailing.example cannot be written" in refusal.message
    assert "pa ss" not in f"{refusal!r} {refusal.hint} {refusal.__cause__!r}"


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both to read and to write."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    for refusal in (_refused(), _refused(write=True)):
        assert "the extra keyring is not installed" in refusal.message
        assert refusal.hint == "pip install 'mailstrata[keyring]'"
