"""One call of an SES operation, as its handler sees it.

    async def get_account(call: Call) -> Answer:
        return {"SendingEnabled": call.region.sending_enabled}

Handlers are gathered in one ``OPERATIONS`` table for each subject; arguments and answers are spelt as boto3 spells them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailstrata.lab.aws.request import AwsRequest
from mailstrata.lab.ses.delivery import Delivery
from mailstrata.lab.ses.identities import normalised
from mailstrata.lab.ses.sending import accept
from mailstrata.lab.ses.state import Identity, SentMessage, SesRegion
from mailstrata.lab.ses.submission import Submission
from mailstrata.lab.ses.surroundings import Surroundings
from mailstrata.lab.ses.verification import Checks, verify

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The arguments, and everything a handler may touch."""

    name: str
    arguments: Mapping[str, Any]
    request: AwsRequest
    region: SesRegion
    around: Surroundings
    delivery: Delivery

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self.around.clock.now()

    def __getitem__(self, member: str) -> Any:
        return self.arguments[member]

    def get(self, member: str, default: Any = None) -> Any:
        """An optional argument."""
        return self.arguments.get(member, default)

    async def verify(self, identity: Identity) -> None:
        """Look an identity's records up in DNS."""
        await verify(self.region, identity, Checks(lookup=self.around.lookup, now=self.now))

    def send(self, submission: Submission) -> SentMessage:
        """Accept a message and begin to deliver it."""
        message = accept(self.around, self.region, submission)
        self.delivery.begin(self.region, message)
        return message

    def resource(self) -> str:
        """The ARN that IAM is asked about, ``*`` for what belongs to the account."""
        for member, kind in _KINDS:
            if member in self.arguments:
                name = str(self.arguments[member])
                return self.region.arn(kind, normalised(name) if kind == "identity" else name)
        return str(self.arguments.get("ResourceArn", "*"))


_KINDS = (
    ("EmailIdentity", "identity"),
    ("Identity", "identity"),
    ("ConfigurationSetName", "configuration-set"),
    ("TemplateName", "template"),
    ("ContactListName", "contact-list"),
)

Handler = Callable[[Call], Awaitable[Answer]]
