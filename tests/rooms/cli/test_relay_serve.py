"""``mailstrata relay serve`` as a process: it says where it listens, lets Gmail's way in, and stops when it is told to."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import dns.message
import dns.rcode
import dns.rrset
import pytest
import trustme
from tests.rooms.cli.cli import command, process

NAME = "smtp.sailing.example"
MAIL = b"From: admin@sailing.example\r\nTo: crew@dock.example\r\nSubject: Ahoy\r\n\r\nbody\r\n"
SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"

[aws]
endpoint = "{endpoint}"

[relay]
name = "{name}"
certificate = "{folder}/relay.pem"
listen = ["127.0.0.1:0"]
listen_tls = ["127.0.0.1:0"]
metrics = "127.0.0.1:0"
database = "{folder}/relay.sqlite3"
processes = {processes}
"""

KEYLESS = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Api(BaseHTTPRequestHandler):
    """An SES API that takes every mail."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """GetAccount."""
        self._answer({"SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 500.0, "SentLast24Hours": 0.0}})

    def do_POST(self) -> None:
        """SendEmail."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"MessageId": "0100018f-1"})

    def _answer(self, body: dict[str, object]) -> None:
        encoded = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A relay that runs."""

    process: subprocess.Popen[str]
    ports: dict[str, int]
    trust: ssl.SSLContext
    password: str

    def send(self) -> tuple[int, bytes]:
        """Log in over STARTTLS as Gmail does, and send; the last answer."""
        with smtplib.SMTP("127.0.0.1", self.ports["starttls"], timeout=20) as client:
            vars(client)["_host"] = NAME
            client.starttls(context=self.trust)
            client.login("ann", self.password)
            client.mail("admin@sailing.example")
            client.rcpt("crew@dock.example")
            return client.data(MAIL)

    def read(self, path: str) -> str:
        """What the metrics port says."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['metrics']}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def stop(self) -> tuple[int, list[dict[str, object]]]:
        """SIGTERM; the exit status and the log."""
        self.process.send_signal(signal.SIGTERM)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, [json.loads(line) for line in err.splitlines()]


@contextlib.contextmanager
def served(
    folder: Path, capsys: pytest.CaptureFixture[str], *, processes: int = 1, passed: socket.socket | None = None
) -> Iterator[Served]:
    """Start it before an API, with one user."""
    api = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    Thread(target=api.serve_forever, daemon=True).start()
    authority, trust = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(trust)
    authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(str(folder / "relay.pem"))
    setup = folder / "mailstrata.toml"
    endpoint = f"http://127.0.0.1:{api.server_address[1]}"
    setup.write_text(SETUP.format(endpoint=endpoint, name=NAME, folder=folder, processes=processes))
    add = ["relay", "user", "add", "ann", "--from", "admin@sailing.example"]
    assert command(capsys, *add, "--out", str(folder / "password"), "--setup", str(setup)).status == 0
    keys = {"AWS_ACCESS_KEY_ID": "AKIA2EXAMPLE00000001", "AWS_SECRET_ACCESS_KEY": "made-up"}
    arguments = ("relay", "serve", "--setup", str(setup))
    running = process(*arguments, env=keys) if passed is None else activated(arguments, keys, passed)
    try:
        ports = _ports(running)
        yield Served(process=running, ports=ports, trust=trust, password=(folder / "password").read_text().strip())
    finally:
        if running.poll() is None:
            running.terminate()
        running.communicate(timeout=30)
        api.shutdown()
        api.server_close()


def activated(arguments: tuple[str, ...], keys: dict[str, str], passed: socket.socket) -> subprocess.Popen[str]:
    """As systemd starts a service with a socket: it is descriptor 3, and the environment says so to that process."""
    lines = (
        "import os, sys",
        "os.dup2(int(sys.argv[1]), 3)",
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='submissions')",
        "os.execv(sys.executable, [sys.executable, '-m', 'mailstrata', *sys.argv[2:]])",
    )
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "\n".join(lines), str(passed.fileno()), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(passed.fileno(),),
        env={**os.environ, **keys},
    )


def _ports(running: subprocess.Popen[str]) -> dict[str, int]:
    assert running.stdout is not None
    ports: dict[str, int] = {}
    for line in running.stdout:
        if line == "ready\n":
            return ports
        _, kind, address = line.split()
        ports[kind] = int(address.rpartition(":")[2])
    raise AssertionError(running.stderr.read() if running.stderr else "it ended")


@pytest.mark.parametrize("processes", [1, 2])
def test_a_mail_goes_through_and_leaves_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], processes: int
) -> None:
    """Login, 250 with SES's id, one line of log, the counters of all processes, and an end with status 0."""
    with served(tmp_path, capsys, processes=processes) as relay:
        assert relay.send() == (250, b"2.0.0 Ok 0100018f-1")
        assert relay.read("/healthz") == "ok\n"
        assert 'mailstrata_relay_messages_total{outcome="accepted"} 1\n' in relay.read("/metrics")
        assert "\nmailstrata_relay_certificate_ends_timestamp_seconds " in relay.read("/metrics")
        status, log = relay.stop()
        assert status == 0
        (line,) = [one for one in log if one["event"] == "message"]
        assert (line["login"], line["code"], line["to"]) == ("ann", 250, ["crew@dock.example"])
        assert relay.password not in json.dumps(log)
        assert "Ahoy" not in json.dumps(log)
    listed = command(capsys, "relay", "user", "list", "--setup", str(tmp_path / "mailstrata.toml"))
    assert "from 127.0.0.1" in listed.out


def test_a_process_that_dies_is_made_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its port is not lost meanwhile: who connects waits."""
    with served(tmp_path, capsys, processes=2) as relay:
        children = Path(f"/proc/{relay.process.pid}/task/{relay.process.pid}/children").read_text().split()
        assert len(children) == 2
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        assert relay.send()[0] == 250


def test_sighup_reads_the_setup_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken setup changes nothing, a good one counts for whoever connects next."""
    with served(tmp_path, capsys) as relay:
        assert relay.process.stderr is not None
        setup = tmp_path / "mailstrata.toml"
        text = setup.read_text()
        add = ["relay", "user", "add", "bob", "--from", "bob@sailing.example", "--expires", "3"]
        assert command(capsys, *add, "--out", str(tmp_path / "another"), "--setup", str(setup)).status == 0
        soon = datetime.now(UTC) + timedelta(days=5)
        certificate = trustme.CA().issue_cert(NAME, not_after=soon).private_key_and_cert_chain_pem
        certificate.write_to_path(str(tmp_path / "relay.pem"))
        changed = f'{text}\nsize = 12345\nmode = "spool"\nhosts = 2\n'
        log: list[dict[str, object]] = []
        for wanted, content in (("not reloaded", f"{text}\nsize = 0\n"), ("reloaded", changed)):
            setup.write_text(content)
            relay.process.send_signal(signal.SIGHUP)
            while not log or log[-1]["event"] != wanted:
                log.append(json.loads(relay.process.stderr.readline()))
        assert log[-1]["restart_needed_for"] == ["hosts", "mode"]
        assert {line["user"] for line in log if line["event"] == "password"} == {"bob"}
        assert f"it ends on {soon:%Y-%m-%d}: renew it" in [line.get("warning") for line in log]
        with smtplib.SMTP("127.0.0.1", relay.ports["starttls"], timeout=20) as client:
            client.ehlo()
            assert client.esmtp_features["size"] == "12345"


@pytest.mark.parametrize("processes", [1, 2])
def test_nothing_is_said_to_listen_before_everything_is_there(tmp_path: Path, processes: int) -> None:
    """A certificate that is missing is refused by its name, and no script has taken the ports for a relay's."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(SETUP.format(endpoint="http://127.0.0.1:9", name=NAME, folder=tmp_path, processes=processes))
    out, err = (refused := process("relay", "serve", "--setup", str(setup))).communicate(timeout=30)
    assert (refused.returncode, out) == (2, "")
    assert f"{tmp_path}/relay.pem: No such file" in err


@pytest.mark.parametrize("processes", [1, 2])
def test_a_postgres_that_is_out_of_reach_is_no_mistake_of_the_setup(tmp_path: Path, processes: int) -> None:
    """Status 3: systemd starts it again, where it does not after a mistake (2)."""
    pytest.importorskip("psycopg")
    trustme.CA().issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "relay.pem"))
    setup = tmp_path / "mailstrata.toml"
    text = SETUP.format(endpoint="http://127.0.0.1:9", name=NAME, folder=tmp_path, processes=processes)
    setup.write_text(text.replace(f"{tmp_path}/relay.sqlite3", f"postgresql://relay@/x?host={tmp_path}"))
    out, err = (refused := process("relay", "serve", "--setup", str(setup))).communicate(timeout=30)
    assert (refused.returncode, out) == (3, "")
    assert "the relay's Postgres cannot be reached" in err


def test_a_relay_without_an_address_is_refused(tmp_path: Path) -> None:
    """It would be ready for nobody."""
    setup = tmp_path / "mailstrata.toml"
    text = SETUP.format(endpoint="http://127.0.0.1:9", name=NAME, folder=tmp_path, processes=1)
    setup.write_text(text.replace('["127.0.0.1:0"]', "[]"))
    out, err = (refused := process("relay", "serve", "--setup", str(setup))).communicate(timeout=30)
    assert (refused.returncode, out) == (2, "")
    assert "nowhere to listen (`listen` or `listen_tls` of [relay]" in err


def test_health_is_told_to_systemd_and_to_probes(tmp_path: Path) -> None:
    """``Type=notify``, and 503 as long as the relay can do nothing: it knows nobody who may come, or has no credentials.

    The start waits here for Google's networks; a reload that came meanwhile is no end, and made up for.
    """
    trustme.CA().issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "relay.pem"))
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver,
    ):
        systemd.bind(str(tmp_path / "notify"))
        resolver.bind(("127.0.0.1", 0))
        for one in (systemd, resolver):
            one.settimeout(60)
        setup = tmp_path / "mailstrata.toml"
        text = SETUP.format(endpoint="http://127.0.0.1:9", name=NAME, folder=tmp_path, processes=1)
        network = f'clients = ["google"]\n[network]\ndns_servers = ["127.0.0.1:{resolver.getsockname()[1]}"]\n'
        setup.write_text(text + network)
        starting = process(
            "relay", "serve", "--setup", str(setup), env={**KEYLESS, "NOTIFY_SOCKET": f"{tmp_path}/notify"}
        )
        known = Event()
        Thread(target=_resolving, args=(resolver, starting, known), daemon=True).start()
        assert systemd.recv(100) == b"READY=1"
        health = f"http://127.0.0.1:{_ports(starting)['metrics']}/healthz"
        assert starting.stderr is not None
        assert "reloaded" in (json.loads(line)["event"] for line in starting.stderr)
        assert _problem(health) == "Google's networks are not known yet, so nobody is let in\n"
        known.set()
        deadline = time.monotonic() + 60
        while "Google" in (problem := _problem(health)):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert problem == "the relay has no AWS credentials\n"
        starting.terminate()
        starting.communicate(timeout=30)
        assert starting.returncode == 0


def _problem(health: str) -> str:
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(health, timeout=20)  # noqa: S310 - our own program
    with raised.value as answer:
        assert answer.code == 503
        return str(answer.read().decode())


def _resolving(resolver: socket.socket, starting: subprocess.Popen[str], known: Event) -> None:
    """Answers SERVFAIL, and Google's record when it is ``known``; who asks first is sent a SIGHUP before."""
    asked = 0
    with contextlib.suppress(OSError):  # the test is over
        while True:
            question, client = resolver.recvfrom(512)
            if not asked:
                starting.send_signal(signal.SIGHUP)
            asked += 1
            answer = dns.message.make_response(dns.message.from_wire(question))
            if known.is_set():
                name = answer.question[0].name
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"v=spf1 ip4:127.0.0.0/8 ~all"'))
            else:
                answer.set_rcode(dns.rcode.SERVFAIL)
            resolver.sendto(answer.to_wire(), client)


def test_systemd_can_pass_the_sockets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In their place, by name: those of the setup are not bound (sd_listen_fds(3)). One for both protocols tells of IPv4."""
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    place = ("::" if both else "127.0.0.1", 0)
    with (
        socket.create_server(place, family=family, dualstack_ipv6=both) as one,
        served(tmp_path, capsys, passed=one) as relay,
    ):
        assert relay.ports["tls"] == one.getsockname()[1]
        assert "starttls" not in relay.ports
        with smtplib.SMTP_SSL("127.0.0.1", relay.ports["tls"], timeout=20, context=_unnamed(relay.trust)) as client:
            assert client.login("ann", relay.password)[0] == 235
        assert relay.stop()[0] == 0
    listed = command(capsys, "relay", "user", "list", "--setup", str(tmp_path / "mailstrata.toml"))
    assert "from 127.0.0.1" in listed.out


def _unnamed(trust: ssl.SSLContext) -> ssl.SSLContext:
    trust.check_hostname = False
    return trust


def test_a_setup_without_a_relay_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and where to read on."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text('[domain]\nname = "sailing.example"\nregion = "us-east-1"\n')
    ran = command(capsys, "relay", "serve", "--setup", str(setup))
    assert ran.status == 2
    assert "the setup has no [relay]" in ran.err
