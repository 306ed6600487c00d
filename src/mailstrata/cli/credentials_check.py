"""``mailstrata credentials check``: the real login at the real endpoint, and what all answers prove together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mailstrata.cli import options, secret_input
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.adapters.credential_check import ApiTried, CredentialChecks
    from mailstrata.adapters.smtp_credential import Credential
    from mailstrata.credentials.verdict import Conclusion, Sent, Tried
    from mailstrata.model.facts import PasswordFacts
    from mailstrata.model.ports import Ledger
    from mailstrata.model.setup import Alias
    from mailstrata.wiring import Surroundings

PORTS = (587, 465, 2587, 2465)
STATUS = {"right": 0, "undetermined": 3}
"""The exit status of a conclusion; that of every fault is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    never: tuple[str, ...]
    address: str
    region: str
    key_id: str
    ports: tuple[int, ...]
    auth: str
    source: str | None
    sender: str
    send: bool
    setup: str | None
    lab: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What is checked: where, with what, as whom. ``repr`` shows no secret, as `Credential` does not and no other is here."""

    host: str
    region: str
    credential: Credential
    sender: str
    explained: PasswordFacts | None


@click.command("check")
@click.argument("never", nargs=-1, metavar="")
@click.option("--alias", "address", default="", metavar="ADDRESS", help="The alias of the setup; default: its first.")
@click.option("--region", default="", metavar="REGION", help="The region of the endpoint; default: the alias's.")
@click.option("--key-id", default="", metavar="KEY", help="The user name: the access key id; default: the alias's.")
@click.option("--port", "ports", multiple=True, type=int, help="Only this port; default 587, 465, 2587 and 2465.")
@click.option(
    "--auth", type=click.Choice(["plain", "login", "both"]), default="both", help="Which mechanism; default both."
)
@click.option("--credential", "source", metavar="PLACE", help="Where it is kept: aws:NAME, env:NAME, …")
@click.option("--from", "sender", default="", metavar="ADDRESS", help="The sender of the test message.")
@click.option("--send", is_flag=True, help="Go on to a test message to SES's mailbox simulator.")
@options.world
@options.as_json
def command(*, as_json: bool, **arguments: Any) -> int:
    """Log in at SES with every port and mechanism, and tell what is wrong: key, derivation, permission, identity or the way.

    Password or secret come from the alias's place in the setup, --credential PLACE, $MAILSTRATA_SMTP_PASSWORD and
    $MAILSTRATA_SECRET, or a prompt. With the secret, the API is tried with the same key. Nothing is sent
    without --send, since 554 (permission, identity) shows only after DATA.

    Exit status: 0 it works, 1 a fault is named, 3 it could not be told.
    """
    wanted = _Wanted(**arguments)
    secret_input.none_as_argument(wanted.never)
    return options.run(_checked(wanted, as_json=as_json))


async def _checked(wanted: _Wanted, *, as_json: bool) -> int:
    from mailstrata.adapters.credential_check import ApiTried, CredentialChecks
    from mailstrata.credentials.verdict import conclude
    from mailstrata.wiring import surroundings

    async with surroundings(setup=wanted.setup, lab=wanted.lab) as here:
        given, secret = await _given(wanted, here)
        checks = CredentialChecks(here.network, here.clock)
        tried = await _tried(checks, given, wanted)
        sent = await _sent(checks, given, tried, here.ledger) if wanted.send else None
        api = await checks.api(given.credential.username, secret) if secret else ApiTried(works=None)
    found = conclude(tried, sent=sent, api_works=api.works)
    shown = _Shown(given=given, tried=tried, sent=sent, api=api if secret else None, found=found)
    _print_json(shown) if as_json else _print(shown)
    return STATUS.get(found.part, 1)


async def _given(wanted: _Wanted, here: Surroundings) -> tuple[_Given, str]:
    """What to check, and the secret access key where it is at hand."""
    from mailstrata.adapters.smtp_credential import Credential

    alias = _alias(wanted, here)
    region = wanted.region or (alias.region if alias else "") or here.setup.region
    key_id = wanted.key_id or (alias.username if alias else "")
    if not region or not key_id:
        raise Refusal(
            "the region or the access key id is not known", "give --region and --key-id, or a setup with an alias"
        )
    password, secret, key_id = await _words(wanted, here, alias, key_id)
    explained = _explained(password, secret, region, key_id)
    password = password or _derived(secret, region)
    credential = Credential(username=key_id, password=password)
    if not credential.sendable:
        raise Refusal(
            "the password is empty or no text that SMTP can carry", "copy it once more, exactly as it was derived"
        )
    host = alias.host if alias and alias.region == region else f"email-smtp.{region}.amazonaws.com"
    sender = wanted.sender or (alias.address if alias else "")
    if wanted.send and not sender:
        raise Refusal("a test message needs a sender", "give --from ADDRESS")
    return _Given(host=host, region=region, credential=credential, sender=sender, explained=explained), secret


def _alias(wanted: _Wanted, here: Surroundings) -> Alias | None:
    if not wanted.address:
        return next(iter(here.setup.aliases), None)
    found = here.setup.alias_for(wanted.address)
    if found is None:
        raise Refusal(f"the setup has no alias {wanted.address}", "mailstrata.toml lists them under [[alias]]")
    return found


async def _words(wanted: _Wanted, here: Surroundings, alias: Alias | None, key_id: str) -> tuple[str, str, str]:
    """Password and secret, as far as they are at hand, and the key id that they are of."""
    password = secret_input.environment(secret_input.PASSWORD)
    secret = secret_input.environment(secret_input.SECRET)
    if not password and not secret and (place := wanted.source or (alias.secret if alias else "")):
        fields = await here.secrets.read(secret_input.place(place))
        password, secret = fields.get("password", ""), fields.get("secret_access_key", "")
        key_id = wanted.key_id or fields.get("username") or key_id
    if not password and not secret:
        password = secret_input.asked("SMTP password")
    return password, secret_input.stripped(secret), key_id


def _explained(password: str, secret: str, region: str, key_id: str) -> PasswordFacts | None:
    from mailstrata.credentials import forensics

    return forensics.explain(password, [secret], region, key_id=key_id) if password and secret else None


def _derived(secret: str, region: str) -> str:
    from mailstrata.credentials.derivation import smtp_password

    return smtp_password(secret_input.checked(secret), region)


async def _tried(checks: CredentialChecks, given: _Given, wanted: _Wanted) -> tuple[Tried, ...]:
    """All doors at once, at each one mechanism after the other."""
    from mailstrata.adapters.credential_check import Door

    mechanisms = ("PLAIN", "LOGIN") if wanted.auth == "both" else (wanted.auth.upper(),)

    async def at(port: int) -> list[Tried]:
        door = Door(host=given.host, port=port)
        return [await checks.login(door, given.credential, mechanism) for mechanism in mechanisms]

    found = await asyncio.gather(*(at(port) for port in dict.fromkeys(wanted.ports or PORTS)))
    return tuple(one for door in found for one in door)


async def _sent(
    checks: CredentialChecks, given: _Given, tried: Sequence[Tried], open_ledger: Callable[[], Ledger]
) -> Sent | None:
    """A test message through the first door that took the login: in the ledger before it goes, its outcome after."""
    from mailstrata.adapters.credential_check import Door
    from mailstrata.adapters.ledger_answers import TEST_MESSAGE
    from mailstrata.credentials.verdict import Outcome
    from mailstrata.formats.world import render_question
    from mailstrata.model.question import SmtpSend

    door = next((one for one in tried if one.outcome is Outcome.ACCEPTED), None)
    if door is None:
        return None
    ledger = open_ledger()
    question = render_question(SmtpSend(given.host, door.port, given.credential.username, given.sender))
    row = ledger.begin(TEST_MESSAGE, given.sender, {"question": question})
    sent = await checks.send(Door(host=given.host, port=door.port), given.credential, given.sender)
    ledger.finish(row, f"{sent.outcome}: {sent.answer}"[:500])
    return sent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    given: _Given
    tried: tuple[Tried, ...]
    sent: Sent | None
    api: ApiTried | None
    found: Conclusion


def _code(shown: _Shown) -> str:
    """The code of the contract: where the derivation is the matter and the mistake is known, that mistake's."""
    from mailstrata.diagnosis.password_words import code_of

    named = code_of(shown.given.explained.mistake) if shown.given.explained else "unknown"
    return named if shown.found.code == "login-refused" and named not in {"right", "unknown"} else shown.found.code


def _print(shown: _Shown) -> None:
    from mailstrata.diagnosis.password_words import words
    from mailstrata.reports.safe import safe

    lines = [f"{shown.given.credential.username} at {shown.given.host}"]
    lines += [f"  {one.port:<5} {one.security:<9} {one.auth:<6} {one.outcome:<20} {one.answer}" for one in shown.tried]
    if shown.sent:
        lines.append(f"  test message from {shown.given.sender}: {shown.sent.outcome}  {shown.sent.answer}")
    if shown.api:
        told = {True: "works", False: "refused", None: "not known"}[shown.api.works]
        lines.append(f"  API with the same key: {told}  {shown.api.reason or shown.api.account}")
    explained = shown.given.explained
    if explained and explained.mistake not in {"right", "unrecognised"}:
        lines.append(f"  the password: {words(explained.mistake)[0]} ({explained.mistake})")
    code = _code(shown)
    lines.append(f"{shown.found.part}{f' ({code})' if code else ''}: {shown.found.because}")
    for line in lines:
        click.echo(safe(line).rstrip())


def _print_json(shown: _Shown) -> None:
    from mailstrata.formats import key_id as ids
    from mailstrata.reports import document

    given, key = shown.given, shown.given.credential.username
    content: dict[str, object] = {
        "schema": "mailstrata.credentials-check/1",
        "host": given.host,
        "region": given.region,
        "key": {"id": key, "kind": ids.kind(key), "account": ids.account(key)},
        "logins": [
            {"port": one.port, "security": one.security, "auth": one.auth, "outcome": one.outcome, "answer": one.answer}
            for one in shown.tried
        ],
        "send": {"from": given.sender, "outcome": shown.sent.outcome, "answer": shown.sent.answer}
        if shown.sent
        else None,
        "api": {"works": shown.api.works, "account": shown.api.account or None, "reason": shown.api.reason or None}
        if shown.api
        else None,
        "password": {"mistake": given.explained.mistake, "derived_for": given.explained.derived_for or None}
        if given.explained
        else None,
        "conclusion": {"part": shown.found.part, "code": _code(shown) or None, "because": shown.found.because},
    }
    click.echo(document.dumps(content), nl=False)
