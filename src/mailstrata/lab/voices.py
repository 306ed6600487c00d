"""How the recipients' providers talk: every event of an SMTP session in a provider's own words.

    voice = VOICES["exchange-online"]
    voice.say("unknown", facts).wire()
    # b"550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [DB5…"

Texts: facts.md C4 (Gmail), D1 and D2 (Exchange Online); Gmail's line breaks and Postfix's texts as in real bounces
(corpora/bounces-open). A further line of one reply begins after a line feed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailstrata.model.errors import Malformed

_REPLY = re.compile(r"([2-5]\d\d)(?:[ -](.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReply:
    """A reply as it goes over the wire: the code, and each line's text without it (RFC 5321 4.2.1)."""

    code: int
    lines: tuple[str, ...]

    @classmethod
    def read(cls, written: str) -> ServerReply:
        """``550 5.7.1 text``; further lines after a line feed, with or without the code. Raises ``Malformed``."""
        first, *others = written.splitlines() or [""]
        match = _REPLY.fullmatch(first)
        if match is None:
            raise Malformed("reply", repr(written[:80]), "a text that begins with an SMTP reply code")
        again = re.compile(rf"{match[1]}[ -]")
        return cls(code=int(match[1]), lines=(match[2] or "", *(again.sub("", line, count=1) for line in others)))

    def wire(self) -> bytes:
        """All lines with their code, ended by CRLF."""
        last = len(self.lines) - 1
        texts = [f"{self.code}{' ' if n == last else '-'}{line}" for n, line in enumerate(self.lines)]
        return "".join(text.rstrip(" ") + "\r\n" for text in texts).encode("ascii", "replace")

    @property
    def refusal(self) -> bool:
        """Whether it says no, for now or for ever."""
        return self.code >= 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a reply may mention."""

    host: str
    at: datetime
    serial: str
    """Hexadecimal digits, 16 or more: what makes this reply's trace id unlike the next one's."""
    ip: str = ""
    helo: str = ""
    sender: str = ""
    address: str = ""
    domain: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One provider's words, by event; ``tail`` ends the last line of every refusal that does not match ``ended``."""

    name: str
    texts: Mapping[str, str]
    capabilities: tuple[str, ...]
    tail: str = ""
    ended: re.Pattern[str] = re.compile("")

    def say(self, event: str, facts: Facts) -> ServerReply:
        """The reply for ``event``; a provider without words of its own for it says what RFC 5321 4.2.3 suggests."""
        return self._finished(self.texts.get(event) or _COMMON[event], facts)

    def enforces(self, event: str) -> bool:
        """Whether this provider refuses for that reason at all."""
        return event in self.texts

    def custom(self, written: str, facts: Facts) -> ServerReply:
        """A reply of an administrator's own, braces taken literally, with the provider's tail."""
        return self._finished(written.replace("{", "{{").replace("}", "}}"), facts)

    def _finished(self, template: str, facts: Facts) -> ServerReply:
        values = _values(facts)
        reply = ServerReply.read(template.format_map(values))
        if not reply.refusal or self.ended.search(reply.lines[-1]):
            return reply
        tail = self.tail.format_map(values)
        return ServerReply(code=reply.code, lines=(*reply.lines[:-1], f"{reply.lines[-1]} {tail}"))


def _values(facts: Facts) -> dict[str, str]:
    stamp = facts.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{facts.at.microsecond // 1000:03d}Z"
    s = facts.serial.lower()
    number = int(s[:6], 16)
    return {
        "host": facts.host,
        "ip": facts.ip,
        "helo": facts.helo,
        "sender": facts.sender,
        "address": facts.address,
        "domain": facts.domain,
        "DOMAIN": facts.domain.upper(),
        "size": str(facts.size),
        "date": format_datetime(facts.at),
        "epoch": str(int(facts.at.timestamp())),
        "stamp": stamp,
        "trace": s[:13] + f"-{s[2:13]}si{number % 9000000 + 1000000}{s[13]}.{number % 900 + 100}",
        "hex": ("08de" + s[:12]).upper(),
        "node": f"DB5PEPF0000{s[:4].upper()}.eop-eur02.prod.protection.outlook.com",
        "queue": s[:11].upper(),
    }


_COMMON: Mapping[str, str] = {
    "banner": "220 {host} ESMTP",
    "hello": "250 {host}",
    "starttls": "220 2.0.0 Ready to start TLS",
    "no-starttls": "502 5.5.1 TLS not available",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 End data with <CR><LF>.<CR><LF>",
    "queued": "250 2.0.0 Ok",
    "reset": "250 2.0.0 Ok",
    "verify": "252 2.0.0 Cannot verify, will accept",
    "bye": "221 2.0.0 Bye",
    "sequence": "503 5.5.1 Bad sequence of commands",
    "syntax": "501 5.5.4 Syntax error in parameters",
    "unrecognized": "500 5.5.2 Syntax error, command unrecognized",
    "too-long": "500 5.5.2 Line too long",
    "too-big": "552 5.3.4 Message size exceeds fixed limit",
    "too-many-recipients": "452 4.5.3 Too many recipients",
    "too-many-errors": "421 4.7.0 {host} Too many errors",
    "too-many-connections": "421 4.7.0 {host} Too many connections",
    "idle": "421 4.4.2 {host} Timeout waiting for data from client",
    "bare-line-feed": "550 5.6.11 Invalid characters",
    "loop": "554 5.4.6 Too many hops",
    "no-from": "550 5.7.1 Message has no valid From address",
}

_EXCHANGE: Mapping[str, str] = {
    "banner": "220 {node} Microsoft ESMTP MAIL Service ready at {date} [{hex}]",
    "hello": "250 {node} Hello [{ip}]",
    "starttls": "220 2.0.0 SMTP server ready",
    "mail": "250 2.1.0 Sender OK",
    "rcpt": "250 2.1.5 Recipient OK",
    "data": "354 Start mail input; end with <CRLF>.<CRLF>",
    "queued": "250 2.6.0 <{trace}@{node}> [InternalId={epoch}, Hostname={node}] {size} bytes in 0.124, 64.2 KB/sec "
    "Queued mail for delivery -> 250 2.1.5",
    "reset": "250 2.0.0 Resetting",
    "bye": "221 2.0.0 Service closing transmission channel",
    "unknown": "550 5.4.1 Recipient address rejected: Access denied. For more information see "
    "https://aka.ms/EXOSmtpErrors",
    "relay": "550 5.4.1 Relay Access Denied",
    "full": "554 5.2.2 mailbox full",
    "full-temporary": "452 4.2.2 mailbox full",
    "restricted": "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery "
    "restriction check failed because the sender was not authenticated when sending to this group",
    "rule": "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
    "delays": "451 4.7.500 Server busy. Please try again later from [{ip}]. (AS77712344)",
    "dmarc": "550 5.7.509 Access denied, sending domain [{DOMAIN}] does not pass DMARC verification and has a DMARC "
    "policy of reject.",
    "spf": "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
    "loop": "554 5.4.14 Hop count exceeded - possible mail loop ATTR34",
}

_GMAIL: Mapping[str, str] = {
    "banner": "220 mx.google.com ESMTP {trace} - gsmtp",
    "hello": "250 mx.google.com at your service, [{ip}]",
    "mail": "250 2.1.0 OK {trace} - gsmtp",
    "rcpt": "250 2.1.5 OK {trace} - gsmtp",
    "data": "354 Go ahead {trace} - gsmtp",
    "queued": "250 2.0.0 OK  {epoch} {trace} - gsmtp",
    "reset": "250 2.1.5 Flushed {trace} - gsmtp",
    "bye": "221 2.0.0 closing connection {trace} - gsmtp",
    "unknown": "550 5.1.1 The email account that you tried to reach does not exist. Please try\n"
    "5.1.1 double-checking the recipient's email address for typos or\n"
    "5.1.1 unnecessary spaces. Learn more at\n"
    "5.1.1  https://support.google.com/mail/?p=NoSuchUser",
    "relay": "550 5.7.1 Relaying denied",
    "full": "552 5.2.2 The recipient's inbox is out of storage space and inactive. Please\n"
    "5.2.2 direct the recipient to\n"
    "5.2.2  https://support.google.com/mail/?p=OverQuotaPerm",
    "full-temporary": "452 4.2.2 The recipient's inbox is out of storage space. Please direct the\n"
    "4.2.2 recipient to\n"
    "4.2.2  https://support.google.com/mail/?p=OverQuotaTemp",
    "restricted": "550 5.2.1 The email account that you tried to reach is disabled. Learn more at\n"
    "5.2.1  https://support.google.com/mail/?p=DisabledUser",
    "rule": "550 5.7.1 The user or domain that you are sending to (or from) has a policy that\n"
    "5.7.1 prohibited the mail that you sent. Please contact your domain\n"
    "5.7.1 administrator for further details. For more information, please visit\n"
    "5.7.1  https://support.google.com/a/answer/172179",
    "delays": "450 4.2.1 The user you are trying to contact is receiving mail at a rate that\n"
    "4.2.1 prevents additional messages from being delivered. Please resend your\n"
    "4.2.1 message at a later time. If the user is able to receive mail at that\n"
    "4.2.1 time, your message will be delivered. For more information, please\n"
    "4.2.1 visit\n"
    "4.2.1  https://support.google.com/mail/?p=ReceivingRate",
    "dmarc": "550 5.7.26 Unauthenticated email from {domain} is not accepted due to domain's\n"
    "5.7.26 DMARC policy. Please contact the administrator of {domain} domain if\n"
    "5.7.26 this was a legitimate mail. To learn about the DMARC initiative, go\n"
    "5.7.26 to\n"
    "5.7.26  https://support.google.com/mail/?p=DmarcRejection",
    "spf": "550 5.7.26 The MAIL FROM domain [{domain}] has an SPF record with a hard fail\n"
    "5.7.26 policy (-all) but it fails to pass SPF checks with the ip:\n"
    "5.7.26 [{ip}]. To best protect our users from spam and phishing,\n"
    "5.7.26 the message has been blocked. For instructions on setting up\n"
    "5.7.26 authentication, go to\n"
    "5.7.26  https://support.google.com/mail/answer/81126#authentication",
    "unauthenticated": "550 5.7.26 Your email has been blocked because the sender is unauthenticated.\n"
    "5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n"
    "5.7.26\n"
    "5.7.26  Authentication results:\n"
    "5.7.26  DKIM = did not pass\n"
    "5.7.26  SPF [{domain}] with ip: [{ip}] = did not pass\n"
    "5.7.26\n"
    "5.7.26  For instructions on setting up authentication, go to\n"
    "5.7.26  https://support.google.com/mail/answer/81126#authentication",
    "loop": "554 5.4.6 Message exceeded 50 hops, this may indicate a mail loop.",
    "no-from": "550 5.7.1 Messages missing a valid address in the From: header, or having no\n"
    "5.7.1 From: header, are not accepted.",
    "too-big": "552 5.3.4 Your message exceeded Google's message size limits.",
}

_POSTFIX: Mapping[str, str] = {
    "banner": "220 {host} ESMTP Postfix (Debian/GNU)",
    "queued": "250 2.0.0 Ok: queued as {queue}",
    "unknown": "550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table",
    "relay": "554 5.7.1 <{address}>: Relay access denied",
    "full": "552 5.2.2 <{address}>: Recipient address rejected: Quota exceeded (mailbox for user is full)",
    "full-temporary": "452 4.2.2 <{address}>: Recipient address rejected: Quota exceeded (mailbox for user is full)",
    "restricted": "554 5.7.1 <{address}>: Recipient address rejected: Access denied",
    "rule": "550 5.7.1 Message rejected by local policy",
    "delays": "450 4.2.0 <{address}>: Recipient address rejected: Greylisted, see "
    "http://postgrey.schweikert.ch/help/{domain}.html",
    "dmarc": "550 5.7.1 rejected by DMARC policy for {domain}",
    "spf": "550 5.7.23 <{address}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. "
    "Please see http://www.openspf.net/Why?s=mfrom;id={sender};ip={ip};r={host}",
    "bare-line-feed": "521 5.5.2 {host} Error: bare <LF> received",
}

VOICES: Mapping[str, Voice] = {
    "exchange-online": Voice(
        name="exchange-online",
        texts=_EXCHANGE,
        capabilities=("SIZE 157286400", "PIPELINING", "DSN", "ENHANCEDSTATUSCODES", "8BITMIME"),
        tail="[{node} {stamp} {hex}]",
        ended=re.compile(r"\dZ \w+\]$"),
    ),
    "gmail": Voice(
        name="gmail",
        texts=_GMAIL,
        capabilities=("SIZE 157286400", "8BITMIME", "ENHANCEDSTATUSCODES", "PIPELINING"),
        tail="{trace} - gsmtp",
        ended=re.compile("- gsmtp$"),
    ),
    "postfix": Voice(
        name="postfix",
        texts=_POSTFIX,
        capabilities=("PIPELINING", "SIZE 52428800", "ENHANCEDSTATUSCODES", "8BITMIME"),
    ),
}
"""Every voice, by the name that a scenario uses."""
