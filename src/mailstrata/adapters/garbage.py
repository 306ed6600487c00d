"""How often Python looks for garbage in cycles: seldom, where much is read and made and little of it is a cycle.

    look_seldom()       # before a server's loop, before a mailbox of a million mails

Objects go by their count of references, as always. What is imported until then is never looked at again.
"""

from __future__ import annotations

import gc

_THRESHOLDS = (50_000, 50, 100)


def look_seldom() -> None:
    """Look for it after 50,000 new objects in place of 700; for the rest of the process."""
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
