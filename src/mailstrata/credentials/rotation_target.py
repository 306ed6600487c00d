"""Whose key a rotation replaces, and for which aliases: by the setup, IAM, and SES's events.

    await find_target(setup, asker, ledger, address="admin@sailing.example")     # Target(user="ses-smtp-relay", ...)

The owner's word is the username that the setup gives an alias, since nobody can read back what Gmail holds (facts.md C2). Where
it names no key that is there, SES's events may show the user who logs in for the alias; a program's calls of the API do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailstrata.credentials import usage
from mailstrata.credentials.rotation import KIND, Rotation, latest
from mailstrata.credentials.usage import SentMail
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.observation import Absent, Observation, Unknown
from mailstrata.model.ports import Asker, Ledger
from mailstrata.model.question import AccessKey
from mailstrata.model.setup import WRITABLE_NAMES, Alias, Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whose key is rotated, for which aliases. ``region`` is that of the setup, for aliases whose host names none."""

    user: str
    aliases: tuple[Alias, ...]
    region: str
    age_identity: str = ""
    """The file of the private key that reads an ``age:PATH``."""

    def region_of(self, alias: Alias) -> str:
        """The region that the alias logs in to."""
        return alias.region or self.region

    def places(self) -> Mapping[str, tuple[str, ...]]:
        """Each place with the regions of the aliases whose credential it keeps."""
        found: dict[str, dict[str, None]] = {}
        for alias in self.aliases:
            found.setdefault(alias.secret, {})[self.region_of(alias)] = None
        return {place: tuple(regions) for place, regions in found.items()}

    @property
    def named(self) -> Mapping[str, str]:
        """The username that the setup gives each alias."""
        return {alias.address: alias.username for alias in self.aliases}


async def find_target(
    setup: Setup, asker: Asker, ledger: Ledger, *, address: str = "", user: str = "", mails: Sequence[SentMail] = ()
) -> Target:
    """The user and the aliases that ``address`` or ``user`` means; the setup's only alias where neither is given.

    ``mails``: what SES's events tell of. Raises ``Refusal``: status 2 for what is not in the setup, 3 where IAM could not say
    whose key it is, 4 where the account has no such key, or an alias has no place for a credential.
    """
    alias = _meant(setup, address) if address or not user else None
    running = _running(ledger, alias, user)
    owner = user or (running.user if running else await _owner(asker, alias, mails))
    recorded = running.aliases if running else ()
    keys = {alias.username} - {""} if alias else set()
    if user and alias is None and not recorded:
        keys = {one.username for one in setup.aliases if await _owns(asker, owner, one.username)}
    aliases = tuple(
        one
        for one in setup.aliases
        if one == alias or one.address in recorded or (not recorded and one.username in keys)
    )
    if not aliases:
        raise Refusal(f"no alias of the setup uses a key of {owner}", "name the alias as well: --alias ADDRESS")
    return Target(user=owner, aliases=tuple(_kept(one) for one in aliases), region=setup.region)


def _meant(setup: Setup, address: str) -> Alias:
    if not address:
        if len(setup.aliases) != 1:
            raise Refusal(f"the setup has {len(setup.aliases)} aliases", "say which: --alias ADDRESS")
        return setup.aliases[0]
    alias = setup.alias_for(address)
    if alias is None:
        raise Refusal(f"the setup has no alias {address[:80]!r}", "add it under [[alias]] in mailstrata.toml")
    return alias


def _running(ledger: Ledger, alias: Alias | None, user: str) -> Rotation | None:
    """The rotation that is under way for an alias or a user."""
    rows = ledger.rows(KIND, user)
    users = dict.fromkeys(row.subject for row in rows)
    for one in users:
        rotation = latest(row for row in rows if row.subject == one)
        if rotation and not rotation.ended and (alias is None or user or alias.address in rotation.aliases):
            return rotation
    return None


async def _owner(asker: Asker, alias: Alias | None, mails: Sequence[SentMail]) -> str:
    """The user of an alias: of the key that the setup names, else the only one that SES's events show to log in for it."""
    assert alias is not None
    found: Observation[AccessKeyFacts] = Absent()
    if alias.username:
        found = await asker.ask(AccessKey(alias.username))
    if isinstance(found, Unknown):
        raise Refusal(f"whose key {alias.username} is cannot be told: {found.reason}", found.needs, status=3)
    if isinstance(found, Absent):
        return _by_events(alias, usage.callers_of(mails, alias.address))
    return str(found.value.user)


def _by_events(alias: Alias, callers: Sequence[str]) -> str:
    """The one user who sends as the alias. Raises ``Refusal`` (status 4) when events name none, or several."""
    if len(callers) == 1:
        return callers[0]
    unknown = (
        f"the account at hand has no key {alias.username}, which {alias.address} uses"
        if alias.username
        else f"the setup gives {alias.address} no username, so its IAM user is not known"
    )
    several = f"; SES's events say that its mails came by {' and '.join(callers)}" if callers else ""
    raise Refusal(f"{unknown}{several}", "say for which IAM user a new one is to be made: --user NAME", status=4)


async def _owns(asker: Asker, user: str, key: str) -> bool:
    if not key:
        return False
    found = await asker.ask(AccessKey(key))
    return not isinstance(found, Absent | Unknown) and found.value.user == user


def _kept(alias: Alias) -> Alias:
    if alias.storable:
        return alias
    raise Refusal(
        f"there is no place to store a new credential of {alias.address}",
        f"give the alias a place in mailstrata.toml: its `secret` = {WRITABLE_NAMES}",
        status=4,
    )
