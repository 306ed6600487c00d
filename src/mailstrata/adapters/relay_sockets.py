"""The sockets that the relay listens at: its own, or those that systemd holds ready (sd_listen_fds(3)).

    passed(os.environ)                                # what systemd passed, if anything
    bound("0.0.0.0:2587", implicit=False, copies=2)   # one for each process, on one port (SO_REUSEPORT)

With sockets from systemd the relay needs no privilege for ports 587 and 465, and a restart turns nobody away.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import MutableMapping

from mailstrata.adapters.relay_server import BACKLOG, Listening
from mailstrata.formats.relay_settings import host_and_port
from mailstrata.model.errors import Refusal

_FIRST = 3
_IMPLICIT_PORT = 465
IMPLICIT_NAME = "submissions"
"""FileDescriptorName= of a socket for TLS from the first byte on; RFC 8314 7.3 names the service so."""

_HINTS = {
    errno.EACCES: "ports below 1024 are passed on by systemd: docs/tasks/let-gmail-send-through-your-own-relay.md",
    errno.EADDRINUSE: "another program listens there: `ss -ltnp` names it",
}


def passed(environment: MutableMapping[str, str]) -> list[Listening]:
    """The sockets that systemd passed to this process; the variables that tell of them are taken out."""
    process, count = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "0")
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    if process != str(os.getpid()) or not count.isdigit():
        return []
    found = []
    for place in range(int(count)):
        one = socket.socket(fileno=_FIRST + place)
        one.setblocking(False)
        os.set_inheritable(one.fileno(), False)
        name = names[place] if place < len(names) else ""
        found.append(Listening(socket=one, implicit=name == IMPLICIT_NAME or _port(one) == _IMPLICIT_PORT))
    return found


def bound(address: str, *, implicit: bool, copies: int = 1) -> list[Listening]:
    """So many sockets on one address. Raises ``Refusal`` when it cannot be had."""
    found: list[Listening] = []
    for _ in range(copies):
        port = _port(found[0].socket) if found else None
        found.append(Listening(socket=_bound(address, port, several=copies > 1), implicit=implicit))
    return found


def _bound(address: str, port: int | None, *, several: bool) -> socket.socket:
    host, asked = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # else it would take IPv4's port too, and could not stand beside 0.0.0.0
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if several:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind((host, asked if port is None else port))
        one.listen(BACKLOG)
    except OSError as error:
        one.close()
        hint = _HINTS.get(error.errno or 0, "name an address of this machine")
        raise Refusal(f"the relay cannot listen at {address}: {error.strerror}", hint) from error
    one.setblocking(False)
    return one


def _port(one: socket.socket) -> int:
    name = one.getsockname()
    return int(name[1]) if isinstance(name, tuple) else 0
