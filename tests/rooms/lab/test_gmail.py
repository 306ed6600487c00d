"""The lab's Gmail logs in to an alias's server as Gmail does, and bounces as Gmail does (facts.md C1, C3)."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from typing import cast

import pytest
import trustme
from tests.corpora import CORPORA

from mailstrata.lab.clock import LabClock
from mailstrata.lab.gmail import Gmail
from mailstrata.lab.gmail_bounce import TRUNCATED
from mailstrata.lab.gmail_submission import Alias
from mailstrata.lab.ids import Ids
from mailstrata.model.errors import Malformed, Refusal

HOST = "email-smtp.us-east-1.amazonaws.com"
OWNER = "skipper@gmail.example"
ALIAS = "admin@sailing.example"
TO = "crew@dock.example"
LETTER = {"subject": "Tides", "body": "High at noon.\n.hidden\n"}
REFUSED = "535 Authentication Credentials Invalid"
AUTHORITY = trustme.CA()


class SmtpServer:
    """A scripted submission server: STARTTLS, AUTH PLAIN, and a reply to each verb."""

    def __init__(self, *, name: str = HOST, trusted: bool = True, direct: bool = False, auth: bool = True) -> None:
        self.replies = {"RCPT": "250 Ok", "MAIL": "250 Ok"}
        self.password = "right"
        self.log: list[str] = []
        self.mails: list[bytes] = []
        self.port = 0
        self._auth = auth
        self._direct = direct
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (AUTHORITY if trusted else trustme.CA()).issue_cert(name).configure_cert(self._tls)

    async def start(self) -> asyncio.Server:
        """Listen on loopback."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=self._tls if self._direct else None)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-X 1\r\n")
            while line := (await reader.readline()).decode():
                verb = line.split()[0].upper()
                self.log.append(verb)
                if verb == "STARTTLS":
                    writer.write(b"220 Ready to start TLS\r\n")
                    await writer.start_tls(self._tls)
                    continue
                writer.write(f"{await self._answer(verb, line, reader, writer)}\r\n".encode())
        except (OSError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(self, verb: str, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        if verb == "EHLO":
            capabilities = ["email-smtp.amazonaws.com", "8BITMIME"] + ["AUTH PLAIN LOGIN"] * self._auth
            return "".join(f"250-{text}\r\n" for text in [*capabilities, "STARTTLS"]) + "250 Ok"
        if verb == "AUTH":
            _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
            return "235 Authentication successful." if (user, password) == ("AKIA", self.password) else REFUSED
        if verb == "DATA":
            writer.write(b"354 Go\r\n")
            self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
            return "250 Ok 0100-000000"
        key = line.split("<")[1].split(">")[0] if verb == "RCPT" else verb
        return self.replies.get(key, self.replies.get(verb, "221 Bye"))


def alias(**changed: str | int | bool) -> Alias:
    """The alias with its right settings, or with some of them changed."""
    settings: dict[str, str | int | bool] = {
        "address": ALIAS, "host": HOST, "port": 587, "username": "AKIA", "password": "right", **changed,
    }  # fmt: skip
    return Alias(**settings)  # type: ignore[arg-type]


def run(talk: Callable[[Gmail, SmtpServer], Awaitable[None]], server: SmtpServer | None = None) -> None:
    """Run ``talk`` with one account, its alias and the alias's server."""
    trust = ssl.create_default_context()
    AUTHORITY.configure_trust(trust)

    async def main() -> None:
        smtp = server or SmtpServer()
        listener = await smtp.start()
        gmail = Gmail(
            clock=LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC)),
            ids=Ids("gmail"),
            tls=trust,
            connect_to=lambda host, port: ("127.0.0.1", smtp.port) if (host, port) == (HOST, 587) else None,
            timeout=3.0,
        )
        gmail.add_account(OWNER, name="Skipper")
        gmail.add_alias(OWNER, alias())
        try:
            await talk(gmail, smtp)
        finally:
            listener.close()
            await listener.wait_closed()

    asyncio.run(main())


def bounce_of(settings: Alias | None = None, server: SmtpServer | None = None, *, to: tuple[str, ...] = (TO,)) -> bytes:
    """The bounce that one letter brings."""
    found: list[bytes] = []

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        if settings is not None:
            gmail.add_alias(OWNER, settings)
        sent = await gmail.send(OWNER, ALIAS, to, **LETTER)
        assert sent.refused
        inbox = [item for item in gmail.mailbox(OWNER) if item["folder"] == "inbox"]
        assert len(inbox) == 1
        raw = gmail.message(OWNER, cast("int", inbox[0]["number"]))
        assert raw is not None
        found.append(raw)

    run(talk, server)
    return found[0]


def response_of(raw: bytes) -> str:
    """What follows ``The response was:`` in the text part."""
    mail = message_from_bytes(raw, policy=policy.default)
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return str(text.get_content()).replace("\r\n", "\n").partition("The response was:\n\n")[2].strip()


def shape(mail: Message) -> list[object]:
    """The tree of content types, down to what a bounce carries."""
    if mail.get_content_type().startswith("message/"):
        return [mail.get_content_type()]
    parts = [shape(cast("Message", part)) for part in mail.get_payload()] if mail.is_multipart() else []
    return [mail.get_content_type(), *parts]


SHAPE = [
    "multipart/report",
    ["multipart/related", ["multipart/alternative", ["text/plain"], ["text/html"]], ["image/png"]],
    ["message/delivery-status"],
    ["message/rfc822"],
]


def test_a_mail_goes_through_the_aliass_server() -> None:
    """EHLO, STARTTLS, EHLO, AUTH, and the mail as Gmail writes it, with dots stuffed."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        sent = await gmail.send(OWNER, ALIAS, [TO], **LETTER)
        assert (sent.accepted, sent.refused, sent.response) == ((TO,), (), "250 Ok 0100-000000")
        assert smtp.log == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]
        mail = message_from_bytes(smtp.mails[0], policy=policy.default)
        assert mail["From"] == f"Skipper <{ALIAS}>"
        assert mail["Message-ID"] == mail["X-Gmail-Original-Message-ID"] == sent.message_id
        assert b"\r\n..hidden\r\n" in smtp.mails[0]
        assert [item["folder"] for item in gmail.mailbox(OWNER)] == ["sent"]

    run(talk)


def test_a_wrong_password_brings_gmails_bounce() -> None:
    """Structure, fields and text are those of the real sample (facts.md C3)."""
    raw = bounce_of(alias(password="stale"))
    mail = message_from_bytes(raw, policy=policy.compat32)
    assert shape(mail) == SHAPE
    assert mail["From"] == "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    assert mail["Subject"] == "Delivery Status Notification (Failure)"
    assert (mail["Auto-Submitted"], mail["Return-Path"], mail["X-Failed-Recipients"]) == ("auto-replied", "<>", TO)
    assert str(mail["Message-ID"]).endswith(".GMR@mx.google.com>")
    assert mail.get_param("report-type") == "delivery-status"
    assert response_of(raw) == REFUSED
    related, status, original = cast("list[Message]", mail.get_payload())
    assert not status.as_bytes().partition(b"\n\n")[2].strip()
    first = str(cast("list[Message]", related.get_payload())[0].get_payload(0))
    assert "** Message not delivered **" in first
    assert "https://support.google.com/mail/?p=CustomFromDenied" in first
    returned = cast("list[Message]", original.get_payload())[0]
    assert returned["X-Gmail-Original-Message-ID"] == mail["In-Reply-To"]
    assert returned["To"] == TO
    assert str(returned.get_payload()).strip() == TRUNCATED
    assert b"noon" not in raw
    assert b"stale" not in raw


def test_it_looks_like_gmails_other_bounces() -> None:
    """The shape, and the text around the response, agree with a real bounce of the same family, where it is at hand."""
    sample = CORPORA / "bounces-open/mail/sisimai/rfc3464-56.eml"
    if not sample.is_file():
        pytest.skip("the corpora are not on this machine")
    real, ours = sample.read_bytes(), bounce_of(alias(password="stale"))
    assert shape(message_from_bytes(real)) == shape(message_from_bytes(ours)) == SHAPE
    assert response_of(real).startswith("The recipient server did not accept our requests to connect.")
    for field in ("From", "Subject", "Auto-Submitted", "Return-Path"):
        assert message_from_bytes(real)[field] == message_from_bytes(ours)[field]


@pytest.mark.parametrize(
    ("server", "settings", "response"),
    [
        (
            SmtpServer(name="mail.sailing.example"),
            alias(),
            "TLS Negotiation failed, the certificate doesn't match the host., code: 0",
        ),
        (
            SmtpServer(trusted=False),
            alias(),
            "TLS Negotiation failed, the certificate doesn't match the host., code: 0",
        ),
        (
            SmtpServer(auth=False),
            alias(),
            "Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability",
        ),
        (
            SmtpServer(direct=True),
            alias(),
            "Connection timed out: There may be a problem with the settings you added. ",
        ),
        (SmtpServer(), alias(security="ssl"), "TLS Negotiation failed: "),
        (SmtpServer(), alias(host="email-smtp.us-west-9.amazonaws.com"), "Connection timed out: "),
    ],
)
def test_what_fails_before_the_login_is_told_too(server: SmtpServer, settings: Alias, response: str) -> None:
    """A certificate for another name or of an unknown authority, no AUTH, the wrong port or security, no such host."""
    assert response_of(bounce_of(settings, server)).startswith(response)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_a_refusal_after_the_login_is_verbatim(verb: str) -> None:
    """SES's own words stand at the end of the bounce."""
    server = SmtpServer()
    answer = "554 Message rejected: Email address is not verified."
    server.replies[verb] = answer
    assert response_of(bounce_of(None, server)) == answer


def test_only_refused_recipients_are_bounced() -> None:
    """One of two recipients refused: the other gets the mail, and the bounce names the one."""
    server = SmtpServer()
    server.replies["gone@dock.example"] = "553 <gone@dock.example> Invalid email address"
    raw = bounce_of(None, server, to=(TO, "gone@dock.example"))
    assert message_from_bytes(raw)["X-Failed-Recipients"] == "gone@dock.example"
    assert len(server.mails) == 1


def test_several_failed_recipients_stand_in_one_bounce() -> None:
    """A failed login concerns all of them."""
    raw = bounce_of(alias(password="stale"), to=(TO, "mate@dock.example"))
    assert message_from_bytes(raw)["X-Failed-Recipients"] == f"{TO}, mate@dock.example"


def test_direct_tls_works() -> None:
    """Security ``ssl`` speaks TLS from the first octet."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        gmail.add_alias(OWNER, alias(security="ssl"))
        assert (await gmail.send(OWNER, ALIAS, [TO], **LETTER)).accepted == (TO,)
        assert "STARTTLS" not in smtp.log

    run(talk, SmtpServer(direct=True))


def test_settings_are_tried_before_they_are_saved() -> None:
    """Gmail's dialogue logs in: a wrong password is not saved and SES's answer is shown, a right one is."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        smtp.password = "new"
        assert (await gmail.send(OWNER, ALIAS, [TO], **LETTER)).response == REFUSED
        wrong = await gmail.set_alias(OWNER, alias(password="typo"))
        assert (wrong.saved, wrong.response) == (False, REFUSED)
        assert wrong.shown == (
            "Authentication failed. Please check your username/password. Server returned error: "
            '"535 Authentication Credentials Invalid, code: 535"'
        )
        assert gmail.accounts[OWNER].aliases[ALIAS].password == "right"
        assert (await gmail.set_alias(OWNER, alias(password="new"))).saved
        assert (await gmail.send(OWNER, ALIAS, [TO], **LETTER)).accepted == (TO,)

    run(talk)


def test_an_account_sends_no_more_than_its_share_of_a_day() -> None:
    """Gmail refuses it itself, in words of its own and not as the alias's fault; a day later there is room."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        gmail.accounts[OWNER].daily_limit = 1
        assert (await gmail.send(OWNER, ALIAS, [TO], **LETTER)).accepted == (TO,)
        refused = await gmail.send(OWNER, ALIAS, [TO], **LETTER)
        assert (refused.refused, refused.response) == ((TO,), "550 5.4.5 Daily user sending limit exceeded")
        raw = gmail.message(OWNER, len(gmail.mailbox(OWNER)))
        assert raw is not None
        assert b"You have reached a limit for sending mail" in raw
        assert b"CustomFromDenied" not in raw
        gmail._clock.advance(86_401)
        assert (await gmail.send(OWNER, ALIAS, [TO], **LETTER)).accepted == (TO,)

    run(talk)


def test_an_unverified_alias_does_not_send() -> None:
    """A new address must be confirmed first; editing the password of a confirmed one asks for nothing."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        fresh = "info@sailing.example"
        assert (await gmail.set_alias(OWNER, alias(address=fresh))).saved
        with pytest.raises(Refusal, match="not verified"):
            await gmail.send(OWNER, fresh, [TO], **LETTER)
        gmail.confirm_alias(OWNER, fresh)
        assert (await gmail.send(OWNER, fresh, [TO], **LETTER)).accepted == (TO,)
        assert (await gmail.set_alias(OWNER, alias(address=fresh))).saved
        assert gmail.accounts[OWNER].aliases[fresh].verified

    run(talk)


@pytest.mark.parametrize(
    ("account", "sender", "to", "subject"),
    [
        ("nobody@gmail.example", ALIAS, TO, "x"),
        (OWNER, "other@sailing.example", TO, "x"),
        (OWNER, ALIAS, "crew@dock.example>\r\nDATA", "x"),
        (OWNER, ALIAS, TO, "x\r\nBcc: all@dock.example"),
    ],
)
def test_what_cannot_be_sent_is_refused(account: str, sender: str, to: str, subject: str) -> None:
    """Unknown accounts and aliases, and whatever would smuggle a line, are refused before any connection."""

    async def talk(gmail: Gmail, smtp: SmtpServer) -> None:
        with pytest.raises(Refusal):
            await gmail.send(account, sender, [to], subject=subject, body="x")
        assert smtp.log == []

    run(talk)


def test_inbound_mail_lands_in_the_mailbox() -> None:
    """Deliver takes mail for its accounts and for nobody else."""

    async def talk(gmail: Gmail, _: SmtpServer) -> None:
        raw = b"From: crew@dock.example\r\nSubject: Re: Tides\r\n\r\nAye.\r\n"
        assert gmail.deliver(OWNER.upper(), raw)
        assert not gmail.deliver("nobody@gmail.example", raw)
        (item,) = gmail.mailbox(OWNER)
        assert (item["subject"], item["folder"], gmail.message(OWNER, 1)) == ("Re: Tides", "inbox", raw)
        assert gmail.message(OWNER, 2) is None

    run(talk)


def test_the_password_is_never_shown() -> None:
    """Neither repr nor JSON gives it back (facts.md C2)."""
    assert "right" not in repr(alias()) + str(alias().as_json())


@pytest.mark.parametrize("changed", [{"security": "tls1.0"}, {"port": 0}])
def test_an_alias_is_made_right_or_not_at_all(changed: dict[str, str | int | bool]) -> None:
    """A security mode or port that does not exist is named."""
    with pytest.raises(Malformed, match=ALIAS):
        alias(**changed)
