"""The tools of the relay's benchmark: the fake SES API, the load generator, and the CPU of a process with its children.

with tools() as made:                       # compiled into a temporary folder
    api = made.api(latency=20)
    load(made, port=2525, conns=64, messages=3000)
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

ROOT = Path(__file__).parents[1]
SOURCES = Path(os.environ.get("MAILSTRATA_LOAD_TOOLS", str(ROOT.parent / "shared" / "tools" / "load")))
HOST = "relay.bench.example"
Json = dict[str, Any]
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class Tools:
    """A folder with the programs, a certificate and what runs."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, *command: str | Path, env: dict[str, str] | None = None, out: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program that is ended with the tools."""
        log = (self.folder / "programs.log").open("ab")
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=log if out is None else out,
            stderr=log,
            env={**os.environ, **(env or {})},
            cwd=self.folder,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def api(self, *, tls: bool = False) -> Api:
        """A fake SES API on a port of its own."""
        port = free_port()
        certificate = (
            ("--cert", self.folder / "certs" / "ec.crt", "--key", self.folder / "certs" / "ec.key") if tls else ()
        )
        self.start(self.folder / "fakeses", "--port", str(port), *certificate)
        listening(port)
        return Api(port=port, tls=tls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The fake API."""

    port: int
    tls: bool = False

    @property
    def url(self) -> str:
        """Its URL; the name is that of its certificate."""
        return f"https://localhost:{self.port}" if self.tls else f"http://127.0.0.1:{self.port}"

    def post(self, path: str) -> None:
        """``/__reset`` or ``/__latency?ms=20``."""
        self._curl("-X", "POST", f"{self.url}{path}")

    def stats(self) -> Json:
        """What it counted."""
        found: Json = json.loads(self._curl(f"{self.url}/__stats"))
        return found

    def _curl(self, *words: str) -> str:
        if not self.tls:
            method = "POST" if "POST" in words else "GET"
            with urllib.request.urlopen(urllib.request.Request(words[-1], method=method), timeout=10) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        done = subprocess.run(["curl", "-sk", *words], capture_output=True, text=True, timeout=10, check=True)
        return done.stdout


@contextlib.contextmanager
def tools() -> Iterator[Tools]:
    """Compile the programs; at the end everything that was started is ended."""
    if not SOURCES.exists() or shutil.which("gcc") is None:
        raise SystemExit(f"needs gcc and the load tools at {SOURCES} (set MAILSTRATA_LOAD_TOOLS)")
    folder = Path(tempfile.mkdtemp(prefix="mailstrata-bench-"))
    made = Tools(folder=folder)
    try:
        for name in ("fakeses", "smtpload"):
            libraries = ("-lssl", "-lcrypto", "-lz", "-lpthread")
            subprocess.run(["gcc", "-O2", "-w", "-o", folder / name, SOURCES / f"{name}.c", *libraries], check=True)
        shutil.copytree(SOURCES / "peers", folder / "load" / "peers")
        _certificate(folder)
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _certificate(folder: Path) -> None:
    """Where the peers' own set-ups look for it, and where ours does."""
    authority = trustme.CA()
    leaf = authority.issue_cert(HOST, "localhost")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for certs in (folder / "certs", folder / "load" / "certs"):
        certs.mkdir()
        leaf.private_key_pem.write_to_path(str(certs / "ec.key"))
        for blob in leaf.cert_chain_pems:
            blob.write_to_path(str(certs / "ec.crt"), append=True)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def listening(port: int, *, seconds: float = 60.0) -> None:
    """Wait until somebody listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens at port {port}")


def load(made: Tools, *, port: int, password: str, conns: int, messages: int, more: tuple[str, ...] = ()) -> Json:
    """What the generator measured, such as ``msg_s``, ``lat_ms`` and ``failed``."""
    command = [made.folder / "smtpload", "--port", port, "--conns", conns, "--messages", messages, "--starttls"]
    command += ["--auth", f"user:{password}", "--timeout", 120, *more]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=200, check=False)
    found: Json = json.loads(done.stdout)
    return found


def cpu(root: int) -> float:
    """Seconds of CPU of a process, its living descendants, and its children that ended."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / _TICK


def memory(root: int, *, peak: bool = False) -> float:
    """Megabytes of RAM of a process and its descendants."""
    name, total = ("VmHWM:" if peak else "VmRSS:"), 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith(name) else 0
    return total / 1024


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found
