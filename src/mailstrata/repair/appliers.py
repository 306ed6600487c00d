"""Carries out the automatic fixes: each step written down before it is done, and the whole proven by looking again.

    async for step in apply("remove-suppression", finding, setup, tools):
        ...                      # Step(text="…", done=True)

An applier is an asynchronous generator of steps over the Protocols of `model.ports`. It refuses (exit status 4) rather than
go on when a step's precondition does not hold, and says what was done and what was not. Secrets pass through it
but into nothing that it says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Finding
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Asker, Clock, DnsControl, Keys, Ledger, Login, Secrets, SesControl
from mailstrata.model.question import HostedZone, MailboxExists, SesIdentity, Suppression
from mailstrata.model.setup import Alias, Setup
from mailstrata.repair.publishing import published

T = TypeVar("T")

LOGIN_SECONDS = 120
"""How long a new key may take until SES accepts it (facts.md A7, F)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done or found; ``done`` is false when it is where the fix ended."""

    text: str
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What appliers work with. ``derive`` makes a SMTP password of a secret and a region."""

    asker: Asker
    clock: Clock
    ledger: Ledger
    secrets: Secrets
    keys: Keys
    login: Login
    ses: SesControl
    dns: DnsControl
    derive: Callable[[str, str], str]
    address_confirmed: bool = False
    """The operator vouches that the suppressed address exists."""


Applier = Callable[[Finding, Setup, Tools], AsyncIterator[Step]]


async def rotate_credentials(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """A new key for the alias's user: created, stored, derived, tested. The old key is not touched (facts.md F)."""
    target, alias = dict(finding.target), _alias(finding, setup)
    user, region = target["user"], alias.region or setup.region
    _writable(alias)
    await _room_for_a_key(user, tools)
    before = await _stored(alias, tools)
    row = tools.ledger.begin(
        "rotate-credentials", alias.address, {"user": user, "replaces": alias.username, "region": region}
    )
    key_id, secret = await _settled(row, tools.keys.create(user), tools)
    yield Step(text=f"created access key {key_id} for {user}")
    password = tools.derive(secret, region)
    fields = {"username": key_id, "password": password, "secret_access_key": secret, "region": region}
    try:
        await tools.secrets.write(alias.secret, fields)
        yield Step(text=f"stored it in {alias.secret}; the credential before it is kept as the previous version")
        answer = await _logged_in(alias, key_id, password, tools)
    except Refusal as refusal:
        undone, left = await _taken_back(alias, (user, key_id), before, tools)
        tools.ledger.finish(row, "half undone" if left else "undone")
        hint = "; ".join(part for part in (*undone, *left, refusal.hint) if part)
        raise Refusal(refusal.message, hint, status=4) from refusal
    tools.ledger.finish(row, "done")
    yield Step(text=f"derived its password for {region} and logged in: {answer}")


async def rederive_password(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The right password from the secret that is already stored: no new key is needed."""
    alias = _alias(finding, setup)
    region = alias.region or setup.region
    _writable(alias)
    stored = await tools.secrets.read(alias.secret)
    secret = stored.get("secret_access_key", "").strip()
    if not secret:
        raise Refusal(
            f"{alias.secret} holds no secret_access_key to derive from", "rotate-credentials makes a new key", status=4
        )
    password = tools.derive(secret, region)
    yield Step(text=f"derived the password of {alias.username} for {region} from the secret in {alias.secret}")
    answer = await _logged_in(alias, alias.username, password, tools)
    yield Step(text=f"logged in with it: {answer}")
    row = tools.ledger.begin("rederive-password", alias.address, {"key": alias.username, "region": region})
    fields = {**stored, "username": alias.username, "password": password, "region": region}
    await _settled(row, tools.secrets.write(alias.secret, fields), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"stored it in {alias.secret}")


async def remove_suppression(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The entry goes once the mailbox is known to exist; the ledger keeps what it said."""
    del setup
    target = dict(finding.target)
    region, address = target["region"], target["address"]
    yield Step(text=await _exists(region, address, tools))
    entry = await tools.asker.ask(Suppression(region, address))
    if isinstance(entry, Absent):
        yield Step(text=f"{address} is no longer on the list of {region}: nothing to do")
        return
    if isinstance(entry, Unknown):
        raise Refusal(f"the entry of {address} cannot be read: {entry.reason}", entry.needs, status=4)
    fact = entry.value
    details = {"region": region, "address": address, "reason": fact.reason, "message_id": fact.message_id}
    row = tools.ledger.begin("remove-suppression", address, {**details, "updated": fact.updated.isoformat()})
    await _settled(row, tools.ses.remove_suppression(region, address), tools)
    await _settled(row, _gone(region, address, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(
        text=f"removed the {fact.reason} entry of {fact.updated:%Y-%m-%d} from the list of {region}; the ledger has it"
    )


async def enable_dkim(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """Signing on, and seen to be on."""
    del setup
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    row = tools.ledger.begin("enable-dkim", name, {"region": region})
    await _settled(row, tools.ses.enable_dkim(region, name), tools)
    await _settled(row, _signing(region, name, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"DKIM signing of {name} is on in {region}")


async def publish_records(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The wanted records in the account's own zone, in one atomic change, and asked for anew."""
    name = setup.domain
    match await tools.asker.ask(HostedZone(name)):
        case Seen(value=zone):
            pass
        case Absent():
            raise Refusal(
                f"Route 53 holds no zone for {name} in this account", "publish the records where its DNS is", status=4
            )
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"the zone of {name} cannot be looked up: {reason}", needs, status=4)
    wanted = {f"{record.type} {record.name}": " | ".join(record.values) for record in finding.records}
    before = await tools.dns.standing(zone.id, finding.records)
    there = {f"before: {record.type} {record.name}": " | ".join(record.values) for record in before}
    row = tools.ledger.begin("publish-records", zone.id, wanted | there)
    await _settled(row, tools.dns.publish(zone.id, finding.records), tools)
    yield Step(text=f"published {len(finding.records)} records in zone {zone.name} ({zone.id})")
    for record in finding.records:
        yield Step(text=await _settled(row, published(record, tools.asker, tools.clock), tools))
    tools.ledger.finish(row, "done")


APPLIERS: Mapping[str, Applier] = {
    "rederive-password": rederive_password,
    "rotate-credentials": rotate_credentials,
    "remove-suppression": remove_suppression,
    "enable-dkim": enable_dkim,
    "publish-records": publish_records,
}
"""The fixes that a machine can carry out; exactly the automatic ones of the catalogue."""


async def _settled(row: int, work: Awaitable[T], tools: Tools) -> T:
    """What ``work`` gives. Where it is refused, the row of the ledger that was begun for it says so."""
    try:
        return await work
    except Refusal:
        tools.ledger.finish(row, "failed")
        raise


def _alias(finding: Finding, setup: Setup) -> Alias:
    address = dict(finding.target).get("alias", "")
    alias = setup.alias_for(address)
    if alias is None:
        raise Refusal(f"the setup has no alias {address!r}", "add it under [[alias]] in mailstrata.toml", status=4)
    return alias


def _writable(alias: Alias) -> None:
    if not alias.secret or alias.secret.startswith("env:"):
        raise Refusal(
            f"there is no place to store a new credential of {alias.address}",
            'give the alias a place: secret = "aws:NAME" or "file:PATH" in mailstrata.toml',
            status=4,
        )


async def _room_for_a_key(user: str, tools: Tools) -> None:
    keys = await tools.keys.of_user(user)
    if len(keys) >= 2:
        listed = ", ".join(f"{key_id} ({facts.status})" for key_id, facts in keys)
        raise Refusal(
            f"{user} has two keys already, and IAM allows no third: {listed}",
            "delete the one that is proven dead; mailstrata never deletes a key on a guess",
            status=4,
        )


async def _stored(alias: Alias, tools: Tools) -> Mapping[str, str] | None:
    """The credential that is stored now; ``None`` where none can be read."""
    try:
        return await tools.secrets.read(alias.secret)
    except Refusal:
        return None


async def _taken_back(
    alias: Alias, key: tuple[str, str], before: Mapping[str, str] | None, tools: Tools
) -> tuple[list[str], list[str]]:
    """A rotation undone: what was, and what could not be, each in a sentence."""
    undone, left = [], []
    try:
        await tools.keys.delete(*key)
        undone.append(f"the new key {key[1]} was deleted again")
    except Refusal as refusal:
        left.append(f"the new key {key[1]} of {key[0]} is still there: {refusal.message}")
    if before is None or await _stored(alias, tools) == before:
        return undone, left
    try:
        await tools.secrets.write(alias.secret, before)
        undone.append(f"{alias.secret} holds the credential before it again")
    except Refusal as refusal:
        left.append(f"{alias.secret} still holds the new credential: {refusal.message}")
    return undone, left


async def _logged_in(alias: Alias, key_id: str, password: str, tools: Tools) -> str:
    """The answer 235; asks again while SES does not know the key yet (facts.md A7)."""
    waited, said = 0, "no answer"
    while waited <= LOGIN_SECONDS:
        answer = await tools.login.try_login(
            alias.host, alias.port, security=alias.security, username=key_id, password=password
        )
        if isinstance(answer, Seen) and answer.value.accepted:
            return str(answer.value.reply)
        said = str(answer.value.reply) if isinstance(answer, Seen) else getattr(answer, "reason", "no answer")
        await tools.clock.sleep(3)
        waited += 3
    raise Refusal(f"{alias.host} did not accept the new password within {LOGIN_SECONDS} s: {said}", status=4)


async def _gone(region: str, address: str, tools: Tools) -> None:
    match await tools.asker.ask(Suppression(region, address)):
        case Seen():
            raise Refusal(f"SES still lists {address} after it was removed", "look again in a minute", status=4)
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"{address} was removed from the list, which cannot be seen now: {reason}", needs, status=4)


async def _signing(region: str, name: str, tools: Tools) -> None:
    match await tools.asker.ask(SesIdentity(region, name)):
        case Seen(value=identity) if identity.dkim.signing:
            return
        case Unknown(reason=reason):
            why = reason
        case _:
            why = "SES reports that it is off"
    raise Refusal(f"DKIM signing of {name} was turned on but is not seen to be on: {why}", status=4)


async def _exists(region: str, address: str, tools: Tools) -> str:
    if tools.address_confirmed:
        return f"you vouch that {address} exists"
    match await tools.asker.ask(MailboxExists(region, address)):
        case Seen(value=("HIGH" | "MEDIUM") as verdict):
            return f"SES's address insights say that {address} exists ({verdict} confidence)"
        case Seen(value=verdict):
            raise Refusal(
                f"SES's address insights give {verdict} confidence that {address} exists",
                "correct the address, or vouch for it with --address-confirmed",
                status=4,
            )
        case Absent():
            reason = "SES has no insight into it"
        case Unknown(reason=reason):
            pass
    raise Refusal(
        f"it could not be shown that {address} exists: {reason}",
        "ask the recipient by another way, then vouch for it with --address-confirmed",
        status=4,
    )
