"""Errors as AWS writes them: the same refusal has another name and shape in each protocol.

    refusal(Refused(Fault.UNKNOWN_KEY), Protocol.QUERY).code        # InvalidClientTokenId
    refusal(Refused(Fault.UNKNOWN_KEY), Protocol.JSON).code         # UnrecognizedClientException
    render(error, Protocol.JSON, service="ses", request_id="…")     # the answer in that protocol's shape

Sources: lab.md section 2; the "Common errors" page of each service's API reference; botocore's parsers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from xml.sax.saxutils import escape

from mailstrata.lab.aws.request import AwsError, AwsResponse


class Protocol(Enum):
    """How a service speaks on the wire; the value groups the names of common errors."""

    QUERY = "query"
    REST_XML = "rest-xml"
    S3 = "s3"
    JSON = "json"
    REST_JSON = "rest-json"
    CBOR = "cbor"


class Fault(Enum):
    """Why the gate turns a request away, in the order in which it looks."""

    UNSIGNED = "Missing Authentication Token"
    INCOMPLETE = "Authorization header requires Credential, SignedHeaders and Signature, and X-Amz-Date"
    UNKNOWN_KEY = "The security token included in the request is invalid."
    OVERDUE = "The security token included in the request is expired"
    SKEW = "Signature expired"
    MISMATCH = (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )
    DENIED = "not authorized"


_XML: Mapping[Fault, tuple[str, int]] = {
    Fault.UNSIGNED: ("MissingAuthenticationToken", 403),
    Fault.INCOMPLETE: ("IncompleteSignature", 400),
    Fault.UNKNOWN_KEY: ("InvalidClientTokenId", 403),
    Fault.OVERDUE: ("ExpiredToken", 403),
    Fault.SKEW: ("RequestExpired", 400),
    Fault.MISMATCH: ("SignatureDoesNotMatch", 403),
    Fault.DENIED: ("AccessDenied", 403),
}
_S3: Mapping[Fault, tuple[str, int]] = {
    Fault.UNSIGNED: ("AccessDenied", 403),
    Fault.INCOMPLETE: ("AuthorizationHeaderMalformed", 400),
    Fault.UNKNOWN_KEY: ("InvalidAccessKeyId", 403),
    Fault.OVERDUE: ("ExpiredToken", 400),
    Fault.SKEW: ("RequestTimeTooSkewed", 403),
    Fault.MISMATCH: ("SignatureDoesNotMatch", 403),
    Fault.DENIED: ("AccessDenied", 403),
}
_JSON: Mapping[Fault, tuple[str, int]] = {
    Fault.UNSIGNED: ("MissingAuthenticationTokenException", 403),
    Fault.INCOMPLETE: ("IncompleteSignatureException", 400),
    Fault.UNKNOWN_KEY: ("UnrecognizedClientException", 403),
    Fault.OVERDUE: ("ExpiredTokenException", 403),
    Fault.SKEW: ("InvalidSignatureException", 403),
    Fault.MISMATCH: ("InvalidSignatureException", 403),
    Fault.DENIED: ("AccessDeniedException", 403),
}
_NAMES: Mapping[Protocol, Mapping[Fault, tuple[str, int]]] = {
    Protocol.QUERY: _XML,
    Protocol.REST_XML: _XML,
    Protocol.S3: _S3,
    Protocol.JSON: _JSON,
    Protocol.REST_JSON: _JSON,
    Protocol.CBOR: _JSON,
}
_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "ses": "http://ses.amazonaws.com/doc/2010-12-01/",
    "route53": "https://route53.amazonaws.com/doc/2013-04-01/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
}


class Refused(Exception):
    """The gate turned a request away; ``refusal`` gives it the name that the protocol has for it."""

    def __init__(self, fault: Fault, message: str = "") -> None:
        super().__init__(message or fault.value)
        self.fault = fault
        self.message = message or fault.value


def namespace(service: str) -> str:
    """Return the XML namespace of a service's answers; empty when it has none."""
    return _NAMESPACES.get(service, "")


def protocol_of(service: str, *, path: str, headers: Mapping[str, str]) -> Protocol:
    """Tell how the caller expects to be answered, also when the request is not understood."""
    content = headers.get("content-type", "")
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Protocol.CBOR
    if "x-amz-target" in headers or content.startswith("application/x-amz-json"):
        return Protocol.JSON
    if service == "s3":
        return Protocol.S3
    if service == "route53":
        return Protocol.REST_XML
    form = content.startswith("application/x-www-form-urlencoded")
    return Protocol.QUERY if form or path in {"", "/"} else Protocol.REST_JSON


def refusal(refused: Refused, protocol: Protocol, *, service: str = "") -> AwsError:
    """Return a gate's refusal under the name of the protocol."""
    # SQS speaks JSON but keeps the codes of its query days (lab.md section 2).
    names = _XML if service == "sqs" else _NAMES[protocol]
    code, status = names[refused.fault]
    return AwsError(code, refused.message, status=status)


def render(error: AwsError, protocol: Protocol, *, service: str, request_id: str) -> AwsResponse:
    """Write an error in the shape of the protocol, with its request id."""
    if protocol in {Protocol.JSON, Protocol.REST_JSON}:
        return _json(error, request_id, service=service, typed=protocol is Protocol.JSON)
    if protocol is Protocol.CBOR:
        return _cbor(error, request_id)
    code, message = escape(error.code), escape(error.message)
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol is Protocol.S3:
        xml = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        kind = "Receiver" if error.status >= 500 else "Sender"
        attribute = f' xmlns="{namespace(service)}"' if namespace(service) else ""
        xml = f"<ErrorResponse{attribute}><Error><Type>{kind}</Type>{inner}</Error>"
        xml += f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    name = "x-amz-request-id" if protocol is Protocol.S3 else "x-amzn-requestid"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}'.encode()
    return AwsResponse(status=error.status, body=body, headers={"content-type": "text/xml", name: request_id})


def _json(error: AwsError, request_id: str, *, service: str, typed: bool) -> AwsResponse:
    headers = {"x-amzn-requestid": request_id, "x-amzn-errortype": error.code}
    if service == "sqs":
        headers["x-amzn-query-error"] = f"{error.code};Sender"
    content = {"message": error.message}
    if typed:
        content = {"__type": error.code, **content}
    headers["content-type"] = "application/x-amz-json-1.1" if typed else "application/json"
    return AwsResponse(status=error.status, body=json.dumps(content).encode(), headers=headers)


def _cbor(error: AwsError, request_id: str) -> AwsResponse:
    texts = ("__type", error.code, "message", error.message)
    body = b"\xa2" + b"".join(_cbor_text(text) for text in texts)  # a map of two pairs, RFC 8949 3.1
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor", "x-amzn-requestid": request_id}
    return AwsResponse(status=error.status, body=body, headers=headers)


def _cbor_text(text: str) -> bytes:
    encoded = text.encode()
    return b"\x79" + len(encoded[:65535]).to_bytes(2, "big") + encoded[:65535]  # RFC 8949 3.1, major type 3
