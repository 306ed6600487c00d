"""How long it takes to explain one refused password: one secret, all regions, all single mistakes, and pairs of them.

    make bench-credentials

The peer is the naive loop: what the row is about is computed from the secret for every region, and compared then; nothing is
left out that could be. Both run interleaved, `RUNS` times each, and the medians count. Limit of the issue: 1 s.
"""

from __future__ import annotations

import base64
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from mailstrata.credentials.combinations import pairs
from mailstrata.credentials.derivation import STEPS, VERSION, chain, smtp_password
from mailstrata.credentials.forensics import explain
from mailstrata.credentials.mistakes import LIKELY_DAYS, RECIPES, Material
from mailstrata.formats.ses_regions import SES_REGIONS

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "bench" / "results" / "credentials.json"
RUNS = 7
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105 - AWS's own example
REGION, LAST = "us-east-1", SES_REGIONS[-1]
KEY_ID = "AKIAIOSFODNN7EXAMPLE"


def main() -> None:
    """Measure, print the table, write the result."""
    pairs()  # made once in a process, like the recipes
    last = RECIPES["derived-twice"].password(Material(secret=SECRET, region=LAST, key_id=KEY_ID))
    double = dict(pairs())["service-email+secret-with-newline"].password(Material(secret=SECRET, region=LAST))
    rows = [
        _row("right password", smtp_password(SECRET, REGION)),
        _row(f"the last of {len(RECIPES)} mistakes, in the last of {len(SES_REGIONS)} regions", last),
        _row(f"two mistakes at once ({len(pairs())} pairs), last region", double, two=True),
        _row(
            "unknown: everything tried, real dates too", smtp_password("of somebody else", REGION), two=True, dates=True
        ),
    ]
    for row in rows:
        print(
            f"{row['metric']:72}{row['ours']:9.2f} ms   {row['peer_name']:12}{row['peer']:9.2f} ms {row['ratio']:7.2f}x"
        )
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": "mailstrata.bench/1", "machine": _machine(), "rows": rows}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(f"written to {RESULT.relative_to(ROOT)}")


def naive(password: str, *, two: bool = False, dates: bool = False) -> str:
    """Everything that is asked for is made first, and compared then."""
    made: dict[str, str] = {}
    recipes = [*RECIPES.items(), *(pairs() if two else ())]
    for region in SES_REGIONS:
        material = Material(secret=SECRET, region=region, key_id=KEY_ID)
        for name, recipe in recipes:
            made.setdefault(recipe.password(material), name)
        made.setdefault(smtp_password(SECRET, region), "right")
        for ordinal in range(*(day.toordinal() for day in LIKELY_DAYS)) if dates else ():
            day = date.fromordinal(ordinal).strftime("%Y%m%d")
            signature = chain(b"AWS4" + SECRET.encode(), (day, region, *STEPS))
            made.setdefault(base64.b64encode(VERSION + signature).decode(), "real-date")
    return made.get(password, "unknown")


def _row(metric: str, password: str, *, two: bool = False, dates: bool = False) -> dict[str, Any]:
    ours, peer = [], []
    for _ in range(RUNS):
        ours.append(_milliseconds(lambda: explain(password, [SECRET], REGION, key_id=KEY_ID)))
        peer.append(_milliseconds(lambda: naive(password, two=two, dates=dates)))
    mine, theirs = statistics.median(ours), statistics.median(peer)
    return {
        "metric": metric,
        "unit": "ms",
        "ours": round(mine, 3),
        "peer_name": "naive loop",
        "peer": round(theirs, 3),
        "ratio": round(theirs / mine, 3),
    }


def _milliseconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return (time.perf_counter() - before) * 1000


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
