"""Other people's mail programs send through the relay: swaks, msmtp, Postfix as a client. What is not here is skipped."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.rooms.adapters.relay_running import NAME, PASSWORD, Running, running

from mailstrata.relay.offer import Offer

SENDER, CREW = "admin@sailing.example", "crew@dock.example"
MAIL = f"From: Ann <{SENDER}>\nTo: {CREW}\nSubject: Ahoy\n\n.a dot\n..two dots\nand a long tail: {'x' * 900}\n"
RECEIVED = MAIL.replace("\n", "\r\n").encode()


def program(name: str, package: str) -> str:
    """The program's path; the test is skipped when this machine has none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install {package}")
    return found


def sent(folder: Path, send: Callable[[Running], None]) -> Offer:
    """What arrives at the delivery when a program sends."""

    async def main() -> Offer:
        async with running(folder) as relay:
            await asyncio.to_thread(send, relay)
            async with asyncio.timeout(60):
                await relay.kept.arrived.wait()
            (offer,) = relay.kept.offers
            return offer

    return asyncio.run(main())


def run(*command: str, text: str = "", env: Mapping[str, str] | None = None) -> None:
    """Run a program to its end; what it said is in the failure."""
    done = subprocess.run(  # noqa: S603 - a mail program of this machine
        command, input=text, text=True, capture_output=True, timeout=60, check=False, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("mechanism", "implicit"), [("PLAIN", False), ("LOGIN", False), ("PLAIN", True)])
def test_swaks(tmp_path: Path, mechanism: str, implicit: bool) -> None:
    """STARTTLS and TLS from the first byte on, both mechanisms, the certificate's name verified."""
    swaks = program("swaks", "swaks libnet-ssleay-perl")

    def send(relay: Running) -> None:
        authority = tmp_path / "authority.pem"
        run(
            *(swaks, "--server", "127.0.0.1", "--port", str(relay.port_tls if implicit else relay.port)),
            *("--tls-on-connect" if implicit else "--tls", "--tls-verify", "--tls-ca-path", str(authority)),
            *("--auth", mechanism, "--auth-user", "ann", "--auth-password", PASSWORD),
            *("--from", SENDER, "--to", f"{CREW},bcc@dock.example", "--data", "-"),
            text=MAIL,
        )

    offer = sent(tmp_path, send)
    assert (offer.login, offer.sender, offer.recipients) == ("ann", SENDER, (CREW, "bcc@dock.example"))
    assert offer.message.rstrip() == RECEIVED.rstrip()


def test_msmtp(tmp_path: Path) -> None:
    """The certificate verified by name, the message byte for byte."""
    msmtp = program("msmtp", "msmtp")

    def send(relay: Running) -> None:
        settings = tmp_path / "msmtprc"
        settings.write_text(
            f"account default\nhost 127.0.0.1\nport {relay.port}\ntls on\ntls_starttls on\n"
            f"tls_trust_file {tmp_path / 'authority.pem'}\ntls_host_override {NAME}\n"
            f"auth plain\nuser ann\npassword {PASSWORD}\nfrom {SENDER}\n"
        )
        settings.chmod(0o600)
        run(msmtp, "--file", str(settings), CREW, text=MAIL)

    offer = sent(tmp_path, send)
    assert (offer.sender, offer.recipients) == (SENDER, (CREW,))
    assert offer.message.endswith(RECEIVED.partition(b"\r\n\r\n")[2])
    assert b"Subject: Ahoy\r\n" in offer.message


POSTFIX = """compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = boat.sailing.example
mydestination =
local_recipient_maps =
alias_maps =
relayhost = [127.0.0.1]:{port}
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = {name}
smtp_tls_CAfile = {folder}/authority.pem
smtp_sasl_auth_enable = yes
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = static:ann:{password}
"""
MASTER = """pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
postlog unix-dgram n - n - 1 postlogd
"""


def test_postfix_as_a_client(tmp_path: Path) -> None:
    """A whole mail server behind us: verified TLS, SASL, its own Received field in front."""
    postfix = program("postfix", "postfix libsasl2-modules")
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root only")
    folder = Path(tempfile.mkdtemp(prefix="mailstrata-postfix-"))  # its own user has to reach it
    folder.chmod(0o755)
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")

    def send(relay: Running) -> None:
        shutil.copy(tmp_path / "authority.pem", folder)
        (folder / "etc" / "main.cf").write_text(
            POSTFIX.format(folder=folder, port=relay.port, name=NAME, password=PASSWORD)
        )
        (folder / "etc" / "master.cf").write_text(MASTER)
        run(postfix, "-c", str(folder / "etc"), "start")
        run(program("sendmail", "postfix"), "-C", str(folder / "etc"), "-f", SENDER, CREW, text=MAIL)

    try:
        offer = sent(tmp_path, send)
    finally:
        run(postfix, "-c", str(folder / "etc"), "stop")
        shutil.rmtree(folder)
    assert (offer.login, offer.sender, offer.recipients) == ("ann", SENDER, (CREW,))
    assert offer.message.startswith(b"Received: by boat.sailing.example (Postfix")
    assert offer.message.endswith(RECEIVED.partition(b"\r\n\r\n")[2])
