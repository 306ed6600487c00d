"""The places where credentials are kept, by name: ``aws:``, ``env:``, ``file:``, ``keyring:`` and ``age:``.

    places = SecretPlaces({"file": PrivateFiles(), "env": Variables(os.environ)})
    await places.read("file:/home/ann/.mailstrata/admin.json")
    {"username": "AKIA…", "password": "…", "secret_access_key": "…"}

A place holds a JSON object of texts, or the bare password. What goes wrong is told by the name of the place and never by
what it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from mailstrata.adapters import files
from mailstrata.model.errors import Refusal
from mailstrata.model.setup import PLACE_NAMES, PLACES, WRITABLE_NAMES

MAX_SIZE = 65536
"""Bytes; the limit of Secrets Manager, kept for all places."""


class Place(Protocol):
    """One kind of place. Both methods raise ``Refusal``, which names the place by its kind and ``name``."""

    async def read(self, name: str) -> str:
        """The text that is kept under ``name``."""
        ...

    async def write(self, name: str, text: str) -> None:
        """Keep ``text`` under ``name``, and the one before as the previous version where the place can (status 4)."""
        ...


class SecretPlaces:
    """``model.ports.Secrets``: each kind of place by its name; one that is not at hand is refused."""

    def __init__(self, places: Mapping[str, Place]) -> None:
        self._places = places

    async def read(self, name: str) -> Mapping[str, str]:
        """The fields of a credential. Raises ``Refusal`` naming the place."""
        kind, place = _parsed(name)
        return _fields(name, await self._of(kind, name).read(place))

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Store a credential as a JSON object. Raises ``Refusal`` (status 4)."""
        kind, place = _parsed(name)
        text = json.dumps(dict(fields), ensure_ascii=False, indent=2) + "\n"
        await self._of(kind, name).write(place, text)

    def _of(self, kind: str, name: str) -> Place:
        if kind not in self._places:
            raise Refusal(f"{name} cannot be reached without AWS", "keep the credential at env:NAME or file:PATH")
        return self._places[kind]


class Variables:
    """``env:NAME``: variables of the environment, which can be read and not written."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    async def read(self, name: str) -> str:
        """The variable."""
        text = self._environment.get(name)
        if not text:
            raise Refusal(f"the environment variable of env:{name} is not set", f"export {name}, or name another place")
        return text

    async def write(self, name: str, text: str) -> None:
        """Refused: no program can change another's environment."""
        raise Refusal(
            f"env:{name} cannot be written: no program can change another's environment",
            f"keep the credential at {WRITABLE_NAMES}",
            status=4,
        )


class PrivateFiles:
    """``file:PATH``: files that their owner alone can read; the one before is kept as ``PATH.previous``."""

    async def read(self, name: str) -> str:
        """The text of the file, without the end of its last line: an editor adds that, and it is no part of a password."""
        data = read_file(f"file:{name}", name)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal(f"file:{name} is no text in UTF-8", "store a JSON object or the bare password") from None
        return text.removesuffix("\n").removesuffix("\r")

    async def write(self, name: str, text: str) -> None:
        """Put ``text`` in its place, whole or not at all."""
        write_file(f"file:{name}", name, text.encode())


def read_file(place: str, path: str) -> bytes:
    """The bytes of a file, one more than `MAX_SIZE` at most. Raises ``Refusal`` that names ``place``."""
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(MAX_SIZE + 1)
    except OSError as error:
        raise Refusal(f"{place} cannot be read: {error.strerror}", "see that the file is there and is yours") from None


def write_file(place: str, path: str, data: bytes) -> None:
    """Replace a file, keeping the one before beside it; both 0600. Raises ``Refusal`` (status 4) that names ``place``."""
    target = Path(path).expanduser()
    try:
        if target.exists():
            files.replace(target.with_name(f"{target.name}.previous"), target.read_bytes(), mode=files.PRIVATE)
        files.replace(target, data, mode=files.PRIVATE)
    except OSError as error:
        raise Refusal(
            f"{place} cannot be written: {error.strerror}", "see that its directory is yours", status=4
        ) from None


def _parsed(name: str) -> tuple[str, str]:
    kind, colon, place = name.partition(":")
    if f"{kind}{colon}" not in PLACES or not place:
        raise Refusal(
            "what is given as a secret's place names no place where a credential could be kept", f"write {PLACE_NAMES}"
        )
    return kind, place


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
