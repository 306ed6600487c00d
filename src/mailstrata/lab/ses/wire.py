"""SES's two wire formats, read and written by botocore's own service models.

    sesv2().operation(request)        # ("GetEmailIdentity", {"EmailIdentity": "sailing.example"})
    ses().rendered("GetSendQuota", {"Max24HourSend": 200.0, …})      # the XML

So a handler sees and returns plain dictionaries, spelt as boto3 spells them.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ServiceModel, Shape
from botocore.session import Session

from mailstrata.lab.aws.request import AwsError, AwsRequest

_OLD_ROUTES = (
    ("GET", "/v2/email/identities", "ListEmailIdentities"),
    ("GET", "/v2/email/configuration-sets", "ListConfigurationSets"),
    ("GET", "/v2/email/contact-lists/{ContactListName}/contacts", "ListContacts"),
    ("GET", "/v2/email/import-jobs", "ListImportJobs"),
)
"""How SDKs before botocore 1.43.105 asked (reference/lab.md, section 1)."""


class RestJson:
    """sesv2: routes by method and path, JSON bodies."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._routes: dict[tuple[str, int], list[tuple[list[str], str]]] = {}
        current = [
            (str(operation.http["method"]), str(operation.http["requestUri"]), str(operation.name))
            for operation in map(model.operation_model, model.operation_names)
        ]
        for method, path, name in (*current, *_OLD_ROUTES):
            parts = _split(path)
            self._routes.setdefault((method, len(parts)), []).append((parts, name))
        for routes in self._routes.values():
            routes.sort(key=lambda route: sum(part[0] == "{" for part in route[0]))

    def operation(self, request: AwsRequest) -> tuple[str, dict[str, Any]]:
        """The operation that ``request`` names and its arguments. Raises ``AwsError`` when there is none."""
        asked = _split(request.path)
        for parts, name in self._routes.get((request.method, len(asked)), ()):
            if all(part[0] == "{" or part == given for part, given in zip(parts, asked, strict=True)):
                placed = {part.strip("{}+"): given for part, given in zip(parts, asked, strict=True) if part[0] == "{"}
                return name, self._arguments(name, request, placed)
        raise AwsError("UnknownOperationException", f"sesv2 has no {request.method} {request.path}", status=404)

    def _arguments(self, name: str, request: AwsRequest, placed: Mapping[str, str]) -> dict[str, Any]:
        shape = self._model.operation_model(name).input_shape
        given = dict(request.json()) if request.method != "GET" else {}
        arguments: dict[str, Any] = {}
        for member, kind in shape.members.items() if shape else ():
            spelt = kind.serialization.get("name", member)
            if spelt in placed:
                arguments[member] = placed[spelt]
            elif spelt in request.query:
                arguments[member] = _from_query(kind, request.query[spelt])
            elif given.get(spelt) is not None:
                arguments[member] = _from_json(kind, given[spelt])
        for member in shape.required_members if shape else ():
            if member not in arguments:
                raise AwsError("BadRequestException", f"1 validation error detected: {member} must not be null")
        return arguments


class Query:
    """SES v1: form parameters in, XML out."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._names = frozenset(model.operation_names)

    def operation(self, request: AwsRequest) -> tuple[str, dict[str, Any]]:
        """The ``Action`` and its arguments. Raises ``InvalidAction`` as AWS does."""
        form = request.form()
        name = form.get("Action", "")
        if name not in self._names:
            raise AwsError("InvalidAction", f"Could not find operation {name} for version 2010-12-01")
        shape = self._model.operation_model(name).input_shape
        arguments = _from_form(shape, form, "") if shape else {}
        for member in shape.required_members if shape else ():
            if member not in arguments:
                raise AwsError("ValidationError", f"1 validation error detected: {member} must not be null")
        return name, dict(arguments or {})

    def rendered(self, name: str, answer: Mapping[str, Any], request_id: str) -> bytes:
        """The XML of an answer."""
        shape = self._model.operation_model(name).output_shape
        inner = "".join(_members(shape, answer)) if shape else ""
        result = f"<{name}Result>{inner}</{name}Result>" if shape else ""
        metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        space = self._model.metadata["xmlNamespace"]
        return f'<{name}Response xmlns="{space}">{result}{metadata}</{name}Response>'.encode()


@cache
def sesv2() -> RestJson:
    """The reader of sesv2 calls, by the installed botocore."""
    return RestJson(Session().get_service_model("sesv2"))


@cache
def ses() -> Query:
    """The reader and writer of SES v1."""
    return Query(Session().get_service_model("ses"))


def json_body(answer: Mapping[str, Any]) -> bytes:
    """An answer as sesv2 writes it: moments as seconds, bytes as base64, absent members left out."""
    return json.dumps(_plain(answer)).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part] or [""]


def _from_query(kind: Shape, values: Sequence[str]) -> Any:
    if kind.type_name == "list":
        return [_from_text(kind.member, value) for value in values]
    return _from_text(kind, values[0])


def _from_text(kind: Shape, value: str) -> Any:
    try:
        if kind.type_name in {"integer", "long"}:
            return int(value)
        if kind.type_name in {"float", "double"}:
            return float(value)
        if kind.type_name == "timestamp":
            return moment(value)
        if kind.type_name == "blob":
            return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error) as error:
        raise AwsError("SerializationException", f"{value[:80]!r} is no {kind.type_name}") from error
    return value.lower() == "true" if kind.type_name == "boolean" else value


def moment(value: str) -> datetime:
    """A timestamp as SDKs send it: ISO 8601 or seconds since 1970."""
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        read = datetime.fromisoformat(value)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


def _from_json(kind: Shape, value: Any) -> Any:
    if kind.type_name == "structure" and isinstance(value, dict):
        return {
            member: _from_json(shape, value[member])
            for member, shape in kind.members.items()
            if value.get(member) is not None
        }
    if kind.type_name == "list" and isinstance(value, list):
        return [_from_json(kind.member, one) for one in value]
    if kind.type_name in {"timestamp", "blob"}:
        return _from_text(kind, str(value))
    return value


def _from_form(kind: Shape, form: Mapping[str, str], prefix: str) -> Any:
    if kind.type_name == "structure":
        found = {
            member: _from_form(shape, form, f"{prefix}.{member}" if prefix else member)
            for member, shape in kind.members.items()
        }
        given = {member: value for member, value in found.items() if value is not None}
        return given or ({} if prefix in form else None)
    if kind.type_name == "list":
        return list(_from_list(kind, form, f"{prefix}.member")) or None
    return _from_text(kind, form[prefix]) if prefix in form else None


def _from_list(kind: Shape, form: Mapping[str, str], prefix: str) -> Iterator[Any]:
    number = 1
    while (value := _from_form(kind.member, form, f"{prefix}.{number}")) is not None:
        yield value
        number += 1


def _members(shape: Shape, answer: Mapping[str, Any]) -> Iterator[str]:
    for member, kind in shape.members.items():
        value = answer.get(member)
        if value is not None:
            yield f"<{member}>{_xml(kind, value)}</{member}>"


def _xml(kind: Shape, value: Any) -> str:
    if kind.type_name == "structure":
        return "".join(_members(kind, value))
    if kind.type_name == "list":
        return "".join(f"<member>{_xml(kind.member, one)}</member>" for one in value)
    if kind.type_name == "map":
        return "".join(
            f"<entry><key>{escape(name)}</key><value>{_xml(kind.value, one)}</value></entry>"
            for name, one in value.items()
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return escape(str(value))
