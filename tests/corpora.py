"""Shared corpora of real and broken mail, when this machine has them; a test that needs one is skipped otherwise."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(__file__).parents[2] / "shared" / "corpora"
CORPORA = Path(os.environ.get("MAILSTRATA_CORPORA", BESIDE))
INDEXES = {"mime-torture": "index.jsonl", "bounces-open": "messages.jsonl"}


def each_mail(corpus: str) -> Iterator[tuple[dict[str, object], bytes]]:
    """What the corpus's index says of each mail, and its bytes."""
    index = CORPORA / corpus / INDEXES[corpus]
    if not index.exists():
        pytest.skip(f"the corpus {corpus} is not at {CORPORA} (set MAILSTRATA_CORPORA)")
    for line in index.read_text().splitlines():
        entry: dict[str, object] = json.loads(line)
        yield entry, (index.parent / str(entry["file"])).read_bytes()


def cases(corpus: str, file: str = "cases.jsonl") -> list[dict[str, Any]]:
    """The lines of a corpus's answers, for ``parametrize``; empty when this machine has no such corpus."""
    path = CORPORA / corpus / file
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
