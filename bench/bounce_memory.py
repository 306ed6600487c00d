"""Whether a mailbox of any size is read in the same memory: ``bounce read --jsonl`` over an mbox that is made as it is read.

    make bench-bounces-memory            10,000 and 100,000 mails; MAILS= chooses the larger number

The peak of each run's resident memory is what the system says of the process when it has ended. No two mails are the same:
recipients, servers, texts and ids differ, so that whatever remembers would grow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "bench" / "results" / "bounces-memory.json"
FEW = 10_000
GROWTH = 4.0
"""Megabytes that ten times as many mails may take more: what the allocator does with its arenas."""


def main() -> None:
    """Read both, print the peaks, fail when the larger needs more."""
    many = int(os.environ.get("MAILS", "100000"))
    rows = []
    for count in (FEW, many):
        megabytes, seconds = peak(count)
        print(f"{count:>9} mails   peak {megabytes:6.1f} MB   {count / seconds:6.0f} mails a second")
        rows.append({"metric": f"peak memory, {count} mails", "unit": "MB", "ours": round(megabytes, 1), "peer": None})
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(
        json.dumps({"schema": "mailstrata.bench/1", "machine": os.uname().machine, "rows": rows}, indent=2)
    )
    sys.exit(1 if float(str(rows[1]["ours"])) > float(str(rows[0]["ours"])) + GROWTH else 0)


def peak(count: int) -> tuple[float, float]:
    """Megabytes and seconds of one run over ``count`` mails; each must have given its line."""
    began = time.monotonic()
    command = (sys.executable, "-m", "mailstrata", "bounce", "read", "--jsonl", "-")
    reading = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert reading.stdin is not None
    assert reading.stdout is not None
    writer = threading.Thread(target=_write, args=(reading.stdin, count))
    writer.start()
    lines = sum(1 for _ in reading.stdout)
    writer.join()
    _, status, used = os.wait4(reading.pid, 0)
    reading.returncode = os.waitstatus_to_exitcode(status)
    reading.stdout.close()
    if lines < count:
        raise SystemExit(f"{count} mails gave {lines} lines")
    return used.ru_maxrss / 1024, time.monotonic() - began


def _write(stream: object, count: int) -> None:
    with stream as mbox:  # type: ignore[attr-defined]
        for mail in mails(count):
            mbox.write(mail)


def mails(count: int) -> Iterator[bytes]:
    """Our tests' bounces, each time about somebody else."""
    seeds = [path.read_bytes() for path in sorted((ROOT / "tests" / "bounces").glob("*.eml"))]
    for number in range(count):
        raw = seeds[number % len(seeds)].replace(b".example", b"%d.example" % number).replace(b"\nFrom ", b"\n>From ")
        yield b"From MAILER-DAEMON Mon May 12 18:31:03 2026\n%b\nx-%d: %d\n\n" % (raw, number, number)


if __name__ == "__main__":
    main()
