"""A small world in memory behind the ports that appliers work with; each effect is noted with the ledger's state."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.pages.page import AT

from mailstrata.model.errors import Refusal
from mailstrata.model.facts import (
    AccessKeyFacts,
    DkimFacts,
    IdentityFacts,
    LoginFacts,
    MailFromFacts,
    SesAccountFacts,
    SuppressionFacts,
)
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import LedgerRow
from mailstrata.model.question import HostedZone, MailboxExists, Question, SesAccount, SesIdentity, Suppression
from mailstrata.model.reply import Reply
from mailstrata.repair.appliers import Tools

SECRET = "CanarySecretAccessKey"
OLD = {"username": "AKIAOLD", "password": "CanaryOldPassword", "secret_access_key": SECRET}


def derive(secret: str, region: str) -> str:
    """A password that shows what it was made of."""
    return f"Canary:{secret}:{region}"


@dataclass(kw_only=True)
class Bench:
    """The world; ``refuse`` names the effects that are refused, ``done`` those that took place, in order."""

    facts: dict[Question[Any], Observation[Any]] = field(default_factory=dict)
    stored: dict[str, Mapping[str, str]] = field(default_factory=lambda: {"aws:mailstrata/smtp/admin": OLD})
    of: dict[str, list[str]] = field(default_factory=lambda: {"ses-smtp-relay": ["AKIAOLD"]})
    refuse: set[str] = field(default_factory=set)
    accepts_after: float = 0.0
    """Seconds until the endpoint accepts a right password."""
    right: set[str] = field(default_factory=lambda: {derive(SECRET, "us-east-1"), derive("CanaryNew", "us-east-1")})
    zone: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """The values that stand in the account's zone, by name and type."""
    done: list[tuple[str, str]] = field(default_factory=list)
    """Each effect with the kind of the ledger's row that was open at that moment; empty when none was."""
    ledger: list[LedgerRow] = field(default_factory=list)
    time: datetime = AT
    confirmed: bool = False

    def tools(self) -> Tools:
        """The world as appliers see it."""
        return Tools(
            asker=self,
            clock=self,
            ledger=self,
            secrets=self,
            keys=_Keys(self),
            login=self,
            ses=self,
            dns=self,
            derive=derive,
            address_confirmed=self.confirmed,
        )

    def effect(self, name: str) -> None:
        """Note an effect, or refuse it."""
        if name in self.refuse:
            raise Refusal(f"{name} was refused", "ask for permission", status=4)
        self.done.append((name, next((row.kind for row in reversed(self.ledger) if not row.outcome), "")))

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """What is so now."""
        return self.facts.get(question, Absent() if isinstance(question, Suppression) else Unknown(reason="not told"))

    def now(self) -> datetime:
        """The simulated moment."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.time += timedelta(seconds=seconds)

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """A row without an outcome."""
        self.ledger.append(LedgerRow(id=len(self.ledger), at=self.time, kind=kind, subject=subject, details=details))
        return len(self.ledger) - 1

    def finish(self, row: int, outcome: str) -> None:
        """Its outcome, once."""
        there = self.ledger[row]
        assert outcome, "an outcome is a word"
        assert not there.outcome, "a row has one outcome"
        self.ledger[row] = LedgerRow(
            id=row, at=there.at, kind=there.kind, subject=there.subject, details=there.details, outcome=outcome
        )

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """The rows of a kind."""
        return tuple(row for row in self.ledger if kind in ("", row.kind) and subject in ("", row.subject))

    async def read(self, name: str) -> Mapping[str, str]:
        """A stored credential."""
        if name not in self.stored:
            raise Refusal(f"there is nothing at {name}")
        return self.stored[name]

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Store one."""
        self.effect("write" if fields != OLD else "write back")
        self.stored[name] = dict(fields)

    async def try_login(
        self, host: str, port: int, *, security: str, username: str, password: str
    ) -> Observation[LoginFacts]:
        """235 for a right password, once its time has come."""
        assert (host, port, security) == ("email-smtp.us-east-1.amazonaws.com", 587, "starttls")
        assert username
        if "login" in self.refuse:
            return Unknown(reason="no route to host")
        accepted = password in self.right and (self.time - AT).total_seconds() >= self.accepts_after
        said = "235 Authentication successful." if accepted else "535 Authentication Credentials Invalid"
        reply = Reply.parse(said)
        assert reply is not None
        return Seen(value=LoginFacts(reply=reply))

    async def remove_suppression(self, region: str, address: str) -> None:
        """The entry is gone, unless it is one that comes back."""
        self.effect("remove")
        if "stay" not in self.refuse:
            self.facts.pop(Suppression(region, address), None)

    async def restore_suppression(self, region: str, address: str, entry: SuppressionFacts) -> None:
        """The entry is back."""
        self.facts[Suppression(region, address)] = Seen(value=entry)

    async def suppress_for(self, region: str, reasons: tuple[str, ...]) -> None:
        """The list is on for these, unless it stays as it is."""
        self.effect("suppress")
        if "stay" not in self.refuse:
            self.facts[SesAccount(region)] = Seen(value=SesAccountFacts(suppressed_reasons=reasons))

    async def enable_dkim(self, region: str, identity: str) -> None:
        """Signing is on, as far as ``facts`` say so afterwards."""
        self.effect("enable")
        if "stay" not in self.refuse:
            self.facts[SesIdentity(region, identity)] = self.facts.pop(HostedZone("after"))

    async def create_identity(self, region: str, identity: str, key_length: str) -> None:
        """No fix of a finding makes an identity."""
        raise AssertionError((region, identity, key_length))

    async def delete_identity(self, region: str, identity: str) -> None:
        """Nor takes one away."""
        raise AssertionError((region, identity))

    async def disable_dkim(self, region: str, identity: str) -> None:
        """Nor turns signing off."""
        raise AssertionError((region, identity))

    async def renew_dkim(self, region: str, identity: str, key_length: str) -> DkimFacts:
        """New tokens, of which ``facts`` know one; SES finds them at its next look."""
        assert key_length == "RSA_2048_BIT"
        self.effect("renew")
        self.facts[SesIdentity(region, identity)] = Seen(value=IdentityFacts())
        return DkimFacts(status="PENDING", tokens=("aaaa",))

    async def set_mail_from(self, region: str, identity: str, mail_from: MailFromFacts | None) -> None:
        """It is set, as far as it can be seen afterwards."""
        self.effect("set mail-from")
        self._change(region, identity, mail_from=mail_from)

    async def set_configuration_set(self, region: str, identity: str, name: str) -> None:
        """It is set."""
        self.effect("set configuration set")
        self._change(region, identity, configuration_set=name)

    async def set_feedback(self, region: str, identity: str, *, forwarding: bool) -> None:
        """It is set."""
        self.effect("set feedback")
        self._change(region, identity, feedback_forwarding=forwarding)

    def _change(self, region: str, identity: str, **changes: Any) -> None:
        seen = self.facts[SesIdentity(region, identity)]
        assert isinstance(seen, Seen)
        if "stay" not in self.refuse:
            self.facts[SesIdentity(region, identity)] = Seen(value=dataclasses.replace(seen.value, **changes))

    async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """What ``zone`` has there; nothing by default."""
        assert zone_id == "Z1"
        return tuple(
            Record(name=record.name, type=record.type, values=self.zone.get((record.name, record.type), ()))
            for record in records
        )

    async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """The records stand."""
        before = await self.standing(zone_id, records)
        self.effect("publish")
        self.zone |= {(record.name, record.type): record.values for record in records}
        return before

    def exists(self, verdict: str) -> None:
        """What SES's address insights say of the suppressed address."""
        self.facts[MailboxExists("us-east-1", "peter@dock.example")] = Seen(value=verdict)


@dataclass
class _Keys:
    world: Bench

    async def of_user(self, user: str) -> tuple[tuple[str, AccessKeyFacts], ...]:
        return tuple((key, AccessKeyFacts(user=user, status="Inactive")) for key in self.world.of.get(user, []))

    async def create(self, user: str) -> tuple[str, str]:
        self.world.effect("create")
        self.world.of[user].append("AKIANEW")
        return "AKIANEW", "CanaryNew"

    async def set_status(self, user: str, key_id: str, status: str) -> None:
        raise AssertionError("no fix changes the status of a key")

    async def delete(self, user: str, key_id: str) -> None:
        self.world.effect("delete")
        self.world.of[user].remove(key_id)
