"""The credentials that the relay signs with."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from mailstrata.adapters.ses_keys import KeyChain
from mailstrata.adapters.ses_signature import Key


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shared credentials file, the only link of the chain."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "credentials"


def _write(file: Path, key_id: str, token: str = "") -> Key:
    more = f"aws_session_token = {token}\n" if token else ""
    file.write_text(f"[default]\naws_access_key_id = {key_id}\naws_secret_access_key = s-{key_id}\n{more}")
    return Key(id=key_id, secret=f"s-{key_id}", token=token)


def test_they_are_those_of_botos_chain(file: Path) -> None:
    """Here of the shared credentials file, with a session token."""
    expected = _write(file, "ASIAONE", token="tok")

    async def found() -> Key | None:
        keys = KeyChain()
        await keys.start()
        await keys.stop()
        return keys.current

    assert asyncio.run(found()) == expected


def test_a_refused_key_is_exchanged_for_the_one_that_is_there_now(file: Path) -> None:
    """A hundred requests that were refused at once look once."""
    first = _write(file, "AKIAONE")

    async def renewed() -> tuple[Key | None, set[Key | None]]:
        keys = KeyChain(rest=-1.0)
        await keys.start()
        second = _write(file, "AKIATWO")
        found = {*await asyncio.gather(*(keys.renew(first) for _ in range(100)))}
        await keys.stop()
        return second, found

    second, found = asyncio.run(renewed())
    assert found == {second}


def test_a_key_that_nothing_replaces_stays(file: Path) -> None:
    """And the chain is not asked at each refusal."""
    first = _write(file, "AKIAONE")

    async def renewed() -> Key | None:
        keys = KeyChain(rest=3600.0)
        await keys.start()
        _write(file, "AKIATWO")
        await keys.stop()
        return await keys.renew(first)

    assert asyncio.run(renewed()) == first


def test_none_is_said_and_no_secret_is_logged(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The relay starts all the same: mails are put off until there are some."""
    file.write_text("[default]\naws_access_key_id = AKIAONE\n")

    async def found() -> Key | None:
        keys = KeyChain()
        await keys.start()
        await keys.stop()
        return keys.current

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(found()) is None
    assert "no AWS credentials" in caplog.text
