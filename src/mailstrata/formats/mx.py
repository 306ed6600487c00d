"""What a set of MX records says: mail is not taken here (RFC 7505), or whose servers take it (facts.md E).

    provider((MxHost(preference=0, host="dock-example.mail.protection.outlook.com"),))   # "Exchange Online"

Names match on whole labels: ``aspmx.l.google.com.evil.example`` is nobody. A gateway in front of a provider is named as
itself, for it is the one that answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailstrata.model.facts import MxHost
from mailstrata.model.names import is_within

PROVIDERS: tuple[tuple[str, str], ...] = (
    ("olc.protection.outlook.com", "Outlook.com"),
    ("mail.protection.outlook.com", "Exchange Online"),
    ("mail.eo.outlook.com", "Exchange Online"),
    ("mx.microsoft", "Exchange Online"),
    ("l.google.com", "Google"),
    ("googlemail.com", "Google"),
    ("smtp.google.com", "Google"),
    ("yahoodns.net", "Yahoo"),
    ("mail.icloud.com", "iCloud"),
    ("zoho.com", "Zoho"),
    ("zoho.eu", "Zoho"),
    ("zoho.com.au", "Zoho"),
    ("zoho.in", "Zoho"),
    ("zohomail.com", "Zoho"),
    ("messagingengine.com", "Fastmail"),
    ("protonmail.ch", "Proton"),
    ("pphosted.com", "Proofpoint"),
    ("ppe-hosted.com", "Proofpoint"),
    ("mimecast.com", "Mimecast"),
    ("ess.barracudanetworks.com", "Barracuda"),
    ("iphmx.com", "Cisco"),
    ("messagelabs.com", "Symantec"),
    ("in.hes.trendmicro.com", "Trend Micro"),
    ("in.hes.trendmicro.eu", "Trend Micro"),
    ("hydra.sophos.com", "Sophos"),
    ("mailgun.org", "Mailgun"),
    ("mail.ovh.net", "OVH"),
    ("kundenserver.de", "IONOS"),
    ("ionos.com", "IONOS"),
    ("ionos.de", "IONOS"),
    ("ionos.co.uk", "IONOS"),
    ("ionos.fr", "IONOS"),
    ("ionos.es", "IONOS"),
    ("mail.gandi.net", "Gandi"),
    ("infomaniak.ch", "Infomaniak"),
    ("secureserver.net", "GoDaddy"),
    ("mx.yandex.net", "Yandex"),
    ("mx.yandex.ru", "Yandex"),
)
"""Suffixes of MX targets and whose they are, the narrower before the wider (facts.md E)."""

GATEWAYS = frozenset({"Proofpoint", "Mimecast", "Barracuda", "Cisco", "Symantec", "Trend Micro", "Sophos"})
"""Those that filter for others: the mailboxes lie elsewhere."""

SENDERS = (("Exchange Online", "spf.protection.outlook.com"), ("Google", "_spf.google.com"))
"""What the SPF record of a domain includes when its mailboxes are there (facts.md E, a rule of thumb)."""

_SES_RECEIVING = re.compile(r"inbound-smtp\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com\Z")


def is_null(hosts: Sequence[MxHost]) -> bool:
    """Whether this is the null MX: a single record whose host is the root (RFC 7505 3)."""
    return len(hosts) == 1 and hosts[0].host.strip(".") == ""


def provider(hosts: Sequence[MxHost]) -> str | None:
    """Whose servers take the mail: of the host with the best preference that is known, or ``None``."""
    ordered = sorted(hosts, key=lambda host: host.preference)
    return next((name for host in ordered if (name := _provider(host.host.rstrip(".").lower()))), None)


def is_own(hosts: Sequence[MxHost], domain: str) -> bool:
    """Whether every MX host lies in the domain itself: its owner runs the server (facts.md E)."""
    return bool(hosts) and all(is_within(host.host.rstrip(".").lower(), domain) for host in hosts)


def _provider(host: str) -> str | None:
    if _SES_RECEIVING.match(host):
        return "Amazon SES"
    return next((name for suffix, name in PROVIDERS if is_within(host, suffix)), None)
