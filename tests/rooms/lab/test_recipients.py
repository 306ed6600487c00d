"""The recipients' servers: real sessions, real authentication, the providers' own words."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import dkim
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.receiver_policy import House
from mailstrata.lab.receiver_session import ReceiverLimits
from mailstrata.lab.recipients import Recipients, RecipientServer
from mailstrata.lab.smtp_dialogue import Broken, Dialogue, Heard
from mailstrata.lab.zones import Zones
from mailstrata.model.errors import Malformed

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
CLOCK = LabClock(datetime(2026, 5, 12, 18, 43, tzinfo=UTC))
TO = "crew@dock.example"
MAIL = (
    b"From: Admin <admin@sailing.example>\r\nTo: crew@dock.example\r\nSubject: Tides\r\n"
    b"Message-ID: <1@sailing.example>\r\n\r\nHigh at noon.\r\n.hidden\r\n"
)


def world() -> Zones:
    """A sender's domain with a custom MAIL FROM, a DKIM key and p=reject."""
    zones = Zones()
    zone = zones.add_zone("sailing.example", servers={"ns1.dns.example": "127.0.2.1"})
    zone.add("mail.sailing.example", "TXT", "v=spf1 include:amazonses.com ~all")
    zone.add("hard.sailing.example", "TXT", "v=spf1 -all")
    zone.add("sel._domainkey.sailing.example", "TXT", f"v=DKIM1; k=rsa; p={PUBLIC}")
    zone.add("_dmarc.sailing.example", "TXT", "v=DMARC1; p=reject")
    ses = zones.add_zone("amazonses.com", servers={"ns.amazonses.com": "127.0.2.9"})
    ses.add("amazonses.com", "TXT", "v=spf1 ip4:127.0.1.0/24 -all")
    return zones


def signed(mail: bytes = MAIL) -> bytes:
    """The mail with a signature of its From domain."""
    return bytes(dkim.sign(mail, b"sel", b"sailing.example", PEM, include_headers=[b"from", b"to", b"subject"])) + mail


def served(
    talk: Callable[[RecipientServer, Recipients], Awaitable[None]],
    *,
    voice: str = "exchange-online",
    zones: Zones | None = None,
    tls: ssl.SSLContext | None = None,
    limits: ReceiverLimits | None = None,
) -> None:
    """Run ``talk`` against one server for dock.example."""

    async def main() -> None:
        recipients = Recipients(zones=zones or world(), clock=CLOCK, ids=Ids("recipients"))
        house = House.of("mx.dock.example", domains=("dock.example",), voice=voice)
        server = recipients.add(house, address="127.0.3.1", tls=tls, limits=limits)
        server.policy.add_mailbox(TO)
        await recipients.start()
        try:
            await talk(server, recipients)
        finally:
            await recipients.stop()

    asyncio.run(main())


async def send(
    server: RecipientServer,
    content: bytes,
    *,
    sender: str = "bounce@mail.sailing.example",
    to: str = TO,
    source: str = "127.0.1.10",
) -> Heard:
    """Deliver one mail; the last reply."""
    async with Dialogue((server.address, server.port), source=source, timeout=20) as smtp:
        heard = await smtp.heard()
        for line in ("EHLO a8-50.smtp-out.amazonses.com", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
            heard = await smtp.say(line)
            if heard.code >= 400:
                return heard
        return await smtp.message(content)


def outcome(content: bytes, *, voice: str = "exchange-online", zones: Zones | None = None, **how: str) -> str:
    """The last reply to one mail, its lines joined."""
    texts: list[str] = []

    async def talk(server: RecipientServer, _: Recipients) -> None:
        texts.append((await send(server, content, **how)).text)

    served(talk, voice=voice, zones=zones)
    return texts[0]


@pytest.mark.parametrize(
    ("content", "sender", "source", "header"),
    [
        (signed(), "bounce@mail.sailing.example", "127.0.1.10", ("spf=pass", "dkim=pass", "dmarc=pass")),
        (signed(), "0100@amazonses.com", "127.0.1.10", ("spf=pass", "dkim=pass", "dmarc=pass")),  # DKIM aligns alone
        (MAIL, "bounce@mail.sailing.example", "127.0.1.10", ("spf=pass", "dkim=none", "dmarc=pass")),  # SPF alone
        (signed(), "bounce@mail.sailing.example", "127.0.9.9", ("spf=softfail", "dkim=pass", "dmarc=pass")),
    ],
)
def test_authentic_mail_arrives(content: bytes, sender: str, source: str, header: tuple[str, ...]) -> None:
    """SPF, DKIM and DMARC are evaluated for real, and the result stands at the top of the stored mail."""

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        assert (await send(server, content, sender=sender, source=source)).code == 250
        box = recipients.mailbox(TO)
        assert box is not None
        stored = box.messages[0]
        top = stored.raw.split(b"\r\n\r\n")[0].decode()
        assert "Authentication-Results: mx.dock.example" in top
        assert all(result in top for result in header)
        assert stored.raw.endswith(MAIL)
        assert (stored.folder, stored.ip) == ("inbox", source)

    served(talk)


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        (
            "exchange-online",
            "550 5.7.509 Access denied, sending domain [SAILING.EXAMPLE] does not pass DMARC verification and has a "
            "DMARC policy of reject. [",
        ),
        ("gmail", "550-5.7.26 Unauthenticated email from sailing.example is not accepted due to domain's 550-5.7.26 "),
        ("postfix", "550 5.7.1 rejected by DMARC policy for sailing.example"),
    ],
)
def test_unaligned_mail_of_a_reject_domain_is_refused(voice: str, text: str) -> None:
    """Without an aligned signature, and with amazonses.com as MAIL FROM, p=reject is obeyed."""
    assert outcome(MAIL, voice=voice, sender="0100@amazonses.com").startswith(text)


def test_a_changed_body_breaks_the_signature() -> None:
    """A signature is verified, not only seen."""
    changed = signed().replace(b"noon", b"dusk")
    assert "5.7.509" in outcome(changed, sender="0100@amazonses.com")


def test_a_missing_key_breaks_the_signature() -> None:
    """The key comes from the lab's DNS."""
    zones = world()
    zones.remove("sel._domainkey.sailing.example")
    assert "5.7.509" in outcome(signed(), sender="0100@amazonses.com", zones=zones)


def test_a_dns_failure_is_no_dmarc_failure() -> None:
    """When the policy cannot be read, nothing is refused for it (RFC 7489 6.6.3)."""
    zones = world()
    zones.fault("_dmarc.sailing.example", "servfail")
    assert outcome(MAIL, sender="0100@amazonses.com", zones=zones).startswith("250 ")


def test_quarantine_goes_to_junk_without_a_word() -> None:
    """p=quarantine is never a rejection (facts.md D3): the mail is accepted and lies elsewhere."""
    zones = world()
    zones.replace("_dmarc.sailing.example", "TXT", "v=DMARC1; p=quarantine")

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        assert (await send(server, MAIL, sender="0100@amazonses.com")).code == 250
        box = recipients.mailbox(TO)
        assert box is not None
        assert [stored.folder for stored in box.messages] == ["junk"]

    served(talk, zones=zones)


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ("v=DMARC1; p=reject; aspf=s", False),  # MAIL FROM is a subdomain: strict never aligns
        ("v=DMARC1; p=reject; aspf=r", True),
        ("v=DMARC1; p=reject; t=y", True),  # testing: one step milder
        ("v=DMARC1; p=none", True),
    ],
)
def test_alignment_modes(record: str, passes: bool) -> None:
    """Strict alignment wants the same domain, relaxed the same organisation (RFC 7489 3.1)."""
    zones = world()
    zones.replace("_dmarc.sailing.example", "TXT", record)
    assert outcome(MAIL, zones=zones).startswith("250 ") is passes


def test_a_subdomain_obeys_the_organisation() -> None:
    """Without a record of its own, a subdomain falls under the organisational domain's sp."""
    mail = MAIL.replace(b"admin@sailing", b"admin@news.sailing")
    assert "5.7.509" in outcome(mail, sender="0100@amazonses.com")
    zones = world()
    zones.replace("_dmarc.sailing.example", "TXT", "v=DMARC1; p=reject; sp=none")
    assert outcome(mail, sender="0100@amazonses.com", zones=zones).startswith("250 ")


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("exchange-online", "550 5.7.23 The message was rejected because of Sender Policy Framework violation ["),
        ("gmail", "550-5.7.26 The MAIL FROM domain [hard.sailing.example] has an SPF record with a hard fail 550-5.7."),
        ("postfix", "550 5.7.23 <crew@dock.example>: Recipient address rejected: Message rejected due to: SPF fail"),
    ],
)
def test_a_hard_spf_failure_is_refused(voice: str, text: str) -> None:
    """-all without a covering address or a valid signature is refused in each provider's words."""
    zones = world()
    zones.replace("_dmarc.sailing.example", "TXT", "v=DMARC1; p=none")
    assert outcome(MAIL, voice=voice, zones=zones, sender="x@hard.sailing.example").startswith(text)


def test_gmail_wants_spf_or_dkim() -> None:
    """Neither SPF nor DKIM: Gmail refuses (facts.md C4), Exchange Online does not."""
    zones = world()
    zones.remove("_dmarc.sailing.example")
    text = outcome(MAIL, voice="gmail", zones=zones, sender="x@none.sailing.example")
    assert text.startswith("550-5.7.26 Your email has been blocked because the sender is unauthenticated.")
    assert re.search(r"550 5\.7\.26  https://support\.google\.com/mail/answer/81126#authentication \S+ - gsmtp$", text)
    assert outcome(MAIL, zones=zones, sender="x@none.sailing.example").startswith("250 ")


EXCHANGE_TAIL = (
    r" \[DB5PEPF\w+\.eop-eur02\.prod\.protection\.outlook\.com \d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z 08DE[0-9A-F]{12}\]$"
)


@pytest.mark.parametrize(
    ("voice", "kind", "text"),
    [
        (
            "exchange-online",
            "unknown",
            r"550 5\.4\.1 Recipient address rejected: Access denied\. For more information see "
            r"https://aka\.ms/EXOSmtpErrors" + EXCHANGE_TAIL,
        ),
        ("exchange-online", "rule", r"550 5\.7\.1 TRANSPORT\.RULES\.RejectMessage; the message was " + ".*"),
        ("exchange-online", "restricted", r"550 5\.7\.133 RESOLVER\.RST\.SenderNotAuthenticatedForGroup; .*"),
        ("exchange-online", "full", r"554 5\.2\.2 mailbox full" + EXCHANGE_TAIL),
        (
            "exchange-online",
            "delays",
            r"451 4\.7\.500 Server busy\. Please try again later from \[127\.0\.1\.10\]\. \(AS77712344\)"
            + EXCHANGE_TAIL,
        ),
        (
            "gmail",
            "unknown",
            r"550-5\.1\.1 The email account that you tried to reach does not exist\. Please try 550-5\.1\.1 double-"
            r"checking .* 550 5\.1\.1  https://support\.google\.com/mail/\?p=NoSuchUser \S+ - gsmtp",
        ),
        ("gmail", "full", r"552-5\.2\.2 The recipient's inbox is out of storage space and inactive.*OverQuotaPerm.*"),
        (
            "gmail",
            "full-temporary",
            r"452-4\.2\.2 The recipient's inbox is out of storage space\. Please direct the 452-4\.2\.2 recipient to "
            r"452 4\.2\.2  https://support\.google\.com/mail/\?p=OverQuotaTemp \S+ - gsmtp",
        ),
        ("gmail", "delays", r"450-4\.2\.1 The user you are trying to contact is receiving mail at a rate that .*"),
        ("postfix", "unknown", r"550 5\.1\.1 <crew@dock\.example>: Recipient address rejected: User unknown in .*"),
        ("postfix", "full", r"552 5\.2\.2 <crew@dock\.example>: .*"),
        ("postfix", "delays", r"450 4\.2\.0 <crew@dock\.example>: Recipient address rejected: Greylisted, see .*"),
    ],
)
def test_each_provider_refuses_in_its_own_words(voice: str, kind: str, text: str) -> None:
    """Mailboxes of every kind answer as the provider does."""

    async def talk(server: RecipientServer, _: Recipients) -> None:
        server.policy.add_mailbox(TO, kind)
        assert re.fullmatch(text, (await send(server, signed())).text)

    served(talk, voice=voice)


def test_a_rule_has_its_own_reply_and_its_own_time() -> None:
    """An administrator's reply is given word for word, at RCPT or after DATA, with the provider's tail."""

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        own = "550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; {not a field}"
        server.policy.add_mailbox(TO, "rule", reply=own, stage="data")
        heard = await send(server, signed())
        assert re.fullmatch(re.escape(own) + EXCHANGE_TAIL[:-1], heard.text)
        box = recipients.mailbox(TO)
        assert box is not None
        assert box.messages == []

    served(talk)


def test_a_delay_ends() -> None:
    """After the given number of attempts the mail is taken."""

    async def talk(server: RecipientServer, _: Recipients) -> None:
        server.policy.add_mailbox(TO, "delays", delays=2)
        assert [(await send(server, signed())).code for _ in range(3)] == [451, 451, 250]

    served(talk)


def test_a_silent_mailbox_never_answers() -> None:
    """The sender's own time-out is all there is."""

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        server.policy.add_mailbox(TO, "silent")
        async with Dialogue((server.address, server.port), timeout=1.0) as smtp:
            await smtp.heard()
            await smtp.say("EHLO x.example")
            await smtp.say("MAIL FROM:<a@sailing.example>")
            with pytest.raises(Broken) as caught:
                await smtp.say(f"RCPT TO:<{TO}>")
        assert caught.value.kind == "timeout"
        assert recipients.mailbox_exists(TO) is None

    served(talk)


def test_a_quarantined_mail_is_accepted_and_never_seen() -> None:
    """Exchange says 250; nobody hears of the mail."""
    seen: list[str] = []

    async def main() -> None:
        recipients = Recipients(
            zones=world(), clock=CLOCK, ids=Ids("q"), accepted=lambda address, raw: seen.append(address)
        )
        house = House.of("mx.dock.example", domains=("dock.example",), voice="exchange-online")
        server = recipients.add(house, address="127.0.3.1")
        server.policy.add_mailbox(TO, "quarantined")
        server.policy.add_mailbox("other@dock.example")
        await recipients.start()
        assert (await send(server, signed())).code == 250
        assert (await send(server, signed(), to="other@dock.example")).code == 250
        box = recipients.mailbox(TO)
        assert box is not None
        assert [stored.folder for stored in box.messages] == ["quarantine"]
        await recipients.stop()

    asyncio.run(main())
    assert seen == ["other@dock.example"]


def test_who_exists() -> None:
    """Known, unknown, and nobody's business."""

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        server.policy.add_mailbox("gone@dock.example", "unknown")
        asked = [TO.upper(), "gone@dock.example", "never@dock.example", "x@elsewhere.example"]
        assert [recipients.mailbox_exists(address) for address in asked] == [True, False, False, None]

    served(talk)


def test_tls_is_offered_and_works() -> None:
    """STARTTLS begins a session anew and is not offered again."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mx.dock.example").configure_cert(context)
    client = ssl.create_default_context()
    authority.configure_trust(client)

    async def talk(server: RecipientServer, recipients: Recipients) -> None:
        async with Dialogue((server.address, server.port), timeout=20) as smtp:
            await smtp.heard()
            assert (await smtp.say("EHLO x.example")).offers("STARTTLS")
            assert (await smtp.say("STARTTLS")).code == 220
            await smtp.secure(client, "mx.dock.example")
            assert (await smtp.say("MAIL FROM:<a@sailing.example>")).code == 503
            assert not (await smtp.say("EHLO x.example")).offers("STARTTLS")
            await smtp.say("MAIL FROM:<bounce@mail.sailing.example>")
            await smtp.say(f"RCPT TO:<{TO}>")
            await smtp.say("DATA")
            assert (await smtp.message(signed())).code == 250
        box = recipients.mailbox(TO)
        assert box is not None
        assert b"with ESMTPS id" in box.messages[0].raw

    served(talk, tls=context)


def test_a_failed_handshake_leaves_the_server_alive() -> None:
    """A client that does not trust the certificate goes away; the next one is served."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("mx.dock.example").configure_cert(context)

    async def talk(server: RecipientServer, _: Recipients) -> None:
        async with Dialogue((server.address, server.port), timeout=20) as smtp:
            await smtp.heard()
            await smtp.say("EHLO x.example")
            await smtp.say("STARTTLS")
            with pytest.raises(Broken) as caught:
                await smtp.secure(ssl.create_default_context(), "mx.dock.example")
        assert caught.value.kind == "certificate"
        assert (await send(server, signed())).code == 250

    served(talk, tls=context)


def test_an_idle_client_is_sent_away() -> None:
    """Silence ends with 421."""

    async def talk(server: RecipientServer, _: Recipients) -> None:
        async with Dialogue((server.address, server.port), timeout=20) as smtp:
            await smtp.heard()
            assert (await smtp.heard()).code == 421

    served(talk, limits=ReceiverLimits(idle=0.1))


@pytest.mark.parametrize(
    ("kind", "reply", "stage"), [("odd", "", "rcpt"), ("rule", "not a reply", "rcpt"), ("rule", "550 x", "later")]
)
def test_a_mailbox_is_made_right_or_not_at_all(kind: str, reply: str, stage: str) -> None:
    """What a scenario writes wrongly is named with the address."""
    recipients = Recipients(zones=world(), clock=CLOCK, ids=Ids("m"))
    server = recipients.add(House.of("mx.dock.example", domains=("dock.example",), voice="gmail"), address="127.0.3.1")
    with pytest.raises(Malformed):
        server.policy.add_mailbox(TO, kind, reply=reply, stage=stage)


def test_an_unknown_voice_is_named() -> None:
    """The voices there are stand in the error."""
    with pytest.raises(Malformed, match="exchange-online"):
        House.of("mx.dock.example", domains=("dock.example",), voice="sendmail")
