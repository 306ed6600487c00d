"""flufl.bounce over the mails whose paths stand on stdin; it runs in the peers' environment, without mailstrata.

Mails before an empty line are read first and not counted, so that whatever is loaded once is loaded.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from email import message_from_bytes

from flufl.bounce import scan_message  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    """Read, answer, and say how long it took; a mail on which it raises has no answer."""
    logging.disable()  # it logs what its detectors raise; that is no part of its work
    warm, places = (part.split("\n") for part in sys.stdin.read().split("\n\n"))
    for place in warm:
        answers(place)
    out: list[str] = []
    began = time.process_time()
    for place in places:
        out += answers(place)
    taken = time.process_time() - began
    sys.stdout.write("".join(one + "\n" for one in out) + f"{taken}\n")


def answers(place: str) -> list[str]:
    """The recipients it finds; the whole mail is parsed by the standard library before."""
    raw = read(place)
    try:
        found = scan_message(message_from_bytes(raw))
    except Exception:  # noqa: BLE001 - whatever the peer raises is its answer
        return []
    return [json.dumps({"file": place, "bounce": True, "recipient": one.decode("ascii", "replace")}) for one in found]


def read(place: str) -> bytes:
    """The file's bytes, by as few calls as Python can; the same in the other worker."""
    file = os.open(place, os.O_RDONLY)
    try:
        return os.read(file, os.fstat(file).st_size)
    finally:
        os.close(file)


main()
