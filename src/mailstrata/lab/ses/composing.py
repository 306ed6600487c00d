"""MIME out of what the API is given in pieces: Simple content, attachments, templates.

    render("Hello {{name}}", '{"name": "Ada"}')      # "Hello Ada"
    composed(Letter(sender="crew@sailing.example", to=("admin@dock.example",), subject="Hi", text="…"))

Templates know ``{{name}}`` and ``{{group.name}}`` only; Handlebars' blocks are not emulated.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

_PLACE = re.compile(r"\{\{\{?\s*([\w.-]+)\s*\}?\}\}")


class RenderingFailed(ValueError):
    """A template asks for what its data does not have; the text is SES's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The pieces of a message; ``headers`` and ``attachments`` as sesv2 spells them."""

    sender: str
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    reply_to: Sequence[str] = ()
    subject: str = ""
    text: str | None = None
    html: str | None = None
    headers: Sequence[Mapping[str, str]] = ()
    attachments: Sequence[Mapping[str, Any]] = ()


def composed(letter: Letter) -> bytes:
    """The message, CRLF, non-ASCII encoded. A field with a line break in it is refused by ``ValueError``."""
    message = EmailMessage(policy=SMTP)
    fields = {
        "From": letter.sender,
        "To": ", ".join(letter.to),
        "Cc": ", ".join(letter.cc),
        "Reply-To": ", ".join(letter.reply_to),
        "Subject": letter.subject,
    }
    for name, value in fields.items():
        if value:
            message[name] = value
    for header in letter.headers:
        message[header["Name"]] = header["Value"]
    _fill(message, letter)
    return message.as_bytes()


def _fill(message: EmailMessage, letter: Letter) -> None:
    if letter.text is not None or letter.html is None:
        message.set_content(letter.text or "")
    if letter.html is not None:
        if letter.text is None:
            message.set_content(letter.html, subtype="html")
        else:
            message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        name = str(attachment["FileName"])
        kind = attachment.get("ContentType") or mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(attachment["RawContent"], maintype=main, subtype=sub, filename=name)


def render(template: str, data: str) -> str:
    """``template`` with its places filled from the JSON object ``data``. Raises ``RenderingFailed``."""
    try:
        values = json.loads(data or "{}")
    except ValueError as error:
        raise RenderingFailed("Template data is not valid JSON") from error

    def filled(place: re.Match[str]) -> str:
        return str(_looked_up(values, place[1]))

    return _PLACE.sub(filled, template)


def _looked_up(values: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(values, dict) or part not in values:
            raise RenderingFailed(f"Attribute '{path}' is not present in the rendering data.")
        values = values[part]
    return values
