"""A password is found by its key id, hidden wherever it could be shown, and its lack is explained."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from mailstrata.adapters.smtp_credential import Credential, Passwords
from mailstrata.credentials.derivation import smtp_password
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Unknown
from mailstrata.model.setup import Alias, Setup

KEY = "AKIAEXAMPLE"
HOST = "email-smtp.eu-central-1.amazonaws.com"
SECRET = "some+secret+key"


class Kept:
    """One credential in memory; ``None``: it cannot be read."""

    def __init__(self, fields: Mapping[str, str] | None) -> None:
        self._fields = fields

    async def read(self, name: str) -> Mapping[str, str]:
        """The fields."""
        if self._fields is None:
            raise Refusal(f"{name} cannot be read", "the permission secretsmanager:GetSecretValue")
        return self._fields

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Looking up stores nothing."""
        raise AssertionError("a look-up stores nothing")


def found(fields: Mapping[str, str] | None, *, host: str = HOST, place: str = "env:SMTP") -> Credential | Unknown:
    """What is found for the key of the one alias."""
    alias = Alias(address="admin@sailing.example", host="smtp.dock.example", username=KEY, secret=place)
    setup = Setup(domain="sailing.example", region="us-west-1", aliases=(alias,))
    return asyncio.run(Passwords(Kept(fields), setup).of(KEY, host=host))


def test_the_stored_password_is_taken_before_the_secret() -> None:
    """What stands there is what Gmail was given, right or wrong."""
    fields = {"username": KEY, "password": "stored", "secret_access_key": SECRET}
    assert found(fields) == Credential(username=KEY, password="stored")


def test_a_password_is_derived_for_the_region_of_the_host_that_is_asked() -> None:
    """For a host that names no region it is the setup's."""
    assert found({"secret_access_key": SECRET}) == Credential(
        username=KEY, password=smtp_password(SECRET, "eu-central-1")
    )
    assert found({"secret_access_key": SECRET}, host="smtp.dock.example") == Credential(
        username=KEY, password=smtp_password(SECRET, "us-west-1")
    )


def test_without_a_place_to_look_it_says_what_is_needed() -> None:
    """An alias without `secret`."""
    assert found({}, place="") == Unknown(
        reason="no password of AKIAEXAMPLE at hand",
        needs="the alias's `secret` in the setup: where its password is kept",
    )


def test_a_place_that_cannot_be_read_is_unknown_with_its_remedy() -> None:
    """The refusal's words, as a value."""
    assert found(None) == Unknown(
        reason="the password of AKIAEXAMPLE cannot be read: env:SMTP cannot be read",
        needs="the permission secretsmanager:GetSecretValue",
    )


def test_a_credential_of_another_key_is_not_tried() -> None:
    """Somebody rotated the store and not Gmail: both ids are told."""
    unknown = found({"username": "AKIAOTHER", "password": "stored"})
    assert isinstance(unknown, Unknown)
    assert unknown.reason == "env:SMTP holds the credential of AKIAOTHER, not of AKIAEXAMPLE, which the alias uses"


def test_a_secret_in_the_place_of_the_username_is_not_shown() -> None:
    """Whoever mixed the fields up does not find them in a report."""
    unknown = found({"username": "wJalrXUtnFEMI/K7MDENG", "password": "stored"})
    assert "another username" in repr(unknown)
    assert "wJalr" not in repr(unknown)


@pytest.mark.parametrize("fields", [{}, {"username": KEY}, {"password": ""}, {"secret_access_key": "\udcff"}])
def test_a_credential_without_a_usable_password_is_unknown(fields: dict[str, str]) -> None:
    """The place is named, and what belongs there."""
    assert found(fields) == Unknown(
        reason="env:SMTP holds no password of AKIAEXAMPLE", needs="`password` or `secret_access_key` in env:SMTP"
    )


def test_a_credential_does_not_show_its_password() -> None:
    """Neither its repr nor its fingerprint holds it; equal passwords have equal fingerprints."""
    first, same, other = (Credential(username=KEY, password=text) for text in ("hush-hush", "hush-hush", "hush"))
    assert "hush" not in repr(first) + first.fingerprint
    assert first.fingerprint == same.fingerprint != other.fingerprint
