"""Logins with a credential that is given, at each of SES's ports and by each mechanism, and the API with the same key.

    checks = CredentialChecks(network, clock)
    await checks.login(Door(host="email-smtp.us-east-1.amazonaws.com", port=587), credential, "PLAIN")
    Tried(port=587, security="starttls", auth="PLAIN", outcome="credentials-refused", answer="535 Authentication …")

Unlike `smtp_probe`, which serves the diagnosis and tries a password once, this is for an operator who asks for every door.
A password is never said in clear, nor to a server that did not prove its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailstrata.adapters.aws import Aws, OwnKey
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.adapters.dns_resolver import Resolver
from mailstrata.adapters.smtp_credential import Credential
from mailstrata.adapters.smtp_login import authenticate, send_test
from mailstrata.adapters.smtp_session import Session, Untold, Ways
from mailstrata.adapters.smtp_tls import trusting
from mailstrata.adapters.smtp_wire import Broken
from mailstrata.credentials.verdict import Outcome, Sent, Tried, of_answer, of_failure, of_login
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.ports import Clock
from mailstrata.model.setup import Network

SECURITY = {587: "starttls", 465: "ssl", 2587: "starttls", 2465: "ssl", 25: "starttls"}
"""SES's ports and what they speak (facts.md A1), in the order in which they are tried."""

_NO_SUCH_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"})
_OTHER_SECRET = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A host and port."""

    host: str
    port: int

    @property
    def security(self) -> str:
        """``ssl`` or ``starttls``; never in clear."""
        return SECURITY.get(self.port, "starttls")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTried:
    """Whether AWS's API takes a key and its secret; ``works`` is ``None`` where that could not be told."""

    works: bool | None
    account: str = ""
    reason: str = ""


class CredentialChecks:
    """Raises ``OSError`` when the further authorities of the setup cannot be read."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self._ways = Ways(network=network, resolver=Resolver(network, clock), trust=trusting(network.ca_file))

    async def login(self, door: Door, credential: Credential, mechanism: str) -> Tried:
        """One login, then QUIT."""
        outcome, answer = await self._login(door, credential, mechanism)
        return Tried(port=door.port, security=door.security, auth=mechanism, outcome=outcome, answer=answer)

    async def send(self, door: Door, credential: Credential, sender: str) -> Sent:
        """A login and a test message to SES's mailbox simulator, which delivers it to nobody."""
        session = self._session(door)
        try:
            async with session:
                await session.open()
                reply = await authenticate(session, credential, self._mechanism(session))
                if reply.code != 235:
                    return Sent(outcome=of_login(reply.reply), answer=str(reply))
                answer = await send_test(session, sender, self._clock.now())
        except (Untold, Broken) as failure:
            return Sent(outcome=_broken_off(failure, session), answer=str(failure))
        if isinstance(answer, Seen):
            return Sent(outcome=of_answer(answer.value.answer), answer=answer.value.answer)
        reason = answer.reason if isinstance(answer, Unknown) else "no answer"
        return Sent(outcome=Outcome.TEMPORARY, answer=reason)

    async def api(self, key_id: str, secret: str) -> ApiTried:
        """Whether the API takes the same key: sts:GetCallerIdentity, which needs no permission (facts.md A4)."""
        aws = Aws(self._network, self._clock, region="us-east-1", own_key=OwnKey(key_id=key_id, secret=secret))
        try:
            answer = await aws.reply(Call(service="sts", operation="GetCallerIdentity"))
        finally:
            aws.close()
        if not isinstance(answer, Failure):
            return ApiTried(works=True, account=str(answer.get("Account", "")))
        if answer.code in _NO_SUCH_KEY:
            return ApiTried(works=False, reason="AWS knows no active key of this id")
        if answer.code in _OTHER_SECRET:
            return ApiTried(works=False, reason="the secret at hand is not that of this key")
        return ApiTried(works=None, reason=getattr(answer.observation, "reason", answer.code))

    async def _login(self, door: Door, credential: Credential, mechanism: str) -> tuple[Outcome, str]:
        session = self._session(door)
        try:
            async with session:
                await session.open()
                offered = session.facts().auth
                if mechanism not in offered:
                    return Outcome.NOT_OFFERED, f"offered: {', '.join(offered) or 'nothing'}"
                reply = await authenticate(session, credential, mechanism)
        except (Untold, Broken) as failure:
            return _broken_off(failure, session), str(failure)
        return of_login(reply.reply), str(reply)

    def _mechanism(self, session: Session) -> str:
        return "PLAIN" if "PLAIN" in session.facts().auth else "LOGIN"

    def _session(self, door: Door) -> Session:
        return Session(self._ways, host=door.host.rstrip("."), port=door.port, security=door.security)


def _broken_off(failure: Untold | Broken, session: Session) -> Outcome:
    """How far it came: behind a good TLS session lies the login."""
    facts = session.facts()
    stage = "login" if facts.tls is not None and not facts.tls.problem else facts.stage
    return of_failure(str(failure), stage=stage, late=isinstance(failure, Broken) and failure.late)
