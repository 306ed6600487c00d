"""Which key a rotation replaces, by evidence and never by age: the oldest is often the one that Gmail holds (facts.md F).

    choose("ses-smtp-relay", {"AKIAOLD": AccessKeyFacts(user="ses-smtp-relay")}, {"admin@sailing.example": "AKIAOLD"}, now)
    Choice(user="ses-smtp-relay", old="AKIAOLD", was="Active", dead="", ...)

The owner's word is the username that the setup gives an alias, since nobody can read back what Gmail holds (facts.md C2).
A user has at most two keys and an inactive one counts; the second goes first only when it is proven dead: inactive, named by
no alias, and not seen in use for a week. Otherwise nothing is begun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailstrata.credentials.rotation import KIND, Rotation, latest
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts
from mailstrata.model.observation import Absent, Unknown
from mailstrata.model.ports import Asker, Ledger
from mailstrata.model.question import AccessKey
from mailstrata.model.setup import WRITABLE_NAMES, Alias, Setup

UNUSED = timedelta(days=7)
"""How long an inactive key must not have been used to be dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a rotation begins with. ``evidence`` has a sentence for each key of the user."""

    user: str
    old: str
    was: str
    dead: str
    evidence: tuple[str, ...]


def choose(user: str, keys: Mapping[str, AccessKeyFacts], named: Mapping[str, str], now: datetime) -> Choice:
    """The live key and, where room must be made, the dead one.

    Raises ``Refusal`` (status 4) where two keys exist and none is proven dead, or where aliases use different keys.
    """
    evidence = tuple(_evidence(key, facts, named) for key, facts in keys.items())
    live = [key for key in keys if key in named.values()]
    if len(live) > 1:
        raise _refused(user, evidence, "its aliases use different keys, so both are live")
    others = [key for key in keys if key not in live]
    if len(keys) < 2:
        dead = ""
    elif not live:
        raise _refused(user, evidence, "no alias of the setup names either, so which one is live is not known")
    elif not is_dead(keys[others[0]], now):
        raise _refused(user, evidence, f"{others[0]} is not proven dead")
    else:
        dead = others[0]
    old = live[0] if live else ""
    return Choice(user=user, old=old, was=keys[old].status if old else "", dead=dead, evidence=evidence)


def is_dead(key: AccessKeyFacts, now: datetime) -> bool:
    """Whether nothing can be using ``key``: it is inactive, so no login succeeds with it, and has not been used for a week.

    One that was never seen in use must exist for a week: it may have been made inactive this minute.
    """
    seen = key.last_used or key.created
    return key.status == "Inactive" and seen is not None and now - seen >= UNUSED


def _evidence(key: str, facts: AccessKeyFacts, named: Mapping[str, str]) -> str:
    aliases = [alias for alias, username in named.items() if username == key]
    word = f"the setup names it for {', '.join(aliases)}" if aliases else "no alias of the setup names it"
    used = f"last used {facts.last_used:%Y-%m-%d %H:%M} UTC" if facts.last_used else "no use of it is recorded"
    service = f" by {facts.last_service}" if facts.last_used and facts.last_service else ""
    return f"{key} is {facts.status}; {word}; {used}{service}"


def _refused(user: str, evidence: tuple[str, ...], why: str) -> Refusal:
    told = "; ".join(f"({number}) {text}" for number, text in enumerate(evidence, 1))
    return Refusal(
        f"{user} has two keys, IAM allows no third, and {why}: {told}",
        "find out which one nothing uses, make it inactive, and delete it when nobody has missed it for a week; "
        "mailstrata never deletes a key on a guess or by its age",
        status=4,
    )


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


async def find_target(setup: Setup, asker: Asker, ledger: Ledger, *, address: str = "", user: str = "") -> Target:
    """The user and the aliases that ``address`` or ``user`` means; the setup's only alias where neither is given.

    Raises ``Refusal``: status 2 for what is not in the setup, 3 where IAM could not say whose key it is, 4 where the account
    has no such key or an alias has no place for a credential.
    """
    alias = _meant(setup, address) if address or not user else None
    running = _running(ledger, alias, user)
    owner = user or (running.user if running else await _owner(asker, alias))
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


async def _owner(asker: Asker, alias: Alias | None) -> str:
    assert alias is not None
    if not alias.username:
        raise Refusal(
            f"the setup gives {alias.address} no username, so its IAM user is not known", "say --user NAME", status=4
        )
    found = await asker.ask(AccessKey(alias.username))
    if isinstance(found, Unknown):
        raise Refusal(f"whose key {alias.username} is cannot be told: {found.reason}", found.needs, status=3)
    if isinstance(found, Absent):
        raise Refusal(
            f"the account at hand has no key {alias.username}, which {alias.address} uses",
            "say for which IAM user a new one is to be made: --user NAME",
            status=4,
        )
    return str(found.value.user)


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
