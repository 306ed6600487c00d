"""What a place of credentials holds during a rotation: the credential in use, the one to come, the one before.

    staged({"username": "AKIAOLD", ...}, new)     # {"username": "AKIAOLD", ..., "next": "{…the new one…}"}
    promoted(...)                                 # {"username": "AKIANEW", ..., "previous": "{…the old one…}"}

Whoever reads ``username`` and ``password`` from the place gets one that works at every moment: the new one stands under
``next`` until its login was accepted. This is what AWSPENDING, AWSCURRENT and AWSPREVIOUS are in Secrets Manager, in a form
that a file can hold, too, and that one write changes as a whole. Where the place is Secrets Manager, it keeps its own
versions besides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mailstrata.credentials.derivation import smtp_password
from mailstrata.model.ports import Secrets

Fields = Mapping[str, str]
_NEXT, _PREVIOUS = "next", "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose credentials a place holds: key ids, empty for none. No secret is in it."""

    current: str = ""
    next: str = ""
    previous: str = ""


def held(fields: Fields) -> Held:
    """Whose credentials ``fields`` are. A credential without a username counts as ``?`` when it is the one before."""
    before = _inner(fields, _PREVIOUS)
    return Held(
        current=fields.get("username", ""),
        next=_inner(fields, _NEXT).get("username", ""),
        previous=before.get("username", "?") if _PREVIOUS in fields else "",
    )


def credential(key_id: str, secret: str, regions: tuple[str, ...]) -> dict[str, str]:
    """A new credential: its password, or one for each region where several use it (facts.md F 2)."""
    derived = {region: smtp_password(secret, region) for region in regions}
    if len(regions) == 1:
        return {
            "username": key_id,
            "password": derived[regions[0]],
            "secret_access_key": secret,
            "region": regions[0],
        }
    named = {f"password.{region}": password for region, password in derived.items()}
    return {"username": key_id, "secret_access_key": secret, **named}


def staged(fields: Fields, new: Fields) -> dict[str, str]:
    """The place with ``new`` beside what is in use."""
    return {**fields, _NEXT: json.dumps(dict(new))}


def promoted(fields: Fields) -> dict[str, str]:
    """The place with the next credential in use and the one before kept; unchanged where none waits."""
    if _NEXT not in fields:
        return dict(fields)
    return {**_inner(fields, _NEXT), _PREVIOUS: json.dumps(tidied(fields))}


def restored(fields: Fields, new: str) -> dict[str, str]:
    """The place without the credential of the key ``new``, the one before in use again."""
    if fields.get("username") == new:
        return _inner(fields, _PREVIOUS)
    return tidied(fields)


def tidied(fields: Fields) -> dict[str, str]:
    """The credential in use alone."""
    return {name: value for name, value in fields.items() if name not in {_NEXT, _PREVIOUS}}


def of_key(fields: Fields, key_id: str) -> dict[str, str]:
    """The credential of ``key_id``, wherever in the place it stands; empty when it is not there."""
    for found in (tidied(fields), _inner(fields, _NEXT), _inner(fields, _PREVIOUS)):
        if found.get("username") == key_id:
            return found
    return {}


class Staged:
    """`model.ports.Secrets` in which the credential of one key is the one in use, though it still waits in its place."""

    def __init__(self, secrets: Secrets, key_id: str) -> None:
        self._secrets = secrets
        self._key_id = key_id

    async def read(self, name: str) -> Fields:
        """The fields of that key's credential; empty when the place has none."""
        return of_key(await self._secrets.read(name), self._key_id)

    async def write(self, name: str, fields: Fields) -> None:
        """Write through: the place is the same."""
        await self._secrets.write(name, fields)


def _inner(fields: Fields, name: str) -> dict[str, str]:
    try:
        value = json.loads(fields.get(name) or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(field) for key, field in value.items()} if isinstance(value, dict) else {}
