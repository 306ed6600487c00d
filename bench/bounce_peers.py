"""The other readers of bounces: each taken from the machine, else put beside our environment; where it cannot be, why not.

Sisimai in Go is a program that somebody builds of ``workers/sisimai.go``: its module lies in a public repository, which a
machine without the internet cannot fetch. With it at ``gp/src/libsisimai.org/sisimai`` and Debian's ``golang-go`` and
``golang-golang-x-net-dev``: ``GO111MODULE=off GOPATH=$PWD/gp:/usr/share/gocode go build sisimai.go``; ``SISIMAI_GO=PROGRAM``
names what came of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = ROOT / "bench" / "workers"
PEERS = ROOT / ".venv" / "peers"
PERL = ROOT / ".venv" / "peers-perl"
DEBIAN = ("libsisimai-perl", "libclass-accessor-lite-perl", "libjson-perl")
SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Somebody who reads bounces: how to start it, or why it cannot be."""

    name: str
    command: tuple[str, ...] = ()
    reason: str = ""
    environment: tuple[tuple[str, str], ...] = ()


def peers() -> tuple[Tool, ...]:
    """All of them."""
    return _flufl(), _sisimai_perl(), _sisimai_go()


def _flufl() -> Tool:
    python = PEERS / "bin" / "python"
    install = (str(python), "-m", "pip", "install", "--quiet", "flufl.bounce")
    try:
        if not PEERS.exists():
            subprocess.run((sys.executable, "-m", "venv", str(PEERS)), check=True, timeout=SECONDS)
        if subprocess.run((str(python), "-c", "import flufl.bounce"), capture_output=True, timeout=SECONDS).returncode:
            subprocess.run(install, check=True, capture_output=True, timeout=SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        return Tool(name="flufl.bounce", reason=f"it could not be installed: {type(error).__name__}")
    return Tool(name="flufl.bounce", command=(str(python), str(WORKERS / "flufl_bounce.py")))


def _sisimai_perl() -> Tool:
    """The machine's own, else Debian's packages unpacked beside the environment."""
    environment = (("PERL5LIB", str(PERL / "usr" / "share" / "perl5")),)
    tool = Tool(name="sisimai-perl", command=("perl", str(WORKERS / "sisimai.pl")), environment=environment)
    probe = ("perl", "-MSisimai", "-MJSON", "-e", "1")
    try:
        if subprocess.run(probe, capture_output=True, env={**os.environ, **dict(environment)}, timeout=60).returncode:
            _unpack()
            subprocess.run(probe, capture_output=True, env={**os.environ, **dict(environment)}, timeout=60, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        return Tool(name="sisimai-perl", reason=f"it could not be installed: {type(error).__name__}")
    return tool


def _unpack() -> None:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(("apt-get", "download", *DEBIAN), cwd=place, check=True, capture_output=True, timeout=SECONDS)
        for package in Path(place).glob("*.deb"):
            subprocess.run(("dpkg-deb", "-x", str(package), str(PERL)), check=True, capture_output=True, timeout=60)


def _sisimai_go() -> Tool:
    program = os.environ.get("SISIMAI_GO", "")
    if program:
        return Tool(name="sisimai-go", command=(program,))
    toolchain = "Go is here" if shutil.which("go") else "no Go is here"
    return Tool(name="sisimai-go", reason=f"its module cannot be had from a package registry; {toolchain}")
