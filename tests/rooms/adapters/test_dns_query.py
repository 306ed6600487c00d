"""The octets of a question, and which message answers it."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.dns_query import PAYLOAD, Query

NAME = dns.name.from_text("_dmarc.Sailing.example")
LABEL = st.binary(min_size=1, max_size=30)


@given(st.lists(LABEL, max_size=7), st.sampled_from(("TXT", "MX", "SOA", "PTR")), st.booleans(), st.booleans())
def test_the_library_reads_what_was_meant(labels: list[bytes], kind: str, recurse: bool, edns: bool) -> None:
    """Any name, any type; and it would have written the same itself (RFC 1035 4.1, RFC 6891 6.1.2)."""
    name, rdtype = dns.name.Name([*labels, b""]), dns.rdatatype.from_text(kind)
    query = Query(name, rdtype, recurse=recurse, edns=edns)
    read = dns.message.from_wire(query.wire)
    assert [(one.name, one.rdtype) for one in read.question] == [(name, rdtype)]
    assert bool(read.flags & dns.flags.RD) is recurse
    assert (read.edns, read.payload) == ((0, PAYLOAD) if edns else (-1, 0))
    assert query.message().to_wire() == query.wire


def answer(query: Query) -> dns.message.Message:
    """A right answer."""
    return dns.message.make_response(dns.message.from_wire(query.wire))


def test_an_answer_has_the_id_and_the_question() -> None:
    """Names are compared without case (RFC 1034 3.1)."""
    query = Query(NAME, dns.rdatatype.TXT, recurse=True)
    right = answer(query)
    right.question[0].name = dns.name.from_text("_DMARC.sailing.example")
    assert query.is_answered_by(right)


@pytest.mark.parametrize("wrong", ["id", "question", "type", "query", "opcode", "two", "none"])
def test_nothing_else_is_an_answer(wrong: str) -> None:
    """RFC 5452 4.3: what a stranger guesses is passed over."""
    query = Query(NAME, dns.rdatatype.TXT, recurse=True)
    message = answer(query)
    if wrong == "id":
        message.id ^= 1
    elif wrong == "question":
        message.question[0].name = dns.name.from_text("dock.example")
    elif wrong == "type":
        message.question[0].rdtype = dns.rdatatype.MX
    elif wrong == "query":
        message.flags &= ~dns.flags.QR
    elif wrong == "opcode":
        message.set_opcode(dns.opcode.NOTIFY)
    elif wrong == "two":
        message.question = message.question * 2
    else:
        message.question = []
    assert not query.is_answered_by(message)


@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED])
def test_an_error_need_not_repeat_the_question(rcode: dns.rcode.Rcode) -> None:
    """The server may not have read it."""
    query = Query(NAME, dns.rdatatype.TXT, recurse=True)
    message = answer(query)
    message.question = []
    message.set_rcode(rcode)
    assert query.is_answered_by(message)


def test_each_question_has_an_id_of_its_own() -> None:
    """One that can be guessed is as good as none (RFC 5452 4.3)."""
    assert len({Query(NAME, dns.rdatatype.TXT, recurse=True).wire[:2] for _ in range(50)}) > 40
