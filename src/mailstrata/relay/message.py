"""The message on its way to SES: byte for byte as it was received, except for what SES refuses or would disclose.

    prepared = prepare(offer.message)
    prepared.message                 # (header, body): two pieces that follow each other; the body is a view of the offer's
    prepared.changes                 # ("Bcc removed", "own Message-ID added to References")

Fields are cut out of the raw header or spliced into it; nothing is parsed and written anew, since Python's parser reads more
than its generator can write (peers-sending 9.1). What is changed, and why:

- **Bcc** and Resent-Bcc go: the envelope decides who gets the mail, and a blind copy is not told to the others.
- **Return-Path** and Old-Return-Path go: SES refuses them ("Illegal header"), or takes them for the sender.
- **X-SES-…** go: they are orders to SES, which only the relay gives (facts.md A8).
- **Repeated fields** that SES refuses ("Duplicate header") are made one: addresses and References joined, else the first stays.
- **Addresses without a domain** ("Missing final '@domain'") and empty address fields: the field is kept as X-Original-…
- **References** gets the message's own Message-ID, because SES gives the mail another one, and replies to it would otherwise
  not be found again by whoever holds the original (peers-sending 9.2; RFC 5322 3.6.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailstrata.model.values import maker
from mailstrata.relay.addresses import all_complete

_FIELDS = re.compile(rb"\n(?![ \t])")
"""Where a field ends: at a line end that no white space follows (RFC 5322 2.2.3)."""
_ID = re.compile(rb"<[!-;=?-~]{1,900}>")

REMOVED = frozenset({b"bcc", b"resent-bcc", b"return-path", b"old-return-path"})
"""Never sent on; with every field that begins with ``x-ses-``."""

_SES_ONCE = """
accept-language acceptlanguage archived-at auto-submitted bounces-to comments content-alternative content-base content-class
content-description content-disposition content-duration content-id content-language content-length content-location
content-md5 content-transfer-encoding content-type date delivered-to disposition-notification-options
disposition-notification-to dkim-signature domainkey-signature errors-to from importance in-reply-to keywords list-archive
list-help list-id list-owner list-post list-subscribe list-unsubscribe list-unsubscribe-post message-context message-id
mime-version organization original-from original-message-id original-recipient original-subject precedence priority references
reply-to return-path return-receipt-to sender solicitation sensitivity subject thread-index thread-topic user-agent vbr-info
"""
ONCE = frozenset(_SES_ONCE.encode().split()) | {b"to", b"cc"}
"""SES refuses these when they are repeated (peers-sending 9.1); To and Cc may stand once by RFC 5322 3.6."""

_JOINED = {b"to": b",", b"cc": b",", b"reply-to": b",", b"references": b""}
_ADDRESSES = frozenset({b"to", b"cc", b"reply-to"})
_JOINED_SIZE = 100_000
"""Bytes of a field to which no more is joined."""
_MANY = 50
"""Changes told of; and trace fields beyond which the whole header makes the identity."""
TRACE = frozenset(
    {
        b"received",
        b"x-received",
        b"x-gm-message-state",
        b"x-google-smtp-source",
        b"x-google-dkim-signature",
        b"dkim-signature",
    }
)
"""Fields that a server may write anew at each try; they do not make a repeat another message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A message ready for SES. ``head`` ends with the empty line; ``identity`` is what stays the same at each try."""

    head: bytes
    body: memoryview
    changes: tuple[str, ...] = ()
    message_id: str = ""
    """The message's own id with its angle brackets; empty when it has none that can be one."""
    dated: bool = False
    """Whether it has a Date."""
    identity: bytes = b""

    @property
    def message(self) -> tuple[bytes, memoryview]:
        """The pieces, in order."""
        return self.head, self.body


_prepared = maker(Prepared)
_REMOVE, _ADDRESS, _ONCE, _TRACE, _OTHER = range(5)
_KINDS = (
    dict.fromkeys(ONCE, _ONCE)
    | dict.fromkeys(TRACE, _TRACE)
    | dict.fromkeys(_ADDRESSES, _ADDRESS)
    | dict.fromkeys(REMOVED, _REMOVE)
)
_KNOWN: dict[bytes, tuple[bytes, int]] = {}
"""Names as they were written, in lower case and with their kind: few are written again and again."""
_KNOWN_LIMIT, _KNOWN_LENGTH = 1000, 60


@dataclass(slots=True)
class _Header:
    """The header while it is gone through: what is kept, field by field, and what was noticed.

    A piece is a field without its last line feed, which all pieces are joined by.
    """

    pieces: list[bytes] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)
    """Of each field that may stand once: its index in ``pieces``."""
    changes: list[str] = field(default_factory=list)
    traced: list[bytes] = field(default_factory=list)


def prepare(raw: bytes) -> Prepared:
    """``raw`` as it can be handed to SES. Preparing twice changes nothing more."""
    end, split = _end(raw)
    bare = raw[:end]
    header = _Header()
    pieces, places = header.pieces, header.places
    for whole in _FIELDS.split(bare):
        written = whole[: whole.find(b":")]
        name, kind = _KNOWN.get(written) or _kind_of(written)
        if kind == _OTHER:
            pieces.append(whole)
        elif kind == _ONCE and name not in places:
            places[name] = len(pieces)
            pieces.append(whole)
        else:
            _take(header, whole, name=name, kind=kind)
    message_id = _own_id(header)
    if message_id:
        _refer(header, message_id)
    return _prepared(
        head=b"\n".join(pieces) + raw[end:split],
        body=memoryview(raw)[split:],
        changes=tuple(header.changes[:_MANY]),
        message_id=message_id.decode("ascii"),
        dated=b"date" in places,
        identity=_identity(bare, header) if header.traced else bare,
    )


def _kind_of(written: bytes) -> tuple[bytes, int]:
    """A field's name in lower case, and what is to be done with the field."""
    name = written.rstrip().lower()
    found = name, _REMOVE if name.startswith(b"x-ses-") else _KINDS.get(name, _OTHER)
    if len(written) <= _KNOWN_LENGTH and len(_KNOWN) < _KNOWN_LIMIT:
        _KNOWN[written] = found
    return found


def _end(raw: bytes) -> tuple[int, int]:
    """Where the header ends, and where the body begins; between them is the empty line."""
    if raw.startswith((b"\r\n", b"\n")):
        return 0, 1 + raw.startswith(b"\r")
    carriage = raw.find(b"\n\r\n")
    bare = raw.find(b"\n\n", 0, len(raw) if carriage < 0 else carriage + 1)
    if bare >= 0:
        return bare + 1, bare + 2
    return (carriage + 1, carriage + 3) if carriage >= 0 else (len(raw), len(raw))


def _take(header: _Header, whole: bytes, *, name: bytes, kind: int) -> None:
    """Keep a field, join it to an earlier one, rename it or leave it out."""
    if kind == _REMOVE:
        header.changes.append(f"{_shown(whole)} removed")
        return
    if kind == _TRACE:
        header.traced.append(whole + b"\n")
    if kind == _ADDRESS and not all_complete(whole.partition(b":")[2]):
        header.changes.append(f"{_shown(whole)} kept as X-Original-{_shown(whole)}: no list of complete addresses")
        header.pieces.append(b"X-Original-" + whole)
        return
    if name in header.places:
        _again(header, whole, name=name, value=whole.partition(b":")[2])
        return
    if name in ONCE:
        header.places[name] = len(header.pieces)
    header.pieces.append(whole)


def _again(header: _Header, whole: bytes, *, name: bytes, value: bytes) -> None:
    joint, place = _JOINED.get(name), header.places[name]
    if joint is None or len(header.pieces[place]) > _JOINED_SIZE:
        header.changes.append(f"repeated {_shown(whole)} removed")
        return
    header.changes.append(f"repeated {_shown(whole)} joined to the first")
    if value.strip():
        header.pieces[place] = header.pieces[place].rstrip() + joint + b"\r\n " + value.strip() + b"\r"


def _value(header: _Header, name: bytes) -> bytes:
    place = header.places.get(name)
    return b"" if place is None else header.pieces[place].partition(b":")[2]


def _own_id(header: _Header) -> bytes:
    found = _ID.search(_value(header, b"message-id"))
    return found[0] if found else b""


def _refer(header: _Header, own: bytes) -> None:
    """Put the own id at the end of References, on a line of its own (RFC 5322 2.2.3: folded before white space)."""
    place = header.places.get(b"references")
    if place is not None:
        if own in _ID.findall(header.pieces[place]):
            return
        header.pieces[place] = header.pieces[place].rstrip() + b"\r\n " + own + b"\r"
    else:
        parents = _ID.findall(_value(header, b"in-reply-to"))
        before = parents[0] + b"\r\n " if len(parents) == 1 and parents[0] != own else b""
        place = header.places[b"message-id"]
        header.pieces[place] = header.pieces[place].rstrip() + b"\r\nReferences: " + before + own + b"\r"
    header.changes.append("own Message-ID added to References")


def _identity(bare: bytes, header: _Header) -> bytes:
    for trace in header.traced if len(header.traced) <= _MANY else ():
        bare = bare.replace(trace, b"", 1)
    return bare


def _shown(whole: bytes) -> str:
    """The field's name as it was written; of a field name every byte is printable ASCII."""
    return whole.partition(b":")[0].rstrip().decode("ascii", "replace")[:60]
