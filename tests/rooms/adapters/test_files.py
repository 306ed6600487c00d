"""The old file or the new one, never half of each."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mailstrata.adapters import files

_INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from mailstrata.adapters import files
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us deaf to it
real = os.fsync
def interrupted(descriptor):
    os.kill(os.getpid(), signal.SIGINT)
    real(descriptor)
os.fsync = interrupted
files.replace(Path(sys.argv[1]), b"new" * 100000)
"""


def test_the_file_holds_the_new_data(tmp_path: Path) -> None:
    """A file is made, and made again."""
    path = tmp_path / "report.json"
    files.replace(path, b"one")
    files.replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert _names(tmp_path) == ["report.json"]


def test_the_mode_is_the_wanted_one_or_that_of_the_old_file(tmp_path: Path) -> None:
    """A private file is private from its first moment; a replaced one keeps its mode."""
    path = tmp_path / "secret.json"
    files.replace(path, b"one", mode=files.PRIVATE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    files.replace(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_symbolic_link_stays_and_its_target_changes(tmp_path: Path) -> None:
    """Somebody who keeps a file elsewhere and links to it still does so afterwards."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "real", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    files.replace(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_directory_that_is_missing_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    """No directory is made behind the user's back."""
    with pytest.raises(FileNotFoundError):
        files.replace(tmp_path / "missing" / "file", b"data")
    assert _names(tmp_path) == []


def test_an_interruption_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """Ctrl-C in the middle of writing: the old content stands, and no temporary file is left."""
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _INTERRUPTED, str(path)], capture_output=True, timeout=60, check=False
    )
    assert ended.returncode in {-signal.SIGINT, 1, 130}
    assert b"KeyboardInterrupt" in ended.stderr
    assert path.read_bytes() == b"old"
    assert _names(tmp_path) == ["report.json"]


def _names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]
