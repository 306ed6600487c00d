from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import trustme

from mailstrata.adapters.imap import Mailbox
from mailstrata.model.errors import Refusal

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


@pytest.fixture
def server() -> Iterator[Server]:
    """The server, on a port of its own, for one connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    server = Server(port=listener.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(listener, context, server), daemon=True)
    thread.start()
    yield server
    thread.join(timeout=10)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_a_folder_is_examined_and_its_messages_are_peeked_at(server: Server) -> None:
    """Nothing is marked as seen: EXAMINE instead of SELECT, BODY.PEEK instead of BODY (RFC 3501 6.3.2, 6.4.5)."""
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=_trusting()) as mailbox:
        found = list(mailbox.mails("INBOX"))

    assert [(mail.name, mail.raw) for mail in found] == [
        (f"imap://ann@sailing.example@localhost/INBOX#{number.decode()}", raw) for number, raw in MAILS.items()
    ]
    verbs = [command.split()[0] for command in server.commands]
    assert "EXAMINE" in verbs
    assert {"SELECT", "STORE", "EXPUNGE"}.isdisjoint(verbs)
    assert all("BODY.PEEK[]<0." in command for command in server.commands if "FETCH" in command)
    assert verbs[-1] == "LOGOUT"


def test_the_newest_are_taken_when_there_are_many(server: Server) -> None:
    """A mailbox of years is not read whole."""
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=_trusting()) as mailbox:
        assert [mail.raw for mail in mailbox.mails("INBOX", limit=1)] == [MAILS[b"9"]]


def test_a_refused_login_is_told_without_the_password(server: Server) -> None:
    """What was typed is in no message."""
    with pytest.raises(Refusal) as refused:
        Mailbox("localhost", "ann@sailing.example", "wrong-1234", port=server.port, context=_trusting())
    assert "ann@sailing.example" in refused.value.message
    assert "wrong-1234" not in f"{refused.value.message}{refused.value.hint}{refused.value!r}"


def test_a_folder_that_is_not_there_is_named(server: Server) -> None:
    """The caller gave it, so the caller learns which."""
    mailbox = Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=_trusting())
    with mailbox, pytest.raises(Refusal, match="no folder Bounces"):
        list(mailbox.mails("Bounces"))


def test_a_server_that_cannot_prove_its_name_gets_no_password(server: Server) -> None:
    """The connection ends in the handshake: the certificate is not of an authority that is trusted."""
    with pytest.raises(Refusal, match="certificate verify failed"):
        Mailbox("localhost", "ann@sailing.example", "right", port=server.port)
    assert server.heard == []
