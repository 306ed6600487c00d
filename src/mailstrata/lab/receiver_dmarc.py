"""DMARC at a recipient's server: whether what passed belongs to the author's domain (RFC 7489, RFC 9989).

    evaluate(Identifiers(author="sailing.example", spf="mail.sailing.example"), zones)     # Dmarc("pass", "reject")

``spf`` and ``dkim`` are the domains that *passed*; alignment is relaxed unless the record says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dns.rcode

from mailstrata.lab.dns_record import MalformedRecord
from mailstrata.lab.zones import Zones

_QUALITY = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """Who claims to have written it, and who vouches: the domains whose SPF and DKIM passed."""

    author: str
    spf: str = ""
    dkim: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dmarc:
    """``result``: pass, fail, none, temperror or permerror (RFC 8601 2.7.4); ``policy``: what a failure deserves."""

    result: str
    policy: str = "none"


def evaluate(found: Identifiers, zones: Zones, suffixes: Collection[str] = ()) -> Dmarc:
    """Evaluate; ``suffixes`` are public suffixes of more than one label (``co.example``)."""
    if not found.author:
        return Dmarc("permerror")
    try:
        place, tags = _record(found.author, zones, suffixes)
    except MalformedRecord:
        return Dmarc("permerror")
    except LookupError:
        return Dmarc("temperror")
    if not tags:
        return Dmarc("none")
    absent = "np" in tags and place != found.author and _is_absent(found.author, zones)
    aligned = any(_aligned(domain, found.author, tags.get("adkim"), suffixes) for domain in found.dkim) or (
        bool(found.spf) and _aligned(found.spf, found.author, tags.get("aspf"), suffixes)
    )
    return Dmarc("pass" if aligned else "fail", _wanted(tags, inherited=place != found.author, absent=absent))


def organizational(domain: str, suffixes: Collection[str] = ()) -> str:
    """The organisational domain: one label below the public suffix, which is the last label unless listed."""
    labels = domain.lower().split(".")
    listed = [len(suffix.split(".")) for suffix in suffixes if domain.lower().endswith("." + suffix.lower())]
    return ".".join(labels[-(max(listed, default=1) + 1) :])


def _record(domain: str, zones: Zones, suffixes: Collection[str]) -> tuple[str, Mapping[str, str]]:
    """Where the record that rules ``domain`` stands, and its tags; none when there is no usable one."""
    for place in dict.fromkeys((domain, organizational(domain, suffixes))):
        records = [tags for text in zones.lookup_now(f"_dmarc.{place}", "TXT") if (tags := _tags(text))]
        if len(records) > 1:  # RFC 7489 6.6.3: several are none
            return place, {}
        if records:
            usable = records[0].get("p", "").lower() in _QUALITY or "rua" in records[0]
            return place, records[0] if usable else {}
    return domain, {}


def _is_absent(domain: str, zones: Zones) -> bool:
    return zones.resolve(domain, "A").rcode == dns.rcode.NXDOMAIN


def _wanted(tags: Mapping[str, str], *, inherited: bool, absent: bool) -> str:
    names = ("np", "sp", "p") if absent else ("sp", "p") if inherited else ("p",)  # RFC 9989 4.7
    policy = next((tags[name].lower() for name in names if name in tags), "none")
    level = _QUALITY.index(policy) if policy in _QUALITY else 0
    testing = tags.get("t", "n").lower() == "y"  # RFC 9989 4.7: one step milder
    return _QUALITY[max(level - testing, 0)]


def _tags(record: str) -> dict[str, str]:
    """The tags of a DMARC record; none if it is no DMARC record (``v=DMARC1`` comes first, RFC 7489 6.3)."""
    pairs = [part.partition("=") for part in record.split(";") if part.strip()]
    tags = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
    return dict(reversed(tags)) if tags and tags[0] == ("v", "DMARC1") else {}


def _aligned(domain: str, author: str, mode: str | None, suffixes: Collection[str]) -> bool:
    if (mode or "r").lower() == "s":  # RFC 7489 3.1
        return domain == author
    return organizational(domain, suffixes) == organizational(author, suffixes)
