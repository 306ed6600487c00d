"""What the product needs from outside, as Protocols; `adapters` and `lab` implement them, `wiring` joins the two.

An ``Asker`` answers questions. It never raises for what the world does and answers each question, at worst with Unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from mailstrata.model.facts import AccessKeyFacts, DkimFacts, LoginFacts, MailFromFacts, SuppressionFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Observation
from mailstrata.model.question import Question
from mailstrata.model.values import dataclass

T = TypeVar("T")


class Asker(Protocol):
    """Answers questions about the world."""

    async def ask(self, question: Question[Any]) -> Observation[Any]:
        """The answer to one question. Many are asked at once; the asker paces and batches as it must."""
        ...


class Answers(Protocol):
    """What is known of the world. Reading or wanting what is not known yet is left by an exception of its own kind."""

    def __getitem__(self, question: Question[T]) -> Observation[T]:
        """The answer to one question."""
        ...

    def want(self, *questions: Question[Any]) -> None:
        """These will be read: whoever has to ask for them can ask for them together."""
        ...


class Clock(Protocol):
    """The only way to know the time."""

    def now(self) -> datetime:
        """The moment, aware."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a simulated clock advances instead."""
        ...


class Secrets(Protocol):
    """Where credentials are kept. ``name`` is a place such as ``aws:NAME``; `model.setup` has all kinds."""

    async def read(self, name: str) -> Mapping[str, str]:
        """The fields of a stored credential: ``username``, ``password``, ``secret_access_key`` as far as present.

        Raises ``Refusal`` when it cannot be read, with status 3 where what is there cannot be told at all; its message never
        holds a part of it.
        """
        ...

    async def write(self, name: str, fields: Mapping[str, str]) -> None:
        """Store a credential, keeping the one before as the previous version where the place can."""
        ...


class Keys(Protocol):
    """IAM access keys, as a rotation needs them."""

    async def of_user(self, user: str) -> tuple[tuple[str, AccessKeyFacts], ...]:
        """Key id and facts of each key of a user."""
        ...

    async def create(self, user: str) -> tuple[str, str]:
        """A new key: its id and its secret, which AWS shows only now."""
        ...

    async def set_status(self, user: str, key_id: str, status: str) -> None:
        """``Active`` or ``Inactive``."""
        ...

    async def delete(self, user: str, key_id: str) -> None:
        """Remove a key for ever."""
        ...


class Login(Protocol):
    """Tries a login at a submission server."""

    async def try_login(
        self, host: str, port: int, *, security: str, username: str, password: str
    ) -> Observation[LoginFacts]:
        """The server's definite answer, or Unknown."""
        ...


class SesControl(Protocol):
    """The changes in SES that fixes make."""

    async def remove_suppression(self, region: str, address: str) -> None:
        """Delete an entry of the suppression list; an absent entry is no error."""
        ...

    async def restore_suppression(self, region: str, address: str, entry: SuppressionFacts) -> None:
        """Put an entry back (its date becomes now)."""
        ...

    async def suppress_for(self, region: str, reasons: tuple[str, ...]) -> None:
        """Let the account's own list hold mail back for these reasons and no others."""
        ...

    async def enable_dkim(self, region: str, identity: str) -> None:
        """Turn DKIM signing on."""
        ...

    async def create_identity(self, region: str, identity: str, key_length: str) -> None:
        """Make a domain an identity with Easy DKIM."""
        ...

    async def delete_identity(self, region: str, identity: str) -> None:
        """Take an identity away."""
        ...

    async def disable_dkim(self, region: str, identity: str) -> None:
        """Turn DKIM signing off."""
        ...

    async def renew_dkim(self, region: str, identity: str, key_length: str) -> DkimFacts:
        """Have SES make a new key of its own and look for its records anew: status, tokens and zone of now."""
        ...

    async def set_mail_from(self, region: str, identity: str, mail_from: MailFromFacts | None) -> None:
        """The custom MAIL FROM domain of an identity and what is done while it fails; ``None``: SES's own."""
        ...

    async def set_configuration_set(self, region: str, identity: str, name: str) -> None:
        """The default configuration set of an identity; empty: none."""
        ...

    async def set_feedback(self, region: str, identity: str, *, forwarding: bool) -> None:
        """Whether SES sends bounces of the identity by mail."""
        ...


class DnsControl(Protocol):
    """Publishing records in the zones the account holds."""

    async def standing(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """What stands where ``records`` would go, in the same order; no values where nothing does."""
        ...

    async def publish(self, zone_id: str, records: tuple[Record, ...]) -> tuple[Record, ...]:
        """Upsert all records in one atomic batch; gives back what stood there before, empty values for nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One effect on the world: ``outcome`` is empty from the moment before it until it is known what became of it."""

    id: int
    at: datetime
    kind: str
    subject: str
    details: Mapping[str, str]
    outcome: str = ""


class Ledger(Protocol):
    """The record of every effect on the world: a row before it, its outcome after it. Never holds a secret."""

    def begin(self, kind: str, subject: str, details: Mapping[str, str]) -> int:
        """Write down, durably, what is about to be done; gives the row's id."""
        ...

    def finish(self, row: int, outcome: str) -> None:
        """Write down what became of it."""
        ...

    def rows(self, kind: str = "", subject: str = "") -> tuple[LedgerRow, ...]:
        """Rows in the order of time, of one kind and subject where given."""
        ...
