"""The inventory of an account, read from the lab's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mailstrata.adapters.aws_faults import Call
from mailstrata.adapters.aws_inventory import AwsInventory, regions_beside
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.model.inventory import FoundIdentity, Inventory
from mailstrata.wiring import on_lab

REGIONS = ("us-east-1", "eu-west-1")
ALL = ("ses:ListEmailIdentities", "route53:ListHostedZones", "ses:DescribeActiveReceiptRuleSet")
RULE = {"Name": "in", "Enabled": True, "Recipients": ["sailing.example"], "Actions": []}


async def _changed(aws: Any, *calls: tuple[str, str, str, dict[str, Any]]) -> None:
    for service, operation, region, params in calls:
        await aws.do(Call(service=service, operation=operation, region=region, params=params))


async def _read(
    *changes: tuple[str, str, str, dict[str, Any]], allowed: tuple[str, ...] = ALL, page_size: int = 1000
) -> Inventory:
    async with Living.of("healthy") as lab:
        owner = lab.parts.iam.administrator
        async with on_lab(LabClient(lab.url, (owner.key_id, owner.secret))) as here:
            await _changed(here.aws, *changes)
        lab.parts.iam.add_user("operator")
        statement = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
        lab.parts.iam.put_user_policy("operator", "some", {"Version": "2012-10-17", "Statement": [statement]})
        key = lab.parts.iam.add_key("operator")
        async with on_lab(LabClient(lab.url, (key.key_id, key.secret))) as here:
            return await AwsInventory(here.aws, page_size=page_size).read(REGIONS)


@pytest.mark.lab
def test_identities_of_every_region_the_zones_and_the_active_rules_are_found() -> None:
    """With what the listing says of each."""
    found = asyncio.run(
        _read(
            ("sesv2", "CreateEmailIdentity", "eu-west-1", {"EmailIdentity": "ann@dock.example"}),
            ("sesv2", "CreateEmailIdentity", "eu-west-1", {"EmailIdentity": "harbor.example"}),
            ("ses", "CreateReceiptRuleSet", "us-east-1", {"RuleSetName": "inbound"}),
            ("ses", "CreateReceiptRule", "us-east-1", {"RuleSetName": "inbound", "Rule": RULE}),
            ("ses", "SetActiveReceiptRuleSet", "us-east-1", {"RuleSetName": "inbound"}),
        )
    )
    assert found.identities == (
        FoundIdentity(name="sailing.example", region="us-east-1", kind="DOMAIN", verified=True),
        FoundIdentity(name="ann@dock.example", region="eu-west-1", kind="EMAIL_ADDRESS", verified=True),
        FoundIdentity(name="harbor.example", region="eu-west-1", kind="DOMAIN", verified=False),
    )
    assert found.domains == ("sailing.example", "harbor.example")
    assert "sailing.example" in (found.zones or ())
    assert [(one.name, one.recipients, one.catches_all) for one in found.rule_sets] == [
        ("inbound", ("sailing.example",), False)
    ]
    assert found.unseen == ()


@pytest.mark.lab
@pytest.mark.parametrize("missing", ALL)
def test_what_may_not_be_asked_is_told_and_the_rest_is_still_found(missing: str) -> None:
    """A missing permission is a gap, never an empty account."""
    found = asyncio.run(_read(allowed=tuple(one for one in ALL if one != missing)))
    assert any(f"the permission {missing}" in reason for reason in found.unseen)
    assert bool(found.identities) == (missing != "ses:ListEmailIdentities")
    assert (found.zones is not None) == (missing != "route53:ListHostedZones")


@pytest.mark.lab
def test_a_listing_of_many_pages_is_read_to_its_end() -> None:
    """Each name once."""
    names = [f"d{number}.example" for number in range(5)]
    made = (("sesv2", "CreateEmailIdentity", "eu-west-1", {"EmailIdentity": name}) for name in names)
    assert asyncio.run(_read(*made, page_size=2)).domains == ("sailing.example", *names)


def test_the_regions_are_those_of_the_same_partition() -> None:
    """Credentials of AWS's public regions are no use in GovCloud, and the other way round."""
    public, government = regions_beside("eu-west-1"), regions_beside("us-gov-west-1")
    assert public[0] == "eu-west-1"
    assert "us-east-1" in public
    assert not set(public) & set(government)
    assert all(one.startswith("us-gov-") for one in government)


def test_a_region_that_botocore_does_not_know_is_looked_through_with_the_others() -> None:
    """It may have opened yesterday."""
    assert regions_beside("zz-north-1")[0] == "zz-north-1"
    assert "us-east-1" in regions_beside("zz-north-1")
