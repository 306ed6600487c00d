"""One DNS question as it goes out (RFC 1035 4.1), and which message answers it (RFC 5452 4.3, 9.1).

    query = Query(name, dns.rdatatype.TXT, recurse=True)
    transport.sendto(query.wire)
    query.is_answered_by(message)

The octets are written here: a question has one shape, and a library that renders any message takes longer for it than for all
else that becomes of an answer. Where TCP has to carry it, it is the library's own message.
"""

from __future__ import annotations

import struct

import dns.entropy
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

PAYLOAD = 1232
"""Octets of the largest UDP answer we offer to take (DNS flag day 2020): it passes without fragments."""
_OPT = b"\0" + struct.pack("!HHIH", dns.rdatatype.OPT, PAYLOAD, 0, 0)
_WITHOUT_QUESTION = frozenset({dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED})
"""The errors of servers that did not come so far as to repeat the question."""


class Query:
    """A question with an id of its own; without ``edns`` for servers that do not know it (RFC 6891 7)."""

    def __init__(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, *, recurse: bool, edns: bool = True
    ) -> None:
        self._name = name
        self._rdtype = rdtype
        self._edns = edns
        self._flags = int(dns.flags.RD) if recurse else 0
        self._id = dns.entropy.random_16()

    @property
    def wire(self) -> bytes:
        """The message of the question."""
        head = struct.pack("!6H", self._id, self._flags, 1, 0, 0, int(self._edns))
        labels = b"".join(bytes((len(label),)) + label for label in self._name.labels)
        asked = struct.pack("!2H", self._rdtype, dns.rdataclass.IN)
        return head + labels + asked + (_OPT if self._edns else b"")

    def message(self) -> dns.message.Message:
        """The same for the library, under the same id."""
        edns = 0 if self._edns else False
        query = dns.message.make_query(self._name, self._rdtype, use_edns=edns, payload=PAYLOAD, id=self._id)
        query.flags = dns.flags.Flag(self._flags)
        return query

    def is_answered_by(self, message: dns.message.Message) -> bool:
        """Whether ``message`` has the id and the question; of an error the id is enough where it repeats none."""
        if message.id != self._id or not message.flags & dns.flags.QR or message.opcode() != dns.opcode.QUERY:
            return False
        if not message.question:
            return message.rcode() in _WITHOUT_QUESTION
        asked = message.question[0]
        same = (asked.name, asked.rdtype, asked.rdclass) == (self._name, self._rdtype, dns.rdataclass.IN)
        return same and len(message.question) == 1
