"""``/metrics`` and ``/healthz``, and the counters behind them."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.relay_metrics import Metrics, label
from mailstrata.adapters.relay_watch import Watch


def asked(request: bytes, *, problem: str = "") -> bytes:
    """What the port answers."""
    metrics = Metrics.shared()
    metrics.of(0).add("connections", 3)

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Watch(metrics=metrics.text, health=lambda: problem), "127.0.0.1", 0
        )  # fmt: skip
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(request)
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
        return answer

    return asyncio.run(main())


def test_metrics_are_prometheus_text() -> None:
    """Content type of the exposition format, each family with its help."""
    answer = asked(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n")
    assert b"# TYPE mailstrata_relay_connections_total counter\nmailstrata_relay_connections_total 3\n" in answer


@pytest.mark.parametrize(
    ("request_line", "problem", "status"),
    [
        (b"GET /healthz HTTP/1.1", "", b"200 OK"),
        (b"GET /healthz HTTP/1.1", "stopping", b"503 Service Unavailable"),
        (b"GET /secrets HTTP/1.1", "", b"404 Not Found"),
        (b"POST /metrics HTTP/1.1", "", b"405 Method Not Allowed"),
        (b"garbage", "", b"405 Method Not Allowed"),
    ],
)
def test_each_request_has_its_answer(request_line: bytes, problem: str, status: bytes) -> None:
    """And the connection ends."""
    assert asked(request_line + b"\r\n\r\n", problem=problem).split(b"\r\n")[0] == b"HTTP/1.1 " + status


def test_head_is_answered_without_content() -> None:
    """Else it would be taken for the next answer (RFC 9110 9.3.2)."""
    for path in (b"/healthz", b"/metrics", b"/secrets"):
        assert asked(b"HEAD " + path + b" HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\n")


def test_another_method_is_told_which_there_are() -> None:
    """RFC 9110 15.5.6 wants it."""
    assert b"\r\nAllow: GET, HEAD\r\n" in asked(b"POST /metrics HTTP/1.1\r\n\r\n")


def test_a_label_ends_where_it_should() -> None:
    """A login may have a quotation mark in its name, and a name is no way to another metric."""
    assert label("user", 'a"b\\c\n') == r'user="a\"b\\c\n"'


def test_an_endless_request_is_cut_off() -> None:
    """Nothing is answered."""
    try:
        answer = asked(b"x" * 10_000)
    except ConnectionResetError:
        answer = b""
    assert answer == b""


def test_the_rows_of_all_processes_are_summed() -> None:
    """And what a dead one had open is open no more."""
    metrics = Metrics.shared(processes=2)
    for place in (0, 1):
        metrics.of(place).add("open", 2)
        metrics.of(place).took(0.03)
    assert "mailstrata_relay_connections_open 4\n" in metrics.text()
    metrics.of(1).gone()
    text = metrics.text()
    assert "mailstrata_relay_connections_open 2\n" in text
    assert 'mailstrata_relay_delivery_seconds_bucket{le="0.025"} 0\n' in text
    assert 'mailstrata_relay_delivery_seconds_bucket{le="0.05"} 2\n' in text
    assert "mailstrata_relay_delivery_seconds_count 2\n" in text
