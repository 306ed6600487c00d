from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.rooms.adapters.imap_server import MAILS, Server, serving, trusting

from mailstrata.adapters.imap import Mailbox
from mailstrata.model.errors import Refusal


@pytest.fixture
def server() -> Iterator[Server]:
    """The server, on a port of its own, for one connection."""
    with serving() as server:
        yield server


def test_a_folder_is_examined_and_its_messages_are_peeked_at(server: Server) -> None:
    """Nothing is marked as seen: EXAMINE instead of SELECT, BODY.PEEK instead of BODY (RFC 3501 6.3.2, 6.4.5)."""
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting()) as mailbox:
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
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting()) as mailbox:
        assert [mail.raw for mail in mailbox.mails("INBOX", limit=1)] == [MAILS[b"9"]]


def test_a_refused_login_is_told_without_the_password(server: Server) -> None:
    """What was typed is in no message."""
    with pytest.raises(Refusal) as refused:
        Mailbox("localhost", "ann@sailing.example", "wrong-1234", port=server.port, context=trusting())
    assert "ann@sailing.example" in refused.value.message
    assert "wrong-1234" not in f"{refused.value.message}{refused.value.hint}{refused.value!r}"


def test_a_folder_that_is_not_there_is_named(server: Server) -> None:
    """The caller gave it, so the caller learns which."""
    mailbox = Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting())
    with mailbox, pytest.raises(Refusal, match="no folder Bounces"):
        list(mailbox.mails("Bounces"))


def test_a_server_that_cannot_prove_its_name_gets_no_password(server: Server) -> None:
    """The connection ends in the handshake: the certificate is not of an authority that is trusted."""
    with pytest.raises(Refusal, match="certificate verify failed") as refused:
        Mailbox("localhost", "ann@sailing.example", "right", port=server.port)
    assert refused.value.status == 3
    assert server.heard == []
