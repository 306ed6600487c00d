"""Whose fault it is, and for whom the message is.

What the world did              → a value: Unknown, Absent, Reply. Never an exception outside adapters.
What somebody wrote is broken   → Malformed…(ValueError), one for each format; the message names file, line and key.
What the user asked cannot be   → Refusal(message, hint): one line on stderr, exit status 2.
A change that could not be made → Refusal with ``status`` 4.
What we did wrong               → a plain exception and its traceback.
"""

from __future__ import annotations


class Malformed(ValueError):
    """A text that is not what it should be: ``where`` is file, line or key, ``expected`` what belongs there."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"{where}: {found}; expected {expected}")
        self.where = where
        self.found = found
        self.expected = expected


class Refusal(Exception):
    """What the user asked cannot be done. ``hint`` says what to do instead; ``status`` is the exit status (2, 3 or 4).

    ``settled`` is false where nobody knows whether a change was made: nothing answered.
    """

    def __init__(self, message: str, hint: str = "", *, status: int = 2, settled: bool = True) -> None:
        super().__init__(message)
        self.settled = settled
        self.message = message
        self.hint = hint
        self.status = status
