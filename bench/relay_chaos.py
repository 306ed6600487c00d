"""The relay under faults: what it acknowledged arrived, and nothing arrived twice.

    make chaos-relay SEED=7 FAULTS=200

Clients send, and repeat what was not acknowledged. Meanwhile the relay is killed (SIGKILL) ``FAULTS`` times at random moments
and started again, in through and in spool mode by turns; SES throttles, fails, resets and falls silent before and after it
accepted a mail; its key expires and its clock jumps. Then its disk is full, and then thousands connect who do not want to send.
What counts is what the API accepted, by the number that each mail carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import trustme
from bench.relay_clients import Client, garbage, half_open, loris, silent
from bench.relay_faults import Api, serving

ROOT = Path(__file__).parents[1]
WORKER = ROOT / "bench" / "workers" / "relay_serve.py"
CLIENTS = 12
TRIES = 6
CROWD = 10_000
MODES = ("through", "spool")


@dataclass(slots=True)
class Run:
    """One fault run: its folder, its relay, what was acknowledged."""

    folder: Path
    api: Api
    random: Random
    port: int = 0
    process: subprocess.Popen[str] | None = None
    acknowledged: set[str] = field(default_factory=set)
    codes: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    mails: int = 0

    async def start(self, mode: str, *more: str) -> None:
        """Start the relay and wait until it listens."""
        self.key_file()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "AWS_CONFIG_FILE": str(self.folder / "none"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [sys.executable, str(WORKER), str(self.folder), self.api.url, mode, "answer=0.5", *more]
        log = (self.folder / "stderr.log").open("a")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        assert self.process.stdout
        line = await asyncio.to_thread(self.process.stdout.readline)
        if not line.startswith("ready "):
            raise SystemExit(f"the relay did not start: {(self.folder / 'stderr.log').read_text()[-2000:]}")
        self.port = int(line.split()[1])

    def end(self, number: signal.Signals) -> None:
        """Kill or stop the relay."""
        if self.process:
            self.process.send_signal(number)
            self.process.wait()
            self.process = None

    def key_file(self) -> None:
        """Write the key that is valid."""
        text = f"[default]\naws_access_key_id = {self.api.key}\naws_secret_access_key = not-a-secret\n"
        (self.folder / "credentials").write_text(text)

    def rows(self, state: str) -> list[str]:
        """The names of the mails whose rows are in a state."""
        with contextlib.closing(sqlite3.connect(self.folder / "relay.sqlite3")) as base:
            found = base.execute("SELECT message_id FROM relay_mails WHERE state = ?", (state,)).fetchall()
        return [name.strip("<>").partition("@")[0] for (name,) in found]


def main() -> int:
    """Run, print what was done, and the line."""
    seed, faults = int(os.environ.get("SEED", "7")), int(os.environ.get("FAULTS", "200"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(prefix="mailstrata-chaos-") as folder:
        return asyncio.run(_whole(Path(folder), seed, faults))


async def _whole(folder: Path, seed: int, faults: int) -> int:
    random = Random(seed)  # noqa: S311 - a fault run can be repeated
    trustme.CA().issue_cert("relay.bench.example").private_key_and_cert_chain_pem.write_to_path(
        str(folder / "relay.pem")
    )
    async with serving(random) as api:
        run = Run(folder, api, random)
        try:
            await _killed(run, faults)
            await _disk_full(run)
            await _crowded(run)
            await _drained(run)
        finally:
            run.end(signal.SIGKILL)
        return _told(run, seed)


async def _killed(run: Run, faults: int) -> None:
    """Load, and a relay that dies again and again."""
    await run.start("through")
    over = asyncio.Event()
    clients = [asyncio.create_task(_sending(run, number, over)) for number in range(CLIENTS)]
    for number in range(faults):
        await asyncio.sleep(run.random.uniform(0.05, 1.2))
        _change_of_weather(run)
        run.end(signal.SIGKILL)
        run.faults["SIGKILL under load"] += 1
        await run.start(MODES[number % 2])
    over.set()
    await asyncio.gather(*clients)


def _change_of_weather(run: Run) -> None:
    """The key expires, or the server's clock jumps."""
    if run.random.random() < 0.2:
        run.api.key = f"AKIACHAOS{run.random.randrange(10**6)}"
        run.key_file()
        run.faults["key exchanged under load"] += 1
    if run.random.random() < 0.2:
        run.api.skew = run.random.choice((0.0, 3600.0, -3600.0))
        run.faults["clock jumped"] += 1


async def _sending(run: Run, number: int, over: asyncio.Event) -> None:
    """One client: each mail again and again until it is acknowledged, refused for good, or too often put off."""
    client, count = Client(lambda: run.port), 0
    while not over.is_set():
        count += 1
        recipients = 70 if count % 10 == 0 else 1
        await _sent(run, client, f"c{number}m{count}", recipients=recipients)
    client.close()


async def _sent(run: Run, client: Client, name: str, *, recipients: int = 1) -> int:
    code = 0
    run.mails += 1
    for _ in range(TRIES):
        code = await client.send(name if recipients == 1 else f"{name}x", recipients=recipients)
        run.codes[code] += 1
        if code == 250:
            run.acknowledged.add(name if recipients == 1 else f"{name}x")
        if code >= 500 or code == 250:
            return code
        await asyncio.sleep(0.02 if code else 0.2)
    return code


async def _disk_full(run: Run) -> None:
    """The ledger has no room: 452, and nothing is acknowledged or sent."""
    run.end(signal.SIGTERM)
    run.api.calm = True
    await run.start("through", "pages=1")
    client, codes = Client(lambda: run.port), Counter[int]()
    for number in range(200):
        code = await client.send(f"full{number}")
        codes[code] += 1
        if code == 250:
            run.acknowledged.add(f"full{number}")
    run.faults["mail at a full disk"] += codes[452]
    sent = sum(count for name, count in run.api.accepted.items() if name.startswith("full"))
    if not codes[452] or sent != codes[250]:
        raise SystemExit(f"a full disk was answered with {dict(codes)}, and the API has {sent} of these mails")
    client.close()


async def _crowded(run: Run) -> None:
    """Thousands who do not want to send, while one does."""
    run.end(signal.SIGTERM)
    await run.start("through", "per_address=20000")
    held = asyncio.Event()
    room = min(CROWD, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500)
    crowds = {"slow loris": (loris, 200), "half-open TLS": (half_open, 200), "garbage": (garbage(run.random), 200)}
    crowds["silent connection"] = (silent, max(room - 600, 0))
    tasks: list[asyncio.Task[None]] = []
    for name, (talk, count) in crowds.items():
        for start in range(0, count, 100):
            tasks += [asyncio.create_task(talk(run.port, held)) for _ in range(start, min(start + 100, count))]
            await asyncio.sleep(0.01)
        run.faults[name] += count
    client = Client(lambda: run.port)
    codes = [await _sent(run, client, f"crowd{number}") for number in range(50)]
    held.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    client.close()
    if {*codes} != {250}:
        raise SystemExit(f"in the crowd an honest client heard {Counter(codes)}")


async def _drained(run: Run) -> None:
    """No faults any more: what the relay promised it sends."""
    run.end(signal.SIGTERM)
    run.api.skew = 0.0
    await run.start("spool")
    until = time.monotonic() + 120
    while run.rows("spooled") and time.monotonic() < until:
        with contextlib.closing(sqlite3.connect(run.folder / "relay.sqlite3", timeout=10)) as base, base:
            base.execute("UPDATE relay_mails SET due = 0 WHERE state = 'spooled'")
        run.end(signal.SIGTERM)
        await run.start("spool")
        await asyncio.sleep(1.0)


def _told(run: Run, seed: int) -> int:
    """Print what happened; the exit status."""
    unsettled = Counter(run.rows("handed"))
    waiting = Counter(run.rows("spooled"))
    counts = run.api.accepted
    expected = {name: 2 if name.endswith("x") else 1 for name in {*run.acknowledged, *counts}}
    lost = [name for name in run.acknowledged if counts[name] + unsettled[name] + waiting[name] < expected[name]]
    doubled = [name for name in counts if counts[name] > expected[name]]
    faults = run.faults + Counter({name: count for name, count in run.api.met.items() if name != "none"})
    print(
        f"seed {seed}: {run.mails} mails of {CLIENTS} clients, {len(run.acknowledged)} acknowledged, answers {dict(run.codes)}"
    )
    for name, count in faults.most_common():
        print(f"  {count:7}  {name}")
    for word, names in (("lost", lost), ("doubled", doubled)):
        if names:
            print(f"{word}: {' '.join(sorted(names)[:20])}")
    print(f"chaos relay: faults={faults.total()} lost={len(lost)} doubled={len(doubled)} unsettled={unsettled.total()}")
    return 1 if lost or doubled or waiting.total() else 0


if __name__ == "__main__":
    raise SystemExit(main())
