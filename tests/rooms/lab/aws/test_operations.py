from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from mailstrata.lab.aws.errors import Protocol
from mailstrata.lab.aws.operations import operation_of, permission
from mailstrata.lab.aws.request import AwsRequest, Principal

WHO = Principal(account="123456789012", arn="arn:aws:iam::123456789012:user/x", user_id="AIDA", name="x", key_id="AKIA")


def request(service: str, call: str, *, body: bytes = b"", target: str = "") -> AwsRequest:
    """Return a request; ``call`` is its method and path."""
    method, _, address = call.partition(" ")
    path, _, query = address.partition("?")
    return AwsRequest(
        method=method,
        path=path,
        query={name: tuple(values) for name, values in parse_qs(query, keep_blank_values=True).items()},
        headers={"x-amz-target": target} if target else {},
        body=body,
        service=service,
        region="eu-west-1",
        principal=WHO,
    )


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("s3", "GET /", "ListBuckets"),
        ("s3", "GET /bucket?list-type=2", "ListObjectsV2"),
        ("s3", "GET /bucket/a/b/c", "GetObject"),
        ("s3", "PUT /bucket?policy", "PutBucketPolicy"),
        ("s3", "PUT /bucket", "CreateBucket"),
        ("route53", "GET /2013-04-01/hostedzone", "ListHostedZones"),
        ("route53", "GET /2013-04-01/hostedzone/Z1", "GetHostedZone"),
        ("route53", "POST /2013-04-01/hostedzone/Z1/rrset/", "ChangeResourceRecordSets"),
        ("route53", "GET /2013-04-01/hostedzone/Z1/rrset?maxitems=5", "ListResourceRecordSets"),
        ("ses", "GET /v2/email/identities/sailing.example", "GetEmailIdentity"),
        ("ses", "PUT /v2/email/identities/sailing.example/mail-from", "PutEmailIdentityMailFromAttributes"),
        ("ses", "POST /v2/email/outbound-emails", "SendEmail"),
        ("lambda", "POST /2015-03-31/functions/f/invocations", "Invoke"),
        ("nothing", "GET /", "Unknown"),
        ("route53", "GET /2013-04-01/nowhere", "Unknown"),
    ],
)
def test_rest_operations_are_found_by_route(service: str, call: str, name: str) -> None:
    """Method, path and the address's own parameters name the operation, as botocore's models say."""
    assert operation_of(request(service, call), Protocol.REST_JSON) == name


def test_other_protocols_say_the_operation() -> None:
    """Query, JSON and CBOR calls name it in a parameter, a header and the path."""
    assert operation_of(request("iam", "POST /", body=b"Action=CreateUser&UserName=x"), Protocol.QUERY) == "CreateUser"
    assert operation_of(request("sqs", "POST /", target="AmazonSQS.SendMessage"), Protocol.JSON) == "SendMessage"
    assert operation_of(request("monitoring", "POST /service/G/operation/ListMetrics"), Protocol.CBOR) == "ListMetrics"
    assert operation_of(request("iam", "POST /", body=b"Action=<script>"), Protocol.QUERY) == "Unknown"


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("monitoring", "GetMetricData", "cloudwatch:GetMetricData"),
        ("route53", "ChangeResourceRecordSets", "route53:ChangeResourceRecordSets"),
    ],
)
def test_permissions_have_names_of_their_own(service: str, operation: str, action: str) -> None:
    """An operation's permission is usually called as it is, with the exceptions of the authorization reference."""
    assert permission(service, operation) == action
