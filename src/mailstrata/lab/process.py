"""A lab as a process of its own, for what cannot have it in its own: a command that returns, or one that forks.

with with_relay("healthy") as lab:              # the one that ``lab up --relay`` started, else one for the time being
    lab.exports["MAILSTRATA_LAB_RELAY_SETUP"]
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mailstrata.lab import running
from mailstrata.lab.running import Running
from mailstrata.lab.scenario_file import load
from mailstrata.model.errors import Refusal

RELAY_SETUP = "MAILSTRATA_LAB_RELAY_SETUP"
"""The variable that names the setup of a lab's relay."""
_READY_SECONDS = 30


def start(scenario: str, *, relay: bool, among: Path | None = None, leash: int | None = None) -> Running:
    """Start a lab in a process of its own; gives it when everything listens.

    It is registered in ``among``, else where every command looks, and outlives this process, but for one on a ``leash``: it
    ends when nobody can write to that pipe any more. Raises ``Refusal`` when it does not start.
    """
    load(scenario)  # a mistake in the file is told here, not by the process in the background
    environment = {**os.environ, **({"XDG_RUNTIME_DIR": str(among)} if among else {})}
    with tempfile.TemporaryFile() as errors:
        options = [*(["--relay"] if relay else []), *(["--until-eof"] if leash is not None else [])]
        pid = _spawned(["lab", "up", scenario, *options], (leash, errors.fileno()), environment)
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            found = next((lab for lab in running.every(among) if lab.pid == pid), None)
            if found is not None:
                return found
            if os.waitpid(pid, os.WNOHANG)[0]:
                errors.seek(0)
                said = errors.read(10_000).decode("utf-8", "replace").strip().splitlines()
                raise Refusal(f"the lab did not start: {said[-1] if said else 'it said nothing'}")
            time.sleep(0.05)
    os.kill(pid, signal.SIGTERM)
    raise Refusal(f"the lab was not ready within {_READY_SECONDS} s")


@contextlib.contextmanager
def with_relay(scenario: str) -> Iterator[Running]:
    """The lab of a scenario with a relay in front of its SES: the running one, else one that no other command sees.

    Raises ``Refusal`` when the running one has no relay, or a new one does not start.
    """
    if (found := running.find(scenario)) is not None:
        if RELAY_SETUP not in found.exports:
            hint = f"mailstrata lab down {found.scenario}, then mailstrata lab up {scenario} --relay"
            raise Refusal(f"the running lab {found.scenario} has no relay", hint)
        yield found
        return
    leash, held = os.pipe()
    with (
        tempfile.TemporaryDirectory(prefix="mailstrata-lab-") as own,
        os.fdopen(leash, "rb") as end,
        os.fdopen(held, "wb") as hold,
    ):
        lab = start(scenario, relay=True, among=Path(own), leash=end.fileno())
        try:
            yield lab
        finally:
            hold.close()
            os.waitpid(lab.pid, 0)


def _spawned(arguments: Sequence[str], channels: tuple[int | None, int], environment: Mapping[str, str]) -> int:
    """Start ``mailstrata`` in a session of its own; gives its process id.

    ``channels`` are its stdin (``None``: nothing) and its stderr; its stdout leads nowhere.
    """
    stdin, errors = channels
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
    given = [] if stdin is None else [(os.POSIX_SPAWN_DUP2, stdin, 0)]
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "mailstrata", *arguments],
        environment,
        file_actions=[*nowhere, *given, (os.POSIX_SPAWN_DUP2, errors, 2)],
        setsid=True,
    )
