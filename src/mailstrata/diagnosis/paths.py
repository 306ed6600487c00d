"""Which sends pass through what: the ground that attribution stands on.

A mail from a Gmail alias goes through the relay (login, endpoint), the identity of its sender, the account, and the
recipient. One by the API does not pass the relay. So a fault says of which sends it stands in the way
(``stops``) and which failures it explains (``explains``), both as ids of attempts:

    stops    = ids(through_login(case, alias))
    explains = ids(refused(through_login(case, alias), codes={535}))
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.names import domain_of, is_within
from mailstrata.model.setup import Alias

SMTP = frozenset({Via.GMAIL_ALIAS, Via.SES_SMTP})
"""The ways that log in at SES's SMTP endpoint."""


def ids(sends: Iterable[Attempt]) -> tuple[str, ...]:
    """The ids, in the order given."""
    return tuple(send.id for send in sends)


def through_login(case: Case, alias: Alias) -> tuple[Attempt, ...]:
    """The sends that log in with the credential of ``alias``."""
    return tuple(send for send in case.sends if send.via in SMTP and send.sender.lower() == alias.address.lower())


def from_domain(case: Case, name: str) -> tuple[Attempt, ...]:
    """The sends whose sender lies in the domain ``name`` or below it."""
    return tuple(send for send in case.sends if is_within(domain_of(send.sender), name))


def to_address(case: Case, recipient: str) -> tuple[Attempt, ...]:
    """The sends to one recipient."""
    return tuple(send for send in case.sends if send.recipient.lower() == recipient.lower())


def to_domain(case: Case, name: str) -> tuple[Attempt, ...]:
    """The sends to recipients of one domain."""
    return tuple(send for send in case.sends if domain_of(send.recipient) == name)


def refused(sends: Iterable[Attempt], *, codes: Collection[int] = (), text: str = "") -> tuple[Attempt, ...]:
    """Those that were refused at the relay; with ``codes`` only those with such a reply, with ``text`` if it says so."""
    return tuple(
        send
        for send in sends
        if send.outcome is Outcome.REFUSED_AT_RELAY
        and (not codes or (send.reply is not None and send.reply.code in codes))
        and text.lower() in send.diagnostic.lower()
    )


def with_outcome(sends: Iterable[Attempt], *outcomes: Outcome) -> tuple[Attempt, ...]:
    """Those that ended in one of ``outcomes``."""
    return tuple(send for send in sends if send.outcome in outcomes)


def recipients(case: Case) -> tuple[str, ...]:
    """The recipients of all sends, each once, in order; SES's own simulator is no recipient, nor is one that nobody told."""
    seen = dict.fromkeys(send.recipient for send in case.sends if send.recipient)
    return tuple(address for address in seen if domain_of(address) != SIMULATOR)


def recipient_domains(case: Case) -> tuple[str, ...]:
    """The domains of ``recipients``, each once."""
    return tuple(dict.fromkeys(domain_of(address) for address in recipients(case)))


def login_aliases(case: Case) -> tuple[Alias, ...]:
    """The aliases that log in at SES's SMTP endpoint: those whose credential the relay stratum is about."""
    return tuple(alias for alias in case.setup.aliases if alias.username or alias.host)


def regions(case: Case) -> tuple[str, ...]:
    """The regions in use: the setup's and those of the aliases' hosts, each once."""
    named = [case.setup.region] + [alias.region for alias in case.setup.aliases if alias.region]
    return tuple(dict.fromkeys(region for region in named if region))


def all_regions(case: Case) -> tuple[str, ...]:
    """The regions in use, then the further ones of the setup, in which the domain may be an identity as well."""
    return tuple(dict.fromkeys((*regions(case), *case.setup.regions)))


SIMULATOR = "simulator.amazonses.com"
"""The domain of SES's mailbox simulator (facts.md B6)."""
