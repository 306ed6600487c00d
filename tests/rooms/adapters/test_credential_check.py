"""Logins at each door, with every fault that an endpoint can have."""

from __future__ import annotations

import asyncio

import pytest

from mailstrata.adapters.credential_check import ApiTried, CredentialChecks, Door
from mailstrata.adapters.smtp_credential import Credential
from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.verdict import Outcome, Sent, Tried
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.wiring import on_lab

pytestmark = pytest.mark.lab

HOST, REGION = "email-smtp.us-east-1.amazonaws.com", "us-east-1"
FAULTS = {
    "ok": Outcome.ACCEPTED,
    "closed": Outcome.UNREACHABLE,
    "silent": Outcome.TIMED_OUT,
    "no-auth": Outcome.NOT_OFFERED,
    "busy": Outcome.TEMPORARY,
    "garbage": Outcome.GARBLED,
    "endless": Outcome.GARBLED,
    "expired-certificate": Outcome.TLS,
    "wrong-certificate": Outcome.TLS,
}


async def _tried(fault: str) -> tuple[Tried, Tried, Sent]:
    async with Living.of("healthy") as lab:
        administrator = lab.parts.iam.administrator
        async with on_lab(LabClient(lab.url, (administrator.key_id, administrator.secret))) as here:
            await lab.parts.break_endpoint(REGION, fault)
            checks = CredentialChecks(here.settings.network, here.clock)
            key = lab.parts.keys["gmail"]
            credential = Credential(username=key, password=smtp_password(lab.parts.secrets["gmail"], REGION))
            plain = await checks.login(Door(host=HOST, port=587), credential, "PLAIN")
            login = await checks.login(Door(host=HOST, port=465), credential, "LOGIN")
            return plain, login, await checks.send(Door(host=HOST, port=587), credential, "admin@sailing.example")


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_an_endpoint_is_told_apart(fault: str) -> None:
    """At both kinds of port; no exception, and the password in no answer."""
    plain, login, sent = asyncio.run(_tried(fault))
    assert (plain.outcome, login.outcome) == (FAULTS[fault], FAULTS[fault])
    assert (plain.port, plain.security, login.port, login.security) == (587, "starttls", 465, "ssl")
    assert (sent.outcome is Outcome.ACCEPTED) is (fault == "ok")


async def _api(status: str, secret: str | None) -> ApiTried:
    async with Living.of("healthy") as lab:
        administrator = lab.parts.iam.administrator
        async with on_lab(LabClient(lab.url, (administrator.key_id, administrator.secret))) as here:
            key = lab.parts.keys["gmail"]
            lab.parts.iam.set_status(key, status)
            checks = CredentialChecks(here.settings.network, here.clock)
            return await checks.api(key, secret or lab.parts.secrets["gmail"])


@pytest.mark.parametrize(
    ("status", "secret", "works"), [("Active", None, True), ("Inactive", None, False), ("Active", "another", False)]
)
def test_the_api_tells_whether_key_and_secret_are_good(status: str, secret: str | None, works: bool) -> None:
    """It needs no permission to be asked whose key this is."""
    assert asyncio.run(_api(status, secret)).works is works
