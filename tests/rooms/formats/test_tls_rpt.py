"""TLS-RPT records."""

from __future__ import annotations

import pytest

from mailstrata.formats.tls_rpt import MalformedTlsRpt, TlsRptRecord, parse, published, render

TEXT = "v=TLSRPTv1; rua=mailto:tls@sailing.example,https://sailing.example/tls"


def test_a_record_is_read_and_written_back() -> None:
    """RFC 8460 3."""
    record = parse(TEXT + ";")
    assert record == TlsRptRecord(rua=("mailto:tls@sailing.example", "https://sailing.example/tls"))
    assert render(record) == TEXT


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("v=TLSRPTv2; rua=mailto:a@b.example", "v"),
        ("v=TLSRPTv1;", "rua"),
        ("v=TLSRPTv1; rua=tls@sailing.example", "rua"),
        ("v=TLSRPTv1; rua=ftp://x", "rua"),
        ("v=TLSRPTv1; rua=https://x; rua=https://y", "rua"),
    ],
)
def test_a_broken_record_names_its_tag(text: str, where: str) -> None:
    """The tag is the place."""
    with pytest.raises(MalformedTlsRpt) as caught:
        parse(text)
    assert caught.value.where == where


def test_several_records_ask_for_nothing() -> None:
    """RFC 8460 3: as if there were none."""
    assert published(["other", TEXT]) == parse(TEXT)
    assert published([TEXT, TEXT]) is None
