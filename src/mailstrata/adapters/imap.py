"""A mailbox on an IMAP server, read and never changed (RFC 3501).

    with Mailbox("imap.gmail.com", "ann@sailing.example", password) as mailbox:
        for mail in mailbox.mails("INBOX"):
            mail.name, mail.raw

TLS from the first byte (RFC 8314), the folder opened by EXAMINE, messages by ``BODY.PEEK[]``: nothing becomes "seen". At most
32 MiB of a message are asked for, and no more messages than the caller wants.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from types import TracebackType

from mailstrata.adapters.mail_files import SIZE_LIMIT, Mail
from mailstrata.model.errors import Refusal

PORT = 993
SECONDS = 30
"""How long any one answer may take."""


class Mailbox:
    """One login. Use as a context manager; it logs out. The password is in no message of an error.

    A server that does not answer, or lets nobody in, is a ``Refusal`` of status 3: what it holds could not be determined.
    """

    def __init__(
        self, host: str, user: str, password: str, *, port: int = PORT, context: ssl.SSLContext | None = None
    ) -> None:
        self._where = f"imap://{user}@{host}"
        try:
            trust = context or ssl.create_default_context()
            self._server = imaplib.IMAP4_SSL(host, port, ssl_context=trust, timeout=SECONDS)
        except (OSError, imaplib.IMAP4.error) as error:
            raise Refusal(f"{host}:{port}: {error}", "give the IMAP server's name as --imap HOST", status=3) from error
        try:
            self._server.login(user, password)
        except (OSError, imaplib.IMAP4.error) as error:
            self._server.shutdown()
            raise Refusal(
                f"{host} does not let {user} in", "Gmail wants an app password and 2-step verification", status=3
            ) from error

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._server.logout()
        except (OSError, imaplib.IMAP4.error):
            self._server.shutdown()

    def mails(self, folder: str, *, limit: int = 100_000) -> Iterator[Mail]:
        """The newest ``limit`` messages of ``folder``, oldest first. Raises ``Refusal`` when it cannot be opened or breaks."""
        try:
            for number in self._numbers(folder)[-limit:]:
                yield Mail(f"{self._where}/{folder}#{number.decode()}", self._message(number))
        except (OSError, imaplib.IMAP4.error) as error:
            raise Refusal(f"{self._where}/{folder}: {error}", "try again; nothing was changed", status=3) from error

    def _numbers(self, folder: str) -> list[bytes]:
        quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        answer, _ = self._server.select(quoted, readonly=True)
        if answer != "OK":
            raise Refusal(f"{self._where} has no folder {folder}", "give one as --folder NAME")
        _, found = self._server.uid("SEARCH", "ALL")
        return found[0].split() if found and isinstance(found[0], bytes) else []

    def _message(self, number: bytes) -> bytes:
        _, parts = self._server.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{SIZE_LIMIT}>)")
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")
