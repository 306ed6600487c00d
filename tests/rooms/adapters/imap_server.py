"""A small IMAP server on loopback, by TLS, for one connection."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import trustme

AUTHORITY = trustme.CA()
MAILS = {b"7": b"Subject: first\r\n\r\none\r\n", b"9": b"Subject: second\r\n\r\ntwo\r\n"}


@dataclass
class Server:
    """A small IMAP server with one folder of two messages; it keeps what it was told."""

    port: int
    heard: list[str] = field(default_factory=list)
    refused: str = ""
    """How the command begins that it refuses."""
    closes: str = ""
    """How the command begins at which it closes the connection."""
    gone: bytes = b""
    """The message that somebody removes before it is fetched."""
    exists: int = 2
    times: int = 1
    """How often it tells a message that was asked for once."""
    announced: int = 0
    """How long it says that a message is, where that is not the truth."""

    @property
    def commands(self) -> list[str]:
        """The commands that came, without their tags."""
        return [line.partition(" ")[2] for line in self.heard]


def _answers(server: Server, line: str) -> Iterator[bytes]:
    tag, _, rest = line.partition(" ")
    told = "NO not now" if server.refused and rest.startswith(server.refused) else _refusal(rest)
    if told:
        yield f"{tag} {told}\r\n".encode()
        return
    if rest.startswith("AUTHENTICATE"):
        yield b"+ \r\n"
        return
    yield from _told(server, rest)
    yield f"{tag} OK done\r\n".encode()


def _refusal(rest: str) -> str:
    """What the server says to a wrong password and to a folder that it has not; empty where it has nothing against it."""
    if rest.startswith("LOGIN") and '"right"' not in rest:
        return "NO [AUTHENTICATIONFAILED] Invalid credentials"
    return "NO no such folder" if rest.startswith("EXAMINE") and "INBOX" not in rest else ""


def _told(server: Server, rest: str) -> Iterator[bytes]:
    searched = re.match(r"UID SEARCH (\d+):(\d+)", rest)
    fetched = re.match(r"UID FETCH (\d+)", rest)
    uid = fetched[1].encode() if fetched else b""
    if rest.startswith("CAPABILITY"):
        yield b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    elif rest.startswith("EXAMINE"):
        yield b"* %d EXISTS\r\n" % server.exists
    elif searched:
        found = list(MAILS)[int(searched[1]) - 1 : int(searched[2])]
        yield b" ".join([b"* SEARCH", *found]) + b"\r\n"
    elif fetched and uid != server.gone:
        told = (uid, server.announced or len(MAILS[uid]), MAILS[uid])
        yield from [b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % told] * server.times
    elif rest.startswith("LOGOUT"):
        yield b"* BYE\r\n"


def _serve(listener: socket.socket, context: ssl.SSLContext, server: Server) -> None:
    with contextlib.suppress(OSError), listener, context.wrap_socket(listener.accept()[0], server_side=True) as link:
        link.sendall(b"* OK ready\r\n")
        with link.makefile("rb") as lines:
            _converse(lines, link, server)


def _converse(lines: Iterable[bytes], link: ssl.SSLSocket, server: Server) -> None:
    waiting = ""
    for line in lines:
        server.heard.append(line.decode().strip())
        if server.closes and server.commands[-1].startswith(server.closes):
            return
        if waiting:
            link.sendall(f"{waiting} OK done\r\n".encode())
        else:
            link.sendall(b"".join(_answers(server, server.heard[-1])))
        waiting = server.heard[-1].partition(" ")[0] if server.commands[-1].startswith("AUTHENTICATE") else ""


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
