from __future__ import annotations

import asyncio

import pytest
from tests.rooms.lab.ses.scene import REGION, Scene, made

from mailstrata.lab.ses.keys import private_key, public_record
from mailstrata.lab.ses.state import Identity

HOUR = 3600.0


async def _pending(scene: Scene) -> Identity:
    return await scene.ses.add_identity(REGION, "sailing.example")


def test_three_right_cnames_verify_the_domain(scene: Scene) -> None:
    """With all its records a domain is verified, whatever the case and the final dot of the answers."""

    async def play() -> None:
        identity = await _pending(scene)
        assert (identity.status, identity.dkim.status) == ("PENDING", "PENDING")
        scene.records["sailing.example", "SOA"] = ("ns1.sailing.example. host.sailing.example. 7 1 2 3 4",)
        for token in identity.dkim.tokens:
            scene.records[f"{token}._domainkey.sailing.example", "CNAME"] = (f"{token}.DKIM.amazonses.com.",)
        await scene.ses.recheck()
        assert (identity.status, identity.dkim.status) == ("SUCCESS", "SUCCESS")
        assert identity.verification.soa == ("ns1.sailing.example", "host.sailing.example", 7)
        assert identity.verification.error_type is None

    asyncio.run(play())


@pytest.mark.parametrize(
    ("rtype", "value", "error"),
    [
        ("CNAME", ("elsewhere.example.",), "INVALID_VALUE"),
        ("TXT", ("a note",), "TYPE_NOT_FOUND"),
        ("CNAME", (), "HOST_NOT_FOUND"),
        ("CNAME", LookupError("SERVFAIL"), "DNS_SERVER_ERROR"),
    ],
)
def test_the_error_type_tells_what_is_wrong(rtype: str, value: tuple[str, ...] | LookupError, error: str) -> None:
    """One bad record of three is named by SES's error type."""

    async def play() -> None:
        scene = made()
        identity = await scene.domain()
        name = f"{identity.dkim.tokens[1]}._domainkey.sailing.example"
        del scene.records[name, "CNAME"]
        scene.records[name, rtype] = value
        await scene.ses.recheck()
        assert identity.verification.error_type == error
        assert identity.dkim.status == "TEMPORARY_FAILURE"
        assert identity.verified

    asyncio.run(play())


def test_records_that_never_come_fail_after_72_hours(scene: Scene) -> None:
    """A search ends after 72 hours, not before."""

    async def play() -> None:
        identity = await _pending(scene)
        scene.clock.advance(71 * HOUR)
        await scene.ses.recheck()
        assert identity.dkim.status == "PENDING"
        scene.clock.advance(2 * HOUR)
        await scene.ses.recheck()
        assert (identity.dkim.status, identity.status) == ("FAILED", "FAILED")

    asyncio.run(play())


def test_records_that_vanish_are_revoked_72_hours_later(scene: Scene) -> None:
    """A verified domain goes through TEMPORARY_FAILURE to FAILED DKIM, and may still send."""

    async def play() -> None:
        identity = await scene.domain()
        scene.records.clear()
        await scene.ses.recheck()
        assert identity.dkim.status == "TEMPORARY_FAILURE"
        scene.clock.advance(73 * HOUR)
        await scene.ses.recheck()
        assert identity.dkim.status == "FAILED"
        assert identity.verified

    asyncio.run(play())


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (("10 feedback-smtp.us-east-1.amazonses.com.",), "SUCCESS"),
        (("10 feedback-smtp.eu-west-1.amazonses.com.",), "PENDING"),
        (("10 feedback-smtp.us-east-1.amazonses.com.", "20 mx.sailing.example."), "PENDING"),
        ((), "PENDING"),
    ],
)
def test_a_mail_from_domain_needs_exactly_the_mx_of_its_region(hosts: tuple[str, ...], status: str) -> None:
    """One MX, to the feedback host of this region."""
    scene = made()
    asyncio.run(scene.domain())
    scene.records["bounce.sailing.example", "MX"] = hosts
    client = scene.client()
    client.put_email_identity_mail_from_attributes(
        EmailIdentity="sailing.example", MailFromDomain="bounce.sailing.example"
    )
    shown = client.get_email_identity(EmailIdentity="sailing.example")["MailFromAttributes"]
    assert shown["MailFromDomainStatus"] == status


def test_a_customers_key_is_verified_by_its_txt_record(scene: Scene) -> None:
    """BYODKIM is found when the record holds the public half of the private key, in strings of any length."""
    pem = private_key("own", 1024)
    encoded, record = "".join(pem.splitlines()[1:-1]), public_record(pem)
    scene.records["s1._domainkey.sailing.example", "TXT"] = (f'"{record[:100]}" "{record[100:]}"',)
    client = scene.client()
    made_identity = client.create_email_identity(
        EmailIdentity="sailing.example",
        DkimSigningAttributes={"DomainSigningSelector": "s1", "DomainSigningPrivateKey": encoded},
    )
    assert made_identity["DkimAttributes"]["Status"] == "SUCCESS"
    scene.records["s1._domainkey.sailing.example", "TXT"] = ("p=MIGf",)
    asyncio.run(scene.ses.recheck())
    shown = client.get_email_identity(EmailIdentity="sailing.example")
    assert shown["VerificationInfo"]["ErrorType"] == "INVALID_VALUE"


def test_a_mail_from_that_is_never_found_fails_after_72_hours(scene: Scene) -> None:
    """Also when a scenario wrote the domain straight into the state."""

    async def play() -> None:
        identity = await scene.domain()
        identity.mail_from.domain = "bounce.sailing.example"
        await scene.ses.recheck()
        assert identity.mail_from.status == "PENDING"
        scene.clock.advance(73 * HOUR)
        await scene.ses.recheck()
        assert identity.mail_from.status == "FAILED"

    asyncio.run(play())
