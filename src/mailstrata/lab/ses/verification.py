"""How SES looks for an identity's records in DNS, and what it concludes.

    await verify(region, region.identities["sailing.example"], checks)

All three Easy DKIM CNAMEs there: ``SUCCESS``. Missing: ``PENDING`` for 72 hours, then ``FAILED``; missing after they had once
been there: ``TEMPORARY_FAILURE``, and ``FAILED`` 72 hours later. DNS trouble changes nothing that was good but to
``TEMPORARY_FAILURE`` (facts.md B1, B3).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from mailstrata.lab.ses.identities import hosted_zone
from mailstrata.lab.ses.keys import public_record, readable_key
from mailstrata.lab.ses.state import DETECTION, Identity, Lookup, MailFrom, SesRegion

_WORSE = ("DNS_SERVER_ERROR", "HOST_NOT_FOUND", "TYPE_NOT_FOUND", "INVALID_VALUE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a look at DNS needs: whom to ask, and what time it is."""

    lookup: Lookup
    now: datetime


async def verify(region: SesRegion, identity: Identity, checks: Checks) -> None:
    """Look up the records of ``identity`` and set its statuses. An address has only a MAIL FROM to look up."""
    if identity.is_domain:
        await _verify_domain(region, identity, checks)
    if identity.mail_from.domain:
        await _verify_mail_from(region, identity.mail_from, checks)


async def _verify_domain(region: SesRegion, identity: Identity, checks: Checks) -> None:
    error = await _dkim_error(region, identity, checks) if identity.dkim.tokens else "HOST_NOT_FOUND"
    dkim, seen = identity.dkim, identity.verification
    if dkim.tokens:
        dkim.status, dkim.searched_since = _next(dkim.status, dkim.searched_since, bad=bool(error), now=checks.now)
    by_text = bool(identity.text_token) and await _has_text(identity, checks)
    if dkim.status == "SUCCESS" or by_text:
        identity.status, seen.succeeded_at = "SUCCESS", checks.now
    elif not identity.verified:
        late = checks.now - identity.created > DETECTION
        identity.status = dkim.status if dkim.tokens else ("FAILED" if late else "PENDING")
    seen.checked_at, seen.error_type = checks.now, None if by_text and not dkim.tokens else error
    seen.soa = await _soa(identity.name, checks.lookup)


def _next(status: str, since: datetime | None, *, bad: bool, now: datetime) -> tuple[str, datetime | None]:
    """The status after a look, and since when the records are missed."""
    if not bad:
        return "SUCCESS", None
    if status == "SUCCESS":
        return "TEMPORARY_FAILURE", now
    if since is not None and now - since > DETECTION:
        return "FAILED", since
    return status, since or now


async def _dkim_error(region: SesRegion, identity: Identity, checks: Checks) -> str | None:
    names = [f"{token}._domainkey.{identity.name}" for token in identity.dkim.tokens]
    if identity.dkim.origin == "EXTERNAL":
        errors = [await _own_key_error(names[0], identity.dkim.private_key, checks.lookup)]
    else:
        zone = hosted_zone(region.name)
        wanted = [f"{token}.{zone}" for token in identity.dkim.tokens]
        pairs = zip(names, wanted, strict=True)
        errors = await asyncio.gather(*(_cname_error(name, target, checks.lookup) for name, target in pairs))
    return next((error for error in _WORSE if error in errors), None)


async def _cname_error(name: str, target: str, lookup: Lookup) -> str | None:
    try:
        values = await lookup(name, "CNAME")
        if values:
            return None if _same(values[0], target) else "INVALID_VALUE"
        return await _absence(name, lookup)
    except LookupError:
        return "DNS_SERVER_ERROR"


async def _own_key_error(name: str, private: str, lookup: Lookup) -> str | None:
    try:
        values = await lookup(name, "TXT")
        if not values:
            return await _absence(name, lookup)
    except LookupError:
        return "DNS_SERVER_ERROR"
    pem = readable_key(private)
    wanted = public_record(pem) if pem else None
    published = {"".join(text(value).split()) for value in values}
    return None if wanted and any(wanted in value for value in published) else "INVALID_VALUE"


async def _absence(name: str, lookup: Lookup) -> str:
    """Whether a name without the record exists at all."""
    for rtype in ("TXT", "A", "MX"):
        if await lookup(name, rtype):
            return "TYPE_NOT_FOUND"
    return "HOST_NOT_FOUND"


async def _has_text(identity: Identity, checks: Checks) -> bool:
    try:
        values = await checks.lookup(f"_amazonses.{identity.name}", "TXT")
    except LookupError:
        return False
    return identity.text_token in {text(value) for value in values}


async def _verify_mail_from(region: SesRegion, mail_from: MailFrom, checks: Checks) -> None:
    """One MX to SES's feedback host is what SES wants; the SPF record is for the recipients (facts.md B3)."""
    try:
        hosts = await checks.lookup(mail_from.domain, "MX")
    except LookupError:
        hosts = ()
    good = len(hosts) == 1 and _same(hosts[0].split()[-1], f"feedback-smtp.{region.name}.amazonses.com")
    mail_from.status, mail_from.searched_since = _next(
        mail_from.status, mail_from.searched_since, bad=not good, now=checks.now
    )


async def _soa(name: str, lookup: Lookup) -> tuple[str, str, int] | None:
    """The start of authority of the zone that holds ``name`` (RFC 1035 3.3.13)."""
    zone = name
    while "." in zone:
        try:
            values = await lookup(zone, "SOA")
        except LookupError:
            return None
        fields = values[0].split() if values else []
        if len(fields) >= 3 and fields[2].isdigit():
            return fields[0].rstrip("."), fields[1].rstrip("."), int(fields[2])
        zone = zone.partition(".")[2]
    return None


def _same(value: str, wanted: str) -> bool:
    return value.strip().rstrip(".").lower() == wanted


def text(value: str) -> str:
    """A TXT record's value without the quotes of the presentation form, its strings joined (RFC 7208 3.3)."""
    if not value.startswith('"'):
        return value
    return "".join(value.split('"')[1::2])
