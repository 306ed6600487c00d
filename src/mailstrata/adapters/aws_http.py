"""Answers of AWS are read with a limit on their size and their time, which botocore's own reading does not have.

    bound(client, seconds=5.0)

An answer that never ends, or ends too late, becomes an exception of the call instead of an ever growing buffer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import HTTPClientError, ReadTimeoutError
from urllib3.exceptions import HTTPError

MAX_BODY = 8 * 1024 * 1024
"""Bytes. The largest answer that mailstrata asks for, a page of 1,000 entries, is below 1 MB."""


class EndlessAnswer(OSError):
    """The body is larger than any answer of AWS that is asked for here."""


def bound(client: Any, *, seconds: float) -> None:
    """Read the bodies of ``client``'s answers within ``MAX_BODY`` bytes and ``seconds``."""
    transport = client._endpoint.http_session

    def send(request: Any, **_: Any) -> Any:
        request.stream_output = True
        deadline = time.monotonic() + seconds
        response = transport.send(request)
        response._content = _read(response, deadline)
        return response

    client.meta.events.register("before-send", send)


def _read(response: Any, deadline: float) -> bytes:
    try:
        return b"".join(_chunks(response, deadline))
    except HTTPError as error:
        response.raw.close()
        raise HTTPClientError(error=error) from error
    except (EndlessAnswer, HTTPClientError):
        response.raw.close()
        raise


def _chunks(response: Any, deadline: float) -> Iterator[bytes]:
    size = 0
    for chunk in response.raw.stream(65536):
        size += len(chunk)
        if size > MAX_BODY:
            raise EndlessAnswer
        if time.monotonic() > deadline:
            raise ReadTimeoutError(endpoint_url=response.url)
        yield chunk
