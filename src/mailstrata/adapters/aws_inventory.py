"""Looks through a whole account: SES's identities in every region, Route 53's zones, the active receipt rules.

    await AwsInventory(aws).read(("us-east-1", "eu-west-1"))     # Inventory(identities=..., zones=..., ...)

One request a second and region (facts.md B1), all regions at once. A region that the account has not switched on refuses the
credentials that others take: it holds nothing, and is no gap. Any other silence is told in ``unseen``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.model.inventory import FoundIdentity, FoundRuleSet, Inventory
from mailstrata.model.observation import Absent, Unknown

_SWITCHED_OFF = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"})
"""How a region that is not switched on for the account refuses its credentials."""


def regions_beside(home: str) -> tuple[str, ...]:
    """Every region of SES in the partition of ``home`` (all of AWS, GovCloud, …) that botocore knows; ``home`` first.

    A name that is of none is taken for a new region of AWS's first partition, as boto3 does.
    """
    import botocore.session
    from botocore.exceptions import UnknownRegionError

    session = botocore.session.get_session()
    try:
        partition = session.get_partition_for_region(home)
    except UnknownRegionError:
        partition = "aws"
    known = session.get_available_regions("sesv2", partition_name=partition)
    return tuple(dict.fromkeys((home, *known)))


class AwsInventory:
    """Reads it; changes nothing. ``page_size`` identities are asked for at once, 1,000 at most (botocore's model)."""

    def __init__(self, aws: Aws, *, page_size: int = 1000) -> None:
        self._aws = aws
        self._page_size = page_size
        self._unseen: dict[str, None] = {}
        self._whole: dict[str, None] = {}

    async def read(self, regions: Sequence[str]) -> Inventory:
        """What the account holds in ``regions`` and, of what has no region, everywhere."""
        looking = asyncio.create_task(self._zones())
        held = await self.identities(regions)
        zones = await looking
        used = tuple(dict.fromkeys(one.region for one in held.identities))
        rule_sets = await asyncio.gather(*(self._rules(region) for region in used))
        found = tuple(one for one in rule_sets if one is not None)
        return replace(held, zones=zones, rule_sets=found, unseen=tuple(self._unseen))

    async def identities(self, regions: Sequence[str]) -> Inventory:
        """SES's identities alone: a request for each thousand of them and region."""
        listed = await asyncio.gather(*(self._listed(region) for region in regions))
        found = self._settled(dict(zip(regions, listed, strict=True)))
        unseen, whole = tuple(self._unseen), tuple(self._whole)
        return Inventory(identities=tuple(found), zones=None, rule_sets=(), unseen=unseen, listed=whole)

    async def _listed(self, region: str) -> list[FoundIdentity] | Failure:
        params = {"PageSize": self._page_size}
        call = Call(service="sesv2", operation="ListEmailIdentities", region=region, params=params)
        entries = await self._aws.pages(call, "EmailIdentities", following="NextToken")
        if isinstance(entries, Failure):
            return entries
        found = self._aws.seen(entries, call, lambda them: [_identity(one, region) for one in them])
        if isinstance(found, Unknown):
            return self._noted(found.reason)
        self._whole[region] = None
        return found.value

    def _settled(self, listed: dict[str, list[FoundIdentity] | Failure]) -> list[FoundIdentity]:
        """All identities; what a failure means depends on whether another region took the credentials."""
        taken = any(not isinstance(one, Failure) for one in listed.values())
        found: list[FoundIdentity] = []
        for answer in listed.values():
            if not isinstance(answer, Failure):
                found += answer
            elif not (taken and answer.code in _SWITCHED_OFF):
                self._missed(answer)
        return found

    async def _zones(self) -> tuple[str, ...] | None:
        call = Call(service="route53", operation="ListHostedZones")
        zones = await self._aws.pages(call, "HostedZones", following="NextMarker")
        if isinstance(zones, Failure):
            self._missed(zones)
            return None
        named = self._aws.seen(zones, call, lambda them: tuple(_zone(one) for one in them if _is_public(one)))
        if isinstance(named, Unknown):
            self._noted(named.reason)
            return None
        return tuple(sorted(set(named.value)))

    async def _rules(self, region: str) -> FoundRuleSet | None:
        """The active rule set of a region, if it has one."""
        call = Call(service="ses", operation="DescribeActiveReceiptRuleSet", region=region)
        answer = await self._aws.reply(call)
        if isinstance(answer, Failure):
            if not isinstance(answer.observation, Absent):
                self._missed(answer)
            return None
        found = self._aws.seen(answer, call, lambda it: _rule_set(it, region))
        if isinstance(found, Unknown):
            self._noted(found.reason)
            return None
        return found.value

    def _noted(self, reason: str) -> list[FoundIdentity]:
        self._unseen[reason] = None
        return []

    def _missed(self, failed: Failure) -> None:
        seen = failed.observation
        reason = seen.reason if isinstance(seen, Unknown) else failed.message
        needs = seen.needs if isinstance(seen, Unknown) else ""
        self._unseen[f"{reason} ({needs})" if needs else reason or failed.code] = None


def _identity(entry: Any, region: str) -> FoundIdentity:
    status = str(entry.get("VerificationStatus", ""))
    return FoundIdentity(
        name=str(entry["IdentityName"]),
        region=region,
        kind=str(entry["IdentityType"]),
        verified=status == "SUCCESS" if status else bool(entry["SendingEnabled"]),
    )


def _zone(entry: Any) -> str:
    return str(entry["Name"]).rstrip(".").lower()


def _is_public(entry: Any) -> bool:
    return not entry["Config"]["PrivateZone"]


def _rule_set(answer: Any, region: str) -> FoundRuleSet | None:
    if not answer.get("Metadata"):
        return None
    enabled = [rule for rule in answer.get("Rules") or () if rule.get("Enabled")]
    recipients = dict.fromkeys(str(one) for rule in enabled for one in rule.get("Recipients") or ())
    return FoundRuleSet(
        name=str(answer["Metadata"]["Name"]),
        region=region,
        recipients=tuple(recipients),
        catches_all=any(not rule.get("Recipients") for rule in enabled),
    )
