"""The steps of a rotation, each carried out over the Protocols of `model.ports`.

    effects = Effects(target, tools)
    await effects.carry_out(Step.CREATE, rotation)       # ("done: AKIANEW", "created access key AKIANEW for ses-smtp-relay")

Each gives its outcome for the ledger and a sentence for a person, and may be carried out twice: what is so already is left
alone. The secret of a new key is in this process from its creation until it is stored, and in nothing that is said or
written down; a process that died in between leaves a key whose secret nobody has, which is deleted and made anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailstrata.credentials import rotation_place as place_of
from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.rotation import DONE, Rotation, Step
from mailstrata.credentials.rotation_target import Target
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Asker, Clock, Keys, Ledger, Login, Secrets
from mailstrata.model.question import SmtpSend
from mailstrata.model.setup import Alias

LOGIN_SECONDS = 120
"""How long a key that was just made or made active may take until SES accepts it (facts.md A7, F 3)."""
AGAIN_SECONDS = 15
"""How long a login that worked before may take to work again."""
_PAUSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a rotation works with. ``asker`` answers `SmtpSend` for the new key; ``may_probe``: test messages are allowed."""

    keys: Keys
    secrets: Secrets
    login: Login
    ledger: Ledger
    clock: Clock
    asker: Asker
    may_probe: bool = False


Outcome = tuple[str, str]
"""For the ledger, and for a person."""


class Effects:
    """What each step does. ``in_hand`` is the key whose secret this process still has in memory."""

    def __init__(self, target: Target, tools: Tools) -> None:
        self._target = target
        self._tools = tools
        self._secret = ("", "")
        self._steps: Mapping[Step, Callable[[Rotation], Awaitable[Outcome]]] = {
            Step.MAKE_ROOM: lambda it: self._gone(it, it.dead, "to make room"),
            Step.CREATE: self._create,
            Step.STORE: self._store,
            Step.PROVE: self._prove,
            Step.PROBE: self._probe,
            Step.PROMOTE: self._promote,
            Step.HAND_OVER: self._hand_over,
            Step.MOVED: self._moved,
            Step.DEACTIVATE: self._deactivate,
            Step.DELETE: lambda it: self._gone(it, it.old, "which nobody has missed"),
            Step.TIDY: self._tidy,
            Step.DISCARD: lambda it: self._gone(it, it.new, "whose secret was lost with the process that made it"),
            Step.REACTIVATE: self._reactivate,
            Step.RESTORE: self._restore,
            Step.REMOVE: lambda it: self._gone(it, it.new, "the new key"),
        }

    @property
    def in_hand(self) -> str:
        """The key whose secret is in memory, empty for none."""
        return self._secret[0]

    async def allow(self, step: Step, rotation: Rotation) -> None:
        """See before a key is taken away that the other one logs in. Raises ``Refusal`` (status 4) when it does not."""
        if step in {Step.DEACTIVATE, Step.DELETE}:
            await self._log_in(rotation.new, rotation, seconds=AGAIN_SECONDS)
        if step is Step.REMOVE and Step.PROMOTE in rotation.done and rotation.was == "Active":
            await self._log_in(rotation.old, rotation, seconds=LOGIN_SECONDS)

    async def carry_out(self, step: Step, rotation: Rotation) -> Outcome:
        """Do it. Raises ``Refusal`` when it was refused; whether it took effect all the same only the world can tell."""
        return await self._steps[step](rotation)

    async def take_back(self, step: Step, rotation: Rotation) -> None:
        """Undo what another process cannot know of: a key that it did not see made, and whose secret nobody else has."""
        if step is Step.CREATE:
            await self._tools.keys.delete(rotation.user, self.in_hand)
            self._secret = ("", "")

    async def read(self, place: str, rotation: Rotation) -> Mapping[str, str]:
        """What a place holds. Only one that could not be read at the beginning may be empty: nothing is overwritten unseen."""
        try:
            return await self._tools.secrets.read(place)
        except Refusal as refusal:
            if place in rotation.unread:
                return {}
            raise Refusal(refusal.message, refusal.hint, status=4) from None

    async def _gone(self, rotation: Rotation, key: str, why: str) -> Outcome:
        there = key in dict(await self._tools.keys.of_user(rotation.user))
        if there:
            await self._tools.keys.delete(rotation.user, key)
        return DONE, f"deleted {key} of {rotation.user}, {why}" if there else "the key to delete is not there any more"

    async def _create(self, rotation: Rotation) -> Outcome:
        self._secret = await self._tools.keys.create(rotation.user)
        return f"{DONE}: {self.in_hand}", f"created access key {self.in_hand} for {rotation.user}"

    async def _store(self, rotation: Rotation) -> Outcome:
        secret = (await self._credential(rotation.new, rotation))["secret_access_key"]
        places = self._target.places()
        for place, regions in places.items():
            before = await self.read(place, rotation)
            held = place_of.held(before)
            if rotation.new not in {held.current, held.next}:
                fresh = place_of.credential(rotation.new, secret, regions)
                await self._tools.secrets.write(place, place_of.staged(before, fresh))
        every = dict.fromkeys(region for regions in places.values() for region in regions)
        return DONE, f"stored it in {', '.join(places)} beside the one in use, with its password for {', '.join(every)}"

    async def _prove(self, rotation: Rotation) -> Outcome:
        return DONE, f"logged in with it: {await self._log_in(rotation.new, rotation, seconds=LOGIN_SECONDS)}"

    async def _probe(self, rotation: Rotation) -> Outcome:
        said = [await self._probed(alias, rotation) for alias in self._target.aliases]
        return DONE, "; ".join(said)

    async def _probed(self, alias: Alias, rotation: Rotation) -> str:
        found = await self._tools.asker.ask(SmtpSend(alias.host, alias.port, rotation.new, alias.address))
        match found:
            case Seen(value=facts) if facts.accepted:
                return f"a test message from {alias.address} was taken: {facts.answer}"
            case Seen(value=facts):
                raise Refusal(
                    f"the login works, but a test message from {alias.address} was refused: {facts.answer}",
                    "mailstrata diagnose says why; then go on with --apply, or go back with --rollback",
                    status=4,
                )
            case Unknown(reason=reason):
                return f"no test message from {alias.address}: {reason}"
            case Absent():
                raise AssertionError("a send is never absent")

    async def _promote(self, rotation: Rotation) -> Outcome:
        places = await self._rewrite(rotation, place_of.promoted)
        return DONE, f"{rotation.new} is the credential in use in {places}; the one before is kept"

    async def _hand_over(self, rotation: Rotation) -> Outcome:
        aliases = ", ".join(rotation.aliases)
        return DONE, f"the values for {aliases} are ready to be typed into Gmail: username {rotation.new}"

    async def _moved(self, rotation: Rotation) -> Outcome:
        return DONE, f"{', '.join(rotation.aliases)} uses {rotation.new} now"

    async def _deactivate(self, rotation: Rotation) -> Outcome:
        await self._tools.keys.set_status(rotation.user, rotation.old, "Inactive")
        return DONE, f"{rotation.old} is inactive; --rollback makes it active again"

    async def _tidy(self, rotation: Rotation) -> Outcome:
        places = await self._rewrite(rotation, place_of.tidied)
        return DONE, f"{places} holds {rotation.new} alone: the rotation is complete"

    async def _reactivate(self, rotation: Rotation) -> Outcome:
        await self._tools.keys.set_status(rotation.user, rotation.old, "Active")
        return DONE, f"{rotation.old} is active again; its password is the same as before"

    async def _restore(self, rotation: Rotation) -> Outcome:
        places = await self._rewrite(rotation, lambda fields: place_of.restored(fields, rotation.new))
        return DONE, f"{places} holds the credential before again"

    async def _rewrite(self, rotation: Rotation, change: Callable[[Mapping[str, str]], Mapping[str, str]]) -> str:
        """Every place changed by ``change``; what is so already is left alone."""
        for place in self._target.places():
            before = await self.read(place, rotation)
            if (after := change(before)) != before:
                await self._tools.secrets.write(place, after)
        return ", ".join(self._target.places())

    async def _credential(self, key: str, rotation: Rotation) -> Mapping[str, str]:
        """Secret or password of a key, from memory or from a place."""
        if key and self._secret[0] == key:
            return {"secret_access_key": self._secret[1]}
        for place in self._target.places():
            found = place_of.of_key(await self.read(place, rotation), key)
            if found.get("secret_access_key") or found.get("password"):
                return found
        raise Refusal(f"no place holds the credential of {key}, so its login cannot be tried", status=4)

    async def _log_in(self, key: str, rotation: Rotation, *, seconds: float) -> str:
        """The answer 235 of each endpoint; asks again while SES does not know the key yet (facts.md A7)."""
        known = await self._credential(key, rotation)
        secret, said = known.get("secret_access_key"), []
        for alias in self._target.aliases:
            password = smtp_password(secret, self._target.region_of(alias)) if secret else known["password"]
            said.append(await self._accepted(alias, key, password, seconds=seconds))
        return "; ".join(dict.fromkeys(said))

    async def _accepted(self, alias: Alias, key: str, password: str, *, seconds: float) -> str:
        clock, said = self._tools.clock, "no answer"
        until = clock.now() + timedelta(seconds=seconds)
        while clock.now() <= until:
            answer = await self._tools.login.try_login(
                alias.host, alias.port, security=alias.security, username=key, password=password
            )
            if isinstance(answer, Seen) and answer.value.accepted:
                return f"{alias.host} {alias.port} answered {answer.value.reply}"
            said = str(answer.value.reply) if isinstance(answer, Seen) else getattr(answer, "reason", said)
            await clock.sleep(_PAUSE)
        raise Refusal(
            f"{alias.host} {alias.port} did not accept {key} within {seconds:g} s: {said}",
            "no key was taken away; go on with --apply, or go back with --rollback",
            status=4,
        )
