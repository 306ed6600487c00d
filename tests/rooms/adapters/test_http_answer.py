"""One answer of an HTTP/1.1 server, read from bytes as they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.http_answer import LIMIT, MalformedAnswer, read

PLAIN = b"HTTP/1.1 200 OK\r\nDate: Tue, 12 May 2026 18:43:00 GMT\r\ncontent-length: 17\r\n\r\n" + b'{"MessageId":"1"}'
CHUNKED = (
    b"HTTP/1.1 429 Too Many Requests\r\nTransfer-Encoding: chunked\r\nx-amzn-ErrorType: TooManyRequestsException:http\r\n\r\n"
    b'3\r\n{"m\r\nA;x=y\r\nessage":1}\r\n0\r\n\r\n'
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN


@pytest.mark.parametrize("whole", [PLAIN, CHUNKED, INTERIM])
def test_it_is_whole_with_its_last_byte_and_not_before(whole: bytes) -> None:
    """Wherever the network cuts it."""
    assert all(read(whole[:size]) is None for size in range(len(whole)))
    assert read(whole) is not None


def test_status_fields_and_body() -> None:
    """Field names are told without regard to case (RFC 9110 5.1)."""
    plain, chunked, interim = read(PLAIN), read(CHUNKED), read(INTERIM)
    assert plain
    assert chunked
    assert (plain.status, plain.body, plain.header("date")) == (
        200,
        b'{"MessageId":"1"}',
        "Tue, 12 May 2026 18:43:00 GMT",
    )
    assert (chunked.status, chunked.body, chunked.header("X-Amzn-Errortype")) == (
        429,
        b'{"message":1}',
        "TooManyRequestsException:http",
    )
    assert interim == plain


def test_interim_answers_without_an_end_are_waited_behind_as_far_as_the_bound() -> None:
    """A thousand of them were a thousand calls within each other."""
    interim = b"HTTP/1.1 100 \r\n\r\n"
    assert read(interim * 3000) is None
    assert read(interim * 1000 + PLAIN) == read(PLAIN)
    with pytest.raises(MalformedAnswer, match="more than"):
        read(interim * 4000)


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.0 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n", False),
    ],
)
def test_whether_the_connection_may_be_used_again(start: bytes, kept: bool) -> None:
    """It may in HTTP/1.1, unless the server says that it closes (RFC 9112 9.3)."""
    answer = read(start + b"Content-Length: 0\r\n\r\n")
    assert answer
    assert answer.kept is kept


@pytest.mark.parametrize(
    "received",
    [
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * LIMIT + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_short_answer_is_told(received: bytes) -> None:
    """No length, no end, no HTTP."""
    with pytest.raises(MalformedAnswer):
        read(received)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest))
def test_garbage_is_read_or_refused(received: bytes) -> None:
    """Nothing else is raised."""
    try:
        read(received)
    except MalformedAnswer as error:
        assert error.where == "HTTP answer"  # noqa: PT017 - either ending is right
