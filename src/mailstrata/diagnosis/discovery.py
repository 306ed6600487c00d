"""From what an account holds to a setup: which domain, which region, and what is worth a note.

    discovered(inventory, Told(domain="sailing.example"))      # Setup(domain="sailing.example", region="us-east-1", ...)

What the operator says comes first. Where they said nothing, the account may leave no choice; where it leaves one, it is
theirs: several domains, or several regions that have verified the domain, are named and never chosen among.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.model import names
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import IdentityFacts
from mailstrata.model.inventory import FoundIdentity, Inventory
from mailstrata.model.setup import Alias, Setup
from mailstrata.model.values import dataclass

_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the operator said; empty where they said nothing. ``aliases`` are addresses of Gmail's "Send mail as"."""

    domain: str = ""
    region: str = ""
    aliases: tuple[str, ...] = ()


def home(inventory: Inventory, told: Told) -> tuple[str, str]:
    """The domain and the region it sends from. Raises ``Refusal`` with the choice where the account leaves one."""
    domain = told.domain or _only_domain(inventory, told)
    return domain, told.region or _only_region(inventory, domain)


def setup(inventory: Inventory, told: Told, identity: IdentityFacts | None) -> Setup:
    """The setup; ``identity`` is the domain's own in its region, where it could be read."""
    domain, region = home(inventory, told)
    others = tuple(one.region for one in inventory.regions_of(domain) if one.region != region)
    mail_from = identity.mail_from.domain if identity and identity.mail_from else ""
    return Setup(
        domain=domain,
        region=region,
        mail_from=mail_from or None,
        regions=others,
        aliases=tuple(_alias(address, region) for address in told.aliases),
    )


def notes(inventory: Inventory, made: Setup) -> Iterator[str]:
    """What was found, for the reader of the file: one sentence each."""
    for one in inventory.regions_of(made.domain):
        yield f"SES in {one.region} has {one.name}, {_state(one)}"
    if not inventory.regions_of(made.domain):
        yield f"no region was seen to have {made.domain} as an identity of SES"
    for one in inventory.identities:
        if not one.is_domain and names.is_within(one.name.rpartition("@")[2].lower(), made.domain):
            yield f"SES in {one.region} has the address {one.name} too, {_state(one)}: its settings go before the domain's"
    yield _zone(inventory, made)
    for rules in inventory.rule_sets:
        takes = "mail for every verified domain" if rules.catches_all else "mail for " + _listed(rules.recipients)
        yield f"the active receipt rule set of {rules.region}, {rules.name}, takes {takes}"
    for reason in inventory.unseen:
        yield f"not seen: {reason}"


def _only_domain(inventory: Inventory, told: Told) -> str:
    from_aliases = {names.domain_of(address) for address in told.aliases}
    if len(from_aliases) == 1:
        return from_aliases.pop()
    found = [name for name in inventory.domains if not told.region or _is_in(inventory, name, told.region)]
    if len(found) == 1:
        return found[0].lower()
    if not found:
        gap = f"; not seen: {inventory.unseen[0]}" if inventory.unseen else ""
        raise Refusal(f"no domain was found as an identity of SES{gap}", "say which with --domain NAME")
    raise Refusal(f"the account has {len(found)} domains: {_listed(tuple(found))}", "say which with --domain NAME")


def _only_region(inventory: Inventory, domain: str) -> str:
    found = inventory.regions_of(domain)
    best = [one for one in found if one.verified] or list(found)
    if len(best) == 1:
        return best[0].region
    if not best:
        raise Refusal(f"no region was seen to have {domain} as an identity of SES", "say which with --region REGION")
    where = ", ".join(one.region for one in best)
    raise Refusal(f"{domain} is an identity in several regions: {where}", "say which sends with --region REGION")


def _is_in(inventory: Inventory, name: str, region: str) -> bool:
    return any(one.region == region for one in inventory.regions_of(name))


def _alias(address: str, region: str) -> Alias:
    return Alias(address=address, host=f"email-smtp.{region}.amazonaws.com")


def _state(one: FoundIdentity) -> str:
    return "verified" if one.verified else "not verified"


def _zone(inventory: Inventory, made: Setup) -> str:
    if inventory.zones is None:
        return f"whether Route 53 of this account holds a zone of {made.domain} could not be seen"
    held = [zone for zone in inventory.zones if names.is_within(made.domain, zone)]
    if held:
        return f"Route 53 holds the zone {max(held, key=len)}: records can be published by mailstrata"
    return f"Route 53 of this account holds no zone of {made.domain}: records are published where its DNS is"


def _listed(found: tuple[str, ...]) -> str:
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return (", ".join(found[:_SHOWN]) + more) or "nobody"
