"""What the gate hands to a service of the lab, and what it hands back.

The gate has already done what AWS does before a service sees a call: the signature is right, the key is active, and
``principal`` is who signed. A service is anything with ``handle``:

    class Sts:
        async def handle(self, request: AwsRequest) -> AwsResponse: ...
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who signed a request: ``arn`` and ``user_id`` as STS tells them, ``name`` of the IAM user, role or root."""

    account: str
    arn: str
    user_id: str
    name: str
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsRequest:
    """One authenticated call. ``service`` and ``region`` come from the credential scope of its signature."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    service: str
    region: str
    principal: Principal
    source_ip: str = "127.0.0.1"
    request_id: str = ""
    """The id that the gate gave the call; it is in the answer's headers, and in the body of the query protocol."""

    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol call (SES v1, IAM, STS), first value of each."""
        pairs = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        named = {name: values[0] for name, values in pairs.items()}
        return named | {name: values[0] for name, values in self.query.items() if name not in named}

    def json(self) -> dict[str, Any]:
        """The JSON object in the body; an empty body is an empty object.

        Raises ``AwsError`` (``SerializationException``) when it is no JSON object.
        """
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise AwsError("SerializationException", f"the request body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise AwsError("SerializationException", "the request body is not a JSON object")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsResponse:
    """Status, body and headers of an answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class AwsError(Exception):
    """An error that AWS would answer with: ``code`` as boto3 shows it, a message, the HTTP ``status``.

    The gate renders it in the protocol of the service that was called (XML or JSON).
    """

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Service(Protocol):
    """One AWS service of the lab."""

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer ``request``, or raise ``AwsError``."""
        ...
