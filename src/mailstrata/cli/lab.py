"""``mailstrata lab``: the embedded world. Start it, run a scenario, list them, break something."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.lab.client import LabClient
    from mailstrata.lab.living import Living
    from mailstrata.lab.running import Running


@click.group("lab")
def command() -> None:
    """The embedded world on loopback: AWS, SES, DNS, Gmail and recipients that behave. No account is needed."""


@command.command("list")
@options.as_json
def list_(*, as_json: bool) -> int:
    """List the scenarios that come with mailstrata."""
    import json

    from mailstrata.lab.scenario_file import load, shipped

    rows = [(name, load(name)[-1].title) for name in shipped()]
    if as_json:
        scenarios = [{"name": name, "title": title} for name, title in rows]
        click.echo(json.dumps({"schema": "mailstrata.scenarios/1", "scenarios": scenarios}, indent=2))
        return 0
    width = max(len(name) for name, _ in rows)
    for name, title in rows:
        click.echo(f"{name:<{width}}  {title}")
    return 0


@command.command("run")
@click.argument("scenario")
@options.as_json
def run(scenario: str, *, as_json: bool) -> int:
    """Start SCENARIO (a name or a file), diagnose it, and compare with what it expects.

    Exit status 1: something else came out.
    """
    return options.run(_run(scenario, as_json=as_json))


async def _run(scenario: str, *, as_json: bool) -> int:
    from mailstrata.cli.diagnose import Wanted, diagnosed, show
    from mailstrata.lab.expected import differences
    from mailstrata.lab.scenario_file import load

    chain = load(scenario)
    found, _, _ = await diagnosed(Wanted(lab=scenario))
    show(found, as_json=as_json)
    expect = chain[-1].expect
    if expect is None:
        click.echo("The scenario has no [expect], so nothing was compared.", err=True)
        return 0
    wrong = differences(expect, found)
    for line in wrong:
        click.echo(line, err=True)
    click.echo("As expected." if not wrong else f"{len(wrong)} differences from [expect].", err=True)
    return 1 if wrong else 0


@command.command("up")
@click.argument("scenario", default="healthy")
@click.option("--detach", is_flag=True, help="Return when it is ready; mailstrata lab down ends it.")
@click.option("--relay", is_flag=True, help="Run the relay too, in front of the lab's SES, with one login.")
@click.option("--until-eof", is_flag=True, help="End when stdin does, as by the end of the program that started it.")
def up(scenario: str, *, detach: bool, relay: bool, until_eof: bool) -> int:
    """Start SCENARIO (default: healthy), keep it running, and print the environment that leads to it.

    It plays today: all dates of the scenario are moved so that its present is now.

    \b
    eval "$(mailstrata lab up two-faults --detach)"
    aws sesv2 list-suppressed-destinations
    """  # noqa: D301 - click wants a real backspace
    if detach:
        return _detached(scenario, relay=relay)
    return options.run(_up(scenario, relay=relay, until_eof=until_eof))


async def _up(scenario: str, *, relay: bool, until_eof: bool) -> int:
    from mailstrata.lab.living import Living
    from mailstrata.lab.running import Running, register

    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    if until_eof:
        asyncio.get_running_loop().add_reader(0, lambda: None if os.read(0, 4096) else ended.set())
    entry: Path | None = None
    try:
        async with Living.of(scenario, today=True) as lab, contextlib.AsyncExitStack() as stack:
            exports = {**(await _relay(stack, lab) if relay else {}), **_exports(lab)}
            entry = register(Running(scenario=lab.scenario.name, pid=os.getpid(), url=lab.url, exports=dict(exports)))
            click.echo(_shell(exports))
            click.echo(f"# {lab.scenario.name} is ready: {lab.scenario.title}")
            sys.stdout.flush()
            await ended.wait()
    finally:
        if entry is not None:
            entry.unlink(missing_ok=True)
    return 0


async def _relay(stack: contextlib.AsyncExitStack, lab: Living) -> Mapping[str, str]:
    """A relay in front of the lab's SES, and what a client needs of it."""
    from mailstrata.lab.relay import LOGIN, relay_of

    found = await stack.enter_async_context(relay_of(lab))
    return {
        "MAILSTRATA_LAB_RELAY": f"127.0.0.1:{found.port}",
        "MAILSTRATA_LAB_RELAY_TLS": f"127.0.0.1:{found.port_tls}",
        "MAILSTRATA_LAB_RELAY_HOST": found.host,
        "MAILSTRATA_LAB_RELAY_USER": LOGIN,
        "MAILSTRATA_LAB_RELAY_PASSWORD": found.password,
        "MAILSTRATA_LAB_RELAY_SETUP": str(found.setup),
    }


def _detached(scenario: str, *, relay: bool) -> int:
    from mailstrata.lab import process

    found = process.start(scenario, relay=relay)
    click.echo(_shell(found.exports))
    click.echo(f"# {found.scenario} is ready, process {found.pid}; mailstrata lab down ends it")
    return 0


def _exports(lab: Living) -> Mapping[str, str]:
    """The environment variables of the contract."""
    administrator = lab.parts.iam.administrator
    setup = lab.folder / "mailstrata.toml"
    from mailstrata.lab.setup_text import setup_text

    setup.write_text(setup_text(lab), "utf-8")
    smtp = {
        f"MAILSTRATA_LAB_SMTP_{region.upper().replace('-', '_')}": f"127.0.0.1:{endpoint.starttls_port}"
        for region, endpoint in sorted(lab.parts.endpoints.items())
    }
    return {
        "AWS_ENDPOINT_URL": lab.url,
        "AWS_ACCESS_KEY_ID": administrator.key_id,
        "AWS_SECRET_ACCESS_KEY": administrator.secret,
        "AWS_REGION": lab.parts.region,
        "AWS_DEFAULT_REGION": lab.parts.region,
        "MAILSTRATA_LAB_DNS": f"127.0.0.1:{lab.parts.dns.port}",
        **smtp,
        "MAILSTRATA_LAB_CA": str(lab.parts.certificates.ca_file),
        "MAILSTRATA_LAB_GMAIL": lab.url,
        "MAILSTRATA_LAB_PID": str(os.getpid()),
        "MAILSTRATA_SETUP": str(setup),
    }


def _shell(exports: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in exports.items())


@command.command("down")
@click.argument("scenario", required=False)
def down(scenario: str | None) -> int:
    """End the running lab of SCENARIO, or every running lab."""
    from mailstrata.lab import running

    labs = [lab for lab in running.every() if scenario is None or lab.scenario == scenario]
    if not labs:
        raise Refusal("no lab is running" if scenario is None else f"no lab of {scenario} is running")
    for lab in labs:
        os.kill(lab.pid, signal.SIGTERM)
        click.echo(f"{lab.scenario}: {'ended' if _ended(lab) else 'still ending'} (process {lab.pid})")
    return 0


def _ended(lab: Running) -> bool:
    from mailstrata.lab import running

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if all(one.pid != lab.pid for one in running.every()):
            return True
        time.sleep(0.05)
    return False


@command.command("break")
@click.argument("fault")
@click.option("--lab", metavar="SCENARIO", help="Which running lab; needed only when several run.")
def break_(fault: str, lab: str | None) -> int:
    """Inject FAULT (the name of a scenario, such as key-inactive) into a running lab."""
    client = _running(lab)
    title = asyncio.run(client.inject(fault))
    click.echo(f"{fault}: {title}")
    return 0


@command.command("reset")
@click.option("--lab", metavar="SCENARIO", help="Which running lab; needed only when several run.")
def reset(lab: str | None) -> int:
    """Let a running lab begin anew: everything as its scenario says."""
    asyncio.run(_running(lab).reset())
    click.echo("The lab is as its scenario says again.")
    return 0


def _running(scenario: str | None) -> LabClient:
    from mailstrata.lab import running
    from mailstrata.lab.client import LabClient

    labs = [lab for lab in running.every() if scenario is None or lab.scenario == scenario]
    if not labs:
        raise Refusal("no such lab is running", "mailstrata lab up SCENARIO --detach starts one")
    if len(labs) > 1:
        raise Refusal("several labs are running: " + ", ".join(lab.scenario for lab in labs), "name one with --lab")
    return LabClient(labs[0].url, labs[0].credentials)
