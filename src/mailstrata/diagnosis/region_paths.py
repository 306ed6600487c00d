"""Which sends go through which region: identities, accounts, suppression lists and passwords are all per region.

    in_region(case, "us-east-1")     # the sends of aliases whose host lies there, and those of the API

A send through an alias whose host is no SES endpoint counts for the setup's region: it goes there once the host is right.
"""

from __future__ import annotations

from mailstrata.diagnosis.paths import SMTP, from_domain
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.names import domain_of, is_within


def region_of(case: Case, send: Attempt) -> str:
    """The region whose SES takes this send."""
    alias = case.setup.alias_for(send.sender) if send.via in SMTP else None
    return (alias.region if alias else None) or case.setup.region


def in_region(case: Case, region: str) -> tuple[Attempt, ...]:
    """All sends through one region."""
    return tuple(send for send in case.sends if region_of(case, send) == region)


def own_in_region(case: Case, region: str) -> tuple[Attempt, ...]:
    """The sends of the setup's domain through one region."""
    return tuple(send for send in from_domain(case, case.setup.domain) if region_of(case, send) == region)


def senders(case: Case, region: str) -> tuple[str, ...]:
    """The addresses of the setup's domain that send through one region, in lower case, each once."""
    aliases = [alias.address.lower() for alias in case.setup.aliases if (alias.region or case.setup.region) == region]
    tried = [send.sender.lower() for send in own_in_region(case, region)]
    own = "@" + case.setup.domain
    return tuple(dict.fromkeys(one for one in aliases + tried if one.endswith((own, "." + case.setup.domain))))


def authors(case: Case) -> tuple[str, ...]:
    """The domains that stand in the From of the mail: the setup's own first, then what lies below it and is used."""
    addresses = [alias.address for alias in case.setup.aliases] + [send.sender for send in case.sends]
    used = (domain_of(address) for address in addresses)
    return tuple(dict.fromkeys((case.setup.domain, *(one for one in used if is_within(one, case.setup.domain)))))
