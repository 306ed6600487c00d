"""The accuracy on the open half of the bounce corpus: a ratchet. A figure here may rise and never fall."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache

from tests.corpora import CORPORA, each_mail

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.read import read

BAD = {"failed", "delayed"}
QUIET = {"not-a-bounce", "autoreply", "delivered", "feedback"}
RECALL, PRECISION, STATUS, CODE = 0.9948, 0.9974, 0.9960, 0.9757


@cache
def _read() -> dict[str, tuple[str, tuple[Bounce, ...]]]:
    """By its file: what kind of mail each is said to be, and what we read in it."""
    return {str(entry["file"]): (str(entry["kind"]), read(raw)) for entry, raw in each_mail("bounces-open")}


def _expected() -> dict[str, list[dict[str, str | None]]]:
    lines = defaultdict(list)
    for line in (CORPORA / "bounces-open" / "expected.jsonl").read_text().splitlines():
        row = json.loads(line)
        lines[row["file"]].append(row)
    return lines


def _name(address: str | None) -> str:
    return (address or "").strip().strip("<>").lower()


def test_recipients_are_found_and_no_others() -> None:
    """Of the mails whose failed recipients are all known."""
    found = _read()
    wanted = told = right = 0
    for file, rows in _expected().items():
        kind, bounces = found[file]
        want = {_name(row["recipient"]) for row in rows}
        if kind == "bounce" and all(want):
            got = {_name(bounce.recipient) for bounce in bounces if bounce.action in BAD}
            wanted, told, right = wanted + len(want), told + len(got), right + len(want & got)
    assert right / wanted >= RECALL
    assert right / told >= PRECISION


def test_nothing_else_is_called_a_bounce() -> None:
    """Complaints, auto-replies, success notices and challenges."""
    alarms = [
        file for file, (kind, bounces) in _read().items() if kind in QUIET and any(b.action in BAD for b in bounces)
    ]
    assert alarms == []


def test_status_and_reply_code_are_what_the_mails_say() -> None:
    """The report's own status or that of its diagnostic, where sisimai did not invent it."""
    found, tally = _read(), defaultdict(list)
    for file, rows in _expected().items():
        for row in rows:
            bounce = _of(row, found[file][1])
            reply = bounce.reply if bounce else None
            if row.get("status") and not row.get("status_internal"):
                status = (bounce.status if bounce else "") or (reply.enhanced if reply else "")
                tally["status"].append(status in {row["status"], row.get("dsn_status")})
            if row.get("replycode"):
                tally["code"].append(str(reply.code if reply else "") == str(row["replycode"]))
    assert sum(tally["status"]) / len(tally["status"]) >= STATUS
    assert sum(tally["code"]) / len(tally["code"]) >= CODE


def _of(row: dict[str, str | None], bounces: tuple[Bounce, ...]) -> Bounce | None:
    named = (bounce for bounce in bounces if _name(bounce.recipient) == _name(row["recipient"]))
    return next(named, bounces[0] if len(bounces) == 1 else None)
