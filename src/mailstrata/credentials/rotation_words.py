"""A rotation in words: what each step does, where it stands, and what the owner types into Gmail.

hand_over(alias, "AKIANEW", "jq …")      # ("SMTP Server: email-smtp.us-east-1.amazonaws.com", "Port: 587", …)

The password is never among the words: they name the place where it is kept, and the command that reads it there.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from mailstrata.credentials.rotation import BACK, FORWARD, Rotation, Step
from mailstrata.credentials.rotation_target import Target
from mailstrata.model.setup import Alias

_SECURED = {"starttls": "Secured connection using TLS", "ssl": "Secured connection using SSL"}

_TITLES: Mapping[Step, str] = {
    Step.MAKE_ROOM: "delete {dead}, which is proven dead, to make room for a new key",
    Step.CREATE: "create a new access key for {user}",
    Step.STORE: "store it beside the credential in use, in {places}",
    Step.PROVE: "log in with it at {hosts} until the answer is 235, at most 2 minutes",
    Step.PROBE: "send a test message to SES's mailbox simulator with it",
    Step.PROMOTE: "make it the credential in use in {places}; the one before is kept",
    Step.HAND_OVER: "hand the new values over to be typed into Gmail",
    Step.MOVED: "wait until Gmail holds the new key for {aliases}",
    Step.DEACTIVATE: "when {old} has not been used for a day: make it inactive, which can be taken back",
    Step.DELETE: "after {days} more days: delete {old}",
    Step.TIDY: "drop the credential before from {places}",
    Step.REACTIVATE: "make {old} active again",
    Step.RESTORE: "make the credential before the one in use again, in {places}",
    Step.REMOVE: "delete the new key {new}",
}


def plan(target: Target, rotation: Rotation, *, may_probe: bool) -> tuple[tuple[Step, str], ...]:
    """Every step of the way that ``rotation`` is on, with what it does."""
    words = {
        "user": target.user,
        "places": ", ".join(target.places()),
        "hosts": ", ".join(dict.fromkeys(alias.host for alias in target.aliases)),
        "aliases": ", ".join(alias.address for alias in target.aliases),
        "old": rotation.old,
        "new": rotation.new,
        "dead": rotation.dead,
        "days": str(rotation.keep_days),
    }
    steps = BACK if rotation.back else FORWARD
    return tuple(
        (step, _TITLES[step].format_map(words)) for step in steps if _planned(step, rotation, may_probe=may_probe)
    )


def _planned(step: Step, rotation: Rotation, *, may_probe: bool) -> bool:
    match step:
        case Step.MAKE_ROOM:
            return bool(rotation.dead)
        case Step.PROBE:
            return may_probe or Step.PROBE in rotation.done
        case Step.DEACTIVATE | Step.REACTIVATE:
            return rotation.was == "Active"
        case Step.DELETE:
            return bool(rotation.old)
        case Step.REMOVE:
            return bool(rotation.new)
        case _:
            return True


def hand_over(alias: Alias, key_id: str, told: str) -> tuple[str, ...]:
    """What Gmail's dialogue asks, in its own words and order (facts.md C1). ``told``: the command that prints the password."""
    return (
        f"In Gmail: Settings, See all settings, Accounts and Import, Send mail as, {alias.address}, edit info, Next Step",
        f"SMTP Server: {alias.host}",
        f"Port: {alias.port}",
        f"Username: {key_id}",
        f"Password: the one in {alias.secret}, which this prints:",
        f"    {told}",
        _SECURED.get(alias.security, _SECURED["starttls"]),
        "Save Changes: Gmail logs in at once and says when something is wrong",
    )


def reading(place: str, target: Target, *, field: str = "password") -> str:
    """The command that prints the password that ``place`` keeps."""
    kind, _, name = place.partition(":")
    path = f".{field}" if field.isalnum() else f'.["{field}"]'
    pick = f"jq -r {shlex.quote(path)}"
    match kind:
        case "file":
            return f"{pick} {_at_home(name)}"
        case "keyring":
            return f"keyring get mailstrata {shlex.quote(name)} | {pick}"
        case "age":
            return f"age --decrypt --identity {_at_home(target.age_identity)} {_at_home(name)} | {pick}"
    return (
        f"aws secretsmanager get-secret-value --region {target.region} --secret-id {shlex.quote(name)} "
        f"--query SecretString --output text | {pick}"
    )


def _at_home(path: str) -> str:
    """Quoted for a shell, which still knows its ``~``."""
    return f"~/{shlex.quote(path[2:])}" if path.startswith("~/") else shlex.quote(path)


def hand_overs(target: Target, key_id: str) -> Iterator[str]:
    """The values for each alias."""
    regions = target.places()
    for alias in target.aliases:
        field = "password" if len(regions[alias.secret]) == 1 else f"password.{target.region_of(alias)}"
        yield from hand_over(alias, key_id, reading(alias.secret, target, field=field))
