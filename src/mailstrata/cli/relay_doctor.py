"""``mailstrata relay doctor``: what Gmail will see of the relay, before Gmail sees it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, relay_users, secret_input

if TYPE_CHECKING:
    from mailstrata.relay.examination import Point
    from mailstrata.wiring import Stage

_MARKS = {"ok": "ok", "warning": "warning", "fault": "FAULT", "unknown": "unknown"}


@click.command("doctor")
@click.option("--user", metavar="NAME", help="Log in as this user too; the password comes from a file or a prompt.")
@click.option("--password-file", metavar="FILE", help="Where the user's password is kept.")
@options.world
@options.as_json
def command(user: str | None, password_file: str | None, setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Check what Gmail will see: DNS name, ports 587 and 465, certificate, login, From allowed, SES identity of that From.

    With --lab the login is that of the lab's relay.

    Nothing is sent. The ports are tried from this machine by the relay's public name, so a firewall between it and the
    internet is not seen; run it from elsewhere to see that too.

    Exit status: 0, 1 where something is at fault or will be soon, 3 where something could not be told.
    """
    password = None
    if user:
        password = secret_input.whole_of(password_file) if password_file else secret_input.asked(f"Password of {user}")
    with relay_users.setup_of(setup, lab) as found:
        if lab and not user:  # the lab's own login, whose password it tells
            user, password = (os.environ[f"MAILSTRATA_LAB_RELAY_{name}"] for name in ("USER", "PASSWORD"))
        points = options.run(_examined(found, user, password, lab=lab is not None))
    _document(points) if as_json else _print(points)
    from mailstrata.relay.examination import status

    return status(points)


async def _examined(setup: str | None, user: str | None, password: str | None, *, lab: bool) -> list[Point]:
    from mailstrata.wiring import stage

    with relay_users.opened(setup) as here:
        async with stage(setup=setup) as world:
            points = [*await _outside(world, here, lab=lab), *_files(world, here)]
            if user and password:
                points.append(await _login(world, here, user, password))
            for one in _senders(world, here):
                points += await _sender(world, here, one)
    return points


async def _outside(world: Stage, here: relay_users.Here, *, lab: bool) -> list[Point]:
    from mailstrata.model.question import Addresses, Endpoint
    from mailstrata.relay import examination

    asker, name, now = world.asker(), here.settings.name, world.clock.now()
    points = [examination.reach(name, await asker.ask(Addresses(name)), lab=lab)]
    for port, security in _doors(here):
        points += examination.door(port, security, await asker.ask(Endpoint(name, port, security)), now)
    return points


def _doors(here: relay_users.Here) -> list[tuple[int, str]]:
    """The ports that Gmail offers, as far as the relay serves them."""
    own = here.settings
    doors = (
        [(587, "starttls")] if own.listen or not own.listen_tls else []
    )  # with neither, systemd passes what there is
    return doors + ([(465, "ssl")] if own.listen_tls or not own.listen else [])


def _files(world: Stage, here: relay_users.Here) -> list[Point]:
    from mailstrata.adapters.relay_certificate import problems
    from mailstrata.adapters.smtp_tls import trusting
    from mailstrata.relay import examination

    settings, now = here.settings, world.clock.now()
    if not settings.certificate:
        do = "`certificate` and `key` of [relay] name its PEM files"
        return [examination.Point(what="certificate", state="fault", words="the setup names none", do=do)]
    certificate, key = (Path(one).expanduser() for one in (settings.certificate, settings.key or settings.certificate))
    try:
        trust = trusting(world.settings.network.ca_file)
        return examination.files(problems(certificate, key, settings.name, now=now, trust=trust))
    except ssl.SSLError as error:
        words = f"{certificate} and {key} do not belong together: {error.reason}"
        return [
            examination.Point(what="certificate", state="fault", words=words, do="give the key of this certificate")
        ]
    except OSError as error:
        words = f"{error.filename or certificate} cannot be read: {error.strerror or error}"
        do = "run it where the relay runs, as a user that may read the files"
        return [examination.Point(what="certificate", state="unknown", words=words, do=do)]


async def _login(world: Stage, here: relay_users.Here, user: str, password: str) -> Point:
    from mailstrata.relay import examination

    port, security = next(iter(_doors(here)))
    tried = await world.tools(False).login.try_login(
        here.settings.name, port, security=security, username=user, password=password
    )
    return examination.login(user, tried)


def _senders(world: Stage, here: relay_users.Here) -> list[str]:
    """What Gmail sends as: the setup's aliases at this relay, and the addresses and ``@domain`` of the relay's users."""
    aliases = [alias.address for alias in world.settings.setup.aliases if alias.host.lower() == here.settings.name]
    allowed = [one for user in here.users.all() if not user.revoked for one in user.senders]
    return list(dict.fromkeys([*aliases, *allowed]))


async def _sender(world: Stage, here: relay_users.Here, sender: str) -> list[Point]:
    from mailstrata.model.names import domain_of, parents
    from mailstrata.model.question import SesIdentity
    from mailstrata.relay import examination

    asker, domain = world.asker(), domain_of(sender)
    names = [*([] if sender.startswith("@") else [sender]), domain, *parents(domain)]
    points = [examination.sender(sender, here.users.all(), world.clock.now())]
    for region in here.settings.regions or (world.settings.setup.region,):
        observed = [await asker.ask(SesIdentity(region, name)) for name in names]
        points.append(examination.identity(sender, region, observed))
    return points


def _print(points: list[Point]) -> None:
    from mailstrata.reports.safe import safe

    for point in points:
        click.echo(safe(f"{_MARKS[point.state]:8} {point.what}: {point.words}"))
        if point.do:
            click.echo(safe(f"         -> {point.do}"))


def _document(points: list[Point]) -> None:
    from mailstrata.reports import document

    rows = [{"what": one.what, "state": one.state, "words": one.words, "do": one.do} for one in points]
    click.echo(document.dumps({"schema": "mailstrata.relay-doctor/1", "points": rows}), nl=False)
