"""MX records: the null MX, and whose servers they name."""

from __future__ import annotations

import pytest

from mailstrata.formats.mx import GATEWAYS, PROVIDERS, is_null, is_own, provider
from mailstrata.model.facts import MxHost


def _hosts(*names: str) -> tuple[MxHost, ...]:
    return tuple(MxHost(preference=10 * number, host=name) for number, name in enumerate(names))


def test_the_null_mx_is_a_single_root() -> None:
    """RFC 7505 3: beside another record it is none."""
    assert is_null(_hosts("."))
    assert not is_null(_hosts("mx.harbor.example"))
    assert not is_null(_hosts(".", "mx.harbor.example"))
    assert not is_null(())


@pytest.mark.parametrize(
    ("host", "whose"),
    [
        ("aspmx.l.google.com", "Google"),
        ("ASPMX2.GoogleMail.com.", "Google"),
        ("smtp.google.com", "Google"),
        ("gmail-smtp-in.l.google.com", "Google"),
        ("dock-example.mail.protection.outlook.com", "Exchange Online"),
        ("dock-example.o-v1.mx.microsoft", "Exchange Online"),
        ("outlook-com.olc.protection.outlook.com", "Outlook.com"),
        ("mta5.am0.yahoodns.net", "Yahoo"),
        ("mx01.mail.icloud.com", "iCloud"),
        ("mx2.zoho.eu", "Zoho"),
        ("in1-smtp.messagingengine.com", "Fastmail"),
        ("mailsec.protonmail.ch", "Proton"),
        ("mx0a-00000000.pphosted.com", "Proofpoint"),
        ("eu-smtp-inbound-1.mimecast.com", "Mimecast"),
        ("d12345a.ess.barracudanetworks.com", "Barracuda"),
        ("inbound-smtp.us-east-2.amazonaws.com", "Amazon SES"),
    ],
)
def test_a_provider_is_known_by_its_mx(host: str, whose: str) -> None:
    """facts.md E."""
    assert provider(_hosts(host)) == whose


@pytest.mark.parametrize(
    "host",
    [
        "aspmx.l.google.com.evil.example",
        "notgoogle.com",
        "evil-smtp.google.com.example",
        "mx.harbor.example",
        "inbound-smtp.us-east-2.amazonaws.com.evil.example",
        ".",
    ],
)
def test_a_look_alike_is_nobody(host: str) -> None:
    """Names match on whole labels from the right."""
    assert provider(_hosts(host)) is None


def test_the_best_preference_that_is_known_counts() -> None:
    """A gateway in front is the one that answers."""
    hosts = (
        MxHost(preference=50, host="aspmx.l.google.com"),
        MxHost(preference=10, host="us-smtp-inbound-1.mimecast.com"),
    )
    assert provider(hosts) == "Mimecast"
    assert provider(()) is None


def test_gateways_are_providers() -> None:
    """Each is recognised by its MX."""
    assert {name for _, name in PROVIDERS} >= GATEWAYS


def test_a_domain_that_takes_its_own_mail_has_its_mx_within() -> None:
    """All of them: a second one elsewhere makes it somebody else's as well."""
    assert is_own(_hosts("mail.dock.example.", "MX2.dock.example"), "dock.example")
    assert not is_own(_hosts("mail.dock.example", "mail.quay.example"), "dock.example")
    assert not is_own(_hosts("mail.notdock.example"), "dock.example")
    assert not is_own((), "dock.example")
