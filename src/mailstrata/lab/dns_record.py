"""A DNS record as people write it, and as dnspython holds it.

    parse(Record(name="_dmarc.sailing.example", rtype="TXT", values=("v=DMARC1; p=none",)))
    plain(rdata)                    # v=DMARC1; p=none

Values are in presentation format (RFC 1035 5.1); text may come without its quotes, names are always absolute.
"""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset

from mailstrata.model.errors import Malformed

MINIMUM = 300
"""Seconds for which absence may be remembered (RFC 2308 4): the SOA's minimum of every zone of the lab."""


class MalformedRecord(Malformed):
    """A record that somebody wrote cannot be read; the text says which, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record set: the values of one type at one name, in presentation format."""

    name: str
    rtype: str
    values: tuple[str, ...]
    ttl: int = 300
    """Seconds."""


def soa_of(apex: dns.name.Name, primary: str, serial: int, minimum: int = MINIMUM) -> dns.rrset.RRset:
    """The SOA record set of a zone; its TTL is its minimum, as negative answers want it (RFC 2308 3)."""
    value = f"{primary}. hostmaster.{primary}. {serial} 7200 900 1209600 {minimum}"
    return dns.rrset.from_text(apex, minimum, "IN", "SOA", value)


def parse(record: Record) -> dns.rrset.RRset:
    """Read a record set; raises ``MalformedRecord``."""
    owner = absolute(record.name)
    try:
        values = [_quoted(value) if record.rtype.upper() in {"TXT", "SPF"} else value for value in record.values]
        return dns.rrset.from_text_list(
            owner, record.ttl, "IN", record.rtype.upper(), values, origin=dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError) as error:
        found = f"{' | '.join(record.values)!r}: {error}"
        raise MalformedRecord(f"{record.name} {record.rtype}", found, "its presentation format") from None


def _quoted(value: str) -> str:
    if value.startswith('"'):
        return value
    octets = value.encode()
    pieces = [octets[start : start + 255] for start in range(0, len(octets), 255)] or [b""]  # RFC 1035 3.3
    return " ".join('"' + "".join(map(_escaped, piece)) + '"' for piece in pieces)


def _escaped(octet: int) -> str:
    if octet in b'"\\':
        return "\\" + chr(octet)
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}"  # RFC 1035 5.1


def absolute(name: str) -> dns.name.Name:
    """A name, absolute and in lower case; raises ``MalformedRecord``."""
    try:
        return dns.name.from_text(name).canonicalize()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise MalformedRecord(repr(name), str(error), "a domain name") from None


def text(name: dns.name.Name) -> str:
    """A name as people write it: lower case, no final dot (the root is ``.``)."""
    return name.canonicalize().to_text(omit_final_dot=name != dns.name.root)


def plain(rdata: dns.rdata.Rdata) -> str:
    """A value as people write it: TXT joined and without quotes, names without their final dot but for the root."""
    if rdata.rdtype in {dns.rdatatype.TXT, dns.rdatatype.SPF}:
        strings: tuple[bytes, ...] = rdata.strings  # type: ignore[attr-defined]
        return b"".join(strings).decode("utf-8", "replace")
    words = rdata.to_text().split(" ")
    return " ".join(word[:-1] if word.endswith(".") and word != "." else word for word in words)
