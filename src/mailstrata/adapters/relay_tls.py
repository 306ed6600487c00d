"""The relay's certificate: loaded, watched, exchanged without dropping a session.

    tls = RelayTls(certificate=Path("fullchain.pem"), key=Path("privkey.pem"))
    tls.context                # for each new handshake
    tls.refresh()              # True when the files changed and the new pair is in use

No client certificate is asked for: Gmail shows one, and servers that verify it refuse Gmail (peers-sending 1.6). TLS 1.2 or
later (RFC 8996). No session tickets: one costs more to make than it saves a client that stays connected.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from mailstrata.model.errors import Refusal

Stamp = tuple[tuple[int, int, int], ...]


class RelayTls:
    """A server's context that follows its files. Raises ``Refusal`` when they cannot be used at the start."""

    def __init__(self, *, certificate: Path, key: Path | None = None) -> None:
        self._certificate = certificate
        self._key = key or certificate
        self._stamp = self._looked()
        self.context = self._made()
        self.problem = ""
        """Why the files as they are now are not in use; empty when they are."""

    def refresh(self) -> bool:
        """Take the files that lie there now, if they changed and fit each other. Sessions that are open stay as they are."""
        try:
            stamp = self._looked()
            if stamp == self._stamp:
                return False
            self.context = self._made()
        except Refusal as refusal:
            self.problem = refusal.message
            return False
        self._stamp, self.problem = stamp, ""
        return True

    def _looked(self) -> Stamp:
        found = [_looked_at(path) for path in (self._certificate, self._key)]
        return tuple((one.st_mtime_ns, one.st_ino, one.st_size) for one in found)

    def _made(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_NONE
        context.num_tickets = 0
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
        try:
            context.load_cert_chain(self._certificate, self._key)
        except (OSError, ssl.SSLError) as error:
            words = getattr(error, "reason", None) or error.strerror or str(error)
            files = dict.fromkeys((self._certificate, self._key))
            raise _unusable(" and ".join(map(str, files)), str(words)) from error
        return context


def _looked_at(path: Path) -> os.stat_result:
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno())
    except OSError as error:
        raise _unusable(str(path), error.strerror or str(error)) from error


def _unusable(files: str, words: str) -> Refusal:
    return Refusal(
        f"the relay's certificate cannot be used: {files}: {words}",
        "`certificate` and `key` of [relay] name PEM files that belong together and that this user may read",
    )
