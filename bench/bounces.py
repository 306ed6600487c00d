"""How well and how fast bounces are read: ours beside flufl.bounce and Sisimai, on mails that no one here wrote.

    make bench-bounces

Every tool does the same: read each mail's file, parse it, find the recipients, write an answer a line as JSON. It does so in a
process of its own, `RUNS` times in turn with the others, after it has read our own tests' bounces once, uncounted. Speeds are
medians of the CPU time. A ratio of speeds is the median of what it was in each turn: the machine's pace changes by a third
from one second to the next, and the runs of one turn stand beside each other. flufl.bounce does not tell why a mail failed:
that work it has not to do, and the ratio stands all the same. Ours remembers judgements of answers that it has met (at most
2,048, `classify`) and headers of parts (256, `formats.message`); of this corpus each saves less than two instructions in a
hundred, as most of its mails differ. The answers are scored by the corpus's own program.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.bounce_peers import ROOT, SECONDS, WORKERS, Tool, peers

SHARED = Path(os.environ.get("MAILSTRATA_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
SCORER = Path(os.environ.get("MAILSTRATA_SCORER", str(SHARED.parent / "tools" / "score_bounces.py")))
RESULT = ROOT / "bench" / "results" / "bounces.json"
RUNS = 31
MEMORY = 4 * 1024**3
"""Bytes that one tool may have: some grow without end on purpose-made mail."""

Json = dict[str, Any]
Measured = tuple[dict[str, list[float]], dict[str, list[str]]]
SPEED = "mails a second (CPU)"
OURS = "mailstrata"
DIED = "it dies of a mail of this corpus, or takes all memory"


def main() -> None:
    """Measure, score, print the table, write the result."""
    open_mails = sorted(str(path) for path in (SHARED / "bounces-open" / "mail").rglob("*") if path.is_file())
    if not open_mails:
        raise SystemExit(f"the corpus bounces-open is not at {SHARED} (set MAILSTRATA_CORPORA)")
    index = [json.loads(line) for line in (SHARED / "mime-torture" / "index.jsonl").read_text().splitlines()]
    torture = [str(SHARED / "mime-torture" / one["file"]) for one in index]
    odd = {str(SHARED / "mime-torture" / one["file"]) for one in index if one.get("not_a_bounce")}
    ours, others = Tool(name=OURS, command=(sys.executable, str(WORKERS / "ours.py"))), peers()
    rows: list[Json] = []
    for corpus, mails in (("bounces-open", open_mails), ("mime-torture", torture)):
        times, answers = _measured((ours, *others), mails)
        figures = {
            name: {f"{SPEED}, {corpus}": len(mails) / statistics.median(times[name])}
            | (_accuracy(name, lines) if corpus == "bounces-open" else _alarms(odd, lines))
            for name, lines in answers.items()
        }
        told = [replace(peer, reason=DIED) if peer.command and peer.name not in times else peer for peer in others]
        rows += [row for peer in told for row in _rows(peer, figures, _in_turn(times[OURS], times.get(peer.name, [])))]
    _show(rows)


def _measured(tools: tuple[Tool, ...], mails: list[str]) -> Measured:
    """The CPU seconds, turn by turn, of each tool that can run and lives through it, and its answers."""
    taken: dict[str, list[float]] = {}
    answers: dict[str, list[str]] = {}
    running = [tool for tool in tools if tool.command]
    for _ in range(RUNS):
        for tool in tuple(running):
            done = _tried(tool, mails)
            if done is None:
                running.remove(tool)
            else:
                taken.setdefault(tool.name, []).append(done[0])
                answers[tool.name] = done[1]
    return taken, answers


def _in_turn(ours: list[float], theirs: list[float]) -> float | None:
    """How many times as fast we are: the median over the turns; ``None`` beside a tool that did not run."""
    return statistics.median([other / own for own, other in zip(ours, theirs, strict=False)]) if theirs else None


def _tried(tool: Tool, mails: list[str]) -> tuple[float, list[str]] | None:
    """One run; ``None`` for another's program that does not live through it."""
    try:
        return _run(tool, mails)
    except subprocess.SubprocessError:
        if tool.name == OURS:
            raise
        return None


def _run(tool: Tool, mails: list[str]) -> tuple[float, list[str]]:
    """One run: a worker reads paths, writes an answer a line and last its CPU seconds."""
    warm = sorted(str(path) for path in (ROOT / "tests" / "bounces").glob("*.eml"))
    done = subprocess.run(
        tool.command,
        input="\n".join(warm) + "\n\n" + "\n".join(mails),
        capture_output=True,
        text=True,
        env={**os.environ, **dict(tool.environment)},
        timeout=SECONDS,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    *lines, seconds = done.stdout.splitlines()
    return float(seconds), lines


def _rows(peer: Tool, figures: dict[str, dict[str, float]], in_turn: float | None) -> list[Json]:
    theirs = figures.get(peer.name, {})
    rows = [_row(metric, value, peer, theirs.get(metric)) for metric, value in figures[OURS].items()]
    for row in rows:
        if row["metric"].startswith(SPEED) and in_turn is not None:
            row["ratio"] = round(in_turn, 2)
    return rows


def _accuracy(name: str, lines: list[str]) -> dict[str, float]:
    score = _score(lines)
    found = {
        "recipients: recall %": score["recipients"]["all"]["recall"],
        "recipients: precision %": score["recipients"]["all"]["precision"],
        "false bounces": score["false_alarms"]["mails"],
    }
    if name != "flufl.bounce":  # it does not tell why
        found |= {"reason %": score["reason"]["right"], "coarse group %": score["reason"]["coarse_right"]}
        found |= {"status %": score["status"]["right"], "reply code %": score["code"]["right"]}
        found |= {"hard or soft %": score["hard"]["right"]}
    return found


def _score(lines: list[str]) -> Json:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as said:
        said.write("\n".join(lines) + "\n")
        said.flush()
        command = (sys.executable, str(SCORER), str(SHARED / "bounces-open"), said.name)
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    score: Json = json.loads(done.stdout)
    return score


def _alarms(odd: set[str], lines: list[str]) -> dict[str, float]:
    """How many mails of the torture corpus that are no bounces are taken for one."""
    said = [json.loads(line) for line in lines]
    seen = {one["file"] for one in said if one.get("bounce") and one.get("action") in {"failed", "delayed", None}}
    return {f"false bounces in {len(odd)} odd mails": len(seen & odd)}


def _row(metric: str, ours: float, peer: Tool, theirs: float | None) -> Json:
    unit = "1/s" if "second" in metric else "%" if "%" in metric else "mails"
    row: Json = {"metric": metric, "unit": unit, "ours": round(ours, 2), "peer_name": peer.name}
    if theirs is None:
        return {**row, "peer": None, "ratio": None, "reason": peer.reason or "it does not tell"}
    better = (theirs / ours if ours else None) if unit == "mails" else (ours / theirs if theirs else None)
    return {**row, "peer": round(theirs, 2), "ratio": round(better, 2) if better is not None else None}


def _show(rows: list[Json]) -> None:
    for row in rows:
        ratio = f"{row['ratio']:7.2f}x" if row["ratio"] is not None else ""
        peer = f"{row['peer']:10.2f} {ratio}" if row["peer"] is not None else f"  {row['reason']}"
        print(f"{row['metric']:38}{row['ours']:10.2f}   {row['peer_name']:14}{peer}")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": "mailstrata.bench/1", "machine": machine, "rows": rows}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
