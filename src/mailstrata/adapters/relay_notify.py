"""Telling systemd that the relay serves (sd_notify(3)), so that `systemctl start` says whether it could begin.

    ready(os.environ)         # with Type=notify; without $NOTIFY_SOCKET nothing

The protocol is one datagram to the socket that the environment names; a name that begins with @ is an abstract one.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import MutableMapping


def ready(environment: MutableMapping[str, str]) -> None:
    """Say so once; the variable is taken out, so that no child says anything in our name."""
    place = environment.pop("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    address = f"\0{place[1:]}" if place.startswith("@") else place
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(b"READY=1", address)  # systemd that does not listen ends the start itself, in its time
