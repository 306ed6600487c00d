"""``mailstrata lab``: the embedded world from outside, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command, process

from mailstrata.lab.scenario_file import shipped

pytestmark = pytest.mark.lab


def _exports(text: str) -> dict[str, str]:
    lines = (line.removeprefix("export ") for line in text.splitlines() if line.startswith("export "))
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def _until_ready(lab: subprocess.Popen[str]) -> dict[str, str]:
    assert lab.stdout is not None
    said = ""
    while "is ready" not in said:
        line = lab.stdout.readline()
        assert line, f"the lab ended: {lab.stderr.read() if lab.stderr else ''}"
        said += line
    return _exports(said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_prints_the_environment_and_ends_without_a_trace(number: int, tmp_path: Path) -> None:
    """Ready means that everything listens; Ctrl-C ends it with no process, file or port left."""
    lab = process("lab", "up", "two-faults", env={"XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)})
    exports = _until_ready(lab)
    host, _, port = exports["MAILSTRATA_LAB_SMTP_US_EAST_1"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        assert connection.recv(64).startswith(b"220 email-smtp.amazonaws.com ESMTP")
    assert exports["MAILSTRATA_LAB_PID"] == str(lab.pid)

    lab.send_signal(number)
    _, err = lab.communicate(timeout=20)

    assert (lab.returncode, err) == (0, "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_fault_is_injected_into_a_running_lab(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Lab up --detach, break, diagnose, reset, diagnose, down: as the documentation shows it."""
    os.environ["XDG_RUNTIME_DIR"] = str(tmp_path)
    try:
        up = command(capsys, "lab", "up", "healthy", "--detach")
        setup = _exports(up.out)["MAILSTRATA_SETUP"]
        broken = command(capsys, "lab", "break", "key-inactive")
        sick = command(capsys, "diagnose", "--lab", "healthy")
        command(capsys, "lab", "reset")
        well = command(capsys, "diagnose", "--lab", "healthy")
    finally:
        down = command(capsys, "lab", "down")
        del os.environ["XDG_RUNTIME_DIR"]

    assert (up.status, broken.status, down.status) == (0, 0, 0)
    assert (sick.status, well.status) == (1, 0)
    assert "primary=key-inactive" in sick.out
    assert not Path(setup).exists()


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each: its name and its title."""
    ran = command(capsys, "lab", "list")

    assert [line.split()[0] for line in ran.out.splitlines()] == list(shipped())


def test_run_compares_with_what_the_scenario_expects(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What comes out otherwise is told line by line, with exit status 1."""
    scenario = tmp_path / "wrong.toml"
    scenario.write_text('title = "Wrong"\nbase = "healthy"\n\n[expect]\nverdict = "broken"\ncauses = ["-"]\n')

    ran = command(capsys, "lab", "run", str(scenario))

    assert ran.status == 1
    assert ran.err.splitlines()[-2:] == ["verdict: healthy, expected broken", "1 differences from [expect]."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base = 'healthy'\n", ":1: title: missing; expected a string in quotes"),
        ("title = 'x'\n[[user]]\nnam = 'y'\n", ":2: user.name: missing; expected a string in quotes"),
        ("title = 'x'\nfoo = 1\n", ":2: foo: nobody knows this key; expected one of"),
        (
            "title = 'x'\n[[zone]]\nname = 'a.example'\nrecords = 'mx a.example'\n",
            ":4: zone.records: '' after 'mx a.example'; expected = VALUE, - or ?",
        ),
    ],
)
def test_a_broken_scenario_is_told_by_file_line_and_key(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    """Nothing starts; the one line says where the mistake is and what belongs there."""
    scenario = tmp_path / "broken.toml"
    scenario.write_text(text)

    ran = command(capsys, "lab", "run", str(scenario))

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"mailstrata: {scenario}{said}")


def test_without_the_extra_the_line_says_what_to_install() -> None:
    """A bare installation has no lab; the command says so instead of a traceback."""
    hide = "import sys; sys.modules['uvicorn'] = None; from mailstrata.__main__ import run; sys.exit(run(['demo']))"

    ran = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False)  # noqa: S603 - our own

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "mailstrata: the lab needs packages that are not installed (uvicorn) (pip install 'mailstrata[lab]')\n"
    )
