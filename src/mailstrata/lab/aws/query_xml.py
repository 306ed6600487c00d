"""The query protocol of IAM and STS: form parameters in, XML out.

    members({"ActionNames.member.1": "ses:SendEmail"}, "ActionNames")           # ["ses:SendEmail"]
    answer(request, "GetUser", {"User": {"UserName": "smtp"}})                  # <GetUserResponse>…

A list becomes ``<member>`` elements, ``None`` is left out. Source: botocore's ``QuerySerializer`` and ``QueryParser``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count, takewhile
from xml.sax.saxutils import escape

from mailstrata.lab.aws.errors import namespace
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse

Form = Mapping[str, str]
Result = Mapping[str, object]

PAGE = 100
"""Entries of a list when the caller does not say (IAM user guide, ``MaxItems``)."""
MAX_PAGE = 1000


def members(form: Form, name: str) -> list[str]:
    """Return the values of a list of texts."""
    keys = (f"{name}.member.{number}" for number in count(1))
    return [form[key] for key in takewhile(form.__contains__, keys)]


def structures(form: Form, name: str) -> list[dict[str, str]]:
    """Return the entries of a list of structures, each with its own parameters."""
    read = (_within(form, f"{name}.member.{number}.") for number in count(1))
    return list(takewhile(bool, read))


def _within(form: Form, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in form.items() if key.startswith(prefix)}


def required(form: Form, name: str) -> str:
    """Return a parameter that must be there; raises ``AwsError`` (``ValidationError``)."""
    if not form.get(name):
        raise AwsError("ValidationError", f"1 validation error detected: Value null at '{name}' must not be null")
    return form[name]


def number(form: Form, name: str, *, default: int, low: int, high: int) -> int:
    """Return a whole number within bounds; raises ``AwsError`` (``ValidationError``)."""
    text = form.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise AwsError("ValidationError", f"Value '{text[:32]}' at '{name}' must be between {low} and {high}")
    return int(text)


def page(form: Form, name: str, entries: Sequence[object]) -> dict[str, object]:
    """Return one page of ``entries`` with ``IsTruncated`` and, if there is more, the ``Marker`` of the next."""
    size = number(form, "MaxItems", default=PAGE, low=1, high=MAX_PAGE)
    start = number(form, "Marker", default=0, low=0, high=10**9)
    left = len(entries) > start + size
    marker = str(start + size) if left else None
    return {name: list(entries[start : start + size]), "IsTruncated": left, "Marker": marker}


def answer(request: AwsRequest, action: str, result: Result | None) -> AwsResponse:
    """Write what an operation returned; ``None`` for an operation that returns nothing."""
    inner = "" if result is None else f"<{action}Result>{_content(result)}</{action}Result>"
    metadata = f"<ResponseMetadata><RequestId>{request.request_id}</RequestId></ResponseMetadata>"
    xml = f'<{action}Response xmlns="{namespace(request.service)}">{inner}{metadata}</{action}Response>'
    return AwsResponse(body=xml.encode(), headers={"content-type": "text/xml"})


def _content(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(_elements(value))
    if isinstance(value, list | tuple):
        return "".join(f"<member>{_content(entry)}</member>" for entry in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return escape(str(value))


def _elements(structure: Mapping[str, object]) -> Iterator[str]:
    for name, value in structure.items():
        if value is not None:
            yield f"<{name}>{_content(value)}</{name}>"
