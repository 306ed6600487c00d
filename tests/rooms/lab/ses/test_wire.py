from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailstrata.lab.aws.request import AwsError, AwsRequest, Principal
from mailstrata.lab.ses.wire import json_body, moment, ses, sesv2

WHO = Principal(account="123456789012", arn="a", user_id="u", name="n", key_id="k")


def request(method: str, path: str, *, body: bytes = b"", **query: str) -> AwsRequest:
    """A call as the gate hands it over."""
    return AwsRequest(
        method=method,
        path=path,
        query={name: (value,) for name, value in query.items()},
        headers={},
        body=body,
        service="ses",
        region="us-east-1",
        principal=WHO,
    )


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v2/email/identities", "ListEmailIdentities"),
        ("POST", "/v2/email/list-identities", "ListEmailIdentities"),
        ("GET", "/v2/email/configuration-sets", "ListConfigurationSets"),
        ("GET", "/v2/email/insights/0100-1/", "GetMessageInsights"),
        ("PUT", "/v2/email/identities/a@b.example/dkim/signing", "PutEmailIdentityDkimSigningAttributes"),
    ],
)
def test_old_and_new_routes_are_known(method: str, path: str, name: str) -> None:
    """Both routes of a listing, with a final slash or without."""
    body = b'{"SigningAttributesOrigin": "AWS_SES"}'
    assert sesv2().operation(request(method, path, body=body))[0] == name


def test_arguments_come_from_path_query_and_body() -> None:
    """Numbers and moments are read by the model, also when an old SDK sends them as text."""
    _, given = sesv2().operation(request("GET", "/v2/email/identities", PageSize="2", NextToken="t"))
    assert given == {"PageSize": 2, "NextToken": "t"}
    _, given = sesv2().operation(
        request("GET", "/v2/email/suppression/addresses", Reason="BOUNCE", StartDate="2026-05-12T18:43:00Z")
    )
    assert given == {"Reasons": ["BOUNCE"], "StartDate": datetime(2026, 5, 12, 18, 43, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/v2/email/nothing", b"", "UnknownOperationException"),
        ("DELETE", "/v2/email/suppression/addresses/a/b@dock.example", b"", "UnknownOperationException"),
        ("POST", "/v2/email/identities", b"{}", "BadRequestException"),
        ("POST", "/v2/email/identities", b"{", "SerializationException"),
        ("GET", "/v2/email/identities?", b"", "UnknownOperationException"),
    ],
)
def test_what_is_no_call_is_refused(method: str, path: str, body: bytes, code: str) -> None:
    """Unknown routes (an address with a slash is one), missing members and broken bodies."""
    with pytest.raises(AwsError) as refusal:
        sesv2().operation(request(method, path, body=body))
    assert refusal.value.code == code


def test_a_number_that_is_none_is_refused() -> None:
    """A query parameter of the wrong kind."""
    with pytest.raises(AwsError, match="SerializationException"):
        sesv2().operation(request("GET", "/v2/email/identities", PageSize="two"))


def test_query_parameters_become_structures_and_lists() -> None:
    """Members, numbered lists, booleans and bytes of the older API."""
    body = (
        b"Action=CreateReceiptRule&RuleSetName=rs&Rule.Name=r1&Rule.Enabled=true&Rule.Recipients.member.1=a"
        b"&Rule.Recipients.member.2=b&Rule.Actions.member.1.StopAction.Scope=RuleSet"
    )
    assert ses().operation(request("POST", "/", body=body)) == (
        "CreateReceiptRule",
        {
            "RuleSetName": "rs",
            "Rule": {
                "Name": "r1",
                "Enabled": True,
                "Recipients": ["a", "b"],
                "Actions": [{"StopAction": {"Scope": "RuleSet"}}],
            },
        },
    )


def test_an_unknown_action_is_refused() -> None:
    """By AWS's text."""
    with pytest.raises(AwsError, match="Could not find operation Nothing for version 2010-12-01"):
        ses().operation(request("POST", "/", body=b"Action=Nothing"))


def test_xml_is_escaped() -> None:
    """A name cannot become markup."""
    body = ses().rendered("ListIdentities", {"Identities": ["<a>&b"]}, "r-1").decode()
    assert "<member>&lt;a&gt;&amp;b</member>" in body
    assert "<RequestId>r-1</RequestId>" in body


def test_json_leaves_out_what_is_absent() -> None:
    """Moments are seconds, bytes base64."""
    assert (
        json_body({"a": None, "b": datetime(1970, 1, 2, tzinfo=UTC), "c": (b"x",)}) == b'{"b": 86400.0, "c": ["eA=="]}'
    )


@pytest.mark.parametrize("text", ["1778611380", "2026-05-12T18:43:00+00:00", "2026-05-12T18:43:00"])
def test_moments_are_read_in_each_form(text: str) -> None:
    """Seconds, or ISO 8601, by default in UTC."""
    assert moment(text) == datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
