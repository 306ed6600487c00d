"""A small IMAP server on loopback, by TLS, for one connection."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import trustme

AUTHORITY = trustme.CA()
MAILS = {b"7": b"Subject: first\r\n\r\none\r\n", b"9": b"Subject: second\r\n\r\ntwo\r\n"}


@dataclass
class Server:
    """A small IMAP server with one folder of two messages; it keeps what it was told."""

    port: int
    heard: list[str] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """The commands that came, without their tags."""
        return [line.partition(" ")[2] for line in self.heard]


def _answers(line: str) -> Iterator[bytes]:
    tag, _, rest = line.partition(" ")
    verb = rest.split()[0].upper()
    fetched = re.match(r"UID FETCH (\d+)", rest)
    if verb == "CAPABILITY":
        yield b"* CAPABILITY IMAP4rev1\r\n"
    elif verb == "LOGIN" and '"right"' not in rest:
        yield f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n".encode()
        return
    elif verb == "EXAMINE" and "INBOX" not in rest:
        yield f"{tag} NO no such folder\r\n".encode()
        return
    elif verb == "EXAMINE":
        yield b"* 2 EXISTS\r\n"
    elif fetched:
        raw = MAILS[fetched[1].encode()]
        yield b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (fetched[1].encode(), len(raw), raw)
    elif verb == "UID":
        yield b"* SEARCH 7 9\r\n"
    elif verb == "LOGOUT":
        yield b"* BYE\r\n"
    yield f"{tag} OK done\r\n".encode()


def _serve(listener: socket.socket, context: ssl.SSLContext, server: Server) -> None:
    with contextlib.suppress(OSError), listener, context.wrap_socket(listener.accept()[0], server_side=True) as link:
        link.sendall(b"* OK ready\r\n")
        with link.makefile("rb") as lines:
            for line in lines:
                server.heard.append(line.decode().strip())
                link.sendall(b"".join(_answers(server.heard[-1])))


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """The server, on a port of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    server = Server(port=listener.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(listener, context, server), daemon=True)
    thread.start()
    yield server
    thread.join(timeout=10)


def trusting() -> ssl.SSLContext:
    """A context for which the server is who it says."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context
