"""A small Gmail API and token endpoint on loopback, by HTTPS: what a test needs of Google's servers."""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

AUTHORITY = trustme.CA()
MESSAGES = "/gmail/v1/users/me/messages"
FIRST, SECOND = "ya29.first-token", "ya29.second-token"
Told = tuple[int, dict[str, str], bytes]


@dataclass
class Google:
    """A mailbox of mails by id, newest first, and what was asked of it."""

    mails: dict[str, bytes] = field(default_factory=dict)
    page: int = 500
    accepted: set[str] = field(default_factory=lambda: {FIRST})
    troubles: list[Told] = field(default_factory=list)
    """Answers that come before any other."""
    given: list[Told] = field(default_factory=list)
    """Answers of the token endpoint; without one it gives ``SECOND``."""
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    port: int = 0
    scheme: str = "https"

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self.scheme}://localhost:{self.port}"

    def answer(self, target: str, authorization: str) -> Told:
        """What is told to a GET."""
        self.asked.append(target)
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if self.troubles:
            return self.troubles.pop(0)
        if authorization.removeprefix("Bearer ") not in self.accepted:
            return 401, {}, b'{"error": {"message": "Invalid Credentials"}}'
        if parts.path == MESSAGES:
            return 200, {}, json.dumps(self._listed(int(query.get("pageToken", ["0"])[0]))).encode()
        raw = self.mails.get(parts.path.rpartition("/")[2])
        if raw is None:
            return 404, {}, b'{"error": {"code": 404}}'
        return 200, {}, json.dumps({"raw": base64.urlsafe_b64encode(raw).decode()}).encode()

    def _listed(self, start: int) -> dict[str, Any]:
        names = list(self.mails)[start : start + self.page]
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(self.mails) else {}
        return {"messages": [{"id": name} for name in names], **more}

    def token(self, form: dict[str, list[str]]) -> Told:
        """What is told to a refresh."""
        self.forms.append(form)
        if self.given:
            return self.given.pop(0)
        self.accepted.add(SECOND)
        return 200, {}, json.dumps({"access_token": SECOND, "expires_in": 3599}).encode()


@contextlib.contextmanager
def serving(google: Google) -> Iterator[Google]:
    """The server while it is needed, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def do_GET(self) -> None:
            self._tell(google.answer(self.path, self.headers.get("authorization", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._tell(google.token(parse_qs(body.decode())))

        def _tell(self, told: Told) -> None:
            status, headers, body = told
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Nothing: tests read stderr."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Nothing: who does not trust the certificate breaks the handshake off."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if google.scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    google.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield google
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def trusting() -> ssl.SSLContext:
    """A context for which the server is who it says."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context
