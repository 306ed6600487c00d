"""The usual slips of people and DNS consoles, recognised by their shape, each with the words that name it (facts.md B3, H).

    misplaced("aaaa._domainkey.sailing.example", "sailing.example")   # where else a record of that name may have gone
    in_target("aaaa.dkim.amazonaws.com", "aaaa.dkim.amazonses.com", "sailing.example")
    in_text('"v=spf1 include:amazonses.com ~all"')                    # quotes that became part of the value

Nothing is asked here and no fault is found: a finding adds these words to what it says, so that the operator sees at once
what happened. An empty text is no slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailstrata.formats.txt_sets import kind
from mailstrata.model.values import dataclass

PROBE = "mailstrata-looks-for-wildcards"
"""A label that nobody has: a zone that answers for it answers for everything (RFC 4592)."""
_REGION_HOST = re.compile(r"(?:[a-z0-9]+\.)?(?:dkim|feedback-smtp)\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonses\.com\Z")
_JOINED = re.compile(r"\"\s*\"|'\s*'")
_BROKEN_NAME = re.compile(
    r"[A-Za-z0-9-]\s+\.[A-Za-z]|[A-Za-z0-9]\.\s+[A-Za-z]|(?:include|redirect)\s*[:=]\s+\S|\S+-\s+\S+\.\w"
)
_AMAZON = {"amazonaws.com": "amazonses.com", "amazonses.com": "amazonaws.com"}
_INNER_QUOTES = "quotes stand inside the value: the console adds its own, so type the text without any"
_INNER_JOIN = "the value was split into strings and joined wrongly: quotes and a space stand in the middle of it"
_INNER_SPACE = "a space stands in the middle of a name: the value was split into strings, which join without one"
_MAILBOXES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "Google": (("google.com", "googlemail.com"), "_spf.google.com"),
    "Microsoft 365": (("mail.protection.outlook.com", "mx.microsoft"), "spf.protection.outlook.com"),
    "Fastmail": (("messagingengine.com",), "spf.messagingengine.com"),
    "Proton": (("protonmail.ch",), "_spf.protonmail.ch"),
    "iCloud": (("mail.icloud.com",), "icloud.com"),
}
"""Mailbox providers by the ends of their MX names, with what their SPF include is called (facts.md E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another name at which the record may stand, and what is said if it does."""

    name: str
    words: str


def misplaced(name: str, zone: str) -> tuple[Place, ...]:
    """The wrong places for a record of ``name``, the likeliest first."""
    places = [Place(name=f"{name}.{zone}", words="the zone's name was appended twice")]
    bare = re.sub(r"(^|\.)_(domainkey|dmarc)(?=\.)", r"\1\2", name)
    if bare != name:
        places.append(Place(name=bare, words="the underscore was lost"))
    if "._domainkey." in name:
        places.append(Place(name=name.replace("._domainkey.", "."), words="the label _domainkey was left out"))
    if name.startswith("_dmarc."):
        places.append(Place(name=name.removeprefix("_dmarc."), words="it stands at the domain itself, not at _dmarc"))
    elif "_" not in name and name != zone and name.endswith("." + zone):
        places.append(Place(name=name.partition(".")[2], words="it stands at the domain above, not at the subdomain"))
    return tuple(place for place in places if len(place.name) <= 253)


def in_target(found: str, wanted: str, zone: str) -> str:
    """Why a host name that stands in a record is not the wanted one."""
    there, right = _host(found), _host(wanted)
    if there == right:
        return ""
    if there == f"{right}.{zone}":
        return f"the console appended {zone} to the target: end it with a dot, or leave the zone off"
    for wrong, good in _AMAZON.items():
        if there.endswith(wrong) and there.removesuffix(wrong) + good == right:
            return f"{wrong} was written for {good}"
    if there.replace(" ", "").strip("\"'") == right:
        return "quotes or a space stand inside the target"
    return _of_ses(there, right)


def _of_ses(there: str, right: str) -> str:
    """A host of SES that belongs to another region or to another key."""
    mine, theirs = _REGION_HOST.search(right), _REGION_HOST.search(there)
    if ".dkim." in right and there.partition(".")[0] == right.partition(".")[0] and ".dkim." in there:
        where = f"of {theirs[1]}" if theirs else "of the older regions"
        return f"that is SES's DKIM host {where}: this identity's keys are at {right.partition('.')[2]}"
    if theirs and (mine is None or theirs[1] != mine[1]):
        return f"that is SES's host of another region, {theirs[1]}"
    if there.partition(".")[2] == right.partition(".")[2]:
        return "that is the key of another token: tokens of an identity that was deleted, or two records exchanged"
    return ""


def in_exchangers(hosts: tuple[str, ...], wanted: str) -> str:
    """Why the MX of a MAIL FROM domain is not the one that SES wants."""
    there = tuple(map(_host, hosts))
    if any(host.startswith("inbound-smtp.") for host in there):
        return "inbound-smtp is SES's host for receiving: a MAIL FROM domain names feedback-smtp"
    if len(there) > 1 and _host(wanted) in there:
        return "a second MX stands beside the right one, and SES then uses neither"
    return ""


def in_text(text: str) -> str:
    """What is wrong with the outside of a TXT value, whatever its grammar says."""
    stripped = text.strip()
    if _JOINED.search(stripped.strip("\"'")):
        return _INNER_JOIN
    if stripped[:1] in {'"', "'"} or stripped[-1:] in {'"', "'"}:
        return _INNER_QUOTES
    if kind(text) == "spf" and _BROKEN_NAME.search(text):
        return _INNER_SPACE
    return _tag_slip(stripped)


def _tag_slip(text: str) -> str:
    """Slips in the way a record names itself and its tags."""
    if kind(text) == "dmarc" and "=" in text.partition("=")[2] and ";" not in text:
        return "the semicolons between the tags are missing"
    if kind(text) == "spf" and "amazonaws.com" in text.lower():
        return "amazonaws.com was written for amazonses.com"
    return ""


def mended(text: str) -> str:
    """The text without the slips that can be taken away for certain; the same text where there are none."""
    plain = _JOINED.sub("", text.strip().strip("\"'")).strip()
    if kind(plain) == "spf":
        plain = re.sub(r"amazonaws\.com", "amazonses.com", plain, flags=re.IGNORECASE)
        plain = re.sub(r"(include|redirect)(\s*[:=]\s+)", lambda m: m[1] + m[2].strip(), plain, flags=re.IGNORECASE)
        plain = re.sub(r"([A-Za-z0-9-])\s+(\.[A-Za-z])|([A-Za-z0-9]\.)\s+([A-Za-z])", _glued, plain)
    if kind(plain) == "dmarc" and ";" not in plain:
        plain = re.sub(r"\s+(?=[a-z]+\s*=)", "; ", plain)
    return plain


def _glued(match: re.Match[str]) -> str:
    return "".join(part for part in match.groups() if part)


def is_wildcard(found: object, probe: object) -> bool:
    """Whether what stands at a name is only what the zone answers for every name."""
    return bool(probe) and found == probe


def mailbox_provider(exchangers: Iterable[str]) -> tuple[str, str] | None:
    """The provider that keeps the mailboxes of these MX hosts, with the include by which its servers may send."""
    hosts = tuple(map(_host, exchangers))
    for provider, (ends, include) in _MAILBOXES.items():
        if any(host == end or host.endswith("." + end) for host in hosts for end in ends):
            return provider, include
    return None


def _host(name: str) -> str:
    return name.strip().rstrip(".").lower()
