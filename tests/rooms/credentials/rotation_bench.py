"""A small world in memory for rotations: IAM keys, one place, a login, Gmail, a ledger, and a process that may die.

Every effect is checked at once: never more than two keys, and whoever could log in before still can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.rotation import KIND, Rotation, Step, latest
from mailstrata.credentials.rotation_run import Rotating, Told
from mailstrata.credentials.rotation_steps import Tools
from mailstrata.credentials.rotation_target import Target
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import AccessKeyFacts, LoginFacts, SendFacts
from mailstrata.model.observation import Observation, Seen
from mailstrata.model.ports import LedgerRow
from mailstrata.model.question import Question, SmtpSend
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias

AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
USER, PLACE, ADDRESS = "ses-smtp-relay", "aws:mailstrata/smtp/admin", "admin@sailing.example"
HOST, REGION = "email-smtp.us-east-1.amazonaws.com", "us-east-1"
ALIAS = Alias(address=ADDRESS, host=HOST, username="AKIAOLD", secret=PLACE)
TOLD = replace(
    Rotation(id=1, user=USER, at=AT, old="AKIAOLD", was="Active", dead="", aliases=(ADDRESS,), unread=(), keep_days=7),
    new="AKIANEW",
    done={Step.HAND_OVER: AT},
)
"""A rotation whose new values were handed over a moment ago."""
SECRETS = {"AKIAOLD": "CanaryOldSecret", "AKIADEAD": "CanaryDeadSecret"}


class Died(BaseException):
    """The process is gone."""


def stored(key: str) -> dict[str, str]:
    """The credential of a key as a place keeps it."""
    secret = SECRETS[key]
    return {"username": key, "password": smtp_password(secret, REGION), "secret_access_key": secret, "region": REGION}


@dataclass(kw_only=True)
class Bench:
    """The world. ``dies`` is the number of the call before or after which the process dies (``dies_after``)."""

    keys: dict[str, AccessKeyFacts] = field(
        default_factory=lambda: {"AKIAOLD": AccessKeyFacts(user=USER, created=AT - timedelta(days=190))}
    )
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    places: dict[str, Mapping[str, str]] = field(default_factory=lambda: {PLACE: stored("AKIAOLD")})
    aliases: tuple[Alias, ...] = (ALIAS,)
    time: datetime = AT
    accepts_after: float = 6.0
    """Seconds that a new key takes until it is accepted."""
    may_probe: bool = False
    refuse: set[str] = field(default_factory=set)
    dies: int = 0
    dies_after: bool = False
    calls: int = 0
    done: list[str] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    safe: bool = True
    """Whether logins that worked must go on working, checked after each effect."""

    # --- what a test does

    def target(self) -> Target:
        """What the setup says now."""
        return Target(user=USER, aliases=self.aliases, region=REGION)

    def tools(self) -> Tools:
        """The world as a rotation sees it."""
        return Tools(
            keys=_Keys(self),
            secrets=self,
            login=self,
            ledger=self,
            clock=self,
            asker=self,
            may_probe=self.may_probe,
        )

    def rotating(self, **more: Any) -> Rotating:
        """A process that has just begun."""
        return Rotating(self.target(), self.tools(), **more)

    def run(self, *, back: bool = False, word: bool = False, **more: Any) -> list[Told]:
        """What one process does until it must wait."""
        process = self.rotating(**more)

        async def go() -> list[Told]:
            found = []
            async for told in process.run(back=back, word=word):
                found.append(told)
                self.said.append(repr(told))
            return found

        try:
            return asyncio.run(go())
        except Refusal as refusal:
            self.said += [refusal.message, refusal.hint, repr(refusal)]
            raise

    def retype(self, key: str) -> None:
        """The owner types the credential that the place holds into Gmail and says so in the setup."""
        held = {place: fields.get("username") for place, fields in self.places.items()}
        assert all(held[alias.secret] == key for alias in self.aliases), "the place holds what is to be typed"
        self.aliases = tuple(replace(alias, username=key) for alias in self.aliases)

    def pass_days(self, days: float) -> None:
        """Time goes by."""
        self.time += timedelta(days=days)

    def rotation(self) -> Rotation:
        """The last rotation of the ledger."""
        found = latest(self.rows(KIND, USER))
        assert found is not None
        return found

    def finish_up(self) -> None:
        """Processes and the owner go on until it is complete, whatever died before."""
        for _ in range(12):
            try:
                told = self.run()
            except Died:
                self.time += timedelta(seconds=1)
                continue
            if self.rotation().ended:
                return
            waits = told[-1]
            if waits.until:
                self.time = waits.until
            else:
                assert waits.step is Step.MOVED, waits
                self.retype(self.rotation().new)
        raise AssertionError("it never ends")

    # --- what is so

    def logs_in(self, key: str, password: str) -> bool:
        """What SES would answer now: a new key needs its first seconds."""
        active = key in self.keys and self.keys[key].status == "Active"
        return active and self._ripe(key) and password == smtp_password(self.secrets[key], REGION)

    def _ripe(self, key: str) -> bool:
        created = self.keys[key].created
        return created is None or (self.time - created).total_seconds() >= self.accepts_after

    def works(self) -> bool:
        """Whether everybody can log in: Gmail, and whoever reads a place."""
        gmail = all(
            self.logs_in(one.username, smtp_password(self.secrets[one.username], REGION)) for one in self.aliases
        )
        return gmail and all(
            self.logs_in(fields["username"], fields["password"])
            for fields in self.places.values()
            if "username" in fields
        )

    def _effect(self, name: str) -> None:
        if name in self.refuse:
            raise Refusal(f"{name} was refused", "ask for permission", status=4)
        self.done.append(name)

    def _before(self) -> None:
        self.calls += 1
        if self.calls == self.dies and not self.dies_after:
            raise Died

    def _after(self) -> None:
        assert len(self.keys) <= 2, "IAM allows two keys"
        assert not self.safe or self.works(), f"after {self.done[-1:]} somebody cannot log in"
        if self.calls == self.dies and self.dies_after:
            raise Died

    # --- the ports

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """A test message is taken."""
        assert isinstance(question, SmtpSend)
        accepted = "send" not in self.refuse
        answer = "250 Ok 0100" if accepted else "554 Access denied: not authorized to perform ses:SendRawEmail"
        self.done.append("send")
        return Seen(value=SendFacts(accepted=accepted, answer=answer))

    def now(self) -> datetime:
        """The simulated moment."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.time += timedelta(seconds=seconds)

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """A row without an outcome."""
        self._before()
        row = LedgerRow(id=len(self.ledger) + 1, at=self.time, kind=kind, subject=subject, details=dict(details))
        self.ledger.append(row)
        self._after()
        return row.id

    def finish(self, row: int, outcome: str) -> None:
        """Its outcome, once."""
        self._before()
        assert outcome
        assert not self.ledger[row - 1].outcome, "a row has one outcome"
        self.ledger[row - 1] = replace(self.ledger[row - 1], outcome=outcome)
        self._after()

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """The rows of a kind."""
        return tuple(row for row in self.ledger if kind in ("", row.kind) and subject in ("", row.subject))

    async def read(self, name: str) -> Mapping[str, str]:
        """A stored credential."""
        if name not in self.places or "read" in self.refuse:
            raise Refusal(f"{name} cannot be read")
        return self.places[name]

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Store one."""
        self._before()
        self._effect("write")
        self.places[name] = dict(fields)
        self._after()

    async def try_login(
        self, host: str, port: int, *, security: str, username: str, password: str
    ) -> Observation[LoginFacts]:
        """235 for a right password, once its time has come."""
        assert (host, port, security) == (HOST, 587, "starttls")
        right = self.logs_in(username, password) and "login" not in self.refuse
        reply = Reply.parse("235 Authentication successful." if right else "535 Authentication Credentials Invalid")
        assert reply is not None
        return Seen(value=LoginFacts(reply=reply))


@dataclass
class _Keys:
    world: Bench

    async def of_user(self, user: str) -> tuple[tuple[str, AccessKeyFacts], ...]:
        assert user == USER
        return tuple(self.world.keys.items())

    async def create(self, user: str) -> tuple[str, str]:
        world = self.world
        world._before()
        world._effect("create")
        key, secret = f"AKIANEW{len(world.secrets)}", f"CanaryNewSecret{len(world.secrets)}"
        world.keys[key], world.secrets[key] = AccessKeyFacts(user=user, created=world.time), secret
        world._after()
        return key, secret

    async def set_status(self, user: str, key_id: str, status: str) -> None:
        world = self.world
        world._before()
        world._effect(status)
        world.keys[key_id] = replace(world.keys[key_id], status=status)
        world._after()

    async def delete(self, user: str, key_id: str) -> None:
        world = self.world
        world._before()
        world._effect(f"delete {key_id}")
        del world.keys[key_id]
        world._after()
