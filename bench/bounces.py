"""How well and how fast bounces are read: ours beside flufl.bounce and Perl's Sisimai, on mails that no one here wrote.

    make bench-bounces

Every tool reads the same mails in a process of its own, `RUNS` times in turn; what counts is the median of its CPU time, from
bytes on disk to answers, without its start. The answers are scored by the corpus's own program. A peer is taken from the
machine, else put under ``.venv/peers``; where that cannot be done, its rows say why.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MAILSTRATA_CORPORA", ROOT.parent / "shared" / "corpora"))
SCORER = Path(os.environ.get("MAILSTRATA_SCORER", str(SHARED.parent / "tools" / "score_bounces.py")))
RESULT = ROOT / "bench" / "results" / "bounces.json"
PEERS = ROOT / ".venv" / "peers"
PERL = ROOT / ".venv" / "peers-perl"
RUNS = 5
SECONDS = 300
DEBIAN = ("libsisimai-perl", "libclass-accessor-lite-perl", "libjson-perl")
WORKERS = ROOT / "bench" / "workers"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Somebody who reads bounces: how to start it, or why it cannot be."""

    name: str
    command: tuple[str, ...] = ()
    reason: str = ""
    environment: tuple[tuple[str, str], ...] = ()


def main() -> None:
    """Measure, score, print the table, write the result."""
    open_mails = sorted(str(path) for path in (SHARED / "bounces-open" / "mail").rglob("*") if path.is_file())
    if not open_mails:
        raise SystemExit(f"the corpus bounces-open is not at {SHARED} (set MAILSTRATA_CORPORA)")
    ours = Tool(name="mailstrata", command=(sys.executable, str(WORKERS / "ours.py")))
    peers = (_flufl(), _sisimai())
    times, answers = _measured((ours, *peers), open_mails)
    scores = {name: _score(lines) for name, lines in answers.items()}
    rows = [row for peer in peers for row in _rows(peer, len(open_mails), times, scores)]
    rows += [_false_bounces(ours, peer) for peer in peers]
    _show(rows)


def _measured(tools: tuple[Tool, ...], mails: list[str]) -> tuple[dict[str, float], dict[str, list[str]]]:
    """The median CPU seconds of each tool that can run, and its answers."""
    taken: dict[str, list[float]] = {}
    answers: dict[str, list[str]] = {}
    for _ in range(RUNS):
        for tool in tools:
            if tool.command:
                seconds, answers[tool.name] = _run(tool, mails)
                taken.setdefault(tool.name, []).append(seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}, answers


def _run(tool: Tool, mails: list[str]) -> tuple[float, list[str]]:
    """One run: a worker reads paths, writes an answer a line and last its CPU seconds."""
    environment = {**os.environ, **dict(tool.environment)}
    done = subprocess.run(
        tool.command,
        input="\n".join(mails),
        capture_output=True,
        text=True,
        env=environment,
        timeout=SECONDS,
        check=True,
    )
    *lines, seconds = done.stdout.splitlines()
    return float(seconds), lines


def _score(lines: list[str]) -> Json:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as said:
        said.write("\n".join(lines) + "\n")
        said.flush()
        command = (sys.executable, str(SCORER), str(SHARED / "bounces-open"), said.name)
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    score: Json = json.loads(done.stdout)
    return score


def _rows(peer: Tool, mails: int, times: dict[str, float], scores: dict[str, Json]) -> list[Json]:
    ours, theirs = _figures("mailstrata", mails, times, scores), _figures(peer.name, mails, times, scores)
    return [_row(metric, value, peer, theirs.get(metric)) for metric, value in ours.items()]


def _figures(name: str, mails: int, times: dict[str, float], scores: dict[str, Json]) -> dict[str, float]:
    if name not in scores:
        return {}
    score = scores[name]
    found = {
        "mails a second (CPU)": mails / times[name],
        "recipients: recall %": score["recipients"]["all"]["recall"],
        "recipients: precision %": score["recipients"]["all"]["precision"],
        "false bounces": score["false_alarms"]["mails"],
    }
    if name != "flufl.bounce":  # it does not tell why
        found |= {"reason %": score["reason"]["right"], "coarse group %": score["reason"]["coarse_right"]}
        found |= {"status %": score["status"]["right"], "reply code %": score["code"]["right"]}
        found |= {"hard or soft %": score["hard"]["right"]}
    return found


def _false_bounces(ours: Tool, peer: Tool) -> Json:
    """Bounces seen in mails of the torture corpus that are none."""
    index = [json.loads(line) for line in (SHARED / "mime-torture" / "index.jsonl").read_text().splitlines()]
    mails = [str(SHARED / "mime-torture" / one["file"]) for one in index if one.get("not_a_bounce")]
    metric = f"false bounces in {len(mails)} odd mails"
    seen = _alarms(ours, mails)
    if peer.name == "sisimai-perl":
        return _row(metric, seen, Tool(name=peer.name, reason="it grew past 20 GB on one of these mails"), None)
    return _row(metric, seen, peer, _alarms(peer, mails) if peer.command else None)


def _alarms(tool: Tool, mails: list[str]) -> float:
    said = [json.loads(line) for line in _run(tool, mails)[1]]
    return len({one["file"] for one in said if one.get("bounce") and one.get("action") in {"failed", "delayed", None}})


def _row(metric: str, ours: float, peer: Tool, theirs: float | None) -> Json:
    unit = "1/s" if "second" in metric else "%" if "%" in metric else "mails"
    row: Json = {"metric": metric, "unit": unit, "ours": round(ours, 2), "peer_name": peer.name}
    if theirs is None:
        return {**row, "peer": None, "ratio": None, "reason": peer.reason or "it does not tell"}
    better = (theirs / ours if ours else None) if unit == "mails" else (ours / theirs if theirs else None)
    return {**row, "peer": round(theirs, 2), "ratio": round(better, 2) if better is not None else None}


def _flufl() -> Tool:
    python = PEERS / "bin" / "python"
    install = (str(python), "-m", "pip", "install", "--quiet", "flufl.bounce")
    try:
        if not PEERS.exists():
            subprocess.run((sys.executable, "-m", "venv", str(PEERS)), check=True, timeout=SECONDS)
        if subprocess.run((str(python), "-c", "import flufl.bounce"), capture_output=True, timeout=SECONDS).returncode:
            subprocess.run(install, check=True, capture_output=True, timeout=SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        return Tool(name="flufl.bounce", reason=f"it could not be installed: {type(error).__name__}")
    return Tool(name="flufl.bounce", command=(str(python), str(WORKERS / "flufl_bounce.py")))


def _sisimai() -> Tool:
    """The machine's own, else Debian's packages unpacked beside the environment."""
    environment = (("PERL5LIB", str(PERL / "usr" / "share" / "perl5")),)
    tool = Tool(name="sisimai-perl", command=("perl", str(WORKERS / "sisimai.pl")), environment=environment)
    probe = ("perl", "-MSisimai", "-MJSON", "-e", "1")
    try:
        if subprocess.run(probe, capture_output=True, env={**os.environ, **dict(environment)}, timeout=60).returncode:
            _unpack()
            subprocess.run(probe, capture_output=True, env={**os.environ, **dict(environment)}, timeout=60, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        return Tool(name="sisimai-perl", reason=f"it could not be installed: {type(error).__name__}")
    return tool


def _unpack() -> None:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(("apt-get", "download", *DEBIAN), cwd=place, check=True, capture_output=True, timeout=SECONDS)
        for package in Path(place).glob("*.deb"):
            subprocess.run(("dpkg-deb", "-x", str(package), str(PERL)), check=True, capture_output=True, timeout=60)


def _show(rows: list[Json]) -> None:
    for row in rows:
        ratio = f"{row['ratio']:7.2f}x" if row["ratio"] is not None else ""
        peer = f"{row['peer']:10.2f} {ratio}" if row["peer"] is not None else f"  {row['reason']}"
        print(f"{row['metric']:34}{row['ours']:10.2f}   {row['peer_name']:14}{peer}")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": "mailstrata.bench/1", "machine": machine, "rows": rows}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
