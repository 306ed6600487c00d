"""Kept connections to one HTTP/1.1 server, for requests that must not be sent twice."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from tests.rooms.adapters.scripted_http import BREAK, EARLY, OK, SILENCE, Script, scripted

from mailstrata.adapters.http_pool import Lost, Patience, Place, Pool, Unreached

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


@asynccontextmanager
async def _pool(
    *answers: bytes, limit: int = 8, answer: float = 20.0, idle: float = 15.0
) -> AsyncIterator[tuple[Pool, Script]]:
    async with scripted(*answers) as script:
        patience = Patience(answer=answer, idle=idle)
        pool = Pool(Place(host="127.0.0.1", port=script.port), limit=limit, patience=patience)
        yield pool, script
        pool.close()


async def _post(pool: Pool) -> int:
    return (await pool.post(HEAD, [b"body"])).status


def test_one_connection_carries_many_requests() -> None:
    """One after the other, each with its answer."""

    async def ten() -> tuple[list[int], int]:
        async with _pool() as (pool, script):
            return [await _post(pool) for _ in range(10)], script.connections

    assert asyncio.run(ten()) == ([200] * 10, 1)


def test_as_many_connections_as_requests_at_once_and_no_more_than_the_limit() -> None:
    """Who comes when all are taken waits for his turn, and all are kept."""

    async def thirty() -> tuple[int, int]:
        async with _pool(limit=8) as (pool, script):
            for _ in range(3):
                await asyncio.gather(*(_post(pool) for _ in range(30)))
            return pool.made, script.connections

    assert asyncio.run(thirty()) == (8, 8)


def test_an_answer_in_pieces_is_put_together() -> None:
    """As the network brings it."""

    async def pieces() -> int:
        async with _pool(b"HTTP/1.1 2|00 OK\r\nContent-Le|ngth: 3\r\n\r|\na|bc") as (pool, _):
            return await _post(pool)

    assert asyncio.run(pieces()) == 200


def test_a_connection_that_the_server_closes_is_not_used_again() -> None:
    """It says so, and the next request has a new one."""

    async def closing() -> int:
        async with _pool(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", OK) as (pool, script):
            await _post(pool)
            await _post(pool)
            return script.connections

    assert asyncio.run(closing()) == 2


def test_a_connection_that_was_long_silent_is_not_used_again() -> None:
    """The server may be closing it at this very moment, and a request would be lost with it."""

    async def old() -> int:
        async with _pool(idle=-1.0) as (pool, script):
            await _post(pool)
            await _post(pool)
            return script.connections

    assert asyncio.run(old()) == 2


@pytest.mark.parametrize("answer", [BREAK, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_request_that_was_handed_over_and_not_answered_is_lost(answer: bytes) -> None:
    """Nobody knows whether it was carried out."""

    async def lost() -> None:
        async with _pool(answer) as (pool, _):
            with pytest.raises(Lost):
                await _post(pool)
            assert await _post(pool) == 200

    asyncio.run(lost())


def test_silence_ends() -> None:
    """After the patience that was set."""

    async def silence() -> None:
        async with _pool(SILENCE, answer=0.05) as (pool, _):
            with pytest.raises(Lost, match=r"no answer within 0\.05 s"):
                await _post(pool)

    asyncio.run(silence())


def test_a_request_that_broke_off_before_its_end_was_not_carried_out() -> None:
    """The server cannot have read what it was never given."""

    async def broken() -> None:
        async with _pool(EARLY) as (pool, _):
            with pytest.raises(Unreached):
                await pool.post(HEAD.replace(b"4", b"60000000"), (bytes(60_000) for _ in range(1000)))

    asyncio.run(broken())


def test_nobody_there_is_unreached() -> None:
    """Surely nothing was done."""

    async def nobody() -> None:
        async with scripted() as script:
            port = script.port
        with pytest.raises(Unreached, match="no connection"):
            await _post(Pool(Place(host="127.0.0.1", port=port)))

    asyncio.run(nobody())


@pytest.mark.parametrize("trusted", [True, False])
def test_the_certificate_is_verified(trusted: bool) -> None:
    """An authority that is not known is not talked to."""
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(theirs)
    if trusted:
        authority.configure_trust(ours)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\nbody")
        writer.write(OK)
        await writer.drain()
        writer.close()

    async def verified() -> int:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=theirs)
        async with server:
            pool = Pool(Place(host="localhost", port=server.sockets[0].getsockname()[1], tls=ours))
            try:
                return await _post(pool)
            finally:
                pool.close()

    if trusted:
        assert asyncio.run(verified()) == 200
    else:
        with pytest.raises(Unreached, match="not trusted"):
            asyncio.run(verified())
