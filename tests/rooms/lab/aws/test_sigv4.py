from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.lab.aws.errors import Fault, Refused
from mailstrata.lab.aws.sigv4 import MAX_EXPIRES, SKEW, read_claim, signing_key, verify
from mailstrata.lab.aws.wire import WireRequest

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def signed(
    path: str = "/", *, method: str = "POST", body: bytes = b"", service: str = "ses", token: str | None = None
) -> WireRequest:
    """Let botocore sign a request."""
    request = AWSRequest(method, f"http://127.0.0.1:4566{path}", data=body, headers={"Content-Type": "text/plain"})
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(KEY, SECRET, token), service, "eu-west-1")
    auth.add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": "127.0.0.1:4566"}
    plain, _, query = path.partition("?")
    return WireRequest(method=method, path=plain, query=query, headers=headers, body=body)


def presigned(expires: int = 60, service: str = "sts") -> WireRequest:
    """Let botocore sign a URL."""
    request = AWSRequest("GET", "http://127.0.0.1:4566/?Action=GetCallerIdentity&Version=2011-06-15")
    SigV4QueryAuth(Credentials(KEY, SECRET), service, "eu-west-1", expires=expires).add_auth(request)
    query = request.url.partition("?")[2]
    return WireRequest(method="GET", path="/", query=query, headers={"host": "127.0.0.1:4566"})


def fault(wire: WireRequest, *, secret: str = SECRET, later: float = 0) -> Fault | None:
    """Verify a request ``later`` seconds after its signature; ``None``: it is right."""
    try:
        claim = read_claim(wire)
        moment = datetime.strptime(claim.moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        verify(wire, claim, secret=secret, now=moment + later)
    except Refused as refused:
        return refused.fault
    return None


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "sts"),
        ("/v2/email/identities/user%40sailing.example", "ses"),
        ("/v2/email/suppression/addresses?Reasons=BOUNCE&Reasons=COMPLAINT&PageSize=5", "ses"),
        ("/v2/email/suppression/addresses?NextToken=a%2Bb%3D%3D&EndDate=2026-05-12T18%3A43%3A00Z", "ses"),
        ("/2013-04-01/hostedzone/Z1/rrset/?name=%5C052.sailing.example", "route53"),
        ("/a//b/../c/./d/", "ses"),
        ("/bucket/a%20b//c/../%C3%A9?list-type=2&prefix=a%2Fb", "s3"),
        ("/bucket?policy", "s3"),
    ],
)
def test_what_botocore_signs_is_right(path: str, service: str) -> None:
    """Paths and queries as SDKs send them are verified, S3's other rules included."""
    assert fault(signed(path, body=b"x" * 10, service=service)) is None


@given(st.text("abc/%+~ é.*", max_size=12), st.binary(max_size=20))
def test_any_path_and_body_that_botocore_signs_is_right(text: str, body: bytes) -> None:
    """Whatever an SDK puts into an encoded path segment and a body, its signature is accepted."""
    encoded = "".join(f"%{octet:02X}" for octet in text.encode())
    assert fault(signed(f"/v2/{encoded}", body=body)) is None


def test_another_secret_does_not_match() -> None:
    """A signature that was made with another secret is refused."""
    assert fault(signed(), secret="x" * 40) is Fault.MISMATCH


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"path": "/other"},
        {"query": "Action=DeleteUser"},
        {"body": b"other"},
    ],
)
def test_a_changed_request_does_not_match(changed: dict[str, str | bytes]) -> None:
    """Method, path, query and body are covered by the signature."""
    wire = signed(body=b"body")
    assert fault(wire) is None
    assert fault(replace(wire, **changed)) is Fault.MISMATCH  # type: ignore[arg-type]


def test_a_changed_signed_header_does_not_match() -> None:
    """A header that is signed cannot be changed."""
    wire = signed(token="token")
    assert fault(replace(wire, headers=dict(wire.headers) | {"x-amz-security-token": "other"})) is Fault.MISMATCH


def test_a_stated_hash_must_be_that_of_the_body() -> None:
    """The header with the body's hash is believed only if it is right."""
    wire = signed("/bucket/key", method="PUT", body=b"body", service="s3")
    assert wire.headers["x-amz-content-sha256"] == hashlib.sha256(b"body").hexdigest()
    assert fault(wire) is None
    assert fault(replace(wire, body=b"evil")) is Fault.MISMATCH


def test_a_scope_of_another_day_does_not_match() -> None:
    """The day of the credential scope is the day of the signature."""
    wire = signed()
    claim = read_claim(wire)
    header = wire.headers["authorization"].replace(f"/{claim.date}/", "/20200101/")
    assert fault(replace(wire, headers=dict(wire.headers) | {"authorization": header})) is Fault.MISMATCH


def test_a_signature_without_the_host_is_refused() -> None:
    """The host header has to be signed."""
    wire = signed()
    header = wire.headers["authorization"].replace("host;", "")
    assert fault(replace(wire, headers=dict(wire.headers) | {"authorization": header})) is Fault.MISMATCH


@pytest.mark.parametrize(
    ("later", "wanted"), [(SKEW, None), (-SKEW, None), (SKEW + 1, Fault.SKEW), (-SKEW - 1, Fault.SKEW)]
)
def test_a_signature_is_good_for_five_minutes_either_way(later: float, wanted: Fault | None) -> None:
    """The clocks of caller and gate may differ by five minutes."""
    assert fault(signed(), later=later) is wanted


def test_a_presigned_request_holds_as_long_as_it_says() -> None:
    """A presigned query is accepted until it expires, and not a second longer."""
    assert fault(presigned(900), later=900) is None
    assert fault(presigned(900), later=901) is Fault.SKEW
    assert fault(presigned(MAX_EXPIRES + 1)) is Fault.INCOMPLETE


def test_a_changed_presigned_request_does_not_match() -> None:
    """Every parameter of a presigned query is covered."""
    wire = presigned()
    assert fault(replace(wire, query=wire.query.replace("GetCallerIdentity", "GetSessionToken"))) is Fault.MISMATCH


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, Fault.UNSIGNED),
        ("", Fault.INCOMPLETE),
        ("Basic dXNlcjpwYXNz", Fault.INCOMPLETE),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=" + "0" * 64, Fault.INCOMPLETE),
        (
            "AWS4-HMAC-SHA256 Credential=a/20260512/r/s/aws4_request, SignedHeaders=host, Signature=zz",
            Fault.INCOMPLETE,
        ),
    ],
)
def test_what_is_no_signature_is_told_apart(header: str | None, wanted: Fault) -> None:
    """No header at all is another fault than one that cannot be read."""
    headers = {"host": "h", "x-amz-date": "20260512T184300Z"}
    given = {"authorization": header} if header is not None else {}
    assert fault(WireRequest(method="GET", path="/", headers=headers | given)) is wanted


def test_an_impossible_date_is_incomplete() -> None:
    """A time that looks right but does not exist is refused, not raised."""
    wire = WireRequest(
        method="GET",
        path="/",
        headers={
            "host": "h",
            "x-amz-date": "20269999T999999Z",
            "authorization": "AWS4-HMAC-SHA256 Credential=a/20269999/r/s/aws4_request, SignedHeaders=host, "
            f"Signature={'0' * 64}",
        },
    )
    with pytest.raises(Refused) as refused:
        verify(wire, read_claim(wire), secret=SECRET)
    assert refused.value.fault is Fault.INCOMPLETE


def test_the_signing_key_of_the_user_guide() -> None:
    """The derivation gives the example of AWS's guide, "Derive a signing key for a version 4 signature"."""
    key = signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", region="us-east-1", service="iam")
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
