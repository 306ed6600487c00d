"""Whether bounces are read whatever they are: no exception, quickly, in bounded memory, over many mutated mails.

    make fuzz-bounces                    100,000 of them; SEED= and MAILS= choose others

Each mail below a megabyte must be read within 50 ms of CPU time; a slower one is read again, and its best of three counts, so
that a busy machine is not taken for a slow mail. What breaks a rule is written to ``bench/results/mutated-N.eml``.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

from tools.mutations import MEGABYTE, mutations

from mailstrata.bounces.records import records
from mailstrata.reports.bounces import line, page
from mailstrata.reports.page import text_of

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MAILSTRATA_CORPORA", Path(__file__).parents[2] / "shared" / "corpora"))
RESULTS = ROOT / "bench" / "results"
LONGEST = 0.050
MEMORY = 1024 * MEGABYTE
"""Bytes of resident memory at most: a mail of 50 MB, its first 16 MB and what is made of them."""


def main() -> None:
    """Read them all, print what was seen, fail when a rule was broken."""
    seed, count = int(os.environ.get("SEED", "1")), int(os.environ.get("MAILS", "100000"))
    seeds = _seeds()
    broken, slowest, began = 0, 0.0, time.monotonic()
    for number, raw in enumerate(mutations(seeds, seed=seed, count=count, large=True)):
        try:
            seconds = _seconds(raw)
        except Exception as error:  # noqa: BLE001 - any is what is looked for
            broken += 1
            _keep(number, raw, f"{type(error).__name__}: {error}")
            continue
        if len(raw) < MEGABYTE:
            slowest = max(slowest, seconds)
            if seconds > LONGEST:
                broken += 1
                _keep(number, raw, f"{seconds * 1000:.0f} ms for {len(raw)} bytes")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    taken = time.monotonic() - began
    print(f"{count} mails of {len(seeds)} seeds, SEED={seed}, in {taken:.0f} s")
    print(f"slowest below 1 MB: {slowest * 1000:.1f} ms; peak memory {memory // MEGABYTE} MB; rules broken: {broken}")
    sys.exit(1 if broken or memory > MEMORY else 0)


def _seeds() -> list[bytes]:
    places = (ROOT / "tests" / "bounces", SHARED / "bounces-open" / "mail", SHARED / "mime-torture")
    found = [path.read_bytes() for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    return [raw for raw in found if raw and len(raw) < MEGABYTE]


def _seconds(raw: bytes) -> float:
    """CPU seconds to read one mail, write its lines and show them; of a slow one the best of three."""
    best = _once(raw)
    for _ in range(2):
        if best > LONGEST and len(raw) < MEGABYTE:
            best = min(best, _once(raw))
    return best


def _once(raw: bytes) -> float:
    began = time.process_time()
    found = list(records(raw, file="x"))
    taken = time.process_time() - began
    for each in found[:50]:
        line(each).encode("ascii")
        text_of(page(each, 80)).encode()
    return taken


def _keep(number: int, raw: bytes, why: str) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"mutated-{number}.eml"
    path.write_bytes(raw)
    print(f"{path.relative_to(ROOT)}: {why}", flush=True)


main()
