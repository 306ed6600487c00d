"""The relay beside what a user would take instead: CPU, rate, latency, memory.

    make bench-relay RUNS=5

All relays run with STARTTLS and AUTH on this machine, beside the load generator and the fake SES API. They are measured in
turn, ``RUNS`` times; what counts is the median of the CPU of the whole process tree, since messages a second depend on who else
uses the machine. Each run takes about 1.5 seconds, so that the handshakes at its beginning are the same part of everybody's;
figures of one run compare with each other and with nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.relay_load import ROOT, Api, Json, Tools, cpu, load, memory, tools
from bench.relay_peers import Relay, ours, peers, stop_postfix

RESULT = ROOT / "bench" / "results" / "relay.json"
RUNS = int(os.environ.get("RUNS", "5"))
TO_A_SINK = ("Haraka to a sink", "Postfix to a sink")
"""These do not speak to the API, so its latency does not concern them."""
HALF_SECONDS = 24
"""Seconds for which half of the full rate is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One measurement that all relays go through. ``share`` of a relay's messages is sent; ``goal`` is in words."""

    metric: str
    unit: str
    read: Callable[[Json, float, int], float]
    goal: str
    conns: int = 64
    latency: int = 0
    share: float = 1.0
    more: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    better: str = "less"


def _cpu(found: Json, seconds: float, messages: int) -> float:
    del found
    return seconds / messages * 1000


def _rate(found: Json, seconds: float, messages: int) -> float:
    del seconds, messages
    return float(found["msg_s"])


RACES = (
    Race(
        metric="4 KB, 64 kept connections: CPU per 1,000 messages",
        unit="s",
        read=_cpu,
        goal="1/8 of node, Haraka, boto3; 1/5 of Postfix; 1/2 of Go",
    ),
    Race(
        metric="4 KB, 64 clients, 20 ms at the API: messages a second",
        unit="1/s",
        read=_rate,
        goal="2,240 of 3,200",
        latency=20,
        better="more",
        without=TO_A_SINK,
    ),
    Race(
        metric="one connection a message: CPU per 1,000 messages",
        unit="s",
        read=_cpu,
        goal="as Go; 1/3 of the others",
        conns=16,
        share=0.3,
        more=("--per-conn", "1"),
    ),
    Race(
        metric="1 MB, 16 connections: CPU per 1,000 messages",
        unit="s",
        read=_cpu,
        goal="1/2 of Postfix",
        conns=16,
        share=0.06,
        more=("--size", "1000000"),
    ),
)


def main() -> None:
    """Measure, print the table, write the result."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tools() as made, ExitStack() as stack:
        stack.callback(stop_postfix, made)
        api = made.api()
        mine, others = ours(made, api), peers(made, api)
        rows = [row for race in RACES for row in _raced(made, api, race, relays=[mine, *others])]
        rows += _https(made)
        rows += _alone(made, api, mine, others=others)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    RESULT.write_text(
        json.dumps({"schema": "mailstrata.bench/1", "machine": machine, "rows": rows}, indent=2) + "\n", "utf-8"
    )
    print(f"written to {RESULT.relative_to(ROOT)} ({machine})")


def _raced(made: Tools, api: Api, race: Race, *, relays: list[Relay]) -> list[Json]:
    """One row for each peer; all relays in turn, several times."""
    api.post(f"/__latency?ms={race.latency}")
    figures: dict[str, list[float]] = {relay.name: [] for relay in relays}
    running = [relay for relay in relays if not relay.reason and relay.name not in race.without]
    for number in range(RUNS + 1):
        for relay in running:
            figure = _once(made, relay, race)
            if number and figure is not None:  # the first time warms up: logins are hashed, code is compiled
                figures[relay.name].append(figure)
    mine = statistics.median(figures[relays[0].name])
    peers_ = [relay for relay in relays[1:] if relay.name not in race.without]
    return [_row(race, mine, relay, figures[relay.name]) for relay in peers_]


def _once(made: Tools, relay: Relay, race: Race) -> float | None:
    """The figure of one run; ``None`` when nothing was sent."""
    messages = max(int(relay.messages * race.share), 40)
    before = cpu(relay.pid)
    found = load(made, port=relay.port, password=relay.password, conns=race.conns, messages=messages, more=race.more)
    if found["failed"]:
        print(f"  {relay.name}: {found['failed']} of {messages} failed: {found['first_error']}")
    return race.read(found, cpu(relay.pid) - before, found["sent"]) if found["sent"] else None


def _row(race: Race, mine: float, relay: Relay, figures: list[float]) -> Json:
    peer = statistics.median(figures) if figures else None
    pair = (peer, mine) if race.better == "less" else (mine, peer)
    ratio = pair[0] / pair[1] if pair[0] and pair[1] else None
    return _told(
        race.metric, race.unit, mine, peer=peer, name=relay.name, ratio=ratio, goal=race.goal, reason=relay.reason
    )


def _told(
    metric: str,
    unit: str,
    mine: float,
    *,
    peer: float | None = None,
    name: str = "",
    ratio: float | None = None,
    goal: str = "",
    reason: str = "",
) -> Json:
    """A row of the result, printed."""
    beside = (
        f"{name:30}{peer:10.3f} {ratio:7.2f}x"
        if peer is not None and ratio is not None
        else f"{name:30}{reason or '-':>10}"
    )
    print(f"{metric:62}{mine:10.3f} {unit:6}{beside}   goal: {goal}", flush=True)
    row: dict[str, Any] = {
        "metric": metric,
        "unit": unit,
        "ours": round(mine, 3),
        "peer_name": name or None,
        "goal": goal,
    }
    row["peer"] = None if peer is None else round(peer, 3)
    row["ratio"] = None if ratio is None else round(ratio, 3)
    return row | ({"reason": reason} if reason else {})


def _https(made: Tools) -> list[Json]:
    """HTTPS to the API at 20 ms: CPU, and handshakes against connections."""
    api = made.api(tls=True)
    api.post("/__latency?ms=20")
    mine, race = ours(made, api), Race(metric="", unit="s", read=_cpu, goal="", latency=20)
    figures = [figure for figure in (_once(made, mine, race) for _ in range(RUNS + 1)) if figure is not None]
    if not figures:
        raise SystemExit("nothing was sent by HTTPS")
    metric = "HTTPS, 20 ms at the API, 64 clients: CPU per 1,000 messages"
    return [
        _told(metric, "s", statistics.median(figures[1:]), goal="0.4"),
        _told("  handshakes at the API in all of these runs", "", api.stats()["handshakes"], goal="64 a run at most"),
    ]


def _alone(made: Tools, api: Api, mine: Relay, *, others: list[Relay]) -> list[Json]:
    """What has a goal of its own."""
    api.post("/__latency?ms=0")
    logins = load(
        made, port=mine.port, password=mine.password, conns=32, messages=800, more=("--per-conn", "1", "--resume")
    )
    rows = [_told("logins a second (connection, TLS resumed, AUTH, one message)", "1/s", logins["msg_s"], goal="500")]
    rows += _waited(made, api, mine, others)
    api.post("/__latency?ms=0")
    rows += [_idle(made, mine), _large(made, api)]
    return rows


def _waited(made: Tools, api: Api, mine: Relay, others: list[Relay]) -> list[Json]:
    """What a message waits beyond the API's own 20 ms, at half of the full rate; beside it the Go relay's wait at that rate.

    So many messages are sent that fewer than one in two hundred wait for the 64 handshakes of the beginning.
    """
    api.post("/__latency?ms=20")
    full = load(made, port=mine.port, password=mine.password, conns=64, messages=3000)["msg_s"]
    rate = int(full / 2)
    waits: dict[str, list[float]] = {}
    for _ in range(RUNS):
        for relay in (mine, others[-1]):
            if not relay.reason:
                more = ("--rate", str(rate))
                half = load(
                    made, port=relay.port, password=relay.password, conns=64, messages=HALF_SECONDS * rate, more=more
                )
                waits.setdefault(relay.name, []).append(half["lat_ms"]["p99"] - 20)
    added = {name: statistics.median(each) for name, each in waits.items()}
    go, metric = others[-1].name, f"p99 added to the API's 20 ms, at half of the full rate ({rate}/s)"
    peer = added.get(go)
    ratio = peer / added[mine.name] if peer is not None else None
    reason = others[-1].reason
    return [_told(metric, "ms", added[mine.name], peer=peer, name=go, ratio=ratio, goal="10", reason=reason)]


def _idle(made: Tools, mine: Relay) -> Json:
    """1,000 connections that say nothing and 200 that send."""
    idle = [socket.create_connection(("127.0.0.1", mine.port)) for _ in range(1000)]
    try:
        load(made, port=mine.port, password=mine.password, conns=200, messages=3000)
        return _told("1,000 idle and 200 sending connections: memory", "MB", memory(mine.pid), goal="200")
    finally:
        for one in idle:
            one.close()


def _large(made: Tools, api: Api) -> Json:
    """One message of 30 MB: the peak above a fresh relay's memory, as a multiple of the message."""
    fresh = ours_fresh(made, api)
    load(made, port=fresh.port, password=fresh.password, conns=1, messages=20)
    before = memory(fresh.pid)
    load(made, port=fresh.port, password=fresh.password, conns=1, messages=1, more=("--size", "28000000"))
    peak = memory(fresh.pid, peak=True)
    return _told(
        "one message of 28 MB: peak memory above idle / size", "x", (peak - before) / (28_000_000 / 2**20), goal="3"
    )


def ours_fresh(made: Tools, api: Api) -> Relay:
    """Another relay of ours, with nothing in its memory yet."""
    folder = made.folder / f"ours-{api.port}"
    if folder.exists():
        folder.rename(made.folder / f"{folder.name}-{time.monotonic_ns()}")
    return ours(made, api)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"{error}: {error.stderr}") from error
