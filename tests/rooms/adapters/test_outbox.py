"""What is written in one turn of the loop leaves together, in its order."""

from __future__ import annotations

import asyncio

from tests.rooms.adapters.test_tls_line import Wire

from mailstrata.adapters.outbox import Outbox


def test_what_is_written_leaves_at_the_end_of_the_turn() -> None:
    """Of each connection in order, and what is written then leaves with the next."""

    async def scene() -> None:
        outbox, one, other = Outbox(asyncio.get_running_loop()), Wire(), Wire()
        outbox.write(one, b"250-")
        outbox.write(other, b"354")
        outbox.write(one, b"250")
        assert (bytes(one.sent), bytes(other.sent)) == (b"", b"")
        await asyncio.sleep(0)
        assert (bytes(one.sent), bytes(other.sent)) == (b"250-250", b"354")
        outbox.write(one, b"221")
        await asyncio.sleep(0)
        assert one.sent == b"250-250221"

    asyncio.run(scene())


def test_it_can_be_sent_at_once() -> None:
    """And is not sent again."""

    async def scene() -> None:
        outbox, one = Outbox(asyncio.get_running_loop()), Wire()
        outbox.write(one, b"221")
        outbox.flush()
        assert one.sent == b"221"
        await asyncio.sleep(0)
        assert one.sent == b"221"

    asyncio.run(scene())
