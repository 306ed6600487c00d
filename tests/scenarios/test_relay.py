"""Gmail, our relay, SES and a recipient, in one lab: an alias set up, a mail sent, a mail bounced with the relay's words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import signal
import smtplib
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstrata.adapters.relay_database import opened
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.lab.gmail import Sent
from mailstrata.lab.living import Living
from mailstrata.lab.relay import LOGIN, USER, LabRelay, relay_of
from mailstrata.model.errors import Refusal

pytestmark = pytest.mark.lab
OWNER, ALIAS, ANN = "skipper@gmail.example", "office@sailing.example", "ann@harbor.example"


@contextlib.asynccontextmanager
async def world(*senders: str) -> AsyncIterator[tuple[Living, LabRelay]]:
    """A healthy lab with a relay in front of its SES."""
    async with Living.of("healthy", today=True) as lab, relay_of(lab, senders=senders) as relay:
        yield lab, relay


async def set_up(lab: Living, relay: LabRelay) -> None:
    """The person's way through Gmail's dialogue: settings, login, the code from the mailbox."""
    gmail = lab.parts.gmail
    assert (await gmail.set_alias(OWNER, relay.alias(ALIAS))).saved
    newest = gmail.message(OWNER, len(gmail.mailbox(OWNER)))
    assert newest is not None
    code = re.search(rb"Confirmation code: (\d{9})", newest)
    assert code is not None
    with pytest.raises(Refusal, match="not right"):
        gmail.confirm_alias(OWNER, ALIAS, "000000000")
    gmail.confirm_alias(OWNER, ALIAS, code[1].decode())


async def sent(lab: Living, to: str = ANN) -> Sent:
    """A mail of the alias."""
    return await lab.parts.gmail.send(OWNER, ALIAS, [to], subject="Quote for June", body="Ahoy")


def test_an_alias_is_set_up_against_the_relay_and_its_mail_arrives() -> None:
    """Login, code, 250 with SES's id; SES sent it for the relay's key, no password of Gmail's is a key any more."""

    async def scene() -> None:
        async with world() as (lab, relay):
            await set_up(lab, relay)
            done = await sent(lab)
            assert (done.accepted, done.refused) == ((ANN,), ())
            assert done.response.startswith("250 2.0.0 Ok 0100")
            await lab.parts.ses.settle()
            key = lab.parts.iam.keys_of(USER)[0]
            assert (key.last_service, key.last_region) == ("ses", "us-east-1")

    asyncio.run(scene())


def test_a_wrong_password_is_not_saved_by_gmail() -> None:
    """Its dialogue shows the relay's answer."""

    async def scene() -> None:
        async with world() as (lab, relay):
            typo = relay.alias(ALIAS)
            shown = await lab.parts.gmail.set_alias(OWNER, replace(typo, password="typo"))
            assert not shown.saved
            assert "535 5.7.8 Username and password not accepted" in shown.shown

    asyncio.run(scene())


def test_a_revoked_login_is_bounced_with_the_relays_words() -> None:
    """The person reads who has to do what, in Gmail's own bounce."""

    async def scene() -> None:
        async with world() as (lab, relay):
            await set_up(lab, relay)
            users = RelayUsers(opened(str(relay.setup.parent / "relay.sqlite3")), steady=lambda: 0.0)
            users.revoke(LOGIN, datetime.now(UTC))
            users.close()
            done = await sent(lab)
            assert done.refused == (ANN,)
            assert done.response.startswith("535 5.7.8 ")
            assert b"535 5.7.8 Username and password not accepted" in bounce(lab)

    asyncio.run(scene())


def test_an_address_that_the_login_may_not_use_is_bounced_with_the_relays_words() -> None:
    """And the operator's command stands in it."""

    async def scene() -> None:
        async with world("admin@sailing.example") as (lab, relay):
            await set_up(lab, relay)
            done = await sent(lab)
            assert done.response.startswith(f"550 5.7.1 The login {LOGIN} may not send as {ALIAS} (the envelope)")
            assert b"may not send as" in bounce(lab)

    asyncio.run(scene())


def bounce(lab: Living) -> bytes:
    """The newest mail of the owner's mailbox, unfolded."""
    gmail = lab.parts.gmail
    newest = gmail.message(OWNER, len(gmail.mailbox(OWNER)))
    assert newest is not None
    return re.sub(rb"=?\r?\n ?", b"", newest)


def test_the_doctor_sees_what_gmail_will_see() -> None:
    """In the lab all is well but the address: Gmail could not reach 127.0.0.1."""

    async def scene() -> tuple[int, dict[str, str]]:
        async with world("admin@sailing.example") as (lab, relay):
            administrator, password = lab.parts.iam.administrator, relay.setup.parent / "password"
            password.write_text(f"{relay.password}\n")
            arguments = [
                "relay",
                "doctor",
                "--setup",
                str(relay.setup),
                "--user",
                LOGIN,
                "--password-file",
                str(password),
            ]
            keys = {"AWS_ACCESS_KEY_ID": administrator.key_id, "AWS_SECRET_ACCESS_KEY": administrator.secret}
            doctor = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "mailstrata", *arguments, "--json"),
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, **keys},
            )
            out, _ = await doctor.communicate()
            assert relay.password not in out.decode()
            points = json.loads(out)["points"]
            return doctor.returncode or 0, {f"{one['what']}: {one['words']}": one["state"] for one in points}

    status, points = asyncio.run(scene())
    assert points == {
        "name: smtp.sailing.example leads to 127.0.0.1, which is not public": "fault",
        "port 587: TLS, TLSv1.3, login offered": "ok",
        "port 465: SSL, TLSv1.3, login offered": "ok",
        "certificate: its files are what Gmail accepts: name, chain, dates, key": "ok",
        "login: skipper gets in": "ok",
        "admin@sailing.example: skipper may send as it": "ok",
        "admin@sailing.example: SES sends for it in us-east-1": "ok",
    }
    assert status == 1


def test_lab_up_can_bring_a_relay_for_any_client(tmp_path: Path) -> None:
    """Its port, name, login and password are in the environment that it prints."""
    runs = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "TMPDIR": str(tmp_path)}
    lab = subprocess.Popen(
        [sys.executable, "-m", "mailstrata", "lab", "up", "healthy", "--relay"],
        stdout=subprocess.PIPE,
        text=True,
        env=runs,
    )
    try:
        assert lab.stdout is not None
        exports: dict[str, str] = {}
        for line in iter(lab.stdout.readline, ""):
            if line.startswith("#"):
                break
            name, _, value = line.strip().removeprefix("export ").partition("=")
            exports[name] = shlex.split(value)[0]
        port = int(exports["MAILSTRATA_LAB_RELAY"].rpartition(":")[2])
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            vars(client)["_host"] = exports["MAILSTRATA_LAB_RELAY_HOST"]
            client.starttls(context=ssl.create_default_context(cafile=exports["MAILSTRATA_LAB_CA"]))
            client.login(exports["MAILSTRATA_LAB_RELAY_USER"], exports["MAILSTRATA_LAB_RELAY_PASSWORD"])
            client.sendmail("admin@sailing.example", [ANN], "From: admin@sailing.example\nSubject: Ahoy\n\nbody\n")
    finally:
        lab.send_signal(signal.SIGTERM)
        lab.communicate(timeout=60)
    assert lab.returncode == 0
