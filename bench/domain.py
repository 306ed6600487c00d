"""How fast domains are checked where every DNS question takes 20 ms: ours and checkdmarc's, whole processes.

    make bench-domain                 DOMAINS= for the fleet (200), RUNS= for the median of one domain (5)

A server on loopback serves the same zones to both and counts what it is asked (`workers.slow_dns`). Ours asks DNS alone
(``--dns-only``), since checkdmarc knows nothing of AWS. The fleet of checkdmarc, which looks at one domain after another, is a
tenth of ours, and its time is told for each domain.
"""

from __future__ import annotations

import compileall
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.start import peer

ROOT = Path(__file__).parents[1]
WORKERS = ROOT / "bench" / "workers"
PEER = (str(ROOT / ".venv" / "peers" / "bin" / "python"), str(WORKERS / "checkdmarc_run.py"))
OURS = str(Path(sys.executable).with_name("mailstrata"))
Row = dict[str, Any]
DELAY = 0.02
SECONDS = 900
SETUP = """
[domain]
name = "d0.fleet.example"
region = "us-east-1"
mail_from = "bounce.d0.fleet.example"
[network]
dns_servers = ["127.0.0.1:{port}"]
dns_port = {port}
[state]
ledger = "{folder}/ledger.sqlite3"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The DNS server, a process of its own."""

    process: subprocess.Popen[str]
    port: int

    def report(self) -> dict[str, int]:
        """What it was asked since the last report."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told


def main() -> None:
    """Measure, print the table, write the result."""
    reason = peer("checkdmarc", "checkdmarc")[1]
    compileall.compile_dir(ROOT / "src", quiet=1)  # as an installation does, and the peer's was
    with served() as server, tempfile.TemporaryDirectory() as folder:
        setup = Path(folder) / "mailstrata.toml"
        setup.write_text(SETUP.format(port=server.port, folder=folder), "utf-8")
        rows = [*one_domain(server, setup, reason), *fleet(server, setup, reason)]
    for row in rows:
        ratio = f"{row['ratio']:7.2f}x" if row["ratio"] is not None else ""
        theirs = f"{row['peer']:9.2f} {ratio}" if row["peer"] is not None else f"  {row['reason']}"
        print(f"{row['metric']:60}{row['ours']:9.2f} {row['unit']:10} {row['peer_name']:26}{theirs}")
    written("domain", rows)


def written(name: str, rows: Sequence[Row]) -> None:
    """Keep the rows as the result ``name``."""
    result = ROOT / "bench" / "results" / f"{name}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    document = {"schema": "mailstrata.bench/1", "machine": machine, "rows": rows}
    result.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {result.relative_to(ROOT)}")


@contextmanager
def served() -> Iterator[Server]:
    """The server while it is needed."""
    command = (sys.executable, str(WORKERS / "slow_dns.py"), str(DELAY))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Server(process=process, port=int(process.stdout.readline()))
        process.stdin.close()


def one_domain(server: Server, setup: Path, reason: str) -> Iterator[Row]:
    """One domain, whole process, in turns; and how often each asked."""
    name = "d0.fleet.example"
    commands: dict[str, tuple[str, ...]] = {
        "ours": (OURS, "domain", "check", name, "--dns-only", "--setup", str(setup), "--json")
    }
    commands |= {} if reason else {"checkdmarc": (*PEER, name)}
    took: dict[str, list[Took]] = {who: [] for who in commands}
    asked: dict[str, dict[str, int]] = {}
    for run in range(int(os.environ.get("RUNS", "5")) + 1):
        for who, command in commands.items():
            server.report()
            one = _timed(command, server)
            took[who] += [one] if run else []  # the first of each does not count
            asked[who] = server.report()
    for what, of in (("whole process", Took.of_clock), ("processor time", Took.of_processor)):
        median = {who: statistics.median(map(of, values)) for who, values in took.items()}
        yield _row(f"one domain, {what}", "s", median, reason)
    for what, key in (("DNS questions", "queries"), ("questions asked twice", "repeated")):
        yield _row(f"one domain, {what}", "questions", {who: told[key] for who, told in asked.items()}, reason)


def fleet(server: Server, setup: Path, reason: str) -> Iterator[Row]:
    """Many domains: checkdmarc as it comes, and in 32 threads."""
    count = int(os.environ.get("DOMAINS", "200"))
    names = [f"d{number}.fleet.example" for number in range(count)]
    listed = setup.with_name("domains.txt")
    listed.write_text("\n".join(names) + "\n", "utf-8")
    server.report()
    ours = _timed(
        (OURS, "domain", "check", "--file", str(listed), "--dns-only", "--setup", str(setup), "--jsonl"), server
    )
    asked = server.report()
    few = names[: max(count // 10, 1)]
    serial = {} if reason else {"checkdmarc": _timed((*PEER, *few), server).clock / len(few)}
    metric = f"{count} domains, seconds a domain ({len(few)} of them by the peer)"
    yield _row(metric, "s", {"ours": ours.clock / count} | serial, reason)
    threads = None if reason else _timed((*PEER, *names), server, THREADS="32")
    for what, of in (("whole process", Took.of_clock), ("processor time", Took.of_processor)):
        values = {"ours": of(ours)} | ({"checkdmarc in 32 threads": of(threads)} if threads else {})
        yield _row(f"{count} domains, {what}", "s", values, reason)
    for what, key in (("questions asked twice", "repeated"), ("datagrams sent again under load", "resent")):
        yield _row(f"{count} domains, {what}", "questions", {"ours": asked[key]}, "ours alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds of one process by the clock, and of the processor: what a busy machine does not change."""

    clock: float
    processor: float

    def of_clock(self) -> float:
        """By the clock."""
        return self.clock

    def of_processor(self) -> float:
        """Of the processor."""
        return self.processor


def _timed(command: Sequence[str], server: Server, **env: str) -> Took:
    """One process; a domain that is not healthy ends ours with 1 or 3, which is no failure of the run."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    variables = {**os.environ, "PORT": str(server.port), **env}
    ended = subprocess.run(command, capture_output=True, timeout=SECONDS, env=variables)
    if ended.returncode not in (0, 1, 3):
        raise SystemExit(f"{command[0]} ended with {ended.returncode}: {ended.stderr.decode()[-500:]}")
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(clock=clock, processor=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _row(metric: str, unit: str, values: Mapping[str, float], reason: str) -> Row:
    """Ours against whoever else is in ``values``."""
    ours = values["ours"]
    name, value = next(((who, one) for who, one in values.items() if who != "ours"), ("checkdmarc", None))
    row: Row = {"metric": metric, "unit": unit, "ours": round(ours, 4), "peer_name": name}
    if value is None:
        return {**row, "peer": None, "ratio": None, "reason": reason}
    return {**row, "peer": round(value, 4), "ratio": round(value / ours, 2) if ours else None}


if __name__ == "__main__":
    main()
