r"""A delivery status notification, written: what a sender gets when his mail could not be sent (RFC 3464, RFC 3462).

    Notice(sender="MAILER-DAEMON@sailing.example", to="ann@sailing.example", …).render()

Three parts: words for a person, fields for a program, and the header of the mail without its body. ``formats.dsn`` reads the
fields.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass

_HEADER_LIMIT = 50_000
_WIDTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail for ``recipients`` was given up after ``reply``. ``name`` is unique: it makes the Message-ID and the boundary."""

    name: str
    reporting_mta: str
    sender: str
    to: str
    recipients: tuple[str, ...]
    reply: Reply
    arrived: datetime
    at: datetime
    header: bytes
    """The header of the mail."""

    def render(self) -> bytes:
        """The message, its lines ended by CRLF, in ASCII but for the returned header."""
        boundary = f"=_{self.name}"
        head = (
            f"From: Mail Delivery System <{self.sender}>\n"
            f"To: <{self.to}>\n"
            "Subject: Your message could not be sent\n"
            f"Date: {format_datetime(self.at)}\n"
            f"Message-ID: <{self.name}@{self.reporting_mta}>\n"
            "Auto-Submitted: auto-replied\n"
            "MIME-Version: 1.0\n"
            f'Content-Type: multipart/report; report-type=delivery-status;\n boundary="{boundary}"\n'
        )
        parts = (
            f"Content-Type: text/plain; charset=us-ascii\n\n{self._words()}",
            f"Content-Type: message/delivery-status\n\n{self._fields()}",
        )
        text = head + "\n" + "".join(f"--{boundary}\n{part}\n" for part in parts)
        last = f"--{boundary}\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: 8bit\n\n"
        returned = self.header[:_HEADER_LIMIT].replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n") + b"\n"
        whole = (text + last).encode("ascii", "replace") + returned + f"\n--{boundary}--\n".encode()
        return whole.replace(b"\n", b"\r\n")

    def _words(self) -> str:
        listed = "".join(f"  {recipient}\n" for recipient in self.recipients)
        return (
            "This is the mail relay. Your message could not be sent to:\n\n"
            f"{listed}\nThe last answer was:\n\n  {_line(str(self.reply))}\n\n"
            "It will not be tried again. The header of your message is attached.\n"
        )

    def _fields(self) -> str:
        """One group for the message and one for each recipient (RFC 3464 2.1)."""
        first = f"Reporting-MTA: dns; {self.reporting_mta}\nArrival-Date: {format_datetime(self.arrived)}\n"
        status = f"5{self.reply.enhanced[1:]}" if self.reply.enhanced else "5.0.0"
        rest = (
            f"\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; {_line(str(self.reply))}\nLast-Attempt-Date: {format_datetime(self.at)}\n"
            for recipient in self.recipients
        )
        return first + "".join(rest)


def _line(text: str) -> str:
    """Words of others in lines that are short enough, folded before white space (RFC 5322 2.2.3)."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    words, lines = printable.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word[:900]
    return "\n  ".join(lines)
