"""flufl.bounce over the mails whose paths stand on stdin; it runs in the peers' environment, without mailstrata."""

from __future__ import annotations

import json
import sys
import time
from email import message_from_bytes
from pathlib import Path

from flufl.bounce import scan_message  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    """Read, answer, and say how long it took; a mail on which it raises has no answer."""
    places = sys.stdin.read().split("\n")
    out: list[str] = []
    began = time.process_time()
    for place in places:
        try:
            found = scan_message(message_from_bytes(Path(place).read_bytes()))
        except Exception:  # noqa: BLE001, S112 - whatever the peer raises is its answer
            continue
        out += [
            json.dumps({"file": place, "bounce": True, "recipient": one.decode("ascii", "replace")}) for one in found
        ]
    taken = time.process_time() - began
    sys.stdout.write("".join(one + "\n" for one in out) + f"{taken}\n")


main()
