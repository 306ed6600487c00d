"""The bounce that Gmail writes when an alias's own SMTP server would not take a mail.

    raw = alias_bounce(Failure(account="…", recipients=("crew@dock.example",), response="535 Authentication …"), …)

Its peculiarities are the point (facts.md C3, and Gmail's other bounces in corpora/bounces-open): the delivery-status part
is empty, the recipient stands in X-Failed-Recipients only, the server's answer ends the text, and the original is cut.
"""

from __future__ import annotations

import base64
import html
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailstrata.lab.ids import Ids

TRUNCATED = "----- Message truncated -----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What Gmail tells its user, and where it sends them to read on."""

    explained: str
    link: str


ALIAS = Why(
    explained="You're sending this from a different address or alias using the 'Send mail as' feature. The settings for your "
    "'Send mail as' account are misconfigured or out of date. Check those settings and try resending.",
    link="https://support.google.com/mail/?p=CustomFromDenied",
)
LIMIT = Why(
    explained="You have reached a limit for sending mail. Your message was not sent.",
    link="https://support.google.com/mail/answer/22839",
)
LIMIT_RESPONSE = "550 5.4.5 Daily user sending limit exceeded"
"""facts.md C1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One mail that the alias's server would not take."""

    account: str
    """Whose mailbox gets the bounce."""
    recipients: tuple[str, ...]
    response: str
    """The server's reply, or Gmail's own words when there was none."""
    original: bytes
    message_id: str
    why: Why = ALIAS


def alias_bounce(failure: Failure, *, at: datetime, ids: Ids) -> bytes:
    """The whole bounce, CRLF line ends."""
    tag = ids.hex(f"bounce/{failure.message_id}", length=48)
    report, related, texts = tag[:28], tag[4:32], tag[8:36]
    lines = [
        *_head(failure, at, tag, report),
        *_part(report, f"multipart/related; boundary={related}"),
        *_part(related, f"multipart/alternative; boundary={texts}"),
        *_part(texts, "text/plain; charset=UTF-8"),
        *_plain(failure),
        *_part(texts, "text/html; charset=UTF-8"),
        *_html(failure),
        f"--{texts}--",
        *_part(related, 'image/png; name="icon.png"', *_ICON_FIELDS),
        *_icon(),
        f"--{related}--",
        *_part(report, "message/delivery-status"),
        "",
        *_part(report, "message/rfc822"),
        *_truncated(failure.original),
        "",
        f"--{report}--",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8", "replace")


def _head(failure: Failure, at: datetime, tag: str, boundary: str) -> list[str]:
    date = format_datetime(at)
    return [
        f"Delivered-To: {failure.account}",
        f"Received: by 2002:a05:620a:{tag[:3]}b:b0 with SMTP id {tag[3:16]}csp{int(tag[:6], 16)};",
        f"        {date}",
        "Return-Path: <>",
        f"Received: by mail-{tag[16:19]}-x245.google.com with SMTP id {tag[20:34]}.12",
        f"        for <{failure.account}>; {date}",
        f"Content-Type: multipart/report; boundary={boundary}; report-type=delivery-status",
        "MIME-Version: 1.0",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        f"To: {failure.account}",
        "Auto-Submitted: auto-replied",
        "Subject: Delivery Status Notification (Failure)",
        f"References: {failure.message_id}",
        f"In-Reply-To: {failure.message_id}",
        f"X-Failed-Recipients: {', '.join(failure.recipients)}",
        f"Message-ID: <{tag[:8]}.{tag[8:16]}.{tag[16:21]}.{tag[21:25]}.GMR@mx.google.com>",
        f"Date: {date}",
        "",
    ]


def _part(boundary: str, kind: str, *fields: str) -> list[str]:
    return ["", f"--{boundary}", f"Content-Type: {kind}", *fields, ""]


_ICON_FIELDS = (
    'Content-Disposition: attachment; filename="icon.png"',
    "Content-Transfer-Encoding: base64",
    "Content-ID: <icon.png>",
)


def _plain(failure: Failure) -> list[str]:
    return [
        "",
        "** Message not delivered **",
        "",
        failure.why.explained,
        "",
        f"Learn more here: {failure.why.link}",
        "",
        "The response was:",
        "",
        *failure.response.splitlines(),
    ]


def _html(failure: Failure) -> list[str]:
    shown = html.escape(failure.response, quote=False)
    return [
        "",
        "<html>",
        '<body><table cellpadding="0" cellspacing="0" class="email-wrapper"><tbody>',
        '<tr><td><img width=72 height=72 alt="Error Icon" src="cid:icon.png">',
        "<h2>",
        "Message not delivered",
        f"</h2>{html.escape(failure.why.explained, quote=False)}",
        f'<a style="text-decoration:none" href="{failure.why.link}">LEARN MORE</a></td></tr>',
        "<tr><td>The response was:<br/>",
        '<p style="font-family:monospace">',
        *shown.splitlines(),
        "</p></td></tr></tbody></table></body>",
        "</html>",
        "",
    ]


def _icon() -> list[str]:
    """A PNG of one red pixel (PNG 5: signature, IHDR, IDAT, IEND)."""
    chunks = (
        (b"IHDR", struct.pack("!2I5B", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\xdb\x44\x37")),
        (b"IEND", b""),
    )
    image = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return base64.encodebytes(image).decode().splitlines()


def _truncated(original: bytes) -> list[str]:
    head = original.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    return [*head.split("\r\n"), "", TRUNCATED]
