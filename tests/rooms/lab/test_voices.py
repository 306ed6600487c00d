"""The providers' words go out well-formed, and refusals carry the provider's mark."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from mailstrata.lab.receiver_policy import KINDS
from mailstrata.lab.voices import VOICES, Facts, ServerReply
from mailstrata.model.errors import Malformed
from mailstrata.model.reply import Reply

FACTS = Facts(
    host="mx.dock.example",
    at=datetime(2026, 5, 12, 18, 43, 0, 123456, tzinfo=UTC),
    serial="0123456789abcdef0123",
    ip="127.0.1.10",
    address="crew@dock.example",
    domain="sailing.example",
)
REFUSING = [kind for kind in KINDS if kind not in {"exists", "quarantined", "silent"}] + ["dmarc", "spf", "relay"]


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("event", REFUSING)
def test_every_voice_can_refuse_for_every_reason(voice: str, event: str) -> None:
    """Each refusal is a reply that our own reader understands, with an enhanced status code of its own class."""
    reply = VOICES[voice].say(event, FACTS)
    read = Reply.parse(reply.wire().decode())
    assert read is not None
    assert reply.refusal
    assert read.enhanced.startswith(str(read.code)[0])
    assert "{" not in read.text


@pytest.mark.parametrize("voice", VOICES)
def test_no_line_is_too_long_or_empty_of_its_code(voice: str) -> None:
    """Every line has the code and at most 512 octets (RFC 5321 4.5.3.1.5)."""
    for event in VOICES[voice].texts:
        for line in VOICES[voice].say(event, FACTS).wire().split(b"\r\n")[:-1]:
            assert re.match(rb"[2345]\d\d[ -]?", line)
            assert len(line) <= 510


def test_exchange_ends_with_host_time_and_trace() -> None:
    """facts.md D1: [HOST.prod.protection.outlook.com TIME HEX]."""
    assert VOICES["exchange-online"].say("unknown", FACTS).wire() == (
        b"550 5.4.1 Recipient address rejected: Access denied. For more information see "
        b"https://aka.ms/EXOSmtpErrors [DB5PEPF00000123.eop-eur02.prod.protection.outlook.com "
        b"2026-05-12T18:43:00.123Z 08DE0123456789AB]\r\n"
    )


def test_gmail_repeats_its_code_on_every_line() -> None:
    """facts.md C4: multi-line, each line with the code, the last with the queue id and gsmtp."""
    lines = VOICES["gmail"].say("unknown", FACTS).wire().decode().splitlines()
    assert [line[:9] for line in lines] == ["550-5.1.1", "550-5.1.1", "550-5.1.1", "550 5.1.1"]
    assert re.search(r"\?p=NoSuchUser \S+\.\d+ - gsmtp$", lines[-1])


def test_an_own_reply_is_not_marked_twice() -> None:
    """A reply that already ends as the provider's do is left alone; braces mean nothing in it."""
    marked = "550 5.7.1 no {x} [A.prod.outlook.com 2026-01-02T12:56:10.967Z 08DE491B956D11AD]"
    assert VOICES["exchange-online"].custom(marked, FACTS).wire().decode() == marked + "\r\n"
    assert VOICES["postfix"].custom("550 5.7.1 no {x}", FACTS).wire() == b"550 5.7.1 no {x}\r\n"


@pytest.mark.parametrize("written", ["550-a\n550 b", "550 a\nb"])
def test_a_reply_of_several_lines_is_read_either_way(written: str) -> None:
    """With or without the code on further lines."""
    assert ServerReply.read(written).wire() == b"550-a\r\n550 b\r\n"


@pytest.mark.parametrize("written", ["", "no", "199 x", "5500"])
def test_what_is_no_reply_is_said(written: str) -> None:
    """A reply begins with its code."""
    with pytest.raises(Malformed, match="reply code"):
        ServerReply.read(written)
