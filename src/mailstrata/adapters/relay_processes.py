"""The relay as one process or several that share its ports.

    serve(plan, say=print)             # returns when it was told to stop

With several, the first process binds the ports, makes the others and does nothing but look after them: one that dies is made
anew, and takes over the socket of the one before, in which clients wait meanwhile. Each has a socket of its own on the same
port (SO_REUSEPORT), so the kernel spreads the connections; sockets that systemd passed are shared.

Nothing is said to listen, to a person or to systemd, before every process has all that it needs and serves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FrameType

from mailstrata.adapters.garbage import look_seldom
from mailstrata.adapters.relay_metrics import Metrics
from mailstrata.adapters.relay_notify import ready as tell_systemd
from mailstrata.adapters.relay_process import Plan, Process
from mailstrata.adapters.relay_server import Listening
from mailstrata.adapters.relay_sockets import bound, passed
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.model.errors import Refusal

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_REST = 1.0
"""Seconds before a process that died is made anew."""
_LOOK = 0.1
"""Seconds between two looks whether a process died that is not ready yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The sockets of each process, and the one for metrics, which all of them share."""

    of_process: tuple[tuple[Listening, ...], ...]
    watch: Listening | None


def serve(plan: Plan, *, say: Callable[[str], None]) -> int:
    """Run until told to stop; the exit status. Raises ``Refusal`` for what cannot begin."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until somebody can act on it: the setup is not read yet
    settings = plan.settings()
    doors = opened(settings)
    metrics = Metrics.shared(processes=settings.processes)

    def ready() -> None:
        for line in (*described(doors), "ready"):
            say(line)
        tell_systemd(os.environ)

    if settings.processes == 1:
        _work(replace(plan, ready=ready), doors, metrics, 0)
        return 0
    return _Parent(plan, doors, metrics).run(settings.processes, ready)


def opened(settings: RelaySettings) -> Doors:
    """Every socket: those of systemd where it passed some, else those of the setup. Raises ``Refusal`` without any."""
    count = settings.processes
    given = passed(os.environ)
    if given:
        rows = [tuple(given)] * count
    else:
        columns = [bound(one, implicit=False, copies=count) for one in settings.listen]
        columns += [bound(one, implicit=True, copies=count) for one in settings.listen_tls]
        rows = [tuple(column[place] for column in columns) for place in range(count)]
    if not rows[0]:
        raise Refusal("the relay has nowhere to listen", "`listen` or `listen_tls` of [relay] names an address")
    watch = bound(settings.metrics, implicit=False)[0] if settings.metrics else None
    return Doors(of_process=tuple(rows), watch=watch)


def described(doors: Doors) -> list[str]:
    """Where it listens, a line for each port; a script that let the system choose them reads them here."""
    lines = [
        f"listening {'tls' if one.implicit else 'starttls'} {_name(one)}" for one in doors.of_process[0]
    ]  # fmt: skip
    return [*lines, *([f"listening metrics {_name(doors.watch)}"] if doors.watch else [])]


def _name(one: Listening) -> str:
    host, port = one.socket.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _work(plan: Plan, doors: Doors, metrics: Metrics, place: int) -> None:
    watch = doors.watch.socket if doors.watch else None
    process = Process(plan, metrics=metrics, place=place)
    look_seldom()
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(process.run(list(doors.of_process[place]), watch=watch))


def _loop() -> asyncio.AbstractEventLoop:
    """Uvloop where it is installed: half the CPU (docs/performance.md)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class _Parent:
    """Makes the processes and looks after them."""

    def __init__(self, plan: Plan, doors: Doors, metrics: Metrics) -> None:
        self._plan = plan
        self._doors = doors
        self._metrics = metrics
        self._places: dict[int, int] = {}
        self._stopping = False
        self._heard, self._told = os.pipe()
        """Each process writes its place when it serves; nobody reads when all have."""
        os.set_blocking(self._told, False)
        self._began = False

    def run(self, count: int, ready: Callable[[], None]) -> int:
        """Until all ended after a SIGTERM or SIGINT, or one could not begin: its status. ``ready`` is called when all serve."""
        for number in _SIGNALS:
            signal.signal(number, self._signalled)
        for place in range(count):
            self._make(place)
        missing = set(range(count))
        while self._places:
            child, status = os.waitpid(-1, os.WNOHANG if missing else 0)
            if child and (refused := self._cannot_begin(child, status)):
                self._signalled(signal.SIGTERM, None)
                return self._waited(refused)
            if missing and self._all_serve(missing):
                os.close(self._heard)
                self._began = True
                ready()
        return 0

    def _all_serve(self, missing: set[int]) -> bool:
        """Hear for a moment who is ready, and take them off ``missing``; whether nobody is left."""
        if select.select([self._heard], [], [], _LOOK)[0]:
            missing -= set(os.read(self._heard, 64))
        return not missing

    def _cannot_begin(self, child: int, status: int) -> int:
        """A process ended: make it anew, unless all end, or it refused to begin, as it would again; then its status.

        What is out of reach (3) may be back soon, so that is no reason to end the others.
        """
        gone = self._places.pop(child, -1)
        if gone < 0 or self._stopping:
            return 0
        self._metrics.of(gone).gone()
        code = os.waitstatus_to_exitcode(status)
        if code == 2 or (code == 3 and not self._began):
            return code
        time.sleep(_REST)
        if not self._stopping:
            self._make(gone)
        return 0

    def _waited(self, status: int) -> int:
        while self._places:
            self._places.pop(os.wait()[0], -1)
        return status

    def _make(self, place: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # until it is known, or has handlers of its own
        child = os.fork()
        if child:
            self._places[child] = place
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            return
        os._exit(self._child(place))

    def _serves(self, place: int) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more: it was made anew
            os.write(self._told, bytes([place]))

    def _child(self, place: int) -> int:
        """The whole life of one process, which must not return into its parent's code."""
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        try:
            _work(replace(self._plan, ready=lambda: self._serves(place)), self._doors, self._metrics, place)
        except Refusal as refusal:
            sys.stderr.write(f"mailstrata: {refusal.message} ({refusal.hint})\n")
            return refusal.status
        except BaseException:  # noqa: BLE001 - what else ends it is told, and its parent makes another
            sys.excepthook(*sys.exc_info())
            return 1
        finally:
            logging.shutdown()  # with what its last lines hold back
            sys.stdout.flush()
            sys.stderr.flush()
        return 0

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._stopping = self._stopping or number != signal.SIGHUP
        for child in tuple(self._places):
            os.kill(child, signal.SIGTERM if number == signal.SIGINT else number)
