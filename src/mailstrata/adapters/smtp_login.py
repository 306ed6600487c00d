"""One login at a submission server and one test message behind it, with the server's answers as observations.

    async with Session(...) as session:
        await session.open()
        await log_in(session, Credential(username="AKIAEXAMPLE", password="…"))     # Seen(value=LoginFacts(...))

235 and 5xx are answers; a 4xx says nothing about the password (facts.md A5) and is Unknown. AUTH PLAIN is taken where it is
offered, else LOGIN; one attempt is made and no other mechanism is tried after it.
"""

from __future__ import annotations

import base64
from datetime import datetime
from email.utils import format_datetime

from mailstrata.adapters.smtp_conversation import ServerReply
from mailstrata.adapters.smtp_credential import Credential
from mailstrata.adapters.smtp_session import Session
from mailstrata.model.facts import LoginFacts, SendFacts
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Observation, Seen, Unknown

SIMULATOR = "success@simulator.amazonses.com"
"""SES's mailbox simulator: accepts, delivers to nobody, counts against nothing (facts.md B6)."""
MECHANISMS = ("PLAIN", "LOGIN")
"""Those that SES takes (facts.md A2), the one that is preferred first."""
_TEXT = "This is a test message of mailstrata. Amazon SES delivers it to nobody."


async def log_in(session: Session, credential: Credential) -> Observation[LoginFacts]:
    """Try the login once. Raises ``Broken`` when the conversation ends before there is an answer."""
    offered = session.facts().auth
    mechanism = next((known for known in MECHANISMS if known in offered), "")
    if not mechanism:
        listed = ", ".join(offered) or "nothing"
        return Unknown(reason=f"the server takes no AUTH PLAIN or LOGIN here, it offers {listed}")
    reply = await authenticate(session, credential, mechanism)
    if reply.code == 235 or reply.code >= 500:  # RFC 4954 6
        return Seen(value=LoginFacts(reply=reply.reply))
    return Unknown(reason=f"the server answered {reply}: no verdict about the password")


async def authenticate(session: Session, credential: Credential, mechanism: str) -> ServerReply:
    """The server's last word to one attempt by ``mechanism``, PLAIN or LOGIN. Raises ``Broken``."""
    return await (_plain if mechanism == "PLAIN" else _login)(session, credential)


async def send_test(session: Session, sender: str, now: datetime) -> Observation[SendFacts]:
    """Send a test message to the simulator in a session that is logged in. Raises ``Broken``."""
    steps = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{SIMULATOR}>", "DATA")
    for line, good in zip(steps, (250, 250, 354), strict=True):
        reply = await session.wire.command(line)
        if reply.code != good:
            return _answer(reply)
    return _answer(await session.wire.command(_message(sender, now), name="the message"))


async def _plain(session: Session, credential: Credential) -> ServerReply:
    response = _base64(f"\0{credential.username}\0{credential.password}")  # RFC 4616 2
    session.wire.keep_secret(credential.password, response)
    reply = await session.wire.command(f"AUTH PLAIN {response}", name="AUTH")
    if reply.code == 334:  # RFC 4954 4: it wants the response by itself
        return await session.wire.command(response, name="AUTH")
    return reply


async def _login(session: Session, credential: Credential) -> ServerReply:
    session.wire.keep_secret(credential.password, _base64(credential.password))
    reply = await session.wire.command("AUTH LOGIN", name="AUTH")
    for text in (credential.username, credential.password):
        if reply.code != 334:
            break
        reply = await session.wire.command(_base64(text), name="AUTH")
    return reply


def _answer(reply: ServerReply) -> Observation[SendFacts]:
    if reply.positive or reply.code >= 500:
        return Seen(value=SendFacts(accepted=reply.positive, answer=str(reply)))
    return Unknown(reason=f"the server answered {reply} to the test message: neither taken nor refused for good")


def _message(sender: str, now: datetime) -> str:
    """The least of a message (RFC 5322 3.6), up to the final dot (RFC 5321 4.1.1.4)."""
    fields = (
        f"Date: {format_datetime(now)}",
        f"From: <{sender}>",
        f"To: <{SIMULATOR}>",
        f"Message-ID: <{now:%Y%m%dT%H%M%S%f}.mailstrata@{domain_of(sender)}>",
        "Subject: mailstrata test message",
    )
    return "\r\n".join((*fields, "", _TEXT, "."))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
