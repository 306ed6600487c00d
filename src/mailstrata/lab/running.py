"""Which labs run on this machine: one file each, written when everything listens and removed at the end.

running.find("two-faults")      # Running(pid=…, url="http://127.0.0.1:…", …) or None
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mailstrata.model.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A lab that was started by ``lab up``. ``exports`` are the environment variables that lead to it."""

    scenario: str
    pid: int
    url: str
    exports: dict[str, str] = field(repr=False)

    @property
    def credentials(self) -> tuple[str, str]:
        """Key id and secret of the lab's administrator."""
        return self.exports["AWS_ACCESS_KEY_ID"], self.exports["AWS_SECRET_ACCESS_KEY"]


def folder(among: Path | None = None) -> Path:
    """Where the files of running labs lie, in ``among`` or where every command looks; only this user can use it.

    Raises ``Refusal`` when the folder is somebody else's: whoever can write there could lead commands to a world of theirs.
    """
    base = among or os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    path = Path(base) / f"mailstrata-labs-{os.getuid()}"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = path.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise Refusal(f"{path} is not a folder that only you can use", "remove it, or set XDG_RUNTIME_DIR to your own")
    return path


def register(lab: Running) -> Path:
    """Have ``lab`` be found until the file that this gives is removed: after everything of it has stopped."""
    path = folder() / f"{lab.scenario}-{lab.pid}.json"
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(lab), file)
    partial.replace(path)
    return path


def every(among: Path | None = None) -> tuple[Running, ...]:
    """All labs that run, in ``among`` or where every command looks; files of labs that died are removed."""
    found = []
    for path in sorted(folder(among).glob("*.json")):
        with contextlib.suppress(OSError, ValueError, TypeError):
            lab = Running(**json.loads(path.read_text()))
            if _lives(lab.pid):
                found.append(lab)
            else:
                path.unlink(missing_ok=True)
    return tuple(found)


def find(scenario: str) -> Running | None:
    """The running lab of a scenario, by name or by the name of its file; the youngest of several."""
    name = Path(scenario).stem
    return next((lab for lab in reversed(every()) if lab.scenario == name), None)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
