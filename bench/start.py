"""How long a user waits before anything begins: ``--help``, ``--version``, and the diagnosis itself on paper.

    make bench-start

Ours and the peers run interleaved, `RUNS` times each, and the medians count. A peer is taken from the path, else installed
into ``.venv/peers``; where that cannot be done, its row says why. Limits of the issue: 150 ms for the first two, 50 ms
for the diagnosis of a paper world by all checks.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.formats import world
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.diagnosis import Verdict
from mailstrata.model.observation import Observation, Unknown
from mailstrata.model.question import Question
from mailstrata.model.setup import Alias, Setup

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "bench" / "results" / "start.json"
PEERS = ROOT / ".venv" / "peers"
RUNS = 11
INSTALL_SECONDS = 180
OURS = str(Path(sys.executable).with_name("mailstrata"))
ROWS = (
    ("--help", "aws --version", "awscli"),
    ("--help", "checkdmarc --help", "checkdmarc"),
    ("--version", "aws --version", "awscli"),
)
"""Our argument, the peer's command, and the package that holds it."""


class Paper:
    """An asker over facts."""

    def __init__(self, facts: dict[Question[Any], Observation[Any]]) -> None:
        self._facts = facts

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The fact, or Unknown."""
        return self._facts.get(question, Unknown(reason="not in this world"))


def main() -> None:
    """Measure, print the table, write the result."""
    rows = [_command_row(*row) for row in ROWS]
    rows.append(_paper_row())
    for row in rows:
        peer = f"{row['peer']:8.1f} {row['ratio']:6.1f}x" if row["peer"] is not None else f"  {row['reason']}"
        print(f"{row['metric']:34}{row['ours']:8.1f} ms   {row['peer_name']:20}{peer}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": "mailstrata.bench/1", "machine": _machine(), "rows": rows}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


def _command_row(argument: str, shown: str, package: str) -> dict[str, Any]:
    program, theirs = shown.split()
    found, reason = peer(program, package)
    ours_ms, peer_ms = _interleaved(lambda: _run((OURS, argument)), (lambda: _run((found, theirs))) if found else None)
    return _row(f"mailstrata {argument}", ours_ms, shown, peer_ms, reason=reason)


def _paper_row() -> dict[str, Any]:
    facts = dict(world.parse((ROOT / "tests" / "data" / "healthy.world").read_text("utf-8")).facts)
    case = _case()
    found, _ = asyncio.run(diagnose(case, Paper(facts)))
    if found.verdict is not Verdict.HEALTHY:
        raise SystemExit(f"the paper world is {found.verdict}: nothing is measured on it")
    ours, _ = _interleaved(lambda: asyncio.run(diagnose(case, Paper(facts))), None)
    reason = "no peer judges from recorded answers: checkdmarc and others ask the network themselves"
    return _row(f"diagnosis on paper, {len(CHECKS)} checks", ours, "checkdmarc", None, reason=reason)


def _row(metric: str, ours: float, peer_name: str, peer: float | None, *, reason: str) -> dict[str, Any]:
    row: dict[str, Any] = {"metric": metric, "unit": "ms", "ours": round(ours, 2), "peer_name": peer_name}
    if peer is None:
        return {**row, "peer": None, "ratio": None, "reason": reason}
    return {**row, "peer": round(peer, 2), "ratio": round(peer / ours, 2)}


def _interleaved(ours: Callable[[], object], peer: Callable[[], object] | None) -> tuple[float, float | None]:
    """The medians in milliseconds of `RUNS` runs in turn, after one of each that does not count."""
    times: dict[str, list[float]] = {"ours": [], "peer": []}
    for run in range(RUNS + 1):
        for name, call in (("ours", ours), ("peer", peer)):
            if call is not None:
                began = time.perf_counter()
                call()
                times[name] += [(time.perf_counter() - began) * 1000] if run else []
    return statistics.median(times["ours"]), statistics.median(times["peer"]) if peer else None


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=60)


def peer(program: str, package: str) -> tuple[str, str]:
    """Where a peer's program is, or why there is none."""
    path = os.pathsep.join([str(PEERS / "bin"), os.environ.get("PATH", "")])
    if found := shutil.which(program, path=path):
        return found, ""
    pip = (str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", package)
    try:
        if not PEERS.exists():
            subprocess.run((sys.executable, "-m", "venv", str(PEERS)), check=True, timeout=INSTALL_SECONDS)
        subprocess.run(pip, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        return "", f"{package} could not be installed: {type(error).__name__}"
    found = shutil.which(program, path=path)
    return (found, "") if found else ("", f"{package} has no program {program}")


def _case() -> Case:
    host = "email-smtp.us-east-1.amazonaws.com"
    alias = Alias(address="admin@sailing.example", host=host, username="AKIAEXAMPLE", secret="aws:mailstrata/smtp")  # noqa: S106 - a place
    mail_from = "bounce.sailing.example"
    setup = Setup(domain="sailing.example", region="us-east-1", mail_from=mail_from, aliases=(alias,))
    send = Attempt(id="next-1", sender=alias.address, recipient="ann@harbor.example", via=Via.GMAIL_ALIAS)
    return Case(setup=setup, prospects=(send,), at=datetime(2026, 5, 12, 18, 43, tzinfo=UTC))


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
