"""The account-level suppression list: which spelling matches, what is listed, why a recipient is held back.

    put(region, Suppressed(address="admin@dock.example", reason="BOUNCE", at=now))
    held_back(region, "admin@DOCK.example", reasons=("BOUNCE",))      # the entry

The domain is compared in lower case, the local part as it is, surrounding spaces do not count (facts.md B5).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.identities import normalised
from mailstrata.lab.ses.state import ConfigurationSet, SesRegion, Suppressed

_T = TypeVar("_T")

NOTICE = (
    "Amazon SES did not send the message to this address because it is on the suppression list for your account. For more "
    "information about removing addresses from the suppression list, see the Amazon SES Developer Guide at "
    "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html"
)
"""``diagnosticCode`` of the synthetic bounce, verbatim (facts.md B5)."""

GLOBAL_NOTICE = (
    "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address. "
    "For more information about how to remove an address from the suppression list, see the Amazon SES Developer Guide: "
    "http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html"
)
"""The same for the global list."""


def put(region: SesRegion, entry: Suppressed) -> None:
    """Add an entry, or replace the one of the same address."""
    address = normalised(entry.address)
    region.suppressed[address] = Suppressed(
        address=address,
        reason=entry.reason,
        at=entry.at,
        message_id=entry.message_id,
        feedback_id=entry.feedback_id,
    )


def entry_of(region: SesRegion, address: str) -> Suppressed:
    """The entry of ``address``. Raises ``NotFoundException`` (404) with SES's text when there is none."""
    entry = region.suppressed.get(normalised(address))
    if entry is None:
        text = f"Email address {address.strip()} does not exist on your suppression list."
        raise AwsError("NotFoundException", text, status=404)
    return entry


def remove(region: SesRegion, address: str) -> None:
    """Delete the entry of ``address``; raises as ``entry_of``."""
    del region.suppressed[entry_of(region, address).address]


def reasons_in_force(region: SesRegion, chosen: ConfigurationSet | None) -> tuple[str, ...]:
    """The reasons for which recipients are held back: the configuration set's override, else the account's."""
    override = chosen.suppressed_reasons if chosen else None
    return region.suppressed_reasons if override is None else override


def held_back(region: SesRegion, address: str, *, reasons: Sequence[str]) -> Suppressed | None:
    """The entry for which mail to ``address`` is not sent, or ``None``."""
    entry = region.suppressed.get(normalised(address))
    return entry if entry and entry.reason in reasons else None


def listed(
    region: SesRegion, *, reasons: Sequence[str], since: datetime | None, until: datetime | None
) -> list[Suppressed]:
    """Entries in order of time, filtered as ``ListSuppressedDestinations`` filters (no reasons: all)."""
    entries = sorted(region.suppressed.values(), key=lambda entry: (entry.at, entry.address))
    return [
        entry
        for entry in entries
        if (not reasons or entry.reason in reasons)
        and (since is None or entry.at >= since)
        and (until is None or entry.at <= until)
    ]


def page(items: Sequence[_T], *, size: int, token: str | None) -> tuple[list[_T], str | None]:
    """One page of ``items`` and the token of the next. Raises ``InvalidNextTokenException`` for a token never given."""
    start = _position(token) if token else 0
    if start > len(items):
        raise AwsError("InvalidNextTokenException", "The specified token is invalid.")
    end = start + size
    following = base64.urlsafe_b64encode(f"from:{end}".encode()).decode() if end < len(items) else None
    return list(items[start:end]), following


def _position(token: str) -> int:
    try:
        kind, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        position = int(number)
    except (binascii.Error, ValueError) as error:
        raise AwsError("InvalidNextTokenException", "The specified token is invalid.") from error
    if kind != "from" or position < 0:
        raise AwsError("InvalidNextTokenException", "The specified token is invalid.")
    return position
