"""When a spooled mail is tried again, and when it is given up.

    next_try(tries=1, since=0, now=0, row=7)        # about 30 s later, in milliseconds since 1970
    next_try(tries=9, since=0, now=GIVE_UP, row=7)  # None: the sender gets a notice

RFC 5321 4.5.4.1 advises waits of half an hour and four to five days in all, for servers of unknown hosts that may be down for
long. SES is one host and a mail of a person is missed within the day, so the first waits are short and the end comes after two.
"""

from __future__ import annotations

SECOND = 1000
FIRST = 30 * SECOND
LONGEST = 30 * 60 * SECOND
GIVE_UP = 48 * 3600 * SECOND
"""Milliseconds from the acceptance of a mail until its sender is told that it was not sent."""
_SPREAD = 1000


def next_try(*, tries: int, since: int, now: int, row: int, give_up: int = GIVE_UP) -> int | None:
    """When to try the mail of ``row`` again after ``tries``; ``None`` when it is given up. All in milliseconds since 1970.

    The wait doubles. A fifth of it depends on the row, so that mails which failed together do not come back together.
    """
    if now - since >= give_up:
        return None
    wait = min(FIRST << min(max(tries, 1) - 1, 20), LONGEST)
    spread = wait // 5 * (row * 2_654_435_761 % _SPREAD) // _SPREAD
    return min(now + wait + spread, max(since + give_up, now + SECOND))
