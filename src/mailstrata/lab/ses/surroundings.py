"""What SES needs of the world around it, given once by whoever assembles the lab.

    Surroundings(iam=iam, clock=clock, ids=ids, lookup=zones.lookup, transport=transport, outgoing=("127.0.1.10",))

The hooks are optional: without ``publish`` events only reach ``SesRegion.events``, without ``on_feedback`` no bounce mail is
written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailstrata.lab.aws.request import Principal
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.mail import Transport
from mailstrata.lab.ses.state import Lookup


class Decision(Protocol):
    """Whether a call is allowed, and why not."""

    @property
    def allowed(self) -> bool:
        """Allowed by a statement and denied by none."""
        ...

    @property
    def reason(self) -> str:
        """The end of AWS's sentence of refusal."""
        ...


class Key(Protocol):
    """An IAM access key as the SMTP endpoint needs it."""

    @property
    def secret(self) -> str:
        """The secret access key."""
        ...

    @property
    def status(self) -> str:
        """``Active`` or ``Inactive``."""
        ...


class Authority(Protocol):
    """The part of the lab's IAM that SES uses."""

    def key(self, key_id: str) -> Key | None:
        """The key, or ``None`` when there is none."""
        ...

    def principal(self, key_id: str) -> Principal | None:
        """Who signs with the key."""
        ...

    def touch(self, key_id: str, *, service: str, region: str) -> None:
        """Note that the key was used."""
        ...

    def allows(
        self, principal: Principal, action: str, *, resource: str, context: Mapping[str, Sequence[str]]
    ) -> Decision:
        """Evaluate the policies of ``principal``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One event on its way to a destination outside SES."""

    region: str
    kind: str
    """``sns``, ``eventbridge``, ``firehose`` or ``cloudwatch``."""
    target: str
    """ARN of the topic, event bus or stream; the configuration set's name for CloudWatch."""
    detail_type: str
    """EventBridge's detail type; SNS's subject is ``Amazon SES Email Event Notification``."""
    message: str
    """The event, as JSON."""
    at: datetime


Publish = Callable[[Publication], Awaitable[None]]
OnFeedback = Callable[[str, bytes], Awaitable[None]]
"""``await on_feedback(mail_from, raw)``: SES's own bounce mail for the address that sent."""
MailboxExists = Callable[[str], bool | None]
ReadObject = Callable[[str], Awaitable[bytes]]
"""``await read_object("s3://bucket/key")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything outside SES that SES touches."""

    account: str
    iam: Authority
    clock: LabClock
    ids: Ids
    lookup: Lookup
    transport: Transport
    outgoing: Sequence[str]
    """The addresses from which mail leaves, at least one."""
    publish: Publish | None = None
    on_feedback: OnFeedback | None = None
    mailbox_exists: MailboxExists | None = None
    read_object: ReadObject | None = None
    address_inherits_mail_from: bool = False
    """Whether an address identity without a MAIL FROM uses its domain's (undocumented by AWS, facts.md I)."""
