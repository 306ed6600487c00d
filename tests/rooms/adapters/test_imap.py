from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from tests.rooms.adapters.imap_server import MAILS, Server, serving, trusting

from mailstrata.adapters import imap
from mailstrata.adapters.imap import Mailbox, mailbox_name
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


def test_the_numbers_of_a_large_mailbox_are_asked_for_in_parts(server: Server) -> None:
    """All of them in one line would be more than is read of a line; of what is too much nothing is asked."""
    server.exists = 25_000
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting()) as mailbox:
        assert len(list(mailbox.mails("INBOX"))) == 2
        assert list(mailbox.mails("INBOX", limit=12_000)) == []
    asked = [command.split()[-1] for command in server.commands if "SEARCH" in command]
    assert asked == ["1:10000", "10001:20000", "20001:25000", "13001:23000", "23001:25000"]


@pytest.mark.parametrize("verb", ["UID SEARCH", "UID FETCH"])
def test_what_the_server_does_not_tell_is_no_empty_mailbox(server: Server, verb: str) -> None:
    """Not seen is not absent: status 3, and not "no mail was found"."""
    server.refused = verb
    mailbox = Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting())
    with mailbox, pytest.raises(Refusal, match=r"is refused: b'not now'") as refused:
        list(mailbox.mails("INBOX"))
    assert refused.value.status == 3


def test_no_room_is_made_for_what_was_not_asked_for(server: Server) -> None:
    """The length of a literal is the server's word alone (RFC 3501 4.3)."""
    server.announced = 10**12
    mailbox = Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting())
    with mailbox, pytest.raises(Refusal, match="the server announces 1000000000000 bytes") as refused:
        list(mailbox.mails("INBOX"))
    assert refused.value.status == 3


def test_an_answer_has_an_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message told again and again would fill the memory, however short it is."""
    monkeypatch.setattr(imap, "ANSWER_LIMIT", 10_000)
    server.times = 1000
    mailbox = Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting())
    with mailbox, pytest.raises(Refusal, match="says more than was asked for") as refused:
        list(mailbox.mails("INBOX"))
    assert refused.value.status == 3


def test_a_message_that_is_gone_meanwhile_is_passed_over(server: Server) -> None:
    """Somebody else cleans up while we read."""
    server.gone = b"7"
    with Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting()) as mailbox:
        assert [mail.raw for mail in mailbox.mails("INBOX")] == [MAILS[b"9"]]


@pytest.mark.parametrize(
    ("user", "password"), [("ann@sailing.example", "größer\r\nA1 NOOP"), ("änn@sailing.example", "x")]
)
def test_a_login_that_is_not_ascii_goes_by_authenticate(server: Server, user: str, password: str) -> None:
    """LOGIN carries ASCII alone (RFC 3501 9); a line end in a password makes no second command."""
    with Mailbox("localhost", user, password, port=server.port, context=trusting()) as mailbox:
        assert len(list(mailbox.mails("INBOX"))) == 2
    sent = server.heard[[command.startswith("AUTHENTICATE PLAIN") for command in server.commands].index(True) + 1]
    assert base64.b64decode(sent).decode() == f"\0{user}\0{password}"


def test_a_connection_that_breaks_in_the_login_is_no_wrong_password(server: Server) -> None:
    """Whoever reads it would change a password that is right."""
    server.closes = "LOGIN"
    with pytest.raises(Refusal, match="the connection broke during the login") as refused:
        Mailbox("localhost", "ann@sailing.example", "right", port=server.port, context=trusting())
    assert refused.value.status == 3


@pytest.mark.parametrize(
    ("folder", "written"),
    [
        ("[Gmail]/All Mail", "[Gmail]/All Mail"),
        ("Entwürfe & Co", "Entw&APw-rfe &- Co"),
        ("台北", "&U,BTFw-"),
        ("x\r\nA1 DELETE y", "x&AA0ACg-A1 DELETE y"),
    ],
)
def test_a_folders_name_is_written_in_modified_utf_7(folder: str, written: str) -> None:
    """RFC 3501 5.1.3; a control character in it steers nothing."""
    assert mailbox_name(folder) == written


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
