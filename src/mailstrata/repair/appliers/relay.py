"""The fixes of the login: a new key, or the right password from the secret that is there (facts.md A3, F)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from mailstrata.model.errors import Refusal
from mailstrata.model.finding import Finding
from mailstrata.model.observation import Seen
from mailstrata.model.setup import WRITABLE_NAMES, Alias, Setup
from mailstrata.repair.appliers.applying import Step, Tools, settled

LOGIN_SECONDS = 120
"""How long a new key may take until SES accepts it (facts.md A7, F)."""


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
    key_id, secret = await settled(row, tools.keys.create(user), tools)
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
    await settled(row, tools.secrets.write(alias.secret, fields), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"stored it in {alias.secret}")


def _alias(finding: Finding, setup: Setup) -> Alias:
    address = dict(finding.target).get("alias", "")
    alias = setup.alias_for(address)
    if alias is None:
        raise Refusal(f"the setup has no alias {address!r}", "add it under [[alias]] in mailstrata.toml", status=4)
    return alias


def _writable(alias: Alias) -> None:
    if not alias.storable:
        raise Refusal(
            f"there is no place to store a new credential of {alias.address}",
            f"give the alias a place in mailstrata.toml: its `secret` = {WRITABLE_NAMES}",
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
