"""What an AWS account holds that concerns mail: identities in every region, zones, and rules for mail that comes in.

    Inventory(identities=(FoundIdentity(name="sailing.example", region="us-east-1", kind="DOMAIN", verified=True),), ...)

What could not be looked at stands in ``unseen``, each in a sentence: a region without an answer is not a region without
identities.
"""

from __future__ import annotations

from mailstrata.model.values import dataclass

ADDRESS = "EMAIL_ADDRESS"
"""The kind of an identity that is one address (facts.md B1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIdentity:
    """A SES identity as the listing of its region shows it. ``kind`` is SES's word: DOMAIN, EMAIL_ADDRESS, MANAGED_DOMAIN."""

    name: str
    region: str
    kind: str
    verified: bool

    @property
    def is_domain(self) -> bool:
        """Whether it stands for a domain, and not for one address."""
        return self.kind != ADDRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRuleSet:
    """The active receipt rule set of a region: what SES does there with mail that comes in (facts.md B9).

    ``recipients`` are those of its enabled rules; an enabled rule without any takes mail for every verified domain, and then
    ``catches_all`` is true.
    """

    name: str
    region: str
    recipients: tuple[str, ...]
    catches_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that was found, by region and name. ``listed`` are the regions whose identities are all there."""

    identities: tuple[FoundIdentity, ...]
    zones: tuple[str, ...] | None
    """``None``: nobody could tell."""
    rule_sets: tuple[FoundRuleSet, ...]
    unseen: tuple[str, ...]
    listed: tuple[str, ...] = ()

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of all domain identities, each once."""
        return tuple(dict.fromkeys(one.name for one in self.identities if one.is_domain))

    def regions_of(self, name: str) -> tuple[FoundIdentity, ...]:
        """The identity ``name`` in each region that has it, verified ones first."""
        found = [one for one in self.identities if one.name.lower() == name.lower()]
        return tuple(sorted(found, key=lambda one: not one.verified))
