"""A mailbox on an IMAP server, read and never changed (RFC 3501).

    with Mailbox("imap.gmail.com", "ann@sailing.example", password) as mailbox:
        for mail in mailbox.mails("INBOX"):
            mail.name, mail.raw

TLS from the first byte (RFC 8314), the folder opened by EXAMINE, messages by ``BODY.PEEK[]``: nothing becomes "seen". At most
32 MiB of a message are asked for, and no more messages than the caller wants. A message that is gone meanwhile is passed over;
whatever else the server refuses ends the reading, because what was not seen is not absent.
"""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from mailstrata.adapters.mail_files import SIZE_LIMIT, Mail
from mailstrata.model.errors import Refusal

PORT = 993
SECONDS = 30
"""How long any one answer may take."""
_AT_ONCE = 10_000
"""Messages whose numbers are asked for in one command: a line of more than a million bytes is not read."""
ANSWER_LIMIT = SIZE_LIMIT + 1024 * 1024
"""Bytes of all that may come in answer to one command."""
_NOT_ASCII = re.compile("[^ -~]+|&")


class _Server(imaplib.IMAP4_SSL):
    """A connection that believes no server that announces or says more than was asked for."""

    _left = ANSWER_LIMIT

    def uid(self, command: str, *args: str) -> tuple[str, list[Any]]:
        """One command (RFC 3501 6.4.8), whose answer is bounded."""
        self._left = ANSWER_LIMIT
        return super().uid(command, *args)

    def read(self, size: int) -> bytes:
        """So many bytes of a literal (RFC 3501 4.3)."""
        if size > SIZE_LIMIT:
            raise self.abort(f"the server announces {size} bytes where at most {SIZE_LIMIT} were asked for")
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        """One line."""
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self.abort("the server says more than was asked for")


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
            self._server = _Server(host, port, ssl_context=trust, timeout=SECONDS)
        except (OSError, imaplib.IMAP4.error) as error:
            raise Refusal(f"{host}:{port}: {error}", "give the IMAP server's name as --imap HOST", status=3) from error
        try:
            self._log_in(user, password)
        except (OSError, imaplib.IMAP4.abort):
            self._server.shutdown()
            raise Refusal(f"{host}:{port}: the connection broke during the login", "try again", status=3) from None
        except imaplib.IMAP4.error:
            self._server.shutdown()
            raise Refusal(
                f"{host} does not let {user} in", "Gmail wants an app password and 2-step verification", status=3
            ) from None

    def _log_in(self, user: str, password: str) -> None:
        """By LOGIN; what is no printable ASCII, which LOGIN cannot carry, by AUTHENTICATE PLAIN in UTF-8 (RFC 4616)."""
        if f"{user}{password}".isascii() and f"{user}{password}".isprintable():
            self._server.login(user, password)
        else:
            self._server.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())

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
            for number in self._numbers(folder, limit):
                raw = self._message(number)
                if raw is not None:
                    yield Mail(f"{self._where}/{folder}#{number.decode()}", raw)
        except (OSError, imaplib.IMAP4.error) as error:
            raise Refusal(f"{self._where}/{folder}: {error}", "try again; nothing was changed", status=3) from error

    def _numbers(self, folder: str, limit: int) -> list[bytes]:
        quoted = '"' + mailbox_name(folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
        answer, exists = self._server.select(quoted, readonly=True)
        if answer != "OK":
            raise Refusal(f"{self._where} has no folder {folder}", "give one as --folder NAME")
        last = int(exists[0] or 0)
        found: list[bytes] = []
        for first in range(max(last - limit, 0) + 1, last + 1, _AT_ONCE):
            upto = min(first + _AT_ONCE - 1, last)
            for line in self._told("SEARCH", f"{first}:{upto}"):
                found += line.split() if isinstance(line, bytes) else []
        return found

    def _message(self, number: bytes) -> bytes | None:
        parts = self._told("FETCH", number.decode(), f"(BODY.PEEK[]<0.{SIZE_LIMIT}>)")
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def _told(self, verb: str, *arguments: str) -> list[Any]:
        answer, told = self._server.uid(verb, *arguments)
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{verb} is refused: {told[-1]!r}")
        return told


def mailbox_name(folder: str) -> str:
    """The folder's name as the protocol carries it: modified UTF-7 (RFC 3501 5.1.3), so that no control goes out raw.

    >>> mailbox_name("Entwürfe & Co")
    'Entw&APw-rfe &- Co'
    """
    return _NOT_ASCII.sub(lambda match: "&-" if match[0] == "&" else _shifted(match[0]), folder)


def _shifted(text: str) -> str:
    letters = base64.b64encode(text.encode("utf-16-be", "surrogatepass"), b"+,").rstrip(b"=")
    return f"&{letters.decode()}-"
