"""Credentials in AWS Secrets Manager, which keeps the version before as ``AWSPREVIOUS``.

store = SecretsManager(aws, region="us-east-1")
text = await store.read("mailstrata/smtp/admin")
await store.write("mailstrata/smtp/admin", '{"username": "AKIA…", "password": "…"}')

No word of AWS about these calls is repeated in an error, since a refused value could be quoted in it.
"""

from __future__ import annotations

from typing import Any

from mailstrata.adapters.aws import Aws, refusal
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Absent


class SecretsManager:
    """Texts by their name or ARN. ``region`` is that of the setup; an ARN names its own."""

    def __init__(self, aws: Aws, *, region: str) -> None:
        self._aws = aws
        self._region = region

    async def read(self, name: str) -> str:
        """The current version. Raises ``Refusal`` naming the secret."""
        call = self._call("GetSecretValue", name)
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure):
            raise self._unreadable(name, call, answer)
        if not isinstance(answer.get("SecretString"), str):
            raise Refusal(
                f"the secret aws:{name} in {call.region} holds bytes and no text", "store it as a JSON object"
            )
        return str(answer["SecretString"])

    async def write(self, name: str, text: str) -> None:
        """Make ``text`` the current version; a secret that does not exist yet is made. Raises ``Refusal`` (status 4)."""
        call = self._call("PutSecretValue", name, SecretString=text)
        answer = await self._aws.reply(call)
        if not isinstance(answer, Failure):
            return
        if not isinstance(answer.observation, Absent):
            raise refusal(answer, call)
        params = {"Name": name, "SecretString": text, "Description": "Kept by mailstrata"}
        await self._aws.do(
            Call(service=call.service, operation="CreateSecret", region=call.region, params=params, private=True)
        )

    def _call(self, operation: str, name: str, **params: Any) -> Call:
        named = name.split(":")[3] if name.startswith("arn:") and name.count(":") >= 6 else self._region
        params = {"SecretId": name, **params}
        return Call(service="secretsmanager", operation=operation, region=named, params=params, private=True)

    def _unreadable(self, name: str, call: Call, failed: Failure) -> Refusal:
        seen = failed.observation
        if isinstance(seen, Absent):
            return Refusal(f"there is no secret aws:{name} in {call.region}", "store the credential there first")
        return Refusal(f"the secret aws:{name} cannot be read: {seen.reason}", seen.needs)
