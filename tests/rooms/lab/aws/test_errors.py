from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from mailstrata.lab.aws.errors import Fault, Protocol, Refused, protocol_of, refusal, render
from mailstrata.lab.aws.request import AwsError

ERROR = AwsError("MessageRejected", "<no> & no", status=400)


@pytest.mark.parametrize(
    ("service", "path", "headers", "protocol"),
    [
        ("sts", "/", {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, Protocol.QUERY),
        ("ses", "/", {"content-type": "application/x-www-form-urlencoded"}, Protocol.QUERY),
        ("ses", "/v2/email/account", {}, Protocol.REST_JSON),
        ("sts", "/", {}, Protocol.QUERY),
        ("route53", "/2013-04-01/hostedzone", {}, Protocol.REST_XML),
        ("s3", "/bucket", {"content-type": "application/xml"}, Protocol.S3),
        ("secretsmanager", "/", {"x-amz-target": "secretsmanager.ListSecrets"}, Protocol.JSON),
        ("monitoring", "/service/x/operation/ListMetrics", {"smithy-protocol": "rpc-v2-cbor"}, Protocol.CBOR),
        ("lambda", "/2015-03-31/functions", {}, Protocol.REST_JSON),
    ],
)
def test_the_protocol_is_seen(service: str, path: str, headers: dict[str, str], protocol: Protocol) -> None:
    """Service, path and headers tell in which protocol the caller expects its answer."""
    assert protocol_of(service, path=path, headers=headers) is protocol


@pytest.mark.parametrize("protocol", [Protocol.QUERY, Protocol.REST_XML])
def test_xml(protocol: Protocol) -> None:
    """Query and REST-XML put the error into an ErrorResponse with the request id."""
    response = render(ERROR, protocol, service="", request_id="r-1")
    root = ElementTree.fromstring(response.body)  # noqa: S314 - our own text
    found = [root.findtext(f"Error/{name}") for name in ("Type", "Code", "Message")]
    assert (root.tag, found) == ("ErrorResponse", ["Sender", "MessageRejected", "<no> & no"])
    assert (root.findtext("RequestId"), response.headers["x-amzn-requestid"]) == ("r-1", "r-1")


def test_s3() -> None:
    """S3 has a bare Error, with the request id in it."""
    response = render(ERROR, Protocol.S3, service="s3", request_id="r-1")
    root = ElementTree.fromstring(response.body)  # noqa: S314 - our own text
    assert (root.tag, root.findtext("Code"), root.findtext("RequestId")) == ("Error", "MessageRejected", "r-1")


@pytest.mark.parametrize(("protocol", "typed"), [(Protocol.JSON, True), (Protocol.REST_JSON, False)])
def test_json(protocol: Protocol, typed: bool) -> None:
    """JSON protocols name the error in a header; JSON 1.1 also in the body."""
    response = render(ERROR, protocol, service="", request_id="r-1")
    content = json.loads(response.body)
    assert (response.headers["x-amzn-errortype"], content["message"]) == ("MessageRejected", "<no> & no")
    assert ("__type" in content) is typed


def test_cbor() -> None:
    """A CBOR error is a map of type and message."""
    body = render(ERROR, Protocol.CBOR, service="", request_id="r-1").body
    assert body == b"\xa2\x79\x00\x06__type\x79\x00\x0fMessageRejected\x79\x00\x07message\x79\x00\x09<no> & no"


def test_each_fault_has_a_name_in_each_protocol() -> None:
    """There is no refusal that some protocol cannot express, and its status is one of a client's error."""
    for protocol in Protocol:
        for fault in Fault:
            error = refusal(Refused(fault), protocol)
            assert error.code.isalnum()
            assert error.status in {400, 403}


def test_a_server_s_fault_is_the_receiver_s() -> None:
    """From status 500 on the error's type is Receiver."""
    response = render(AwsError("InternalFailure", "x", status=500), Protocol.QUERY, service="iam", request_id="r")
    assert b"<Type>Receiver</Type>" in response.body
    assert b'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"' in response.body


def test_sqs_keeps_its_query_code() -> None:
    """SQS speaks JSON with the codes of the query protocol, told in a header of its own."""
    error = refusal(Refused(Fault.UNKNOWN_KEY), Protocol.JSON, service="sqs")
    response = render(error, Protocol.JSON, service="sqs", request_id="r")
    assert response.headers["x-amzn-query-error"] == "InvalidClientTokenId;Sender"
