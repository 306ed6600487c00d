"""Google's servers asked: bounded, patient, and only with TLS."""

from __future__ import annotations

import socket
import threading

import pytest

from mailstrata.adapters.google_web import TRIES, Web
from mailstrata.model.errors import Refusal


@pytest.mark.parametrize(
    "url", ["http://gmail.example", "gmail.example", "ftp://localhost", "https://", "https://x:y", ""]
)
def test_a_server_without_tls_must_be_on_this_machine(url: str) -> None:
    """A token never goes over the net in the open."""
    with pytest.raises(Refusal, match="no address of a server with TLS"):
        Web(url)


def test_a_server_that_is_not_there_is_asked_some_times() -> None:
    """Each time after twice as long."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    waits: list[float] = []
    with pytest.raises(Refusal, match="localhost does not answer") as refused:
        Web(f"http://localhost:{port}", pause=waits.append).ask("GET", "/", {})
    assert waits == [2.0**number for number in range(TRIES - 1)]
    assert refused.value.status == 3


def test_a_connection_that_ends_before_its_answer_is_opened_anew() -> None:
    """Servers close connections that were silent for a while."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            listener.accept()[0].close()
            link, _ = listener.accept()
            with link:
                link.recv(4096)
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: soon\r\n\r\nok")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        web = Web(f"http://127.0.0.1:{listener.getsockname()[1]}", pause=lambda _: None)
        answer = web.ask("GET", "/", {})
        web.close()
        thread.join(timeout=10)
    assert (answer.status, answer.body, answer.retry_after) == (200, b"ok", "soon")
