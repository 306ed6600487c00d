"""The parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152), AUTH (RFC 4954 5); any other one is refused, not ignored."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.model.reply import Reply
from mailstrata.relay.content import TOO_LONG
from mailstrata.relay.replies import PARAMETER, UTF8

_KNOWN = frozenset({"SIZE", "BODY", "AUTH"})
_BODIES = frozenset({"7BIT", "8BITMIME"})
_DIGITS = 20
"""RFC 1870 3: the number has at most so many."""
_MALFORMED = Reply(code=501, enhanced="5.5.4", text="SIZE is a number, BODY is 7BIT or 8BITMIME")


def refused(given: Mapping[str, str], *, size: int) -> Reply | None:
    """Why MAIL with these parameters is not taken, or ``None``. AUTH is read and means nothing: the login is what counts."""
    if not given:
        return None
    if given.keys() - _KNOWN:
        return UTF8 if "SMTPUTF8" in given else PARAMETER
    announced = given.get("SIZE", "0")
    if not (announced.isdigit() and len(announced) <= _DIGITS) or given.get("BODY", "7BIT").upper() not in _BODIES:
        return _MALFORMED
    return TOO_LONG if int(announced) > size else None
