"""The relay and the programs that a user would take instead, started as their own documentation shows.

Node's come from npm into ``.venv/peers-node``, Python's from pip into ``.venv/peers-relay``, Postfix from Debian. The Go relay
is measured where ``MAILSTRATA_GO_RELAY`` names its program (one whose endpoint is taken from ``SES_ENDPOINT``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.relay_load import HOST, ROOT, Api, Tools, free_port, listening

NODE = ROOT / ".venv" / "peers-node"
PYTHON = ROOT / ".venv" / "peers-relay"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "us-east-1"}
INSTALL_SECONDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay that listens, or the reason why there is none. ``messages`` is how many it passes on in about 1.5 seconds."""

    name: str
    port: int = 0
    pid: int = 0
    password: str = "secret"  # noqa: S105 - what the peers' own set-ups have
    messages: int = 900
    reason: str = ""


def ours(made: Tools, api: Api) -> Relay:
    """``mailstrata relay serve`` as it comes: users, ledger, log and metrics on."""
    port, folder = free_port(), made.folder / f"ours-{api.port}"
    folder.mkdir()
    (folder / "mailstrata.toml").write_text(
        f'[domain]\nname = "bench.example"\nregion = "us-east-1"\n[aws]\nendpoint = "{api.url}"\n'
        f'[network]\nca_file = "{made.folder}/ca.pem"\n[relay]\nname = "{HOST}"\nlisten_tls = []\n'
        f'listen = ["127.0.0.1:{port}"]\n'
        f'certificate = "{made.folder}/certs/ec.crt"\nkey = "{made.folder}/certs/ec.key"\nmetrics = ""\n'
        f'database = "{folder}/relay.sqlite3"\nconnections = 5000\nconnections_per_address = 5000\n'
    )
    command = (sys.executable, "-m", "mailstrata", "relay")
    setup = ("--setup", folder / "mailstrata.toml")
    added = (*command, "user", "add", "user", "--from", "@bench.example", "--out", folder / "password", *setup)
    subprocess.run([str(word) for word in added], check=True, capture_output=True)
    process = made.start(*command, "serve", *setup, env=KEYS)
    listening(port)
    password = (folder / "password").read_text().strip()
    return Relay(name="mailstrata", port=port, pid=process.pid, password=password, messages=5500)


def peers(made: Tools, api: Api) -> list[Relay]:
    """All others."""
    return [_tried(name, start, made, api=api) for name, start in _PEERS.items()]


def _tried(name: str, start: Callable[[Tools, Api], Relay], made: Tools, *, api: Api) -> Relay:
    try:
        return start(made, api)
    except (OSError, subprocess.SubprocessError, SystemExit) as error:
        return Relay(name=name, reason=str(error).splitlines()[0][:200])


def _nodemailer(made: Tools, api: Api) -> Relay:
    _npm(made, "smtp-server", "nodemailer", "@aws-sdk/client-sesv2")
    peer = made.folder / "load" / "peers" / "node"
    (peer / "node_modules").symlink_to(NODE / "node_modules")
    certs, port = made.folder / "certs", free_port()
    process = made.start("node", peer / "relay.js", str(port), api.url, certs / "ec.crt", certs / "ec.key", env=KEYS)
    listening(port)
    return Relay(name="smtp-server + nodemailer SES", port=port, pid=process.pid)


def _haraka(made: Tools, api: Api) -> Relay:
    del api
    _npm(made, "Haraka")
    peer = made.folder / "load" / "peers" / "haraka"
    (peer / "node_modules").symlink_to(NODE / "node_modules")
    port, sink, folder = free_port(), _sink(made), made.folder / "haraka"
    subprocess.run(
        ["bash", str(peer / "setup.sh"), str(folder), str(port), str(sink)], check=True, capture_output=True, timeout=60
    )
    process = made.start("node", peer / "node_modules" / "Haraka" / "bin" / "haraka", "-c", folder)
    listening(port)
    return Relay(name="Haraka to a sink", port=port, pid=process.pid)


def _aiosmtpd(made: Tools, api: Api) -> Relay:
    if not (PYTHON / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON)], check=True, timeout=INSTALL_SECONDS)
        pip = [str(PYTHON / "bin" / "pip"), "install", "-q", "aiosmtpd", "boto3"]
        subprocess.run(pip, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    certs, port = made.folder / "certs", free_port()
    relay = made.folder / "load" / "peers" / "py" / "relay_boto3.py"
    process = made.start(
        PYTHON / "bin" / "python", relay, str(port), api.url, certs / "ec.crt", certs / "ec.key", env=KEYS
    )
    listening(port)
    return Relay(name="aiosmtpd + boto3", port=port, pid=process.pid)


def _postfix(made: Tools, api: Api) -> Relay:
    del api
    if (
        shutil.which("smtp-sink", path="/usr/sbin") is None
        or shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin") is None
    ):
        raise SystemExit("Debian's postfix, sasl2-bin and libsasl2-modules are not installed")
    if os.geteuid() != 0:
        raise SystemExit("a Postfix of its own can only be started by root")
    made.folder.chmod(0o755)
    port, sink, folder = free_port(), _sink(made), made.folder / "postfix"
    setup = made.folder / "load" / "peers" / "postfix" / "setup.sh"
    subprocess.run(
        ["bash", str(setup), str(folder), str(port), str(sink), "tls"], check=True, capture_output=True, timeout=60
    )
    subprocess.run(
        ["/usr/sbin/postfix", "-c", str(folder / "etc"), "start"], check=True, capture_output=True, timeout=60
    )
    listening(port)
    pid = int((folder / "spool" / "pid" / "master.pid").read_text())
    return Relay(name="Postfix to a sink", port=port, pid=pid)


def _go(made: Tools, api: Api) -> Relay:
    program = Path(os.environ.get("MAILSTRATA_GO_RELAY", ""))
    if not program.is_file():
        raise SystemExit("no program named by MAILSTRATA_GO_RELAY")
    certs, port = made.folder / "certs", free_port()
    options = (
        "-a",
        f"127.0.0.1:{port}",
        "-s",
        "-c",
        certs / "ec.crt",
        "-k",
        certs / "ec.key",
        "-i",
        "127.0.0.1",  # any password of a client from here will do
    )
    trust = {"SSL_CERT_FILE": str(made.folder / "ca.pem"), "SES_ENDPOINT": api.url}
    process = made.start(program, *options, env={**KEYS, **trust})
    listening(port)
    return Relay(name="aws-smtp-relay (Go)", port=port, pid=process.pid, messages=3000)


def _npm(made: Tools, *packages: str) -> None:
    del made
    if all((NODE / "node_modules" / package).exists() for package in packages):
        return
    NODE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(NODE), *packages]
    subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)


def _sink(made: Tools) -> int:
    """Postfix's smtp-sink, which takes everything and keeps nothing."""
    port = free_port()
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    made.start("/usr/sbin/smtp-sink", *user, f"127.0.0.1:{port}", "1024")
    listening(port)
    return port


def stop_postfix(made: Tools) -> None:
    """Postfix is a daemon of its own and is not ended with its parent."""
    if (made.folder / "postfix" / "etc").exists():
        command = ["/usr/sbin/postfix", "-c", str(made.folder / "postfix" / "etc"), "stop"]
        subprocess.run(command, check=False, capture_output=True, timeout=60)


_PEERS: dict[str, Callable[[Tools, Api], Relay]] = {
    "smtp-server + nodemailer SES": _nodemailer,
    "Haraka to a sink": _haraka,
    "aiosmtpd + boto3": _aiosmtpd,
    "Postfix to a sink": _postfix,
    "aws-smtp-relay (Go)": _go,
}
