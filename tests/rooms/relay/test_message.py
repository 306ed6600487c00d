"""The message on its way to SES: byte for byte as received, except for what SES refuses or would disclose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.corpora import each_mail

from mailstrata.lab.ses.submission import Submitted
from mailstrata.relay.message import _KNOWN, _KNOWN_LIMIT, ONCE, prepare

MAIL = (
    b"Received: from client by relay;\r\n Tue, 12 May 2026 18:00:00 +0000\r\n"
    b"From: Harbour <admin@sailing.example>\r\nTo: guest@dock.example\r\nsubject:  odd   spaces \r\n"
    b"Date: Tue, 12 May 2026 18:00:00 +0000\r\n\r\nAhoy\r\n\r\n.\r\n\xff\x00"
)
NAMES = st.sampled_from(
    b"From To CC Bcc Subject References In-Reply-To Message-ID X-Own Received DKIM-Signature X-SES-Tenant Return-Path "
    b"Content-Type Reply-To".split()
)
VALUES = st.sampled_from(
    [b" a@dock.example", b" <1@dock.example>", b"", b" no domain", b" x\r\n\ty", b" \xe9", b" <2@a> <3@b>", b" a@b,"]
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=12)


def _raw(fields: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    return b"".join(name + b":" + value + b"\r\n" for name, value in fields) + b"\r\n" + body


def _whole(raw: bytes) -> bytes:
    return b"".join(prepare(raw).message)


def test_an_ordinary_message_is_not_touched() -> None:
    """Spaces, folding, 8-bit bytes and the body stay as they were."""
    assert _whole(MAIL) == MAIL
    assert prepare(MAIL).changes == ()


@given(FIELDS, st.binary(max_size=200))
def test_the_body_is_the_same_bytes(fields: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Whatever the header."""
    assert bytes(prepare(_raw(fields, body)).body) == body


@given(FIELDS)
def test_fields_without_a_rule_stand_where_they_stood(fields: list[tuple[bytes, bytes]]) -> None:
    """In order, byte for byte."""
    free = re.compile(rb"^X-Own:.*\r\n(?:[ \t].*\r\n)*|^Received:.*\r\n(?:[ \t].*\r\n)*", re.MULTILINE)
    raw = _raw(fields, b"")
    assert free.findall(prepare(raw).head) == free.findall(raw)


@given(FIELDS, st.binary(max_size=20))
def test_preparing_twice_changes_nothing_more(fields: list[tuple[bytes, bytes]], body: bytes) -> None:
    """A message that came back, or that waited in the spool, is as good as a new one."""
    once = _whole(_raw(fields, body))
    assert _whole(once) == once
    assert prepare(once).changes == ()


@given(FIELDS)
def test_what_ses_refuses_is_gone(fields: list[tuple[bytes, bytes]]) -> None:
    """No field of SES's list stands twice, none of the removed ones stands at all."""
    names = [name.lower().encode() for name, _ in Submitted.of(prepare(_raw(fields, b"")).head).fields]
    assert not {b"bcc", b"return-path", b"x-ses-tenant"} & set(names)
    assert all(names.count(name) <= 1 for name in ONCE)


def test_blind_copies_are_not_disclosed() -> None:
    """Also where a line ends with a bare line feed, and in folded lines."""
    raw = (
        b"From: a@b.example\r\nBcc: hidden@dock.example,\r\n\tsecond@dock.example\r\n"
        b"bcc : third@dock.example\nTo: c@d.example\r\n\r\nx"
    )
    assert _whole(raw) == b"From: a@b.example\r\nTo: c@d.example\r\n\r\nx"
    assert prepare(raw).changes == ("Bcc removed", "bcc removed")


def test_repeated_addresses_are_joined_and_others_kept_once() -> None:
    """No recipient named in the header gets lost, and the first subject stays."""
    raw = b"To: a@b.example\r\nSubject: one\r\nTO: c@d.example\r\nSubject: two\r\n\r\n"
    assert prepare(raw).head == b"To: a@b.example,\r\n c@d.example\r\nSubject: one\r\n\r\n"
    assert prepare(raw).changes == ("repeated TO joined to the first", "repeated Subject removed")


def test_an_address_field_that_ses_cannot_read_is_kept_under_another_name() -> None:
    """The recipients are in the envelope; the words are still there for whoever looks."""
    raw = b"From: a@b.example\r\nTo: the whole crew\r\n\r\n"
    assert prepare(raw).head == b"From: a@b.example\r\nX-Original-To: the whole crew\r\n\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"References: <own@x.example>\r\n"),
        (b"In-Reply-To: <parent@y.example>\r\n", b"References: <parent@y.example>\r\n <own@x.example>\r\n"),
        (
            b"References: <a@y.example> <b@y.example>\r\n",
            b"References: <a@y.example> <b@y.example>\r\n <own@x.example>\r\n",
        ),
        (b"References: <own@x.example>\r\n", b"References: <own@x.example>\r\n"),
    ],
)
def test_the_own_message_id_goes_into_references(before: bytes, after: bytes) -> None:
    """SES replaces the Message-ID; replies carry References back (RFC 5322 3.6.4)."""
    prepared = prepare(b"Message-ID: <own@x.example>\r\n" + before + b"\r\nbody")
    assert after in prepared.head
    assert prepared.message_id == "<own@x.example>"


def test_a_repeat_with_a_new_trace_is_the_same_message() -> None:
    """A server that tries again may write another Received; nothing else may differ."""
    signed = b"DKIM-Signature: one\r\n" + MAIL
    again = signed.replace(b"18:00:00 +0000\r\nFrom", b"18:05:00 +0000\r\nFrom").replace(b"one", b"two")
    assert again != signed
    assert prepare(again).identity == prepare(signed).identity
    assert prepare(MAIL.replace(b"odd", b"even")).identity != prepare(MAIL).identity


@pytest.mark.parametrize("line_end", [b"as it is", b"\r\n"])
def test_all_of_the_torture_survives(line_end: bytes) -> None:
    """357 odd and broken mails: nothing raises, bodies are the same bytes, preparing twice is preparing once."""
    seen = 0
    for _, mail in each_mail("mime-torture"):
        raw = mail if line_end != b"\r\n" else re.sub(rb"\r?\n", b"\r\n", mail)
        prepared = prepare(raw)
        assert raw.endswith(bytes(prepared.body))
        assert _whole(b"".join(prepared.message)) == b"".join(prepared.message)
        seen += 1
    assert seen == 357


def test_names_that_nobody_writes_twice_are_not_remembered_without_end() -> None:
    """What is done with a field does not depend on what was remembered."""
    for number in range(3 * _KNOWN_LIMIT):
        prepare(b"X-%d: a\r\nX-SES-%d: b\r\n\r\n" % (number, number))
    assert len(_KNOWN) <= _KNOWN_LIMIT
    assert prepare(b"bCC : eve@dock.example\r\nX-Ses-New: c\r\nX-New: d\r\n\r\n").head == b"X-New: d\r\n\r\n"


def test_a_hostile_header_ends_in_time() -> None:
    """A hundred thousand repetitions cost no more than their length."""
    prepared = prepare(b"To: a@b.example\r\n" * 100_000 + b"\r\n")
    assert len(prepared.head) < 110_000
    assert len(prepared.changes) == 50
