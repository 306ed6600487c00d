"""``mailstrata credentials rotate``: a new key behind an SMTP password, in the safe sequence of facts.md F."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from mailstrata.cli import options, sent_mails
from mailstrata.model.errors import Refusal

if TYPE_CHECKING:
    from mailstrata.cli.rotation_page import Standing
    from mailstrata.credentials.rotation_run import Rotating, Told
    from mailstrata.credentials.rotation_steps import Tools
    from mailstrata.credentials.rotation_target import Target
    from mailstrata.model.observation import Observation
    from mailstrata.model.question import Question
    from mailstrata.wiring import Stage


@click.command("rotate")
@click.option("--alias", "address", metavar="ADDRESS", help="The alias whose key is rotated; default: the only one.")
@click.option("--user", metavar="NAME", help="The IAM user whose key is rotated.")
@click.option("--apply", is_flag=True, help="Begin, or go on as far as it goes now. Without this nothing is changed.")
@click.option(
    "--dry-run", is_flag=True, help="Print the plan and change nothing, which is what happens without --apply."
)
@click.option("--status", is_flag=True, help="Where the rotation stands and what it waits for.")
@click.option("--rollback", is_flag=True, help="Reverse what can be: old key active, credential before, no new key.")
@click.option(
    "--moved", is_flag=True, help="With --apply or --rollback: you vouch that Gmail has the other values now."
)
@click.option(
    "--keep-days", type=click.IntRange(0, 365), default=7, help="Days the old key stays, inactive; default 7."
)
@click.option("--new-place", is_flag=True, help="A place that cannot be read is empty: write it anew.")
@sent_mails.option
@options.world
@options.as_json
def command(  # noqa: PLR0917 - click hands over one argument for each option
    address: str | None,
    user: str | None,
    apply: bool,
    dry_run: bool,
    status: bool,
    rollback: bool,
    moved: bool,
    keep_days: int,
    new_place: bool,
    events: tuple[str, ...],
    setup: str | None,
    lab: str | None,
    as_json: bool,
) -> int:
    """Rotate the key behind an SMTP password; at each moment one credential works.

    It takes days: the old key goes only when Gmail holds the new one and nothing has missed it. Every step is in the ledger:
    the same command goes on where it stopped, also after a crash.

    \b
    Examples:
      mailstrata credentials rotate                     the plan
      mailstrata credentials rotate --apply             begin, or go on
      mailstrata credentials rotate --status            what it waits for
      mailstrata credentials rotate --apply --moved     Gmail has the new values
      mailstrata credentials rotate --rollback          back to the old key
    """  # noqa: D301 - click wants a real backspace
    if sum((apply, dry_run, status, rollback)) > 1:
        raise click.UsageError("--apply, --dry-run, --status and --rollback exclude one another")
    if moved and not (apply or rollback):
        raise click.UsageError("--moved goes with --apply or --rollback")
    wanted = _Wanted(address=address or "", user=user or "", moved=moved, as_json=as_json)
    wanted = replace(wanted, keep_days=keep_days, new_place=new_place, events=events)
    return options.run(_rotate(replace(wanted, apply=apply, status=status, back=rollback, setup=setup, lab=lab)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    address: str
    user: str
    moved: bool
    as_json: bool
    keep_days: int = 7
    new_place: bool = False
    events: tuple[str, ...] = ()
    apply: bool = False
    status: bool = False
    back: bool = False
    setup: str | None = None
    lab: str | None = None


async def _rotate(wanted: _Wanted) -> int:
    from mailstrata.credentials.rotation_run import Rotating
    from mailstrata.credentials.rotation_target import find_target
    from mailstrata.wiring import stage

    async with stage(setup=wanted.setup, lab=wanted.lab) as here:
        made, mails = here.tools(False), await sent_mails.known(here, wanted.events)
        target = await find_target(
            here.settings.setup, made.asker, made.ledger, address=wanted.address, user=wanted.user, mails=mails
        )
        target = replace(target, age_identity=here.settings.age_identity)
        tools = tools_of(here, target)
        rotating = Rotating(target, tools, keep_days=wanted.keep_days, new_place=wanted.new_place, mails=mails)
        if wanted.apply or wanted.back:
            standing = await _run(here, rotating, target, wanted)
        else:
            standing = await _seen(here, rotating, target, status=wanted.status)
        return _print(replace(standing, may_probe=here.settings.network.probe_sends), wanted)


def tools_of(here: Stage, target: Target) -> Tools:
    """What a rotation in this world works with."""
    from mailstrata.credentials.rotation_steps import Tools

    made = here.tools(False)
    return Tools(
        keys=made.keys,
        secrets=made.secrets,
        login=made.login,
        ledger=made.ledger,
        clock=made.clock,
        asker=_Probe(here, target),
        may_probe=here.settings.network.probe_sends,
    )


class _Probe:
    """Answers `SmtpSend` for the new key, which no alias of the setup names yet, from the place where it is staged."""

    def __init__(self, here: Stage, target: Target) -> None:
        self._here = here
        self._target = target

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """A test message to the simulator, written down in the ledger like every other."""
        from mailstrata.adapters.ledger_answers import recorded
        from mailstrata.adapters.smtp_probe import SmtpAnswers
        from mailstrata.credentials.rotation_place import Staged
        from mailstrata.model.question import SmtpSend

        assert isinstance(question, SmtpSend), "a rotation asks nothing else"
        made, settings = self._here.tools(False), self._here.settings
        aliases = tuple(replace(alias, username=question.key_id) for alias in self._target.aliases)
        answers = SmtpAnswers(
            settings.network,
            self._here.clock,
            secrets=Staged(made.secrets, question.key_id),
            setup=replace(settings.setup, aliases=aliases),
        )
        return await recorded(answers.send, made.ledger)(question)


async def _run(here: Stage, rotating: Rotating, target: Target, wanted: _Wanted) -> Standing:
    """Go on, telling each step as it is done."""
    from mailstrata.cli.rotation_page import Standing

    taken: list[Told] = []
    refused: Refusal | None = None
    try:
        async for told in rotating.run(back=wanted.back, word=wanted.moved):
            taken.append(told)
            if not wanted.as_json and not told.waiting:
                _say(told)
    except Refusal as refusal:
        if not taken and rotating.known() is None:
            raise
        refused = refusal
    waits = taken.pop() if taken and taken[-1].waiting else None
    standing = Standing(target=target, rotation=rotating.known(), taken=tuple(taken), next=waits, refused=refused)
    return replace(standing, evidence=await _traffic(here, rotating))


def _say(told: Told) -> None:
    from mailstrata.cli import rotation_page
    from mailstrata.reports import terminal

    terminal.show(lambda _: rotation_page.taken(told), sys.stdout)


async def _seen(here: Stage, rotating: Rotating, target: Target, *, status: bool) -> Standing:
    """Where it stands; what would be begun, where nothing is under way."""
    from mailstrata.cli.rotation_page import Standing

    rotation = rotating.known()
    if rotation is None and status:
        return Standing(target=target, rotation=None)
    if rotation is None:
        rotation, evidence = await rotating.intended()
        return Standing(target=target, rotation=rotation, evidence=evidence, begun=False)
    waits = await rotating.next()
    return Standing(target=target, rotation=rotation, next=waits, evidence=await _traffic(here, rotating))


async def _traffic(here: Stage, rotating: Rotating) -> tuple[str, ...]:
    """What is seen of the old key since the new values were handed over."""
    from mailstrata.credentials.rotation_traffic import traffic

    rotation = rotating.known()
    if rotation is None:
        return ()
    try:
        return traffic(rotation, await rotating.observe(rotation), await here.attempts())
    except Refusal as refusal:
        return (f"what still uses the old key cannot be seen: {refusal.message}",)


def _print(standing: Standing, wanted: _Wanted) -> int:
    from mailstrata.cli import rotation_page
    from mailstrata.reports import document, terminal

    if wanted.as_json:
        click.echo(document.dumps(rotation_page.document(standing)), nl=False)
        return standing.refused.status if standing.refused else 0
    terminal.show(lambda width: rotation_page.page(standing, width=min(width, 100)), sys.stdout)
    if standing.state == "planned":
        click.echo("\nNothing was changed. mailstrata credentials rotate --apply begins it.")
    if standing.refused:
        raise standing.refused
    return 0
