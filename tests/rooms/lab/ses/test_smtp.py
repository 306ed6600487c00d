from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import trustme
from tests.rooms.lab.ses.scene import ACCOUNT, MAIL, REGION, Scene, made

from mailstrata.lab.aws.iam_entities import AccessKey
from mailstrata.lab.ses.checking import PAUSED
from mailstrata.lab.ses.password import legacy_password, smtp_password
from mailstrata.lab.ses.smtp import Fault, SmtpEndpoint
from mailstrata.lab.ses.smtp_login import LEGACY
from mailstrata.lab.ses.smtp_session import Rules

HOST = "email-smtp.us-east-1.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """A server's context and a client's that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    """Made once for the module."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(HOST, "127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return Certificates(server=server, client=client)


@dataclass(kw_only=True)
class Stage:
    """A scene with an endpoint; ``play`` runs a blocking client in a thread beside it."""

    scene: Scene
    key: AccessKey
    certificates: Certificates
    endpoint: SmtpEndpoint

    def play(self, client: Callable[[], Any]) -> Any:
        """Start the endpoint, run ``client``, settle, stop; what ``client`` returned."""

        async def whole() -> Any:
            await self.scene.domain()
            await self.endpoint.start()
            try:
                return await asyncio.to_thread(client)
            finally:
                await self.scene.ses.settle()
                await self.endpoint.stop()

        return asyncio.run(whole())

    def connected(self, *, tls: bool = True) -> smtplib.SMTP:
        """A client of the STARTTLS port."""
        client = smtplib.SMTP("127.0.0.1", self.endpoint.starttls_port, "client.example", timeout=10)
        if tls:
            client.starttls(context=self.certificates.client)
        return client

    def reply_to_login(self, username: str, password: str) -> str:
        """Code and text of the reply to a login."""
        with self.connected() as client:
            client.ehlo()
            try:
                reply = client.login(username, password)
            except smtplib.SMTPAuthenticationError as error:
                return f"{error.smtp_code} {bytes(error.smtp_error).decode()}"  # type: ignore[arg-type]
        return f"{reply[0]} {reply[1].decode()}"

    def reply_to_mail(self, raw: bytes = MAIL) -> str:
        """Code and text of the reply after DATA, with the right password."""
        with self.connected() as client:
            client.login(self.key.key_id, smtp_password(self.key.secret, REGION))
            client.mail("admin@sailing.example")
            client.rcpt("guest@dock.example")
            code, text = client.data(raw)
        return f"{code} {text.decode()}"


@pytest.fixture
def stage(certificates: Certificates) -> Stage:
    """An endpoint of us-east-1 that is not started yet."""
    return staged(certificates)


def staged(certificates: Certificates, **options: Any) -> Stage:
    """A stage whose endpoint has ``options``."""
    scene = made()
    key = scene.smtp_key()
    endpoint = SmtpEndpoint(region=REGION, ses=scene.ses, iam=scene.iam, tls=certificates.server, **options)
    return Stage(scene=scene, key=key, certificates=certificates, endpoint=endpoint)


def test_the_right_password_sends_over_starttls(stage: Stage) -> None:
    """The reply carries the message id, and the key's last use is noted."""
    reply = stage.play(stage.reply_to_mail)
    (message,) = stage.scene.ses.region(REGION).sent.values()
    assert reply == f"250 Ok {message.id}"
    assert message.caller == "smtp"
    assert stage.scene.recipients.delivered[0].recipient == "guest@dock.example"
    assert (stage.key.last_service, stage.key.last_region) == ("ses", REGION)


def test_the_right_password_sends_over_implicit_tls(stage: Stage) -> None:
    """The second port speaks TLS from the first byte, and offers no STARTTLS."""

    def client() -> tuple[bool, dict[str, tuple[int, bytes]]]:
        port, context = stage.endpoint.tls_port, stage.certificates.client
        with smtplib.SMTP_SSL("127.0.0.1", port, "client.example", timeout=10, context=context) as smtp:
            smtp.login(stage.key.key_id, smtp_password(stage.key.secret, REGION))
            return smtp.has_extn("starttls"), smtp.sendmail("admin@sailing.example", ["guest@dock.example"], MAIL)

    assert stage.play(client) == (False, {})


def test_the_greeting_and_the_offers_are_sess(stage: Stage) -> None:
    """No region in the greeting, AUTH offered before TLS, and nothing beyond what SES offers."""

    def client() -> tuple[str, list[str], str, str]:
        with stage.connected(tls=False) as smtp:
            smtp.ehlo()
            offers = (smtp.ehlo_resp or b"").decode().splitlines()
            early = smtp.docmd("AUTH", "PLAIN AGEAYg==")
            mail = smtp.docmd("MAIL", "FROM:<admin@sailing.example>")
            return offers[0], offers[1:], f"{early[0]} {early[1].decode()}", f"{mail[0]} {mail[1].decode()}"

    name, offers, early, mail = stage.play(client)
    assert name == "email-smtp.amazonaws.com"
    assert offers == ["8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN", "Ok"]
    assert early == mail == "530 Must issue a STARTTLS command first"


def test_mail_before_login_is_refused(stage: Stage) -> None:
    """MAIL, RCPT and DATA all need a login."""

    def client() -> list[str]:
        with stage.connected() as smtp:
            smtp.ehlo()
            replies = [smtp.docmd(*command) for command in (("MAIL", "FROM:<a@b.example>"), ("DATA", ""))]
            return [f"{code} {text.decode()}" for code, text in replies]

    assert stage.play(client) == ["530 Authentication required"] * 2


@pytest.mark.parametrize("mistake", ["region", "secret", "user-name", "inactive", "deleted", "newline", "no-date-step"])
def test_every_wrong_credential_has_the_one_reply(certificates: Certificates, mistake: str) -> None:
    """535 tells nothing of what is wrong."""
    stage = staged(certificates)
    username, password = stage.key.key_id, smtp_password(stage.key.secret, REGION)
    if mistake == "region":
        password = smtp_password(stage.key.secret, "eu-west-1")
    elif mistake == "secret":
        password = stage.key.secret
    elif mistake == "user-name":
        username = "smtp"
    elif mistake == "inactive":
        stage.scene.iam.set_status(username, "Inactive")
    elif mistake == "deleted":
        stage.scene.iam.delete_key(username)
    elif mistake == "newline":
        password += "\n"
    else:
        password = without_the_date_step(stage.key.secret)
    reply = stage.play(lambda: stage.reply_to_login(username, password))
    assert reply == "535 Authentication Credentials Invalid"


def without_the_date_step(secret: str) -> str:
    """The derivation of seed 004 (facts.md A9)."""
    import base64
    import hashlib
    import hmac

    key = f"AWS4{secret}".encode()
    for step in (REGION, "ses", "aws4_request", "SendRawEmail"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return base64.b64encode(b"\x04" + key).decode()


def test_a_legacy_password_is_refused_by_its_own_text(stage: Stage) -> None:
    """The only 535 that names its cause."""
    reply = stage.play(lambda: stage.reply_to_login(stage.key.key_id, legacy_password(stage.key.secret)))
    assert reply == LEGACY


def test_an_account_that_never_opened_ses_is_told_so(stage: Stage) -> None:
    """With the right password."""
    stage.scene.ses.region(REGION).opened = False
    reply = stage.play(lambda: stage.reply_to_login(stage.key.key_id, smtp_password(stage.key.secret, REGION)))
    assert reply == "535 Account not subscribed to SES"


def test_a_key_that_is_deactivated_during_the_session_ends_it_at_the_next_mail(stage: Stage) -> None:
    """The state of the key is looked at again with each message."""

    def client() -> tuple[int, bytes]:
        with stage.connected() as smtp:
            smtp.login(stage.key.key_id, smtp_password(stage.key.secret, REGION))
            stage.scene.iam.set_status(stage.key.key_id, "Inactive")
            return smtp.mail("admin@sailing.example")

    assert stage.play(client) == (535, b"Authentication Credentials Invalid")


def test_auth_login_and_its_initial_response_work(stage: Stage) -> None:
    """Both forms of LOGIN, and PLAIN without an initial response, are answered by SES's prompts."""

    def client() -> list[tuple[int, bytes]]:
        with stage.connected() as smtp:
            smtp.ehlo()
            return [smtp.docmd("AUTH", "LOGIN"), smtp.docmd("*"), smtp.docmd("AUTH", "LOGIN QQ=="), smtp.docmd("!")]

    replies = stage.play(client)
    assert replies[0] == (334, b"VXNlcm5hbWU6")
    assert replies[2] == (334, b"UGFzc3dvcmQ6")
    assert [code for code, _ in replies] == [334, 501, 334, 501]


def test_a_refusal_by_policy_shows_after_data(certificates: Certificates) -> None:
    """The login is fine; the 554 quotes with backtick and apostrophe."""
    scene = made()
    key = scene.smtp_key(policy={"Statement": {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}})
    endpoint = SmtpEndpoint(region=REGION, ses=scene.ses, iam=scene.iam, tls=certificates.server)
    stage = Stage(scene=scene, key=key, certificates=certificates, endpoint=endpoint)
    assert stage.play(stage.reply_to_mail) == (
        f"554 Access denied: User `arn:aws:iam::{ACCOUNT}:user/smtp' is not authorized to perform `ses:SendRawEmail' "
        f"on resource `arn:aws:ses:{REGION}:{ACCOUNT}:identity/sailing.example'"
    )


@pytest.mark.parametrize(
    ("change", "reply"),
    [
        ({"sending_enabled": False}, f"554 Message rejected: {PAUSED}"),
        ({"daily_quota": 0.0}, "454 Throttling failure: Daily message quota exceeded"),
        ({"rate": 0.0}, "454 Throttling failure: Maximum sending rate exceeded"),
        (
            {"production_access": False},
            "554 Message rejected: Email address is not verified. The following identities failed the check in region "
            "US-EAST-1: guest@dock.example",
        ),
    ],
)
def test_what_the_account_forbids_shows_after_data(
    certificates: Certificates, change: dict[str, Any], reply: str
) -> None:
    """Pause, quota, rate and sandbox have SES's own texts."""
    stage = staged(certificates)
    for name, value in change.items():
        setattr(stage.scene.ses.region(REGION), name, value)
    assert stage.play(stage.reply_to_mail) == reply


def test_a_repeated_header_is_a_failed_transaction(stage: Stage) -> None:
    """As a forwarder meets it."""
    reply = stage.play(lambda: stage.reply_to_mail(b"MIME-Version: 1.0\r\nMIME-Version: 1.0\r\n" + MAIL))
    assert reply == "554 Transaction failed: Duplicate header 'MIME-Version'."


def test_malformed_paths_are_refused_by_their_own_texts(stage: Stage) -> None:
    """A key id as sender, an empty sender, and a recipient without brackets."""

    def client() -> list[str]:
        with stage.connected() as smtp:
            smtp.login(stage.key.key_id, smtp_password(stage.key.secret, REGION))
            replies = [
                smtp.docmd("MAIL", "FROM:<AKIAIOSFODNN7EXAMPLE>"),
                smtp.docmd("MAIL", "FROM:<>"),
                smtp.docmd("MAIL", "FROM:<admin@sailing.example> BODY=8BITMIME"),
                smtp.docmd("RCPT", "TO:guest@dock.example"),
                smtp.docmd("RCPT", "TO:<guest>"),
                smtp.docmd("DATA"),
            ]
        return [f"{code} {text.decode()}" for code, text in replies]

    assert stage.play(client) == [
        "501 Invalid MAIL FROM address provided",
        "501 Invalid MAIL FROM address provided",
        "250 Ok",
        "501 Invalid RCPT TO address provided",
        "553 <guest> Invalid email address",
        "503 Error: need RCPT command",
    ]


def test_commands_sent_in_clear_behind_starttls_are_thrown_away(stage: Stage) -> None:
    """What an attacker injects ahead of the handshake is never carried out."""

    def client() -> bytes:
        with socket.create_connection(("127.0.0.1", stage.endpoint.starttls_port), timeout=10) as raw:
            raw.recv(500)
            raw.sendall(b"EHLO x\r\n")
            raw.recv(500)
            raw.sendall(b"STARTTLS\r\nEHLO injected\r\n")
            raw.recv(500)
            with stage.certificates.client.wrap_socket(raw, server_hostname=HOST) as secure:
                secure.sendall(b"NOOP\r\n")
                return secure.recv(500)

    assert stage.play(client) == b"250 Ok\r\n"


def test_only_crlf_ends_a_message(stage: Stage) -> None:
    """A dot between bare line feeds is content; a doubled dot loses one."""

    def client() -> tuple[int, bytes]:
        with stage.connected() as smtp:
            smtp.login(stage.key.key_id, smtp_password(stage.key.secret, REGION))
            smtp.mail("admin@sailing.example")
            smtp.rcpt("guest@dock.example")
            smtp.docmd("DATA")
            smtp.send(MAIL + b"..hidden\n.\nMAIL FROM:<x@y.example>\r\n.\r\n")
            return smtp.getreply()

    assert stage.play(client)[0] == 250
    content = stage.scene.recipients.delivered[0].content
    assert b"\r\n.hidden\r\n.\r\nMAIL FROM:<x@y.example>\r\n" in content
    assert len(stage.scene.recipients.delivered) == 1


def test_a_message_beyond_the_limit_is_too_long(certificates: Certificates) -> None:
    """It is read to its end and refused; the session goes on."""
    stage = staged(certificates, rules=Rules(size=1000))
    assert stage.play(lambda: stage.reply_to_mail(MAIL + b"x" * 5000)) == "552 Message is too long."


def test_limits_of_sessions_and_messages(certificates: Certificates) -> None:
    """One connection too many is turned away, and one message too many ends the session."""
    stage = staged(certificates, rules=Rules(connections=1, messages=1))

    def client() -> tuple[tuple[int, bytes], tuple[int, bytes]]:
        with stage.connected() as smtp:
            smtp.login(stage.key.key_id, smtp_password(stage.key.secret, REGION))
            with socket.create_connection(("127.0.0.1", stage.endpoint.starttls_port), timeout=10) as second:
                turned_away = second.recv(200)
            smtp.sendmail("admin@sailing.example", ["guest@dock.example"], MAIL)
            return (int(turned_away[:3]), turned_away[4:]), smtp.mail("admin@sailing.example")

    crowded, spent = stage.play(client)
    assert crowded == (421, b"Too many concurrent SMTP connections\r\n")
    assert spent == (421, b"Connection closed by server. Maximum message count per session reached.")


def test_an_idle_client_is_told_and_cut_off(certificates: Certificates) -> None:
    """After the idle time, by the text seen in the wild."""
    stage = staged(certificates, rules=Rules(idle=0.05))

    def client() -> bytes:
        with socket.create_connection(("127.0.0.1", stage.endpoint.starttls_port), timeout=10) as raw:
            received = b""
            while piece := raw.recv(500):
                received += piece
            return received

    assert stage.play(client).endswith(b"\r\n451 4.4.2 Timeout waiting for data from client.\r\n")


def test_a_closed_endpoint_refuses_connections(certificates: Certificates) -> None:
    """Nothing listens on either port."""
    stage = staged(certificates, fault=Fault.CLOSED)

    def client() -> None:
        with pytest.raises(ConnectionRefusedError):
            stage.connected(tls=False)

    stage.play(client)
    assert stage.endpoint.starttls_port != stage.endpoint.tls_port


def test_a_silent_endpoint_never_greets(certificates: Certificates) -> None:
    """The connection stands, and nothing comes."""
    stage = staged(certificates, fault=Fault.SILENT)

    def client() -> None:
        address = ("127.0.0.1", stage.endpoint.starttls_port)
        with socket.create_connection(address, timeout=0.2) as raw, pytest.raises(TimeoutError):
            raw.recv(1)

    stage.play(client)


@pytest.mark.parametrize(
    ("fault", "start"), [(Fault.GARBAGE, b"\x80\x81"), (Fault.ENDLESS, b"220-email-smtp.amazonaws.com\r\n220-")]
)
def test_a_spoilt_greeting_is_sent(certificates: Certificates, fault: Fault, start: bytes) -> None:
    """Bytes that are no SMTP, or a reply without an end."""
    stage = staged(certificates, fault=fault)

    def client() -> bytes:
        with socket.create_connection(("127.0.0.1", stage.endpoint.starttls_port), timeout=10) as raw:
            return raw.recv(100)

    assert stage.play(client).startswith(start)


def test_a_busy_endpoint_and_one_without_auth(certificates: Certificates) -> None:
    """The first answers each login with 454, the second offers none."""
    busy = staged(certificates, fault=Fault.BUSY)
    password = smtp_password(busy.key.secret, REGION)
    reply = busy.play(lambda: busy.reply_to_login(busy.key.key_id, password))
    assert reply == "454 Temporary authentication failure"
    bare = staged(certificates, fault=Fault.NO_AUTH)

    def client() -> bool:
        with bare.connected() as smtp:
            smtp.ehlo()
            return smtp.has_extn("auth")

    assert bare.play(client) is False


def test_a_foreign_certificate_is_noticed_by_the_client(stage: Stage) -> None:
    """The context can be exchanged at any time."""
    stage.endpoint.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("elsewhere.example").configure_cert(stage.endpoint.tls)

    def client() -> None:
        with pytest.raises(ssl.SSLCertVerificationError):
            stage.connected()

    stage.play(client)


def test_a_fault_comes_and_goes_on_the_same_ports(certificates: Certificates) -> None:
    """Closed and healed again, the endpoint stands where it stood."""
    stage = staged(certificates)

    def greeted() -> bool:
        try:
            stage.connected(tls=False).close()
        except ConnectionRefusedError:
            return False
        return True

    async def play() -> list[bool]:
        await stage.endpoint.start()
        seen = []
        for fault in (Fault.NONE, Fault.CLOSED, Fault.BUSY, Fault.NONE):
            await stage.endpoint.inject(fault)
            seen.append(await asyncio.to_thread(greeted))
        await stage.endpoint.stop()
        return seen

    assert asyncio.run(play()) == [True, False, True, True]
