from __future__ import annotations

import asyncio
import json
import logging
import os
from typing import Any

from mailstrata.lab.aws.behind import credential, reset
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call

Made = Any


def test_it_is_mounted_with_its_own_checks_off(emulator: AsgiApp) -> None:
    """Authentication, recording, persistence and other listeners of the emulator are off; logging stays as it was."""
    told = [os.environ[name] for name in ("AUTH", "CLOUDTRAIL_RECORDING", "PERSIST_STATE", "IOT_MTLS_ENABLED")]
    assert told == ["false", "0", "0", "0"]
    assert logging.getLogger("ministack").level == logging.ERROR


def test_account_and_region_come_from_the_credential(emulator: AsgiApp) -> None:
    """A call in memory acts for the account and region of its credential header, unsigned."""
    headers = credential("sqs", account="210987654321", region="eu-central-1")
    headers |= {"x-amz-target": "AmazonSQS.CreateQueue", "content-type": "application/x-amz-json-1.0"}
    wire = WireRequest(method="POST", path="/", headers=headers, body=b'{"QueueName": "q"}')
    response = asyncio.run(call(emulator, wire))
    assert json.loads(response.body)["QueueUrl"].endswith("/210987654321/q")


def test_a_reset_empties_it(whole: Made) -> None:
    """After a reset nothing is left of what was made."""
    client = whole.client("secretsmanager")
    client.create_secret(Name="s", SecretString="x")
    asyncio.run(reset(whole.behind))
    assert client.list_secrets()["SecretList"] == []
