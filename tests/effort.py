"""Whether something is done within a time, on a machine that may have other work.

assert within(0.5, lambda: records(raw))

Processor time is counted, not what the clock on the wall says, and the least of a few tries: a busy machine makes one
of them slow, slow code makes all of them so.
"""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 5


def within(seconds: float, job: Callable[[], object]) -> bool:
    """Whether one of a few tries of ``job`` takes less than ``seconds`` of processor time."""
    return any(_spent(job) < seconds for _ in range(TRIES))


def _spent(job: Callable[[], object]) -> float:
    began = time.process_time()
    job()
    return time.process_time() - began
