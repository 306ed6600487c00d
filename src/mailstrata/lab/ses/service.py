"""The lab's SES: all regions of one account, as a service behind the gate and as an object in a test.

ses = Ses(account="123456789012", iam=iam, clock=clock, ids=ids, resolver=zones.lookup, transport=transport,
          outgoing=("127.0.1.10",))
await ses.add_identity("us-east-1", "sailing.example")
number = await ses.send(region="us-east-1", principal=principal, raw=b"From: …", mail_from=None,
                        recipients=("admin@dock.example",), via="smtp", source_ip="192.0.2.1")
await ses.settle()
[event.kind for event in ses.region("us-east-1").events]          # ["Send", "Delivery"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse, Principal
from mailstrata.lab.clock import LabClock
from mailstrata.lab.ids import Ids
from mailstrata.lab.mail import Transport
from mailstrata.lab.ses import (
    v1_identities,
    v1_receipt,
    v1_sending,
    v2_account,
    v2_configuration,
    v2_contacts,
    v2_identities,
    v2_insights,
    v2_sending,
    v2_suppression,
    v2_tags,
    v2_templates,
)
from mailstrata.lab.ses.authorising import authorise_call
from mailstrata.lab.ses.call import Call, Handler
from mailstrata.lab.ses.delivery import Delivery
from mailstrata.lab.ses.identities import add, begin_easy_dkim, hosted_zone
from mailstrata.lab.ses.sending import accept
from mailstrata.lab.ses.signing import OWN_DOMAIN, OWN_SELECTOR, published
from mailstrata.lab.ses.state import Identity, Lookup, SesRegion
from mailstrata.lab.ses.submission import Submission
from mailstrata.lab.ses.surroundings import Authority, MailboxExists, OnFeedback, Publish, ReadObject, Surroundings
from mailstrata.lab.ses.verification import Checks, verify
from mailstrata.lab.ses.wire import json_body, ses, sesv2

_V2: dict[str, Handler] = {
    **v2_account.OPERATIONS,
    **v2_configuration.OPERATIONS,
    **v2_contacts.OPERATIONS,
    **v2_identities.OPERATIONS,
    **v2_insights.OPERATIONS,
    **v2_sending.OPERATIONS,
    **v2_suppression.OPERATIONS,
    **v2_tags.OPERATIONS,
    **v2_templates.OPERATIONS,
}
_V1: dict[str, Handler] = {**v1_identities.OPERATIONS, **v1_receipt.OPERATIONS, **v1_sending.OPERATIONS}
_SENDING = frozenset({"SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkEmail"})
_UNPACED = _SENDING | {"BatchGetMetricData"}


class Ses:
    """A ``Service`` of the lab: ``handle`` for the API, ``send`` for the SMTP endpoint, the rest for whoever sets the scene."""

    def __init__(
        self,
        *,
        account: str,
        iam: Authority,
        clock: LabClock,
        ids: Ids,
        resolver: Lookup,
        transport: Transport,
        outgoing: Sequence[str],
        publish: Publish | None = None,
        on_feedback: OnFeedback | None = None,
        mailbox_exists: MailboxExists | None = None,
        read_object: ReadObject | None = None,
        address_inherits_mail_from: bool = False,
        throttle_control_plane: bool = False,
    ) -> None:
        self._around = Surroundings(
            account=account,
            iam=iam,
            clock=clock,
            ids=ids,
            lookup=resolver,
            transport=transport,
            outgoing=outgoing,
            publish=publish,
            on_feedback=on_feedback,
            mailbox_exists=mailbox_exists,
            read_object=read_object,
            address_inherits_mail_from=address_inherits_mail_from,
        )
        self._delivery = Delivery(self._around)
        self._regions: dict[str, SesRegion] = {}
        self._paced = throttle_control_plane
        self._last_call: dict[str, datetime] = {}

    def region(self, name: str) -> SesRegion:
        """The state of a region; a new one is a production account in good standing."""
        if name not in self._regions:
            self._regions[name] = SesRegion(name=name, account=self._around.account)
        return self._regions[name]

    async def handle(self, request: AwsRequest) -> AwsResponse:
        """Answer a call of either API, or raise ``AwsError``."""
        if request.path.startswith("/v2/"):
            name, arguments = sesv2().operation(request)
            handler = _known(_V2, name, "sesv2")
        else:
            name, arguments = ses().operation(request)
            handler = _known(_V1, name, "ses")
        call = Call(
            name=name,
            arguments=arguments,
            request=request,
            region=self.region(request.region),
            around=self._around,
            delivery=self._delivery,
        )
        if name not in _SENDING:
            authorise_call(self._around, request, name, call.resource())
        self._pace(name, request.region)
        answer = await handler(call)
        if request.path.startswith("/v2/"):
            return AwsResponse(body=json_body(answer), headers={"content-type": "application/json"})
        body = ses().rendered(name, answer, request.request_id)
        return AwsResponse(body=body, headers={"content-type": "text/xml"})

    async def send(
        self,
        *,
        region: str,
        principal: Principal,
        raw: bytes,
        mail_from: str | None,
        recipients: Sequence[str],
        via: str,
        source_ip: str,
        operation: str = "SendRawEmail",
        configuration_set: str = "",
        tags: Sequence[tuple[str, str]] = (),
    ) -> str:
        """Accept a message and begin to deliver it; returns SES's message id.

        ``via`` is ``smtp``, ``v1`` or ``v2``. Raises ``AwsError`` with SES's own code and text; SMTP gets v1's codes.
        """
        submission = Submission(
            raw=raw,
            mail_from=mail_from,
            recipients=tuple(recipients),
            via=via,
            operation=operation,
            principal=principal,
            source_ip=source_ip,
            configuration_set=configuration_set,
            tags=tuple(tags),
        )
        state = self.region(region)
        message = accept(self._around, state, submission)
        self._delivery.begin(state, message)
        return message.id

    async def add_identity(self, region: str, name: str, *, key_length: str = "RSA_2048_BIT") -> Identity:
        """Make an identity as ``CreateEmailIdentity`` does (Easy DKIM for a domain) and look it up in DNS."""
        state, now = self.region(region), self._around.clock.now()
        identity = add(state, name, now=now)
        if identity.is_domain:
            begin_easy_dkim(identity.dkim, self._around.ids, now=now, key_length=key_length)
        await self._verify(state, identity)
        return identity

    async def recheck(self) -> None:
        """Look up the records of every identity of every region again."""
        for region in self._regions.values():
            for identity in tuple(region.identities.values()):
                await self._verify(region, identity)

    async def settle(self) -> None:
        """Wait until all deliveries and events that were begun are done."""
        await self._delivery.settle()

    async def retry(self) -> None:
        """Try postponed recipients once more (after advancing the clock); those past 14 hours bounce."""
        await self._delivery.retry()

    def session_id(self) -> str:
        """29 hexadecimal digits for the greeting of an SMTP session."""
        return self._around.ids.hex(length=29)

    def published(self, name: str) -> tuple[str, ...]:
        """The TXT records of SES's own DNS at ``name`` (lower case, no final dot): DKIM keys under ``amazonses.com``."""
        return next((found for region in self._regions.values() if (found := published(region, name))), ())

    def published_names(self) -> Iterator[str]:
        """Every name at which SES publishes a DKIM key now."""
        yield f"{OWN_SELECTOR}._domainkey.{OWN_DOMAIN}"
        for region in self._regions.values():
            for identity in region.identities.values():
                if identity.dkim.origin == "AWS_SES":
                    yield from (f"{token}.{hosted_zone(region.name)}" for token in identity.dkim.tokens)

    async def _verify(self, region: SesRegion, identity: Identity) -> None:
        await verify(region, identity, Checks(lookup=self._around.lookup, now=self._around.clock.now()))

    def _pace(self, name: str, region: str) -> None:
        """One control call a second in each region, when the lab is told to be that strict (facts.md B1)."""
        if not self._paced or name in _UNPACED:
            return
        now, last = self._around.clock.now(), self._last_call.get(region)
        if last is not None and now - last < timedelta(seconds=1):
            raise AwsError("TooManyRequestsException", "Maximum number of requests exceeded.", status=429)
        self._last_call[region] = now


def _known(operations: dict[str, Handler], name: str, service: str) -> Handler:
    if name not in operations:
        raise AwsError("InvalidAction", f"the lab does not emulate {service} {name}", status=501)
    return operations[name]
