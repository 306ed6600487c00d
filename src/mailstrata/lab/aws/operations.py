"""Which operation a request asks for: the name under which policies and CloudTrail know it.

    Operations().name(request, Protocol.REST_XML)         # "ChangeResourceRecordSets"

Query and JSON protocols say it themselves; for REST protocols the routes come from botocore's service models, read once
per service when the first such request arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl

import botocore.session

from mailstrata.lab.aws.errors import Protocol
from mailstrata.lab.aws.request import AwsRequest

_MODELS: Mapping[str, tuple[str, ...]] = {"ses": ("sesv2",)}
_PREFIXES = {"monitoring": "cloudwatch"}
_OTHERWISE_NAMED = {
    # S3's operations and their permissions go by different names (service authorization reference, Amazon S3).
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "lambda:Invoke": "lambda:InvokeFunction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    """Parameters that the operation's address itself carries (``?policy``)."""
    weight: tuple[int, int]
    """The more literal address wins."""


def permission(service: str, operation: str) -> str:
    """Return the IAM action that an operation needs."""
    action = f"{_PREFIXES.get(service, service)}:{operation}"
    return _OTHERWISE_NAMED.get(action, action)


def operation_of(request: AwsRequest, protocol: Protocol) -> str:
    """Return the operation's name; ``Unknown`` when no part of the request tells it."""
    if protocol is Protocol.JSON:
        name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    elif protocol is Protocol.CBOR:
        name = request.path.rpartition("/")[2]
    elif protocol is Protocol.QUERY:
        name = request.form().get("Action", "")
    else:
        name = _routed(request)
    return name if re.fullmatch(r"[A-Za-z0-9]{1,128}", name) else "Unknown"


def _routed(request: AwsRequest) -> str:
    given = request.query.keys()
    for model in _MODELS.get(request.service, (request.service,)):
        for route in _routes(model):
            if route.method == request.method and route.query <= given and route.path.fullmatch(request.path):
                return route.operation
    return ""


@cache
def _routes(model: str) -> tuple[_Route, ...]:
    session = _session()
    if model not in session.get_available_services():
        return ()
    return tuple(sorted(_read(session, model), key=lambda route: route.weight, reverse=True))


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


def _read(session: botocore.session.Session, model: str) -> Iterator[_Route]:
    service = session.get_service_model(model)
    for name in service.operation_names:
        http = service.operation_model(name).http
        path, _, query = http["requestUri"].partition("?")
        literal = frozenset(key for key, _ in parse_qsl(query, keep_blank_values=True))
        pieces = re.split(r"(\{[^}]+\})", path.rstrip("/") or "/")
        pattern = "".join(_piece(piece) for piece in pieces) + "/?"
        fixed = sum(len(piece) for piece in pieces if not piece.startswith("{"))
        yield _Route(
            operation=name,
            method=http["method"],
            path=re.compile(pattern),
            query=literal,
            weight=(len(literal), fixed),
        )


def _piece(piece: str) -> str:
    if not piece.startswith("{"):
        return re.escape(piece)
    return ".+" if piece.endswith("+}") else "[^/]+"
