"""Reads the mails whose paths stand on stdin: an answer a line as ``bounce read --jsonl`` gives it, last the CPU seconds."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from mailstrata.bounces.records import records
from mailstrata.reports.bounces import line


def main() -> None:
    """Read, answer, and say how long it took."""
    places = sys.stdin.read().split("\n")
    list(records(b"Subject: warm\n\n", file="warm"))
    out: list[str] = []
    began = time.process_time()
    for place in places:
        out.extend(line(each) for each in records(Path(place).read_bytes(), file=place))
    taken = time.process_time() - began
    sys.stdout.write("".join(out) + f"{taken}\n")


main()
