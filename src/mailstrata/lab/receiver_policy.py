"""What a recipient's server decides: whom it knows, whom it lets in, and where a message ends.

    policy = ReceiverPolicy(house, zones=zones, clock=clock, ids=ids)
    policy.add_mailbox("crew@dock.example")
    policy.add_mailbox("list@dock.example", "rule", reply="550 5.7.1 TRANSPORT.RULES.RejectMessage; not from outside")
    policy.at_rcpt("nobody@dock.example", visit)        # ServerReply(550, …)

It decides without a socket: the session asks it at RCPT TO and after DATA.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.receiver_auth import Arrival, Authentication, authenticate
from mailstrata.lab.voices import VOICES, Facts, ServerReply, Voice
from mailstrata.lab.zones import Zones
from mailstrata.model.errors import Malformed

KINDS = ("exists", "unknown", "full", "full-temporary", "restricted", "rule", "delays", "quarantined", "silent")
"""What a mailbox can be. ``quarantined``: accepted, never seen. ``silent``: no answer comes to its RCPT TO."""
_HOPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Whose server it is. ``hosts``: its names, the first its own; ``suffixes``: public suffixes such as co.example."""

    hosts: tuple[str, ...]
    domains: tuple[str, ...]
    voice: Voice
    suffixes: tuple[str, ...] = ()

    @classmethod
    def of(cls, *hosts: str, domains: tuple[str, ...], voice: str, suffixes: tuple[str, ...] = ()) -> House:
        """A house by the name of its voice. Raises ``Malformed`` for an unknown one."""
        if voice not in VOICES:
            raise Malformed("voice", repr(voice), " or ".join(VOICES))
        low = tuple(host.lower() for host in hosts)
        own = tuple(domain.lower() for domain in domains)
        return cls(hosts=low, domains=own, voice=VOICES[voice], suffixes=suffixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One message that a mailbox took. ``folder``: inbox, junk or quarantine (which its owner never sees)."""

    raw: bytes
    sender: str
    ip: str
    at: datetime
    folder: str
    authentication: Authentication


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """One recipient; may be changed at any time. ``remaining``: how many attempts ``delays`` still puts off."""

    address: str
    kind: str = "exists"
    reply: str = ""
    """What a ``rule`` (or any refusing kind) says instead of the provider's own words."""
    stage: str = "rcpt"
    """When it refuses: at ``rcpt`` or after ``data``."""
    remaining: int = 0
    messages: list[Stored] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is at the door: the facts of one transaction so far."""

    ip: str
    helo: str = ""
    sender: str = ""
    tls: bool = False


Accepted = Callable[[str, bytes], None]


class ReceiverPolicy:
    """The mailboxes and the rules of one server. ``accepted`` hears of every message that reaches an inbox."""

    def __init__(
        self, house: House, *, zones: Zones, clock: LabClock, ids: Ids, accepted: Accepted | None = None
    ) -> None:
        self.house = house
        self.mailboxes: dict[str, Mailbox] = {}
        self._zones = zones
        self._clock = clock
        self._ids = ids
        self._accepted = accepted

    def add_mailbox(
        self, address: str, kind: str = "exists", *, reply: str = "", stage: str = "rcpt", delays: int = 1
    ) -> Mailbox:
        """Make or replace a mailbox. Raises ``Malformed`` for an unknown kind, stage or reply."""
        if kind not in KINDS:
            raise Malformed(f"mailbox {address}: kind", repr(kind), ", ".join(KINDS))
        if stage not in {"rcpt", "data"}:
            raise Malformed(f"mailbox {address}: stage", repr(stage), "rcpt or data")
        if reply and not ServerReply.read(reply).refusal:
            raise Malformed(f"mailbox {address}: reply", repr(reply[:80]), "a 4xx or 5xx reply")
        remaining = delays if kind == "delays" else 0
        box = Mailbox(address=address, kind=kind, reply=reply, stage=stage, remaining=remaining)
        self.mailboxes[address.lower()] = box
        return box

    def knows(self, address: str) -> bool | None:
        """Whether the mailbox exists; ``None``: not one of this server's domains, or it would not say."""
        box = self.mailboxes.get(address.lower())
        if address.rpartition("@")[2].lower() not in self.house.domains or (box and box.kind == "silent"):
            return None
        return box is not None and box.kind != "unknown"

    def say(self, event: str, visit: Visit, *, address: str = "", domain: str = "", size: int = 0) -> ServerReply:
        """The house's words for an event of the session."""
        return self.house.voice.say(event, self._facts(visit, address=address, domain=domain, size=size))

    def at_rcpt(self, address: str, visit: Visit) -> ServerReply | None:
        """The answer to RCPT TO; ``None``: none is given, ever."""
        if address.rpartition("@")[2].lower() not in self.house.domains:
            return self.say("relay", visit, address=address)
        box = self.mailboxes.get(address.lower())
        if box is None:
            return self.say("unknown", visit, address=address)
        if box.kind == "silent":
            return None
        refusal = self._refusal(box, "rcpt", visit)
        return refusal or self.say("rcpt", visit, address=address)

    def at_data(self, visit: Visit, recipients: tuple[str, ...], content: bytes) -> ServerReply:
        """The answer after the message: authenticate, judge, store."""
        if content.split(b"\r\n\r\n", 1)[0].lower().count(b"\nreceived:") >= _HOPS:  # RFC 5321 6.3
            return self.say("loop", visit)
        arrival = Arrival(ip=visit.ip, helo=visit.helo, sender=visit.sender, content=content)
        found = authenticate(arrival, self._zones, self.house.suffixes)
        boxes = [self.mailboxes[address.lower()] for address in recipients]
        refused = self._unauthentic(found, visit, recipients[0])
        for box in boxes:
            refused = refused or self._refusal(box, "data", visit)
        if refused:
            return refused
        for box in boxes:
            self._store(box, visit, content, found)
        return self.say("queued", visit, size=len(content))

    def _unauthentic(self, found: Authentication, visit: Visit, address: str) -> ServerReply | None:
        """The refusal for want of authentication, if the provider refuses for it (facts.md C4, D2, D3)."""
        voice = self.house.voice
        if not found.from_domain:
            return self.say("no-from", visit)
        if found.disposition == "reject":
            return self.say("dmarc", visit, address=address, domain=found.from_domain)
        if found.dkim_passes or found.spf == "pass":
            return None
        if found.spf == "fail":
            return self.say("spf", visit, address=address, domain=found.spf_domain)
        if voice.enforces("unauthenticated") and found.spf != "temperror":
            return self.say("unauthenticated", visit, address=address, domain=found.spf_domain)
        return None

    def _refusal(self, box: Mailbox, stage: str, visit: Visit) -> ServerReply | None:
        if box.stage != stage or box.kind in {"exists", "quarantined", "silent"}:
            return None
        if box.kind == "delays":
            if box.remaining <= 0:
                return None
            box.remaining -= 1
        facts = self._facts(visit, address=box.address, domain=box.address.rpartition("@")[2])
        if box.reply:
            return self.house.voice.custom(box.reply, facts)
        return self.house.voice.say(box.kind, facts)

    def _store(self, box: Mailbox, visit: Visit, content: bytes, found: Authentication) -> None:
        now = self._clock.now()
        host = self.house.hosts[0]
        how = "ESMTPS" if visit.tls else "ESMTP"
        trace = (
            f"Return-Path: <{visit.sender}>\r\n"
            f"Received: from {visit.helo or 'unknown'} ([{visit.ip}])\r\n by {host} with {how} id "
            f"{self._ids.hex(length=12)}\r\n for <{box.address}>; {format_datetime(now)}\r\n"
        )
        raw = trace.encode("ascii", "replace") + found.header(host) + content
        folder = "junk" if found.disposition == "quarantine" else "inbox"
        folder = "quarantine" if box.kind == "quarantined" else folder
        box.messages.append(
            Stored(raw=raw, sender=visit.sender, ip=visit.ip, at=now, folder=folder, authentication=found)
        )
        if folder == "inbox" and self._accepted is not None:
            self._accepted(box.address, raw)

    def _facts(self, visit: Visit, *, address: str = "", domain: str = "", size: int = 0) -> Facts:
        return Facts(
            host=self.house.hosts[0],
            at=self._clock.now().replace(microsecond=0),
            serial=self._ids.hex(),
            ip=visit.ip,
            helo=visit.helo,
            sender=visit.sender,
            address=address,
            domain=domain,
            size=size,
        )
