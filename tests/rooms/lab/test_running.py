"""Which labs run on this machine is read from a folder that nobody else can write to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailstrata.lab import running
from mailstrata.model.errors import Refusal


def test_the_folder_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made for this user alone."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert running.folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o701])
def test_a_folder_that_others_can_use_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    """A lab that somebody planted there could read the operator's secrets; the command ends before it is looked at."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    running.folder().chmod(mode)

    with pytest.raises(Refusal, match="only you can use"):
        running.find("healthy")


def test_a_link_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it followed to a place of somebody else's choice."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    place = running.folder()
    place.rmdir()
    place.symlink_to(tmp_path)

    with pytest.raises(Refusal, match="only you can use"):
        running.every()
