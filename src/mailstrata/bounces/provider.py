"""Who answered: the provider behind a server's name, or behind the way a server writes (facts.md E, C4, D1).

    provider_of("ahead.mail.protection.outlook.com", "")   # "exchange-online"

Names match on whole labels, so that ``aspmx.l.google.com.evil.example`` is nobody. Told for orientation only: a provider
is never a reason.
"""

from __future__ import annotations

from mailstrata.model.names import is_within

SUFFIXES = (
    ("olc.protection.outlook.com", "outlook-consumer"),
    ("outlook.com", "exchange-online"),
    ("mx.microsoft", "exchange-online"),
    ("amazonses.com", "amazon-ses"),
    ("google.com", "gmail"),
    ("googlemail.com", "gmail"),
    ("yahoodns.net", "yahoo"),
    ("mail.icloud.com", "icloud"),
    ("pphosted.com", "proofpoint"),
    ("mimecast.com", "mimecast"),
    ("barracudanetworks.com", "barracuda"),
)
_SIGNATURES = (
    (" gsmtp", "gmail"),
    (".prod.outlook.com", "exchange-online"),
    (".protection.outlook.com", "exchange-online"),
)


def provider_of(remote_mta: str, diagnostic: str, reporting_mta: str = "") -> str:
    """The provider, empty when nobody can tell. The reporting server counts only where it is no mere sender of ours."""
    by_name = _by_name(remote_mta)
    if by_name:
        return by_name
    words = diagnostic.lower()
    by_words = next((name for signature, name in _SIGNATURES if signature in words), "")
    if by_words:
        return by_words
    reporter = _by_name(reporting_mta)
    return "" if reporter == "amazon-ses" else reporter


def _by_name(host: str) -> str:
    return next((name for suffix, name in SUFFIXES if is_within(host, suffix)), "")
