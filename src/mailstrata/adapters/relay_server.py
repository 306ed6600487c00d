"""The relay's server in one process: its sockets, its deadlines, its end.

    server = Server(house)
    await server.open([Listening(socket=a, implicit=False), Listening(socket=b, implicit=True)])
    await server.stop(grace=30.0)        # messages under way are finished, everybody else hears 421

A client is counted, or turned away, before it has cost a handshake or a session.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from mailstrata.adapters.relay_connection import Connection, House
from mailstrata.relay import reply_lines

BACKLOG = 1024
_LOOK = 1.0
"""Seconds between two looks at the deadlines."""
_BREATH = 0.1
"""Seconds that accepting rests when there are no file descriptors left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A socket that listens. ``implicit``: for TLS from the first byte on."""

    socket: socket.socket
    implicit: bool


class Server:
    """Serves until it is stopped."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._sockets: list[Listening] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, sockets: Iterable[Listening]) -> None:
        """Accept connections from now on."""
        loop = asyncio.get_running_loop()
        self._sockets = list(sockets)
        self._tasks = [loop.create_task(self._accept(one)) for one in self._sockets]
        self._tasks.append(loop.create_task(self._look()))

    async def stop(self, *, grace: float) -> None:
        """Accept nobody more; wait ``grace`` seconds for messages under way, then end what is left."""
        house = self._house
        house.stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._sockets:
            one.socket.close()
        for connection in tuple(house.connections):
            connection.stop()
        await self._emptied(grace)
        for connection in tuple(house.connections):
            connection.abort()
        if house.work:
            await asyncio.wait(tuple(house.work), timeout=grace)

    async def _emptied(self, grace: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + grace
        while self._house.connections and loop.time() < end:
            await asyncio.sleep(0.02)

    async def _accept(self, listening: Listening) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, address = await loop.sock_accept(listening.socket)
            except OSError as error:  # out of descriptors, or a client that went before it was accepted
                self._house.journal.note("not accepted", error=error.strerror or str(error))
                await asyncio.sleep(_BREATH)
                continue
            self._let_in(client, _plain(str(address[0])), implicit=listening.implicit)

    def _let_in(self, client: socket.socket, peer: str, *, implicit: bool) -> None:
        house = self._house
        client.setblocking(False)
        if refusal := house.admission.enter(peer):
            house.row.add("turned_away")
            with contextlib.suppress(OSError), client:
                if not implicit:
                    client.send(reply_lines.written(refusal))
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        house.start(self._connected(Connection(house, peer=peer), client, implicit=implicit))

    async def _connected(self, connection: Connection, client: socket.socket, *, implicit: bool) -> None:
        first = connection.under_tls() if implicit else connection
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: first, client)
        except OSError:  # it went before it was served
            connection.leave()
            client.close()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_LOOK)
            now = loop.time()
            for connection in tuple(self._house.connections):
                connection.look(now)


def _plain(address: str) -> str:
    """An IPv4 client's own address: a socket for both protocols, as systemd makes them, shows it as ::ffff:203.0.113.9."""
    return address[7:] if address.startswith("::ffff:") and "." in address else address
