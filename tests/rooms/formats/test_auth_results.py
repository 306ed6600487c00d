"""Authentication-Results, by the headers of MimeKit, go-msgauth and authres."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.corpora import cases

from mailstrata.formats.auth_results import AuthResults, MalformedAuthResults, Result, parse, render

SUITE = cases("authres")
DEVIATIONS = {""}
"""docs/suite-deviations.md says why."""
VALID = [case for case in SUITE if case["valid"] and case["header"] not in DEVIATIONS]
NAMES = {
    "AuthenticationServiceIdentifier": "authserv_id",
    "Office365AuthenticationServiceIdentifier": "authserv_id",
    "Version": "version",
    "Instance": "instance",
    "Method": "method",
    "Result": "result",
    "ResultComment": "comment",
    "Reason": "reason",
    "Action": "action",
    "PropertyType": "kind",
    "Property": "name",
    "type": "kind",
}


def value(found: Any, path: str) -> Any:
    """What MimeKit or authres call ``path``."""
    for step in path.split("."):
        name, _, index = step.partition("[")
        if name == "Count":
            return len(found)
        known = NAMES.get(name, name)
        if isinstance(found, Result) and not hasattr(found, known.lower()):
            return found.get(re.sub("_", ".", known, count=1))
        found = getattr(found, known if known in NAMES.values() else known.lower())
        found = found[int(index[:-1])] if index else found
    return getattr(found, "value", found)


@pytest.mark.parametrize("case", VALID, ids=range(len(VALID)))
def test_every_field_is_read_as_the_suites_read_it(case: dict[str, Any]) -> None:
    """And written back as MimeKit writes it."""
    found = parse(case["header"])
    for path, wanted in case.get("expect") or ():
        if path == "ToString":
            assert render(found) == (case["header"] if wanted == "input" else wanted)
        else:
            told = value(found, path)
            assert (told.lower() if case["source"].startswith("authres") and isinstance(told, str) else told) in (
                wanted,
                str(wanted).lower() if wanted and wanted != "null" else "" if isinstance(told, str) else None,
            ), path
    if "expect_id" in case:
        assert found.authserv_id == case["expect_id"]
        assert [(one.method, one.result, one.reason) for one in found.results] == [
            (one["method"], one["value"], one.get("reason", "")) for one in case["expect_results"]
        ]


@pytest.mark.parametrize("case", [case for case in SUITE if not case["valid"]], ids=lambda case: case["header"][:60])
def test_what_is_broken_is_refused_with_its_character(case: dict[str, Any]) -> None:
    """62 headers."""
    with pytest.raises(MalformedAuthResults) as caught:
        parse(case["header"])
    assert caught.value.where.startswith("character ")


def test_a_header_of_nothing_is_none() -> None:
    """RFC 8601 2.2: an authserv-id is required."""
    with pytest.raises(MalformedAuthResults):
        parse("")


def test_properties_are_found_by_their_whole_name() -> None:
    """Without regard to case; what is not there is empty."""
    result = parse("mx.example; dkim=pass header.d=sailing.example header.B=abc; spf=fail").of("dkim")[0]
    assert (result.get("header.d"), result.get("header.b"), result.get("smtp.mailfrom")) == (
        "sailing.example",
        "abc",
        "",
    )
    assert render(AuthResults(authserv_id="mx.example")) == "mx.example; none"


@pytest.mark.parametrize("text", ["(" * 50, "a" * 20_000, "x; " + "a=b;" * 200, "\x00", "x; a=b c.d=" + '"' * 3])
def test_nothing_else_is_thrown(text: str) -> None:
    """However deep, long or odd it is."""
    with pytest.raises(MalformedAuthResults):
        parse(text)
