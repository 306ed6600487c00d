"""Credentials in Secrets Manager."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_secrets import SecretsManager
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Script, ScriptedAws

    AwsTo = Callable[..., Aws]

NAME = "mailstrata/smtp/admin"
CANARY = "canary-in-the-coal-mine"


def test_the_current_version_is_read(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """As the text that it is."""
    scripted.script["GetSecretValue"] = script.reply({"SecretString": '{"password": "x"}'})
    store = SecretsManager(aws_to(scripted.url), region="us-east-1")
    assert asyncio.run(store.read(NAME)) == '{"password": "x"}'
    assert scripted.asked[0].fields == {"SecretId": NAME}


def test_a_secret_that_is_not_there_is_a_refusal_naming_it(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """With its region, since it may stand in another."""
    scripted.script["*"] = script.error("ResourceNotFoundException", "Secrets Manager can't find it", 400)
    with pytest.raises(Refusal, match="there is no secret aws:mailstrata/smtp/admin in eu-west-1"):
        asyncio.run(SecretsManager(aws_to(scripted.url), region="eu-west-1").read(NAME))


def test_a_denied_secret_names_the_permission(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The hint is what would help."""
    scripted.script["*"] = script.error("AccessDeniedException", "no", 400)
    with pytest.raises(Refusal) as raised:
        asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").read(NAME))
    assert raised.value.hint == "the permission secretsmanager:GetSecretValue"


def test_bytes_are_no_credential(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A secret may hold SecretBinary; that is refused and not guessed at."""
    scripted.script["*"] = script.reply({"SecretBinary": "Y2FuYXJ5"})
    with pytest.raises(Refusal, match="bytes and no text"):
        asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").read(NAME))


def test_a_new_version_is_put(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS keeps the one before as AWSPREVIOUS by itself."""
    scripted.script["PutSecretValue"] = script.reply({"ARN": "a", "VersionStages": ["AWSCURRENT"]})
    asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").write(NAME, CANARY))
    assert scripted.names() == ["PutSecretValue"]


def test_a_secret_that_is_not_there_is_made(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """So that the first credential needs no console."""
    scripted.script["PutSecretValue"] = script.error("ResourceNotFoundException", "no", 400)
    scripted.script["CreateSecret"] = script.reply({"ARN": "a"})
    asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").write(NAME, CANARY))
    assert scripted.names() == ["PutSecretValue", "CreateSecret"]
    assert scripted.asked[1].fields["SecretString"] == CANARY


@pytest.mark.parametrize("code", ["ValidationException", "InternalServiceError", "SignatureDoesNotMatch"])
def test_no_word_of_aws_is_repeated(scripted: ScriptedAws, aws_to: AwsTo, script: Script, code: str) -> None:
    """AWS quotes a value that it refuses."""
    scripted.script["*"] = script.error(code, f"Value '{CANARY}' at 'secretString' failed to satisfy constraint")
    with pytest.raises(Refusal) as raised:
        asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").write(NAME, CANARY))
    assert CANARY not in f"{raised.value.message}{raised.value.hint}{raised.value!r}"


def test_a_value_that_boto3_refuses_is_not_repeated(scripted: ScriptedAws, aws_to: AwsTo) -> None:
    """boto3 quotes values in its errors too; an empty text is below its minimal length or AWS's."""
    with pytest.raises(Refusal) as raised:
        asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").write("", CANARY))
    assert CANARY not in f"{raised.value.message}{raised.value.hint}{raised.value!r}"


def test_an_arn_names_its_own_region(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The setup's region is for names."""
    scripted.script["*"] = script.error("ResourceNotFoundException", "no", 400)
    arn = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{NAME}-AbCdEf"
    with pytest.raises(Refusal, match="in eu-central-1"):
        asyncio.run(SecretsManager(aws_to(scripted.url), region="us-east-1").read(arn))
