"""Which identity covers an address, and how identities come to be.

    covering(region, "crew+news@mail.sailing.example")   # crew@…, else mail.sailing.example, else sailing.example

A domain covers its addresses and all its subdomains; labels (``+news``) are covered; the local part's case counts; settings
are those of the most specific *verified* identity (facts.md B2).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ids import Ids
from mailstrata.lab.ses.state import Dkim, Identity, SesRegion

LIMIT = 10_000
"""Identities in one region (facts.md B2)."""

_OWN_ZONE = frozenset(
    [
        "af-south-1",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-5",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "il-central-1",
        "me-central-1",
        "us-gov-east-1",
    ]
)


def hosted_zone(region: str) -> str:
    """Where SES publishes the keys of a region: ``DkimAttributes.SigningHostedZone`` (facts.md B3)."""
    return f"dkim.{region}.amazonses.com" if region in _OWN_ZONE else "dkim.amazonses.com"


def normalised(name: str) -> str:
    """An identity's name as SES keeps it: the domain in lower case, the local part as it is."""
    local, at, domain = name.strip().rpartition("@")
    return f"{local}{at}{domain.lower().rstrip('.')}"


def candidates(address: str) -> Iterator[str]:
    """The names of the identities that could cover ``address``, most specific first."""
    local, _, domain = normalised(address).rpartition("@")
    if local:
        yield f"{local}@{domain}"
        if "+" in local:
            yield f"{local.partition('+')[0]}@{domain}"
    while domain:
        yield domain
        domain = domain.partition(".")[2]


def covering(region: SesRegion, address: str) -> Identity | None:
    """The most specific verified identity for ``address``, or ``None``."""
    found = (region.identities.get(name) for name in candidates(address))
    return next((identity for identity in found if identity and identity.verified), None)


def domain_of(region: SesRegion, identity: Identity) -> Identity | None:
    """The identity of exactly the domain after ``@`` of an address identity (facts.md B2)."""
    return region.identities.get(identity.name.rpartition("@")[2]) if not identity.is_domain else None


def effective_dkim(region: SesRegion, identity: Identity) -> Dkim:
    """The DKIM settings that hold for an identity: an address has its domain's, with its own switch."""
    if identity.is_domain:
        return identity.dkim
    parent = domain_of(region, identity)
    if parent is None:
        return Dkim(signing_enabled=bool(identity.signing_override))
    own = identity.signing_override
    enabled = parent.dkim.signing_enabled if own is None else own
    return Dkim(
        status=parent.dkim.status,
        signing_enabled=enabled,
        origin=parent.dkim.origin,
        tokens=parent.dkim.tokens,
        key_length=parent.dkim.key_length,
        generated_at=parent.dkim.generated_at,
        private_key=parent.dkim.private_key,
    )


def found(region: SesRegion, name: str) -> Identity:
    """The identity of that name. Raises ``NotFoundException`` (404) as sesv2 does."""
    identity = region.identities.get(normalised(name))
    if identity is None:
        raise AwsError("NotFoundException", f"Email identity {name} does not exist.", status=404)
    return identity


def add(region: SesRegion, name: str, *, now: datetime) -> Identity:
    """Make an identity; an address is confirmed at once (its owner in the lab clicks the link in SES's mail)."""
    key = normalised(name)
    if len(region.identities) >= LIMIT:
        raise AwsError("LimitExceededException", "The maximum number of identities for this account was reached.")
    if not key or any(not part for part in key.rpartition("@")[2].split(".")):
        raise AwsError("BadRequestException", f"Invalid email identity {name!r}.")
    identity = Identity(name=key, created=now)
    if not identity.is_domain:
        identity.status = "SUCCESS"
        identity.verification.checked_at = identity.verification.succeeded_at = now
    region.identities[key] = identity
    return identity


def begin_easy_dkim(dkim: Dkim, ids: Ids, *, now: datetime, key_length: str = "") -> None:
    """New tokens for Easy DKIM, to be searched for in DNS from now on."""
    dkim.origin, dkim.private_key = "AWS_SES", ""
    dkim.tokens = tuple(ids.token() for _ in range(3))
    dkim.key_length = key_length or dkim.key_length
    dkim.status, dkim.generated_at, dkim.searched_since = "PENDING", now, now


def begin_own_key(dkim: Dkim, selector: str, private_key: str, *, now: datetime) -> None:
    """A customer's own key (BYODKIM): ``private_key`` is base64 without header lines, ``selector`` 1-63 characters."""
    if not selector.replace("-", "").isalnum() or len(selector) > 63:
        raise AwsError("BadRequestException", "The selector must be 1 to 63 alphanumeric characters.")
    dkim.origin, dkim.tokens, dkim.private_key = "EXTERNAL", (selector,), private_key
    dkim.status, dkim.generated_at, dkim.searched_since = "PENDING", None, now
