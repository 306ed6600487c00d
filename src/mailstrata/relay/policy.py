"""Who may send what: the login's own addresses in envelope, From and Sender, its rate and share, and no loops.

policy = Policy(directory=users, clock=clock)
policy.sender("ann", "owner@bank.example", secret=hash)      # Reply(550, "5.7.1", "The login ann may not send as …")

The answers reach a person as Gmail's bounce, so each says what to do. What cannot be known now is answered 451.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from mailstrata.model.ports import Clock
from mailstrata.model.reply import Reply
from mailstrata.relay import mailboxes
from mailstrata.relay.mailboxes import Ambiguous
from mailstrata.relay.offer import Offer
from mailstrata.relay.users import Directory, DirectoryUnavailable, User, matched

T = TypeVar("T")

HOPS = 50
"""Received fields of a message beyond which it goes in circles (RFC 5321 6.3: a large number, at least 100 is advised for
relays on a path; a submission has passed very few)."""

_FIELD = re.compile(rb"\n(from|sender|received)[ \t]*:", re.IGNORECASE)
"""It begins with one letter, so that it is searched for as fast as that letter; the first field is given one before it."""
_VALUE = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*")

UNAVAILABLE = Reply(code=451, enhanced="4.3.0", text="The relay cannot look up its users at the moment")
_LOOP = Reply(code=554, enhanced="5.4.6", text=f"The mail goes in circles: it has passed more than {HOPS} servers")


class Policy:
    """`relay.session.Rules` over a directory of users."""

    def __init__(self, *, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def sender(self, login: str, address: str, *, secret: str) -> Reply | None:
        """At MAIL: whether the login still counts, and may use this envelope sender (empty: a notice, RFC 5321 4.5.5)."""
        return self._judged(
            login, secret, lambda user: None if not address else _refused(user, "the envelope", address)
        )

    def message(self, offer: Offer) -> Offer | Reply:
        """Behind the last dot: From, Sender, loops; then the user's own rate and share, which are drawn on."""
        return self._judged(offer.login, offer.secret, lambda user: self._passed(user, offer))

    def _judged(self, login: str, secret: str, judge: Callable[[User], T]) -> T | Reply:
        """The judgement on a user whose password of this session still counts, whatever others the user has by now."""
        try:
            user = self._directory.user(login)
            if user is None or user.revoked:
                return _ended(login, "was revoked")
            if not user.counts(secret, self._clock.now()):
                return _ended(login, "came in by a password that counts no more")
            return judge(user)
        except DirectoryUnavailable:
            return UNAVAILABLE

    def _passed(self, user: User, offer: Offer) -> Offer | Reply:
        refusal = _refused_header(user, offer.message)
        if refusal is not None:
            return refusal
        if user.rate or user.daily:
            spent = self._directory.draw(user, len(offer.recipients), offer.at)
            return offer if spent is None else replace(offer, refusal=spent)
        return offer


def _ended(login: str, why: str) -> Reply:
    return Reply(
        code=535,
        enhanced="5.7.8",
        text=f"The relay's login {login} {why}. Its operator makes a new password: mailstrata relay user rotate {login}",
    )


def _refused(user: User, where: str, address: str) -> Reply | None:
    if user.may_send_as(address):
        return None
    allowed = ", ".join(matched(user.senders))
    return Reply(
        code=550,
        enhanced="5.7.1",
        text=f"The login {user.name} may not send as {address} ({where}); it may send as {allowed}. "
        f"The relay's operator allows more: mailstrata relay user allow {user.name} ADDRESS",
    )


def _refused_header(user: User, message: bytes) -> Reply | None:
    """Whose mail the header says it is: exactly one From, every address in it and in Sender the login's own."""
    if message.startswith((b" ", b"\t")):
        return _broken("begins with white space, so that its first field can be read in two ways")
    head = b"\n" + _head(message)
    fields: dict[bytes, list[bytes]] = {b"from": [], b"sender": [], b"received": []}
    for found in _FIELD.finditer(head):
        fields[found[1].lower()].append(_value(head, found.end()))
    if len(fields[b"received"]) > HOPS:
        return _LOOP
    if len(fields[b"from"]) != 1:
        return _broken(f"has {len(fields[b'from']) or 'no'} From fields, and a mail has one (RFC 5322 3.6)")
    try:
        return _first_refused(user, fields)
    except Ambiguous as error:
        return _broken(f"has a From or Sender that cannot be read without doubt: {error}")


def _head(message: bytes) -> bytes:
    """The header section with its last CRLF; empty when the message begins with an empty line."""
    if message.startswith(b"\r\n"):
        return b""
    end = message.find(b"\r\n\r\n")
    return message[: end + 2] if end >= 0 else message


def _first_refused(user: User, fields: dict[bytes, list[bytes]]) -> Reply | None:
    authors = mailboxes.read(fields[b"from"][0])
    if not authors:
        return _broken("has a From without an address")
    for address in authors:
        if refusal := _refused(user, "From", address):
            return refusal
    for value in fields[b"sender"]:
        for address in mailboxes.read(value):
            if refusal := _refused(user, "Sender", address):
                return refusal
    return None


def _value(head: bytes, start: int) -> bytes:
    found = _VALUE.match(head, start)
    return found[0] if found else b""


def _broken(what: str) -> Reply:
    return Reply(code=554, enhanced="5.6.0", text=f"The message {what}")
