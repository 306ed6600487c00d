from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from mailstrata.lab.aws.request import AwsRequest, Principal
from mailstrata.lab.aws.resources import resource_of

USER = "arn:aws:iam::123456789012:user/smtp"
WHO = Principal(account="123456789012", arn=USER, user_id="AIDA", name="smtp", key_id="AKIA")
HERE = "eu-west-1:123456789012"


def request(service: str, *, path: str = "/", query: str = "", body: bytes = b"") -> AwsRequest:
    """Return a request to a service."""
    return AwsRequest(
        method="POST",
        path=path,
        query={name: tuple(values) for name, values in parse_qs(query).items()},
        headers={},
        body=body,
        service=service,
        region="eu-west-1",
        principal=WHO,
    )


@pytest.mark.parametrize(
    ("asked", "action", "arn"),
    [
        (request("iam", body=b"UserName=a"), "iam:PutUserPolicy", "arn:aws:iam::123456789012:user/a"),
        (request("iam", body=b"RoleName=r"), "iam:GetRole", "arn:aws:iam::123456789012:role/r"),
        (request("iam", body=b"PolicyArn=arn:x"), "iam:GetPolicy", "arn:x"),
        (request("iam"), "iam:ListAccessKeys", USER),
        (request("iam"), "iam:ListUsers", "*"),
        (request("s3"), "s3:ListAllMyBuckets", "*"),
        (request("s3", path="/bucket/a/b"), "s3:GetObject", "arn:aws:s3:::bucket/a/b"),
        (request("route53", path="/2013-04-01/hostedzone/Z1/rrset"), "", "arn:aws:route53:::hostedzone/Z1"),
        (request("route53", path="/2013-04-01/change/C1"), "", "arn:aws:route53:::change/C1"),
        (
            request("route53", path="/2013-04-01/testdnsanswer", query="hostedzoneid=Z1"),
            "",
            "arn:aws:route53:::hostedzone/Z1",
        ),
        (request("route53", path="/2013-04-01/hostedzone"), "", "*"),
        (
            request("secretsmanager", body=b'{"SecretId": "a/b"}'),
            "",
            f"arn:aws:secretsmanager:{HERE}:secret:a/b-AbCdEf",
        ),
        (request("secretsmanager", body=b'{"SecretId": "arn:aws:s:x"}'), "", "arn:aws:s:x"),
        (request("secretsmanager", body=b"[]"), "", "*"),
        (request("sns", body=b"TopicArn=arn:t"), "", "arn:t"),
        (request("sqs", body=json.dumps({"QueueUrl": "http://h/1/q"}).encode()), "", f"arn:aws:sqs:{HERE}:q"),
        (request("lambda", path="/2015-03-31/functions/f/invocations"), "", f"arn:aws:lambda:{HERE}:function:f"),
        (request("logs"), "", "*"),
    ],
)
def test_resources(asked: AwsRequest, action: str, arn: str) -> None:
    """Each service tells in its own place what a call is about; where nothing is known it is a star."""
    assert resource_of(asked, action) == arn
