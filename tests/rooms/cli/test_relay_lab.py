"""The relay's commands against a lab: ``--lab`` in place of a setup, and that no lab outlives its command."""

from __future__ import annotations

import re
import signal
import smtplib
import ssl
import time
from pathlib import Path

import pytest
import trustme
from tests.rooms.cli.cli import command, process

pytestmark = pytest.mark.lab
MAIL = "From: admin@sailing.example\r\nSubject: Quote\r\n\r\nAhoy\r\n"


@pytest.fixture(autouse=True)
def own_labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lab of another test is found, and none of this one's is."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_the_doctor_finds_a_healthy_lab_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, ports, certificate, login, From and its identity, without a question: the lab tells its own login's password."""
    ran = command(capsys, "relay", "doctor", "--lab", "healthy")
    assert (ran.status, ran.err) == (0, "")
    assert [line.split(":")[0] for line in ran.out.splitlines()] == [
        "ok       name",
        "ok       port 587",
        "ok       port 465",
        "ok       certificate",
        "ok       login",
        "ok       @sailing.example",
        "ok       @sailing.example",
    ]


def test_the_users_and_the_unsettled_mails_of_a_running_lab(capsys: pytest.CaptureFixture[str]) -> None:
    """What one command makes there, the next one finds."""
    command(capsys, "lab", "up", "healthy", "--relay", "--detach")
    try:
        add = ["relay", "user", "add", "ann", "--from", "ann@sailing.example", "--lab", "healthy", "--show"]
        assert "Username            ann" in command(capsys, *add).out
        assert "ann  active" in command(capsys, "relay", "user", "list", "--lab", "healthy").out
        assert command(capsys, "relay", "unsettled", "--lab", "healthy").out == "Every mail has its outcome.\n"
    finally:
        command(capsys, "lab", "down")


def test_the_doctor_finds_what_is_wrong_with_the_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """None named, another's key, none there: a fault where it is one, and what to do; without an address systemd's count."""
    trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    up = command(capsys, "lab", "up", "healthy", "--relay", "--detach")
    try:
        for name, value in (told := dict(re.findall(r"^export (\w+)=(\S+)$", up.out, re.MULTILINE))).items():
            monkeypatch.setenv(name, value)
        text = Path(told["MAILSTRATA_LAB_RELAY_SETUP"]).read_text("utf-8")
        (certificate,) = re.findall(r"^certificate = .*$", text, re.MULTILINE)
        listen = re.sub(r"^(listen\w*) = .*$", r"\1 = []", text, flags=re.MULTILINE)
        for changed, said in (
            (text.replace(certificate, ""), "FAULT    certificate: the setup names none"),
            (
                text.replace(certificate, f'{certificate}\nkey = "{tmp_path}/key.pem"'),
                "do not belong together: KEY_VALUES",
            ),
            (
                text.replace(certificate, 'certificate = "/none.pem"'),
                "unknown  certificate: /none.pem cannot be read: No",
            ),
            (listen, "ok       port 465"),
        ):
            setup = tmp_path / "mailstrata.toml"
            setup.write_text(changed, "utf-8")
            assert said in command(capsys, "relay", "doctor", "--setup", str(setup)).out
    finally:
        command(capsys, "lab", "down")


def test_a_running_lab_without_a_relay_is_not_mistaken_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The line says how to have one."""
    command(capsys, "lab", "up", "healthy", "--detach")
    try:
        ran = command(capsys, "relay", "doctor", "--lab", "healthy")
    finally:
        command(capsys, "lab", "down")
    assert ran.status == 2
    assert "the running lab healthy has no relay" in ran.err
    assert "lab up healthy --relay" in ran.err


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_serve_sends_through_the_lab_s_ses_and_takes_the_lab_with_it(ending: signal.Signals, tmp_path: Path) -> None:
    """Login, password and trust are said; after the end, however it came, the lab's folder is gone."""
    serving = process("relay", "serve", "--lab", "healthy")
    assert serving.stdout is not None
    said: list[str] = []
    while not said or said[-1] != "ready\n":
        said.append(serving.stdout.readline())
        assert said[-1], f"it ended: {serving.stderr.read() if serving.stderr else ''}"
    told = re.fullmatch(r"login (\S+), password (\S+); trust (\S+)\n", said[0])
    assert told
    trust = ssl.create_default_context(cafile=told[3])
    trust.check_hostname = False
    port = next(int(line.rpartition(":")[2]) for line in said if line.startswith("listening starttls"))
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.starttls(context=trust)
        client.login(told[1], told[2])
        assert client.sendmail("admin@sailing.example", ["success@simulator.amazonses.com"], MAIL) == {}
    lab = Path(told[3]).parent
    assert lab.is_dir()
    serving.send_signal(ending)
    serving.communicate(timeout=60)
    assert serving.returncode in {0, -signal.SIGKILL}
    _gone(lab)


def _gone(folder: Path) -> None:
    """Wait until the lab has tidied up; the test's own time-out ends a wait for one that does not."""
    deadline = time.monotonic() + 60
    while folder.exists():
        assert time.monotonic() < deadline, f"{folder} is still there"
        time.sleep(0.05)
