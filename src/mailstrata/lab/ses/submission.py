r"""A message as a client hands it in: its header fields read once, and rewritten as SES rewrites them.

    read = Submitted.of(b"From: a@b.example\r\nMessage-ID: <mine@b.example>\r\n\r\nhello")
    read.rewritten([("Message-ID", "<0100…@email.amazonses.com>")])      # Message-ID, Date, Bcc, X-SES-* are taken out

Nothing of the body is interpreted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import getaddresses

from mailstrata.lab.aws.request import AwsError, Principal

_ONCE = {
    name.lower(): name
    for name in [
        "Bcc",
        "Cc",
        "Content-Transfer-Encoding",
        "Content-Type",
        "DKIM-Signature",
        "Date",
        "From",
        "In-Reply-To",
        "Message-ID",
        "MIME-Version",
        "References",
        "Reply-To",
        "Return-Path",
        "Sender",
        "Subject",
        "To",
    ]
}
_REPLACED = frozenset({"message-id", "date", "return-path", "bcc", "feedback-id", "x-ses-outgoing"})
_ILLEGAL = {"old-return-path": "Old-Return-Path"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """Header fields in order, names as written, each with its raw lines; and the body."""

    fields: tuple[tuple[str, bytes], ...]
    headers: tuple[tuple[str, str], ...]
    """Names and unfolded values."""
    body: bytes

    @classmethod
    def of(cls, raw: bytes) -> Submitted:
        """Read ``raw``; line ends become CRLF. A line that is no header field ends the header (RFC 5322 2.1)."""
        unified = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        head, _, body = unified.partition(b"\n\n")
        fields: list[tuple[str, bytes]] = []
        for line in head.split(b"\n"):
            if line[:1] in {b" ", b"\t"} and fields:
                name, value = fields[-1]
                fields[-1] = (name, value + b"\r\n" + line)
            elif b":" in line:
                fields.append((line.partition(b":")[0].decode("ascii", "replace").strip(), line))
        headers = tuple((name, _unfolded(line)) for name, line in fields)
        return cls(fields=tuple(fields), headers=headers, body=body.replace(b"\n", b"\r\n"))

    def value(self, name: str) -> str:
        """The first field of that name, unfolded; empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        """The addresses in the fields of those names, in order, each once."""
        values = [value for key, value in self.headers if key.lower() in names]
        return tuple(dict.fromkeys(address for _, address in getaddresses(values) if address))

    def faults(self) -> Iterator[str]:
        """What SES calls a failed transaction, in its words (facts.md A5)."""
        seen = Counter(name.lower() for name, _ in self.fields)
        yield from (
            f"Duplicate header '{_ONCE[name]}'." for name, number in seen.items() if number > 1 and name in _ONCE
        )
        yield from (f"Illegal header '{_ILLEGAL[name]}'." for name in seen if name in _ILLEGAL)
        if any("@" not in address for address in self.addresses("from", "to", "cc")) or not self.addresses("from"):
            yield "Missing final '@domain'"

    def rewritten(self, added: Iterable[tuple[str, str]]) -> bytes:
        """The message as it leaves SES: its own fields replaced, ``X-SES-*`` and Bcc taken out (facts.md A2, A8)."""
        kept = [line for name, line in self.fields if not _replaced(name)]
        fresh = [f"{name}: {value}".encode() for name, value in added]
        return b"\r\n".join([*kept, *fresh, b"", self.body])


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a client asked SES to send, whichever way it came."""

    raw: bytes
    mail_from: str | None
    """Envelope MAIL FROM (SMTP), Source or FromEmailAddress (API)."""
    recipients: tuple[str, ...]
    via: str
    """``smtp``, ``v1`` or ``v2``: it decides the names of the errors."""
    operation: str
    """The IAM action without ``ses:``."""
    principal: Principal
    source_ip: str
    configuration_set: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    feedback_to: str = ""
    read: Submitted = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read the header fields once."""
        object.__setattr__(self, "read", Submitted.of(self.raw))


def _replaced(name: str) -> bool:
    return name.lower() in _REPLACED or name.lower().startswith("x-ses-")


def _unfolded(line: bytes) -> str:
    return line.partition(b":")[2].replace(b"\r\n", b"").decode("utf-8", "replace").strip()


_CODES = {
    "denied": ("AccessDenied", "AccessDeniedException", 403),
    "rejected": ("MessageRejected", "MessageRejected", 400),
    "paused": ("AccountSendingPausedException", "SendingPausedException", 400),
    "throttled": ("Throttling", "ThrottlingException", 400),
    "invalid": ("InvalidParameterValue", "BadRequestException", 400),
    "set-absent": ("ConfigurationSetDoesNotExist", "NotFoundException", 404),
    "set-paused": ("ConfigurationSetSendingPausedException", "SendingPausedException", 400),
    "mail-from": ("MailFromDomainNotVerifiedException", "MailFromDomainNotVerifiedException", 400),
    "template-absent": ("TemplateDoesNotExist", "NotFoundException", 404),
}


def refusal(kind: str, text: str, *, via: str) -> AwsError:
    """The error of a ``kind`` as the API that was called spells it; SMTP takes v1's names (facts.md B1)."""
    first, second, status = _CODES[kind]
    if via == "v2":
        return AwsError(second, text, status=status)
    return AwsError(first, text, status=400 if status == 404 else status)
