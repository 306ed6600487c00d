"""The front door of the lab's AWS: one HTTP port for every service.

    gate = Gate(iam=iam, services={"iam": IamApi(iam), "sts": Sts(iam)}, behind=ministack_app(…), audit=Audit(clock))
    uvicorn.run(gate, host="127.0.0.1")

Each call is checked as AWS checks it: signature, state of the key, policies. Then the service that its signature names
answers: one of ``services``, else the emulator behind. Every call leaves an ``AuditEvent``.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import parse_qs, unquote

from mailstrata.lab.aws.audit import Audit, AuditEvent
from mailstrata.lab.aws.behind import EMULATED, UNKNOWN_OPERATION, credential
from mailstrata.lab.aws.errors import Fault, Protocol, Refused, protocol_of, refusal, render
from mailstrata.lab.aws.iam import Iam
from mailstrata.lab.aws.iam_entities import AccessKey
from mailstrata.lab.aws.operations import operation_of, permission
from mailstrata.lab.aws.request import AwsError, AwsRequest, AwsResponse, Principal, Service
from mailstrata.lab.aws.resources import resource_of
from mailstrata.lab.aws.sigv4 import Claim, read_claim, verify
from mailstrata.lab.aws.wire import AsgiApp, Message, Receive, Send, WireRequest, call, read, write

SELF_AUTHORISING = frozenset({"ses"})
"""Services that ask ``Iam.allows`` themselves: SES knows sender, recipients and identities of a message."""
FREE = frozenset({"sts:GetCallerIdentity", "sts:AssumeRole"})
"""Actions that need no permission, or (AssumeRole) whose service looks at the trust policy too."""

_ERROR_CODE = re.compile(rb'<Code>([^<]{1,128})</Code>|"__type"\s*:\s*"([^"]{1,128})"')


@dataclass(slots=True, kw_only=True)
class _Visit:
    """What is known so far of a call, for its answer and its record."""

    wire: WireRequest
    request_id: str
    protocol: Protocol
    key_id: str = ""
    service: str = ""
    region: str = ""
    action: str = ""
    resource: str = ""
    principal: Principal | None = None


class Gate:
    """An ASGI application; lifespan events go on to the emulator behind."""

    def __init__(
        self, *, iam: Iam, services: Mapping[str, Service], behind: AsgiApp | None = None, audit: Audit
    ) -> None:
        self._iam = iam
        self._services = services
        self._behind = behind
        self._audit = audit
        self._count = count()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        if scope["type"] == "lifespan":
            await (self._behind or _no_lifespan)(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            wire = await read(scope, receive)
        except AwsError as error:
            response = render(error, Protocol.REST_JSON, service="", request_id=self._request_id())
        else:
            response = await self.answer(wire)
        await write(response, send)

    async def answer(self, wire: WireRequest) -> AwsResponse:
        """Check and answer one request."""
        visit = _Visit(
            wire=wire,
            request_id=self._request_id(),
            protocol=protocol_of("", path=wire.path, headers=wire.headers),
        )
        code, message = None, ""
        try:
            response = await self._served(visit)
        except Refused as refused:
            error = refusal(refused, visit.protocol, service=visit.service)
            code, message, response = error.code, error.message, self._rendered(error, visit)
        except AwsError as error:
            code, message, response = error.code, error.message, self._rendered(error, visit)
        self._record(visit, code=code or _code(response), message=message)
        return response

    async def _served(self, visit: _Visit) -> AwsResponse:
        wire = visit.wire
        if _confirms_subscription(wire):
            visit.service, visit.action = "sns", "ConfirmSubscription"
            return await self._forward(visit, region=_topic_region(wire))
        claim = read_claim(wire)
        visit.key_id, visit.service, visit.region = claim.key_id, claim.service, claim.region
        visit.protocol = protocol_of(claim.service, path=wire.path, headers=wire.headers)
        self._authenticate(visit, claim)
        assert visit.principal is not None
        request = _request(visit, claim, visit.principal)
        visit.action = operation_of(request, visit.protocol)
        self._authorize(visit, request)
        response = await self._dispatch(visit, request)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return replace(response, headers={"x-amzn-requestid": visit.request_id} | headers)

    def _authenticate(self, visit: _Visit, claim: Claim) -> None:
        key = self._iam.key(claim.key_id)
        if key is None or key.status == "Inactive":
            raise Refused(Fault.UNKNOWN_KEY)
        verify(visit.wire, claim, secret=key.secret)
        _check_token(key, claim)
        visit.principal = self._iam.principal(claim.key_id)
        self._iam.touch(claim.key_id, service=claim.service, region=claim.region)

    def _authorize(self, visit: _Visit, request: AwsRequest) -> None:
        if request.service in SELF_AUTHORISING:
            return
        action = permission(request.service, visit.action)
        visit.resource = resource_of(request, action)
        if action in FREE:
            return
        context = {"aws:SourceIp": (request.source_ip,), "aws:RequestedRegion": (request.region,)}
        decision = self._iam.allows(request.principal, action, resource=visit.resource, context=context)
        if not decision.allowed:
            who = f"User: {request.principal.arn} is not authorized to perform: {action}"
            raise Refused(Fault.DENIED, f"{who} on resource: {visit.resource} {decision.reason}")

    async def _dispatch(self, visit: _Visit, request: AwsRequest) -> AwsResponse:
        service = self._services.get(request.service)
        if service is not None:
            response = await service.handle(request)
        elif request.service in EMULATED:
            response = await self._forward(visit, region=request.region)
        else:
            raise not_emulated(visit.service, visit.action, visit.protocol)
        if response.status >= 400 and any(text.encode() in response.body for text in UNKNOWN_OPERATION):
            raise not_emulated(visit.service, visit.action, visit.protocol)
        return response

    async def _forward(self, visit: _Visit, *, region: str) -> AwsResponse:
        if self._behind is None:
            raise not_emulated(visit.service, visit.action, visit.protocol)
        header = credential(visit.service, account=self._iam.account, region=region)
        wire = visit.wire
        query = "&".join(part for part in wire.query.split("&") if not part.startswith(("X-Amz-Cred", "X-Amz-Sec")))
        return await call(self._behind, replace(wire, headers=dict(wire.headers) | header, query=query))

    def _rendered(self, error: AwsError, visit: _Visit) -> AwsResponse:
        return render(error, visit.protocol, service=visit.service, request_id=visit.request_id)

    def _record(self, visit: _Visit, *, code: str | None, message: str) -> None:
        self._audit.record(
            AuditEvent(
                time=self._audit.now(),
                request_id=visit.request_id,
                principal=visit.principal,
                key_id=visit.key_id,
                service=visit.service,
                action=visit.action,
                region=visit.region,
                source_ip=visit.wire.source_ip,
                user_agent=visit.wire.headers.get("user-agent", ""),
                resource=visit.resource,
                error=code,
                message=message,
            )
        )

    def _request_id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._iam.account}/{next(self._count)}"))


def not_emulated(service: str, operation: str, protocol: Protocol) -> AwsError:
    """Return the error for what no part of the lab does, under the code that the protocol has for it."""
    json_like = protocol in {Protocol.JSON, Protocol.REST_JSON, Protocol.CBOR}
    code = "UnknownOperationException" if json_like else "InvalidAction"
    return AwsError(code, f"the lab does not emulate {service} {operation}")


async def _no_lifespan(scope: Message, receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def _check_token(key: AccessKey, claim: Claim) -> None:
    if (key.session_token or "") != (claim.token or ""):
        raise Refused(Fault.UNKNOWN_KEY)
    if key.status == "Expired":
        raise Refused(Fault.OVERDUE)


def _request(visit: _Visit, claim: Claim, principal: Principal) -> AwsRequest:
    wire = visit.wire
    return AwsRequest(
        method=wire.method,
        path=unquote(wire.path),
        query={name: tuple(values) for name, values in parse_qs(wire.query, keep_blank_values=True).items()},
        headers=wire.headers,
        body=wire.body,
        service=claim.service,
        region=claim.region,
        principal=principal,
        source_ip=wire.source_ip,
        request_id=visit.request_id,
    )


def _confirms_subscription(wire: WireRequest) -> bool:
    """Tell the link of an SNS confirmation: opened by whoever holds its token, unsigned."""
    return wire.method == "GET" and "Action=ConfirmSubscription&" in wire.query and "authorization" not in wire.headers


def _topic_region(wire: WireRequest) -> str:
    arn = parse_qs(wire.query).get("TopicArn", [""])[0].split(":")
    return arn[3] if len(arn) == 6 else "us-east-1"


def _code(response: AwsResponse) -> str | None:
    if response.status < 400:
        return None
    named = response.headers.get("x-amzn-errortype")
    found = _ERROR_CODE.search(response.body)
    spelled = (found[1] or found[2]).decode("latin-1") if found else str(response.status)
    return named or spelled
