"""The client's half of SMTP: replies read in full, everything bounded, every failure of one kind."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from mailstrata.lab.smtp_dialogue import Broken, Dialogue, Heard


def talk(script: bytes, act: Callable[[Dialogue], Awaitable[object]], *, close: bool = True) -> bytes:
    """Let a server say ``script`` at once; what the client sent."""
    got = bytearray()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(script)
        if close:
            writer.write_eof()
        while data := await reader.read(4096):
            got.extend(data)
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        async with Dialogue(server.sockets[0].getsockname(), timeout=1.0) as smtp:
            await act(smtp)
        server.close()
        await server.wait_closed()

    asyncio.run(main())
    return bytes(got)


def broken(script: bytes, *, close: bool = True) -> Broken:
    """How hearing one reply fails."""
    caught: list[Broken] = []

    async def act(smtp: Dialogue) -> None:
        with pytest.raises(Broken) as raised:
            await smtp.heard()
        caught.append(raised.value)

    talk(script, act, close=close)
    return caught[0]


def test_a_reply_is_heard_whole() -> None:
    """All its lines, codes included, and what it offers."""

    async def act(smtp: Dialogue) -> None:
        heard = await smtp.heard()
        assert heard == Heard(code=250, lines=("250-mx.example", "250-AUTH PLAIN LOGIN", "250 Ok"))
        assert heard.text == "250-mx.example 250-AUTH PLAIN LOGIN 250 Ok"
        assert (heard.offers("AUTH"), heard.offers("STARTTLS"), heard.offers("PLAIN")) == (True, False, False)

    talk(b"250-mx.example\r\n250-AUTH PLAIN LOGIN\r\n250 Ok\r\n", act)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (b"", "closed"),
        (b"hello\r\n", "garbage"),
        (b"250-a\r\n251 b\r\n", "garbage"),
        (b"250-" + b"x" * 9000 + b"\r\n", "garbage"),
        (b"250-x\r\n" * 101, "garbage"),
        (b"250", "garbage"),
    ],
)
def test_what_is_no_reply(script: bytes, kind: str) -> None:
    """Closed doors, nonsense, two codes in one reply, and endless ones."""
    assert broken(script).kind == kind


def test_silence_is_a_time_out() -> None:
    """Nobody is waited for beyond the timeout."""
    assert broken(b"220-wait\r\n", close=False).kind == "timeout"


def test_a_message_is_stuffed_and_ended() -> None:
    """Every leading dot is doubled, the end is on a line of its own (RFC 5321 4.5.2)."""

    async def act(smtp: Dialogue) -> None:
        assert (await smtp.message(b".a\r\nb.\r\n..c")).code == 250

    assert talk(b"250 Ok\r\n", act) == b"..a\r\nb.\r\n...c\r\n.\r\n"


def test_a_command_is_one_line() -> None:
    """A line end within a command never goes out."""

    async def act(smtp: Dialogue) -> None:
        with pytest.raises(Broken, match="one line"):
            await smtp.say("RCPT TO:<a@b.example>\r\nDATA")

    assert talk(b"250 Ok\r\n", act) == b""


def test_nobody_there_is_unreachable() -> None:
    """A port that nobody listens on."""

    async def main(port: int) -> str:
        with pytest.raises(Broken) as raised:
            async with Dialogue(("127.0.0.1", port), timeout=1):
                pass
        return raised.value.kind

    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        assert asyncio.run(main(reserved.getsockname()[1])) == "unreachable"
