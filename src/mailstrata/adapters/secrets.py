"""The places where credentials are kept, by name: ``aws:NAME``, ``env:NAME`` and ``file:PATH``.

    places = SecretPlaces(environment=os.environ, aws=SecretsManager(aws, region="us-east-1"))
    await places.read("file:/home/ann/.mailstrata/admin.json")
    {"username": "AKIA…", "password": "…", "secret_access_key": "…"}

A place holds a JSON object of texts, or the bare password. What goes wrong is told by the name of the place and never by
what it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mailstrata.adapters import files
from mailstrata.adapters.aws_secrets import SecretsManager
from mailstrata.model.errors import Refusal

MAX_SIZE = 65536
"""Bytes; the limit of Secrets Manager, kept for all places."""

_HOW = "write aws:NAME, env:NAME or file:PATH"


class SecretPlaces:
    """``model.ports.Secrets``. ``aws`` may be missing where no AWS is at hand."""

    def __init__(self, *, environment: Mapping[str, str], aws: SecretsManager | None = None) -> None:
        self._environment = environment
        self._aws = aws

    async def read(self, name: str) -> Mapping[str, str]:
        """The fields of a credential. Raises ``Refusal`` naming the place."""
        kind, place = _parsed(name)
        if kind == "file":
            text = _read_file(name, place)
        elif kind == "env":
            text = self._read_variable(name, place)
        else:
            text = await self._secrets_manager(name).read(place)
        return _fields(name, text)

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Store a credential as a JSON object.

        A file is readable by its owner alone and keeps the one before as ``PATH.previous``; Secrets Manager keeps it as
        ``AWSPREVIOUS``; an environment variable cannot be written. Raises ``Refusal`` (status 4).
        """
        kind, place = _parsed(name)
        text = json.dumps(dict(fields), ensure_ascii=False, indent=2) + "\n"
        if kind == "env":
            raise Refusal(
                f"{name} cannot be written: no program can change another's environment",
                "keep the credential at aws:NAME or file:PATH",
                status=4,
            )
        if kind == "file":
            _write_file(name, place, text.encode())
        else:
            await self._secrets_manager(name).write(place, text)

    def _read_variable(self, name: str, variable: str) -> str:
        text = self._environment.get(variable)
        if not text:
            raise Refusal(f"the environment variable of {name} is not set", f"export {variable}, or name another place")
        return text

    def _secrets_manager(self, name: str) -> SecretsManager:
        if self._aws is None:
            raise Refusal(f"{name} cannot be reached without AWS", "keep the credential at env:NAME or file:PATH")
        return self._aws


def _parsed(name: str) -> tuple[str, str]:
    kind, _, place = name.partition(":")
    if kind not in {"aws", "env", "file"} or not place:
        raise Refusal("what is given as a secret's place names no place where a credential could be kept", _HOW)
    return kind, place


def _read_file(name: str, place: str) -> str:
    path = Path(place).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise Refusal(f"{name} cannot be read: {error.strerror}", "see that the file is there and is yours") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(f"{name} is no text in UTF-8", "store a JSON object or the bare password") from None
    return text.removesuffix("\n").removesuffix("\r")  # an editor ends the last line; that is no part of a password


def _write_file(name: str, place: str, data: bytes) -> None:
    path = Path(place).expanduser()
    try:
        if path.exists():
            files.replace(path.with_name(f"{path.name}.previous"), path.read_bytes(), mode=files.PRIVATE)
        files.replace(path, data, mode=files.PRIVATE)
    except OSError as error:
        raise Refusal(
            f"{name} cannot be written: {error.strerror}", "see that its directory is yours", status=4
        ) from None


def _fields(name: str, text: str) -> Mapping[str, str]:
    if len(text.encode()) > MAX_SIZE:
        raise Refusal(f"{name} holds more than {MAX_SIZE // 1024} KiB", "store a JSON object or the bare password")
    if not text.strip():
        raise Refusal(f"{name} is empty", "store a JSON object or the bare password")
    if not text.lstrip().startswith("{"):
        return {"password": text}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(f"{name} is no JSON object", 'store {"username": …, "password": …}') from None
    return {key: field if isinstance(field, str) else json.dumps(field) for key, field in value.items()}
