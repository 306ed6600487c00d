"""Whatever a text holds, a parser reads it or says where it is broken: nothing else comes out of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.paper_zone import Zone

from mailstrata.formats import auth_results, bimi, dkim, dmarc, dmarc_lint, mta_sts, spf, spf_lint, spf_tree, tls_rpt
from mailstrata.formats.arc_check import check as arc
from mailstrata.formats.dkim_check import check as signatures
from mailstrata.formats.spf_check import Sender
from mailstrata.formats.spf_check import check as check_spf
from mailstrata.model.errors import Malformed

WORDS = st.sampled_from(
    [
        "v=spf1 ",
        "v=DMARC1;",
        "v=DKIM1; ",
        "v=STSv1; id=1",
        "v=TLSRPTv1; rua=",
        "v=BIMI1; l=",
        "version: STSv1\n",
        "include:",
        "redirect=",
        "exists:%{ir}.%{l1r+-}.x.example",
        "exp=",
        "-all",
        "ip4:192.0.2.0/24",
        "a:x.example//64",
        "mx/24",
        " p=reject;",
        "b=",
        "; ",
        "mx.example; spf=pass ",
        "(comment",
        "smtp.mailfrom=",
        "\r\n ",
    ]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=12).map("".join)
PARSERS: tuple[Callable[[str], object], ...] = (
    spf.terms,
    spf_lint.lints,
    dmarc.parse,
    dmarc.received,
    dmarc_lint.lints,
    dkim.parse_key,
    dkim.parse_signature,
    mta_sts.parse,
    mta_sts.parse_record,
    tls_rpt.parse,
    bimi.parse,
    auth_results.parse,
)


def _outcome(parse: Callable[[str], object], text: str) -> str:
    """What came of it: ``value``, or the place of the slip."""
    try:
        parse(text)
    except Malformed as error:
        return error.where
    return "value"


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: f"{parse.__module__.rpartition('.')[2]}-{parse.__name__}")
@given(text=TEXTS)
def test_a_parser_gives_a_value_or_the_place_of_the_slip(parse: Callable[[str], object], text: str) -> None:
    """``Malformed``, with its place, or a value."""
    assert _outcome(parse, text)


@given(text=TEXTS)
def test_an_evaluation_ends_in_a_verdict_whatever_a_record_holds(text: str) -> None:
    """RFC 7208 4.6: what cannot be read is a permerror."""
    zone = Zone({"a.example": [{"TXT": text}]})
    results = {"none", "neutral", "pass", "fail", "softfail", "permerror"}
    assert check_spf(zone, Sender(ip="192.0.2.1", sender="x@a.example")).result in results
    tree = spf_tree.read(zone, "a.example")
    assert tree is None or tree.domain == "a.example"


@given(head=TEXTS, body=st.binary(max_size=40))
def test_a_mail_is_judged_whatever_its_signatures_hold(head: str, body: bytes) -> None:
    """RFC 6376 6.1.1, RFC 8617 5.2: permerror, fail or none."""
    raw = f"DKIM-Signature: {head}\r\nARC-Seal: i=1; {head}\r\n\r\n".encode("utf-8", "surrogatepass") + body
    assert {one.result for one in signatures(Zone({}), raw)} <= {"permerror"}
    assert arc(Zone({}), raw).result in ("none", "fail")
