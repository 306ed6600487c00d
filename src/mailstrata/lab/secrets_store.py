"""Writes to the lab's Secrets Manager, through the same emulator that answers for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailstrata.lab.aws.behind import credential
from mailstrata.lab.aws.wire import WireRequest, call

if TYPE_CHECKING:
    from mailstrata.lab.parts import Parts


async def put_secret(parts: Parts, name: str, value: str) -> None:
    """Make the secret ``name`` hold ``value``, whether or not it is there already."""
    made = await _call(parts, "CreateSecret", {"Name": name, "SecretString": value})
    if made >= 400:
        status = await _call(parts, "PutSecretValue", {"SecretId": name, "SecretString": value})
        if status >= 400:
            raise ValueError(f"the lab's Secrets Manager refused to store {name}")


async def _call(parts: Parts, operation: str, arguments: Mapping[str, str]) -> int:
    request = WireRequest(
        method="POST",
        path="/",
        headers={
            **credential("secretsmanager", account=parts.account, region=parts.region),
            "x-amz-target": f"secretsmanager.{operation}",
            "content-type": "application/x-amz-json-1.1",
        },
        body=json.dumps(arguments).encode(),
    )
    return (await call(parts.behind, request)).status
