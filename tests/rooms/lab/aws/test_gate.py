from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from uvicorn import Config, Server

from mailstrata.lab.aws.iam_entities import AccessKey
from mailstrata.lab.aws.wire import MAX_BODY, Message, WireRequest

Made = Any
SEND = {"Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]}


def refusal(call: Callable[[], object]) -> tuple[str, int]:
    """Return code and status of the error that a boto3 call raises."""
    with pytest.raises(ClientError) as error:
        call()
    response: Mapping[str, Any] = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def user_key(world: Made, name: str = "smtp") -> AccessKey:
    """Make a user without permissions, with a key."""
    world.iam.add_user(name)
    key: AccessKey = world.iam.add_key(name)
    return key


def test_the_caller_is_who_signed(world: Made) -> None:
    """GetCallerIdentity needs no permission and tells account, ARN and id of the key's user."""
    key = user_key(world)
    told = world.client("sts", key).get_caller_identity()
    user = world.iam.user("smtp")
    assert (told["Account"], told["Arn"], told["UserId"]) == ("123456789012", user.arn, user.unique_id)


def test_each_answer_has_a_request_id_of_its_own(world: Made) -> None:
    """The id is in header and body, differs from call to call, and leads to the audit."""
    client = world.client("sts")
    told = [client.get_caller_identity()["ResponseMetadata"] for _ in range(2)]
    ids = [one["RequestId"] for one in told]
    assert ids == [one["HTTPHeaders"]["x-amzn-requestid"] for one in told]
    assert ids == [event.request_id for event in world.audit.events()]
    assert ids[0] != ids[1]


CALLS: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("sts", lambda client: client.get_caller_identity()),
    ("sesv2", lambda client: client.get_email_identity(EmailIdentity="sailing.example")),
    ("route53", lambda client: client.list_hosted_zones()),
    ("secretsmanager", lambda client: client.list_secrets()),
    ("s3", lambda client: client.list_buckets()),
    ("sqs", lambda client: client.list_queues()),
    ("cloudwatch", lambda client: client.list_metrics()),
)


def codes(world: Made, key: AccessKey, **changed: str) -> dict[str, tuple[str, int]]:
    """Return how each service refuses a key."""
    return {service: refusal(partial(call, world.client(service, key, **changed))) for service, call in CALLS}


def test_an_unknown_key_is_refused_in_the_words_of_each_protocol(world: Made) -> None:
    """Inactive, deleted and invented keys are refused alike; the code depends on the protocol."""
    key = user_key(world)
    wanted = {
        "sts": ("InvalidClientTokenId", 403),
        "sesv2": ("UnrecognizedClientException", 403),
        "route53": ("InvalidClientTokenId", 403),
        "secretsmanager": ("UnrecognizedClientException", 403),
        "s3": ("InvalidAccessKeyId", 403),
        "sqs": ("InvalidClientTokenId", 403),
        "cloudwatch": ("UnrecognizedClientException", 403),
    }
    world.iam.set_status(key.key_id, "Inactive")
    assert codes(world, key) == wanted
    world.iam.set_status(key.key_id, "Active")
    assert world.client("sts", key).get_caller_identity()["Arn"].endswith(":user/smtp")
    world.iam.delete_key(key.key_id)
    assert codes(world, key) == wanted


def test_a_wrong_secret_is_refused_in_the_words_of_each_protocol(world: Made) -> None:
    """A signature made with another secret does not match."""
    found = codes(world, user_key(world), aws_secret_access_key="x" * 40)
    assert found == {
        "sts": ("SignatureDoesNotMatch", 403),
        "sesv2": ("InvalidSignatureException", 403),
        "route53": ("SignatureDoesNotMatch", 403),
        "secretsmanager": ("InvalidSignatureException", 403),
        "s3": ("SignatureDoesNotMatch", 403),
        "sqs": ("SignatureDoesNotMatch", 403),
        "cloudwatch": ("InvalidSignatureException", 403),
    }


def test_a_missing_permission_is_refused_in_the_words_of_each_protocol(world: Made) -> None:
    """Who has no policy may not call a service; SES decides for itself, identity needs no permission."""
    key = user_key(world)
    found = {name: refusal(partial(call, world.client(name, key))) for name, call in CALLS[2:]}
    assert found == {
        "route53": ("AccessDenied", 403),
        "secretsmanager": ("AccessDeniedException", 403),
        "s3": ("AccessDenied", 403),
        "sqs": ("AccessDenied", 403),
        "cloudwatch": ("AccessDeniedException", 403),
    }
    assert world.client("sesv2", key).get_email_identity(EmailIdentity="a.example")["IdentityType"] == "DOMAIN"


def test_a_denial_says_what_was_missing(world: Made) -> None:
    """The message names user, action, resource and reason as AWS's does."""
    client = world.client("iam", user_key(world))
    with pytest.raises(ClientError) as error:
        client.create_access_key(UserName="lab-administrator")
    assert error.value.response["Error"]["Message"] == (
        "User: arn:aws:iam::123456789012:user/smtp is not authorized to perform: iam:CreateAccessKey on resource: "
        "arn:aws:iam::123456789012:user/lab-administrator because no identity-based policy allows the "
        "iam:CreateAccessKey action"
    )


def test_permissions_follow_action_and_resource(world: Made) -> None:
    """A policy for one user's keys allows these and no other."""
    key = user_key(world)
    own = {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "arn:aws:iam::*:user/smtp"}
    world.iam.put_user_policy("smtp", "own-keys", {"Statement": own})
    client = world.client("iam", key)
    assert client.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"] == key.key_id
    assert refusal(lambda: client.list_access_keys(UserName="lab-administrator")) == ("AccessDenied", 403)


def test_last_use_moves_with_each_call(world: Made) -> None:
    """Using a key is noted with service and region; a refused signature is no use."""
    key, admin = user_key(world), world.client("iam")
    refusal(world.client("sts", key, aws_secret_access_key="x" * 40).get_caller_identity)
    unused = admin.get_access_key_last_used(AccessKeyId=key.key_id)["AccessKeyLastUsed"]
    assert unused == {"ServiceName": "N/A", "Region": "N/A"}
    world.client("sesv2", key).get_email_identity(EmailIdentity="a.example")
    used = admin.get_access_key_last_used(AccessKeyId=key.key_id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("ses", "eu-west-1")
    assert used["LastUsedDate"].isoformat().startswith("2026-05-12T18:43")


def test_a_temporary_key_needs_its_token_and_ends(world: Made) -> None:
    """A role's session is who it says; without its token or after its end the key is refused."""
    world.iam.add_role("r", trust=SEND)
    key = world.iam.open_session("r", name="s1", seconds=900)
    told = world.client("sts", key).get_caller_identity()
    assert told["Arn"] == "arn:aws:sts::123456789012:assumed-role/r/s1"
    bare = world.client("sts", key, aws_session_token=None)
    assert refusal(bare.get_caller_identity) == ("InvalidClientTokenId", 403)
    world.clock.advance(900)
    assert refusal(world.client("sts", key).get_caller_identity) == ("ExpiredToken", 403)


def test_a_service_s_own_error_is_rendered_and_recorded(world: Made) -> None:
    """What a service raises reaches the caller in its protocol's shape, and the audit."""
    client = world.client("sesv2")
    assert refusal(lambda: client.get_email_identity(EmailIdentity="refused")) == ("NotFoundException", 404)
    event = world.audit.find(service="ses", action="GetEmailIdentity")[-1]
    assert (event.error, event.message) == ("NotFoundException", "no such identity")


def test_what_nothing_emulates_is_refused_aloud(world: Made) -> None:
    """A service or operation that the lab lacks is named in the error."""
    with pytest.raises(ClientError, match="the lab does not emulate servicequotas ListServiceQuotas"):
        world.client("service-quotas").list_service_quotas(ServiceCode="ses")
    with pytest.raises(ClientError, match=r"\(InvalidAction\).*the lab does not emulate iam ListSAMLProviders"):
        world.client("iam").list_saml_providers()
    with pytest.raises(ClientError, match=r"\(InvalidAction\).*the lab does not emulate sts GetSessionToken"):
        world.client("sts").get_session_token()


def test_every_call_is_audited_by_the_lab_s_clock(world: Made) -> None:
    """A call leaves who, what, where and how it ended, also when its signature was refused."""
    key = user_key(world)
    world.client("sts", key).get_caller_identity()
    world.clock.advance(3600)
    refusal(world.client("sts", key, aws_secret_access_key="x" * 40).get_caller_identity)
    first, second = world.audit.find(key_id=key.key_id)
    assert (first.principal.name, first.service, first.action, first.region) == (
        "smtp",
        "sts",
        "GetCallerIdentity",
        "eu-west-1",
    )
    assert (first.error, second.error, second.principal) == (None, "SignatureDoesNotMatch", None)
    assert (second.time - first.time).total_seconds() >= 3600


def test_a_presigned_url_is_as_good_as_a_header(world: Made) -> None:
    """A presigned GetCallerIdentity tells its signer."""
    url = world.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    wire = WireRequest(method="GET", path="/", query=url.partition("?")[2], headers={"host": "127.0.0.1:4566"})
    assert b"user/lab-administrator" in asyncio.run(world.gate.answer(wire)).body


@pytest.mark.parametrize(
    ("headers", "path", "wanted"),
    [
        ({}, "/", b"<Code>MissingAuthenticationToken</Code>"),
        ({}, "/v2/email/account", b'"message": "Missing Authentication Token"'),
        ({"x-amz-target": "secretsmanager.ListSecrets"}, "/", b'"__type": "MissingAuthenticationTokenException"'),
        ({"authorization": "Bearer x"}, "/", b"<Code>IncompleteSignature</Code>"),
        ({}, "/_ministack/reset", b"Missing Authentication Token"),
    ],
)
def test_unsigned_requests_reach_nothing(world: Made, headers: dict[str, str], path: str, wanted: bytes) -> None:
    """Without a signature there is no service, and no back door to the emulator's own pages."""
    response = asyncio.run(world.gate.answer(WireRequest(method="POST", path=path, headers=headers)))
    assert response.status in {400, 403}
    assert wanted in response.body


def test_an_old_signature_is_refused(world: Made) -> None:
    """A signature of another day is refused with the time in the message."""
    key = world.iam.administrator
    request = AWSRequest("POST", "http://h/", data=b"", headers={"X-Amz-Date": "20200101T000000Z"})
    request.context["timestamp"] = "20200101T000000Z"
    SigV4Auth(Credentials(key.key_id, key.secret), "sts", "eu-west-1").add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    header = headers["authorization"].replace(headers["x-amz-date"][:8], "20200101")
    old = headers | {"host": "h", "x-amz-date": "20200101T000000Z", "authorization": header}
    response = asyncio.run(world.gate.answer(WireRequest(method="POST", path="/", headers=old)))
    assert (response.status, b"<Code>RequestExpired</Code>" in response.body) == (400, True)
    assert b"Signature expired: 20200101T000000Z is now earlier than" in response.body


async def _sent(gate: Any, scope: Message, bodies: list[bytes]) -> list[Message]:
    answers: list[Message] = []

    async def receive() -> Message:
        body = bodies.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(bodies)}

    async def send(message: Message) -> None:
        answers.append(message)

    await gate(scope, receive, send)
    return answers


def test_a_body_beyond_the_limit_is_refused(world: Made) -> None:
    """A body is read up to a limit only."""
    scope: Message = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    answers = asyncio.run(_sent(world.gate, scope, [b"x" * (MAX_BODY // 2 + 1)] * 2))
    assert answers[0]["status"] == 413


def test_web_sockets_are_closed(world: Made) -> None:
    """Nothing of the lab speaks over web sockets."""
    assert asyncio.run(_sent(world.gate, {"type": "websocket"}, [])) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.lab
def test_over_loopback(world: Made) -> None:
    """Under uvicorn the gate starts, answers signed calls over HTTP, and stops."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        told = asyncio.run(_served(world, listener))
    assert told["Arn"] == "arn:aws:iam::123456789012:user/lab-administrator"


async def _served(world: Made, listener: socket.socket) -> Any:
    server = Server(Config(world.gate, log_level="error", lifespan="on", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    key, port = world.iam.administrator, listener.getsockname()[1]
    listener.listen()
    try:
        return await asyncio.to_thread(_asked, key, port)
    finally:
        server.should_exit = True
        await serving


def _asked(key: AccessKey, port: int) -> Any:
    client = boto3.client(
        "sts",
        region_name="eu-west-1",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=key.key_id,
        aws_secret_access_key=key.secret,
    )
    try:
        return client.get_caller_identity()
    finally:
        client.close()


def test_with_the_emulator_behind(whole: Made) -> None:
    """Services that the lab does not do itself work through the gate, within permissions."""
    whole.client("secretsmanager").create_secret(Name="smtp/password", SecretString="s3cret")
    key = user_key(whole, "reader")
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:smtp/*"
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
    whole.iam.put_user_policy("reader", "read", {"Statement": statement})
    reader = whole.client("secretsmanager", key)
    assert reader.get_secret_value(SecretId="smtp/password")["SecretString"] == "s3cret"
    assert refusal(lambda: reader.get_secret_value(SecretId="other"))[0] == "AccessDeniedException"
    assert refusal(lambda: reader.delete_secret(SecretId="smtp/password"))[0] == "AccessDeniedException"


def test_the_emulator_s_errors_are_recorded(whole: Made) -> None:
    """An error of the emulator passes unchanged, and its code is in the audit."""
    client = whole.client("secretsmanager")
    assert refusal(lambda: client.get_secret_value(SecretId="none"))[0] == "ResourceNotFoundException"
    assert whole.audit.events()[-1].error == "ResourceNotFoundException"


def test_an_operation_that_the_emulator_lacks_is_named(whole: Made) -> None:
    """What the emulator does not know is refused in the lab's own words."""
    with pytest.raises(ClientError, match="the lab does not emulate secretsmanager ValidateResourcePolicy2"):
        _called(whole, "secretsmanager", "ValidateResourcePolicy2")


@pytest.mark.parametrize(
    ("service", "call", "name"),
    [
        ("route53", lambda client: client.get_checker_ip_ranges(), "GetCheckerIpRanges"),
        ("logs", lambda client: client.list_anomalies(), "ListAnomalies"),
        ("sqs", lambda client: client.list_message_move_tasks(SourceArn="x"), "ListMessageMoveTasks"),
        ("sns", lambda client: client.list_origination_numbers(), "ListOriginationNumbers"),
        (
            "cloudwatch",
            lambda client: client.list_managed_insight_rules(ResourceARN="arn:x"),
            "ListManagedInsightRules",
        ),
        ("cloudformation", lambda client: client.list_types(), "ListTypes"),
        ("kinesis", lambda client: client.list_streams(), "ListStreams"),
    ],
)
def test_each_service_names_what_it_lacks(whole: Made, service: str, call: Callable[[Any], object], name: str) -> None:
    """Whatever the emulator answers to an operation that it lacks, the lab says so in its own words."""
    with pytest.raises(ClientError, match=rf"the lab does not emulate \w+ {name}"):
        call(whole.client(service))


def _called(world: Made, service: str, operation: str) -> None:
    """Call an operation that no SDK has."""
    client = world.client(service)

    def renamed(params: dict[str, Any], **_: object) -> None:
        params["headers"]["X-Amz-Target"] = f"{service}.{operation}"

    client.meta.events.register("before-call", renamed)
    client.list_secrets()


def test_an_sns_confirmation_is_followed_unsigned(whole: Made) -> None:
    """The link in a subscription's confirmation works for whoever has it."""
    topic = whole.client("sns").create_topic(Name="feedback")["TopicArn"]
    query = f"Action=ConfirmSubscription&TopicArn={topic}&Token={'0' * 64}"
    wire = WireRequest(method="GET", path="/", query=query, headers={"host": "127.0.0.1"})
    response = asyncio.run(whole.gate.answer(wire))
    assert b"MissingAuthenticationToken" not in response.body
    assert whole.audit.events()[-1].action == "ConfirmSubscription"
    unsigned = replace(wire, query=query.replace("ConfirmSubscription", "DeleteTopic"))
    assert b"MissingAuthenticationToken" in asyncio.run(whole.gate.answer(unsigned)).body


def test_the_emulator_acts_for_the_lab_s_account(whole: Made) -> None:
    """ARNs of what the emulator makes carry the lab's account and the caller's region."""
    arn = whole.client("sns", region_name="us-east-1").create_topic(Name="t")["TopicArn"]
    assert arn == "arn:aws:sns:us-east-1:123456789012:t"
