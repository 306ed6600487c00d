"""Who answered: the provider behind a server's name, or behind the way a server writes (facts.md E, C4, D1).

    provider_of("ahead.mail.protection.outlook.com", "")   # "exchange-online"

Names match on whole labels, so that ``aspmx.l.google.com.evil.example`` is nobody. The names stand in the tables ``hosts``
and ``writing`` of the classification.
"""

from __future__ import annotations

from functools import cache, lru_cache

from mailstrata.bounces.classification.table import lines


def provider_of(remote_mta: str, diagnostic: str, reporting_mta: str = "") -> str:
    """The provider, empty when nobody can tell. The reporting server counts only where it is no mere sender of ours."""
    by_name = provider_named(remote_mta) if remote_mta else ""
    if by_name:
        return by_name
    if diagnostic:
        words, signs = diagnostic.lower(), _signs()
        if any(map(words.__contains__, signs)):
            return next(name for sign, name in signs.items() if sign in words)
    reporter = provider_named(reporting_mta) if reporting_mta else ""
    return "" if reporter == "amazon-ses" else reporter


@lru_cache(maxsize=1024)
def provider_named(host: str) -> str:
    """Whose a server's name is, empty when nobody knows it; a mailbox full of bounces names the same few servers."""
    known, name = _suffixes(), host.lower().rstrip(".")[-255:]
    while name and name not in known:
        name = name.partition(".")[2]
    return known.get(name, "")


@cache
def _suffixes() -> dict[str, str]:
    return {line["suffix"]: line["provider"] for line in lines("hosts")}


@cache
def _signs() -> dict[str, str]:
    return {line["sign"]: line["provider"] for line in lines("writing")}
