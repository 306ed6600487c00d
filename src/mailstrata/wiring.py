"""The only place where a Protocol meets its implementation.

    async with stage(setup="mailstrata.toml") as here:     # the real world
        await here.asker().ask(Txt("_dmarc.sailing.example"))

    async with stage(lab="two-faults") as here: ...         # the embedded one

Both stages are made of the same adapters. The lab hands over settings, as a file would; that it is a lab shows in nothing
but the addresses in them, its clock, and in that the mailboxes of its Gmail can be read.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mailstrata.formats import settings as setup_file
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.formats.settings import Settings
from mailstrata.model.attempt import Attempt
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Unknown
from mailstrata.model.ports import Asker, Clock, Ledger, Secrets
from mailstrata.model.question import ApiSend, Question, SmtpSend
from mailstrata.model.setup import Network, Setup
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from mailstrata.adapters.asker import Answerer
    from mailstrata.adapters.aws import Aws
    from mailstrata.adapters.ledger import SqliteLedger
    from mailstrata.adapters.relay_process import Plan
    from mailstrata.adapters.secrets import Place
    from mailstrata.lab.client import LabClient
    from mailstrata.relay.offer import Delivery
    from mailstrata.repair.appliers import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A world with all that a command needs of it. ``lab`` is there when it is the embedded one."""

    settings: Settings
    asker: Callable[[], Asker]
    """Makes an asker that has not asked anything yet."""
    clock: Clock
    tools: Callable[[bool], Tools]
    """Makes the tools of the appliers; the argument: the operator vouches for the suppressed address."""
    attempts: Callable[[], Awaitable[tuple[Attempt, ...]]]
    """What the operator knows of failed mails without being told."""
    aws: Aws
    """Calls with the operator's own credentials."""
    lab: LabClient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a command needs that can do without a setup; ``setup`` is then empty, with the region of the environment."""

    settings: Settings
    """All that the setup says, the places of ledger and keys among it."""
    clock: Clock
    secrets: Secrets
    aws: Aws
    ledger: Callable[[], Ledger]
    """Opened when it is asked for: a command that changes nothing leaves none."""
    stage: Stage | None = None
    """The whole, where there is a setup."""
    lab: LabClient | None = None

    @property
    def setup(self) -> Setup:
        """Whose mail it is about."""
        return self.settings.setup

    @property
    def network(self) -> Network:
        """How the world is reached."""
        return self.settings.network


@contextlib.asynccontextmanager
async def stage(*, setup: str | None = None, lab: str | None = None, probe_sends: bool = False) -> AsyncIterator[Stage]:
    """The world of ``setup`` (a file), or of the scenario ``lab``; everything it opened is closed at the end."""
    if lab is not None:
        async with _lab_stage(lab, probe_sends=probe_sends) as here:
            yield here
        return
    from mailstrata.adapters.clock import SystemClock

    async with _joined(_allowed(read_settings(setup), probe_sends), SystemClock()) as here:
        yield here


def read_settings(setup: str | None) -> Settings:
    """The setup file: ``setup``, else ``$MAILSTRATA_SETUP``, else ``./mailstrata.toml``."""
    name = setup or os.environ.get("MAILSTRATA_SETUP") or "mailstrata.toml"
    try:
        text = Path(name).read_text("utf-8")
    except FileNotFoundError as error:
        hint = "docs/settings.md shows one of eight lines; or try --lab two-faults"
        raise Refusal(f"there is no setup file {name}", hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"the setup {name} cannot be read: {error}") from error
    return setup_file.parse(text, name)


@contextlib.asynccontextmanager
async def surroundings(*, setup: str | None = None, lab: str | None = None) -> AsyncIterator[Surroundings]:
    """The world for a command that can do without a setup: that of ``setup`` or ``lab``, of a setup that is there, or bare."""
    if setup or lab or os.environ.get("MAILSTRATA_SETUP") or Path("mailstrata.toml").exists():
        async with stage(setup=setup, lab=lab) as here:
            settings, secrets = here.settings, here.tools(False).secrets
            yield Surroundings(
                settings=settings,
                clock=here.clock,
                secrets=secrets,
                aws=here.aws,
                ledger=lambda: here.tools(False).ledger,
                stage=here,
                lab=here.lab,
            )
        return
    from mailstrata.adapters.aws import Aws
    from mailstrata.adapters.clock import SystemClock

    clock = SystemClock()
    bare = Setup(domain="", region=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "")
    settings = Settings(setup=bare)
    with contextlib.ExitStack() as opened:
        aws = Aws(settings.network, clock, region=bare.region or "us-east-1")
        opened.callback(aws.close)

        def ledger() -> Ledger:
            found = _ledger(settings, clock)
            opened.callback(found.close)
            return found

        yield Surroundings(settings=settings, clock=clock, secrets=places(settings, aws), aws=aws, ledger=ledger)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsWorld:
    """A world of which DNS alone is asked: no ledger is opened, and nothing of AWS is even imported."""

    settings: Settings
    clock: Clock
    asker: Asker
    """All that is no question of DNS is Unknown."""


@contextlib.asynccontextmanager
async def dns_world(why: str, *, setup: str | None = None, lab: str | None = None) -> AsyncIterator[DnsWorld]:
    """The DNS of ``setup`` or ``lab``, of a setup that is there, or of this machine; ``why`` nothing else is asked."""
    if lab is not None:
        from mailstrata.lab.client import LabClock, opened

        async with opened(lab) as client:
            settings = setup_file.parse(await client.setup(), "the lab's setup")
            yield _dns_world(settings, await LabClock.of(client), why)
        return
    from mailstrata.adapters.clock import SystemClock

    there = setup or os.environ.get("MAILSTRATA_SETUP") or Path("mailstrata.toml").exists()
    settings = read_settings(setup) if there else Settings(setup=Setup(domain="", region=""))
    yield _dns_world(settings, SystemClock(), why)


def _dns_world(settings: Settings, clock: Clock, why: str) -> DnsWorld:
    from mailstrata.adapters import dns_features
    from mailstrata.adapters.asker import World

    dns_features.spared()
    from mailstrata.adapters.dns import DnsAnswers

    answerers = DnsAnswers(settings.network, clock).answerers()
    return DnsWorld(
        settings=settings,
        clock=clock,
        asker=World(answerers=answerers, otherwise=Unknown(reason=why, needs="AWS", unasked=True)),
    )


@contextlib.asynccontextmanager
async def with_setup(here: Surroundings, setup: Setup) -> AsyncIterator[Stage]:
    """The same world, under another setup."""
    async with _joined(replace(here.settings, setup=setup), here.clock, here.lab) as stage:
        yield stage


def _allowed(settings: Settings, probe_sends: bool) -> Settings:
    return replace(settings, network=replace(settings.network, probe_sends=settings.network.probe_sends or probe_sends))


@contextlib.asynccontextmanager
async def _lab_stage(scenario: str, *, probe_sends: bool) -> AsyncIterator[Stage]:
    from mailstrata.lab.client import opened

    async with opened(scenario) as client, on_lab(client, probe_sends=probe_sends) as here:
        yield here


@contextlib.asynccontextmanager
async def on_lab(client: LabClient, *, probe_sends: bool = False) -> AsyncIterator[Stage]:
    """A running lab as it is now: its setup is read anew, so what its Gmail was told since is in it."""
    from mailstrata.lab.client import LabClock

    settings = setup_file.parse(await client.setup(), "the lab's setup")
    async with _joined(_allowed(settings, probe_sends), await LabClock.of(client), client) as here:
        yield here


@contextlib.asynccontextmanager
async def _joined(settings: Settings, clock: Clock, lab: LabClient | None = None) -> AsyncIterator[Stage]:
    """All adapters over one setup and one clock."""
    from mailstrata.adapters.asker import World
    from mailstrata.adapters.aws import Aws, OwnKey

    own_key = OwnKey(key_id=lab.credentials[0], secret=lab.credentials[1]) if lab else None
    setup, network = settings.setup, settings.network
    async with contextlib.AsyncExitStack() as opened:
        aws = Aws(network, clock, region=setup.region, own_key=own_key)
        opened.callback(aws.close)
        ledger = _ledger(settings, clock)
        opened.callback(ledger.close)
        secrets = places(settings, aws)

        def asker() -> Asker:
            return World(answerers=_answerers(settings, clock, aws=aws, ledger=ledger, secrets=secrets))

        yield Stage(
            settings=settings,
            asker=asker,
            clock=clock,
            tools=lambda confirmed: _tools(
                settings, clock, aws=aws, ledger=ledger, secrets=secrets, asker=asker(), confirmed=confirmed
            ),
            attempts=lab.attempts if lab else _nothing_known,
            aws=aws,
            lab=lab,
        )


async def _nothing_known() -> tuple[Attempt, ...]:
    return ()


def _ledger(settings: Settings, clock: Clock) -> SqliteLedger:
    from mailstrata.adapters.ledger import SqliteLedger

    return SqliteLedger(Path(settings.ledger).expanduser(), clock)


def places(settings: Settings, aws: Aws | None = None) -> Secrets:
    """Every place that credentials can be kept at; without ``aws``, those of this machine."""
    from mailstrata.adapters.aws_secrets import SecretsManager
    from mailstrata.adapters.secrets import PrivateFiles, SecretPlaces, Variables
    from mailstrata.adapters.secrets_age import AgeFiles
    from mailstrata.adapters.secrets_keyring import Keyring

    here: dict[str, Place] = {
        "env": Variables(os.environ),
        "file": PrivateFiles(),
        "keyring": Keyring(),
        "age": AgeFiles(identity=settings.age_identity, recipients=settings.age_recipients),
    }
    if aws is not None:
        here["aws"] = SecretsManager(aws, region=settings.setup.region)
    return SecretPlaces(here)


def _answerers(
    settings: Settings, clock: Clock, *, aws: Aws, ledger: Ledger, secrets: Secrets
) -> Mapping[type[Question[Any]], Answerer]:
    from mailstrata.adapters.aws_cloudwatch import CloudWatchAnswers
    from mailstrata.adapters.aws_iam import IamAnswers
    from mailstrata.adapters.aws_route53 import Route53Answers
    from mailstrata.adapters.aws_ses import SesAnswers
    from mailstrata.adapters.dns import DnsAnswers
    from mailstrata.adapters.ledger_answers import LedgerAnswers, recorded
    from mailstrata.adapters.smtp_probe import SmtpAnswers
    from mailstrata.adapters.stored_password import PasswordAnswers

    setup, network = settings.setup, settings.network
    adapters = (
        DnsAnswers(network, clock),
        SmtpAnswers(network, clock, secrets=secrets, setup=setup),
        SesAnswers(aws, network),
        CloudWatchAnswers(aws, clock),
        IamAnswers(aws),
        Route53Answers(aws),
        LedgerAnswers(ledger),
        PasswordAnswers(setup, secrets),
    )
    found = {question: answerer for adapter in adapters for question, answerer in adapter.answerers().items()}
    if network.probe_sends:
        found |= {kind: recorded(found[kind], ledger) for kind in (ApiSend, SmtpSend)}
    return found


def _tools(
    settings: Settings, clock: Clock, *, aws: Aws, ledger: Ledger, secrets: Secrets, asker: Asker, confirmed: bool
) -> Tools:
    from mailstrata.adapters.aws_iam_keys import IamKeys
    from mailstrata.adapters.aws_route53 import Route53Changes
    from mailstrata.adapters.aws_ses import SesChanges
    from mailstrata.adapters.smtp_probe import SmtpAnswers
    from mailstrata.credentials.derivation import smtp_password
    from mailstrata.repair.appliers import Tools

    return Tools(
        asker=asker,
        clock=clock,
        ledger=ledger,
        secrets=secrets,
        keys=IamKeys(aws),
        login=SmtpAnswers(settings.network, clock, secrets=secrets, setup=settings.setup),
        ses=SesChanges(aws),
        dns=Route53Changes(aws),
        derive=smtp_password,
        address_confirmed=confirmed,
    )


def relay(setup: str | None, *, log: BinaryIO) -> Plan:
    """How the relay of a setup runs. Raises ``Refusal`` when the setup has none."""
    from mailstrata.adapters.asker import World
    from mailstrata.adapters.clock import SystemClock
    from mailstrata.adapters.dns import DnsAnswers
    from mailstrata.adapters.relay_process import Plan

    settings, clock = read_settings(setup), SystemClock()
    answers = DnsAnswers(settings.network, clock).answerers()
    return Plan(
        settings=lambda: relay_settings(read_settings(setup)),
        delivery=lambda found: _relay_delivery(settings, found),
        asker=lambda: World(answerers=answers),
        clock=clock,
        log=log,
        database=relay_database(relay_settings(settings)),
        ca_file=settings.network.ca_file,
    )


def relay_settings(settings: Settings) -> RelaySettings:
    """The setup's relay. Raises ``Refusal`` when it has none."""
    if settings.relay is None:
        raise Refusal("the setup has no [relay]", "docs/tasks/let-gmail-send-through-your-own-relay.md shows one")
    return settings.relay


def relay_database(found: RelaySettings) -> str:
    """Where the relay keeps its users and deliveries; ``env:NAME`` is looked up."""
    if not found.database.startswith("env:"):
        return found.database
    name = found.database.removeprefix("env:")
    place = os.environ.get(name)
    if not place:
        raise Refusal(f"the environment has no {name}", "`database` of [relay] names it")
    return place


@contextlib.asynccontextmanager
async def _relay_delivery(settings: Settings, found: RelaySettings) -> AsyncIterator[Delivery]:
    from mailstrata.adapters.relay_dispatch import Habits
    from mailstrata.adapters.relay_outlet import Outlet, opened
    from mailstrata.adapters.ses_sender import Region
    from mailstrata.relay.delivery import Mode

    outlet = Outlet(
        ledger=relay_database(found),
        regions=tuple(
            Region(name=name, endpoint=settings.network.aws_endpoint)
            for name in found.regions or (settings.setup.region,)
        ),
        habits=Habits(mode=Mode(found.mode), host=found.name, configuration_set=found.configuration_set),
        network=settings.network,
        share=found.share,
    )
    async with opened(outlet) as way:
        yield way.delivery
