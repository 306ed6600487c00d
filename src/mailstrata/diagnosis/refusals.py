"""What the words of a refusal prove: which of the stages behind the login said no (facts.md A5).

    554 Message rejected: Email address is not verified. The following identities failed the check in region
    US-EAST-1: ann@harbor.example

names the address that failed. The sender's own name there is a matter of the identity, the recipient's one of the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailstrata.model.attempt import Attempt

_NOT_VERIFIED = "email address is not verified"
_FAILED_IN = "failed the check in region "


def words(send: Attempt) -> str:
    """All that a server said of this send, in lower case."""
    return f"{send.reply or ''} {send.diagnostic}".lower()


def said(sends: Iterable[Attempt], *texts: str) -> tuple[Attempt, ...]:
    """The sends that failed with one of ``texts`` in the answer."""
    return tuple(send for send in sends if not send.delivered and any(text.lower() in words(send) for text in texts))


def not_verified(send: Attempt, address: str, region: str) -> bool:
    """Whether SES refused ``send`` since ``address`` is no verified identity of ``region``.

    The older form of the answer names nobody, and the list may be cut off with dots: both can mean any address.
    """
    text = words(send)
    if send.delivered or _NOT_VERIFIED not in text:
        return False
    where, colon, named = text.partition(_FAILED_IN)[2].partition(":")
    if not colon:
        return True
    return where.strip() == region and (address.lower() in named or named.rstrip().endswith("..."))
