"""Who sent this, as a recipient's server sees it: SPF, DKIM and DMARC of one message.

    auth = authenticate(Arrival(ip="127.0.1.10", helo="…", sender="bounce@mail.sailing.example", content=raw), zones)
    auth.spf, [s.result for s in auth.dkim], auth.dmarc       # "pass", ["pass"], "pass"
    auth.disposition                                          # "none", "quarantine" or "reject"

SPF by pyspf (RFC 7208), DKIM by dkimpy (RFC 6376), both asking the lab's DNS; DMARC by ``receiver_dmarc``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

import dkim
import spf

from mailstrata.lab.dns_record import MalformedRecord
from mailstrata.lab.receiver_dmarc import Identifiers, evaluate
from mailstrata.lab.zones import Zones

_SIGNATURES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message at a server's door."""

    ip: str
    helo: str
    sender: str
    """The envelope MAIL FROM; empty for a bounce."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM signature: ``result`` is pass, fail, permerror or temperror (RFC 8601 2.7.1)."""

    result: str
    domain: str = ""
    selector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What was found. ``policy`` is what the From domain asks for when DMARC fails."""

    spf: str
    spf_domain: str
    dkim: tuple[Signature, ...]
    dmarc: str
    from_domain: str
    policy: str = "none"

    @property
    def disposition(self) -> str:
        """What the From domain wants to be done with this message (RFC 7489 6.3)."""
        return self.policy if self.dmarc == "fail" else "none"

    @property
    def dkim_passes(self) -> bool:
        """Whether any signature is valid."""
        return any(signature.result == "pass" for signature in self.dkim)

    def header(self, server: str) -> bytes:
        """The Authentication-Results field (RFC 8601 2.2)."""
        parts = [f"spf={self.spf} smtp.mailfrom={self.spf_domain or 'none'}"]
        parts += [f"dkim={s.result} header.d={s.domain or 'none'} header.s={s.selector or 'none'}" for s in self.dkim]
        parts += [] if self.dkim else ["dkim=none"]
        parts.append(f"dmarc={self.dmarc} (p={self.policy}) header.from={self.from_domain or 'none'}")
        return ";\r\n ".join((f"Authentication-Results: {server}", *parts)).encode("ascii", "replace") + b"\r\n"


def authenticate(arrival: Arrival, zones: Zones, suffixes: Collection[str] = ()) -> Authentication:
    """Evaluate all three; ``suffixes`` are public suffixes of more than one label (``co.example``)."""
    head = BytesHeaderParser().parsebytes(arrival.content[:200_000])
    from_domain = header_domain(head)
    spf_result, spf_domain = check_spf(arrival, zones)
    signatures = check_dkim(arrival.content, zones)
    aligning = Identifiers(
        author=from_domain,
        spf=spf_domain if spf_result == "pass" else "",
        dkim=tuple(s.domain for s in signatures if s.result == "pass"),
    )
    dmarc = evaluate(aligning, zones, suffixes)
    return Authentication(
        spf=spf_result,
        spf_domain=spf_domain,
        dkim=signatures,
        dmarc=dmarc.result,
        from_domain=from_domain,
        policy=dmarc.policy,
    )


def header_domain(head: Message) -> str:
    """The domain of the only author in the only From field; empty when there is no such (RFC 7489 6.6.1)."""
    fields = [str(value) for value in head.get_all("From", [])]
    domains = {address.rpartition("@")[2].lower() for _, address in getaddresses(fields) if "@" in address}
    return domains.pop() if len(fields) == 1 and len(domains) == 1 else ""


def check_spf(arrival: Arrival, zones: Zones) -> tuple[str, str]:
    """The SPF result (RFC 7208 2.6) and the domain it is about: MAIL FROM's, or HELO's for a bounce (2.4)."""
    domain = arrival.sender.rpartition("@")[2].lower() or arrival.helo.lower()
    try:
        query = _Query(zones, i=arrival.ip, s=arrival.sender, h=arrival.helo)
        return str(query.check()[0]), domain
    except (MalformedRecord, UnicodeError):
        return "none", domain  # RFC 7208 4.3: a malformed domain


def check_dkim(content: bytes, zones: Zones) -> tuple[Signature, ...]:
    """Every signature's result, the topmost first, at most five."""
    try:
        verifier = dkim.DKIM(content, minkey=1024)
    except (dkim.DKIMException, IndexError):  # dkimpy stumbles over a first line that is a continuation
        return ()
    count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)
    return tuple(_signature(content, index, zones) for index in range(min(count, _SIGNATURES)))


def _signature(content: bytes, index: int, zones: Zones) -> Signature:
    failed: list[str] = []

    def key(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout  # the lab's look-ups do not wait
        try:
            values = zones.lookup_now(name.decode("ascii"), "TXT")
        except (UnicodeError, MalformedRecord):
            return None
        except LookupError:
            failed.append("temperror")
            return None
        return values[0].encode() if values else None

    verifier = dkim.DKIM(content, minkey=1024)
    try:
        result = "pass" if verifier.verify(idx=index, dnsfunc=key) else "fail"
    except (dkim.DKIMException, ValueError, TypeError, KeyError, IndexError, AssertionError):
        result = "permerror"
    fields: dict[bytes, bytes] = verifier.signature_fields
    return Signature(
        result=failed[0] if failed else result,
        domain=fields.get(b"d", b"").decode("ascii", "replace").lower(),
        selector=fields.get(b"s", b"").decode("ascii", "replace"),
    )


class _Query(spf.query):  # type: ignore[misc]
    """pyspf's evaluation over the lab's DNS; nothing global is touched, so labs can run side by side."""

    def __init__(self, zones: Zones, *, i: str, s: str, h: str) -> None:
        super().__init__(i=i, s=s, h=h)
        self._zones = zones

    def dns(
        self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False
    ) -> list[str | tuple[int, str] | tuple[bytes]]:
        del cnames  # the resolver has followed them
        try:
            values = self._zones.lookup_now(str(name), qtype)
        except MalformedRecord:
            return []
        except LookupError as error:
            raise spf.TempError(f"DNS {error}") from None
        if not values and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:  # RFC 7208 4.6.4
                raise spf.PermError(f"Void lookup limit of {spf.MAX_VOID_LOOKUPS} exceeded")
        return [_native(value, qtype) for value in values]


def _native(value: str, qtype: str) -> str | tuple[int, str] | tuple[bytes]:
    """A value in the shape that pyspf works with."""
    if qtype in {"TXT", "SPF"}:
        return (value.encode(),)
    if qtype == "MX":
        preference, _, host = value.partition(" ")
        return int(preference), host
    return value
