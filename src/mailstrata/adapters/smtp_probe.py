"""What submission servers answer: how far one comes, whether a login is taken, whether a test message is.

    answers = SmtpAnswers(network, clock, secrets=secrets, setup=setup)
    await World(answerers=answers.answerers()).ask(SmtpLogin("email-smtp.us-east-1.amazonaws.com", 587, "AKIAEXAMPLE"))
    Seen(value=LoginFacts(reply=Reply(code=535, text="Authentication Credentials Invalid")), ...)

Good manners (peers-diagnosis 4.2): one login for a password, never in clear and never to a server that did not prove its
name; no recipient is ever probed; test messages only with the operator's leave and only to SES's simulator; QUIT at the end.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mailstrata.adapters.asker import Answerer
from mailstrata.adapters.dns_resolver import Resolver
from mailstrata.adapters.smtp_credential import Credential, Passwords
from mailstrata.adapters.smtp_login import log_in, send_test
from mailstrata.adapters.smtp_session import Session, Untold, Ways
from mailstrata.adapters.smtp_tls import trusting
from mailstrata.adapters.smtp_wire import Broken
from mailstrata.model.errors import Malformed
from mailstrata.model.facts import EndpointFacts, LoginFacts, SendFacts
from mailstrata.model.names import address
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.ports import Clock, Secrets
from mailstrata.model.question import Endpoint, Question, SmtpLogin, SmtpSend
from mailstrata.model.setup import Network, Setup

T = TypeVar("T")
_STARTTLS = frozenset({25, 587, 2587})
_SSL = frozenset({465, 2465})
"""What SES's ports speak (facts.md A1)."""
_INTERRUPTED = Unknown(reason="the login was interrupted before the server answered")
_Door = tuple[str, int, str]


class SmtpAnswers:
    """Answers the questions of submission, and is the ``Login`` of `model.ports`.

    Raises ``Malformed`` when a resolver of the setup is no ``IP`` or ``IP:PORT``.
    """

    def __init__(self, network: Network, clock: Clock, *, secrets: Secrets, setup: Setup) -> None:
        self._network = network
        self._clock = clock
        self._setup = setup
        self._passwords = Passwords(secrets, setup)
        self._resolver = Resolver(network, clock)
        self._ways: Ways | None = None
        self._tried: dict[tuple[_Door, str], Observation[LoginFacts]] = {}
        self._doors: defaultdict[_Door, asyncio.Lock] = defaultdict(asyncio.Lock)

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """Who answers what."""
        return {Endpoint: self.endpoint, SmtpLogin: self.login, SmtpSend: self.send}

    async def endpoint(self, question: Endpoint) -> Observation[EndpointFacts]:
        """How far one comes without a login; a fault of the server is an answer."""
        failure = ""
        try:
            session = self._session(question.host, question.port, question.security)
            async with session:
                await session.open()
        except Untold as untold:
            return untold.unknown
        except Broken as broken:
            failure = str(broken)
        return self._seen(question.host, session.facts(failure))

    async def login(self, question: SmtpLogin) -> Observation[LoginFacts]:
        """The server's answer to the stored password: asked once, remembered for this run."""
        credential = await self._credential(question.key_id, question.host)
        if isinstance(credential, Unknown):
            return credential
        door = (question.host.lower(), question.port, question.key_id)
        async with self._doors[door]:
            known = self._tried.get((door, credential.fingerprint))
            if known is not None:
                return known
            try:
                async with self._session(question.host, question.port, self._security(door)) as session:
                    await session.open()
                    return await self._try(session, door, credential)
            except (Untold, Broken) as failure:
                return self._unknown(failure, door, credential)

    async def send(self, question: SmtpSend) -> Observation[SendFacts]:
        """What becomes of a test message to the simulator, where test messages are allowed."""
        if not self._network.probe_sends:
            return Unknown(
                reason="no test message was sent: that needs the operator's leave",
                needs="leave to send test messages to SES's mailbox simulator (`probe_sends`)",
            )
        try:
            sender = address(question.sender)
        except Malformed as malformed:
            return Unknown(reason=f"no test message was sent: {malformed}")
        credential = await self._credential(question.key_id, question.host)
        if isinstance(credential, Unknown):
            return credential
        door = (question.host.lower(), question.port, question.key_id)
        async with self._doors[door]:
            return await self._send(door, credential, sender)

    async def try_login(
        self, host: str, port: int, *, security: str, username: str, password: str
    ) -> Observation[LoginFacts]:
        """One login with these words, whatever was tried before: a new key is polled until IAM knows it (facts.md A7)."""
        credential = Credential(username=username, password=password)
        if security not in {"starttls", "ssl"}:
            return Unknown(reason=f"{host} would get the password in clear: no login was tried")
        if not credential.sendable:
            return Unknown(reason=f"the password of {username} is empty or no text that SMTP can carry")
        try:
            async with self._session(host, port, security) as session:
                await session.open()
                return self._dated(await log_in(session, credential), host)
        except (Untold, Broken) as failure:
            return _no_verdict(failure, host)

    async def _send(self, door: _Door, credential: Credential, sender: str) -> Observation[SendFacts]:
        known = self._tried.get((door, credential.fingerprint))
        if known is not None and not _accepted(known):
            return self._not_sent(known)
        try:
            async with self._session(door[0], door[1], self._security(door)) as session:
                await session.open()
                logged_in = await self._try(session, door, credential)
                if not _accepted(logged_in):
                    return self._not_sent(logged_in)
                return self._dated(await send_test(session, sender, self._clock.now()), door[0])
        except (Untold, Broken) as failure:
            return self._unknown(failure, door, credential)

    async def _try(self, session: Session, door: _Door, credential: Credential) -> Observation[LoginFacts]:
        """The one attempt for this password; however it ends, it is not made again."""
        self._tried[door, credential.fingerprint] = _INTERRUPTED
        found = self._dated(await log_in(session, credential), door[0])
        self._tried[door, credential.fingerprint] = found
        return found

    def _unknown(self, failure: Untold | Broken, door: _Door, credential: Credential) -> Unknown:
        """What a failure leaves; when it came after AUTH was said, that stays the answer."""
        verdict = _no_verdict(failure, door[0])
        key = (door, credential.fingerprint)
        if self._tried.get(key) is _INTERRUPTED:
            self._tried[key] = verdict
        return verdict

    def _not_sent(self, login: Observation[LoginFacts]) -> Observation[SendFacts]:
        match login:
            case Seen(value=facts, source=source, at=at):
                return Seen(value=SendFacts(accepted=False, answer=str(facts.reply)), source=source, at=at)
            case Unknown():
                return login
            case _:
                raise AssertionError("a login is never absent")

    async def _credential(self, key_id: str, host: str) -> Credential | Unknown:
        credential = await self._passwords.of(key_id, host=host)
        if isinstance(credential, Credential) and not credential.sendable:
            return Unknown(reason=f"the stored password of {key_id} is no text that SMTP can carry")
        return credential

    def _security(self, door: _Door) -> str:
        """What the port speaks: SES's own ports by facts.md A1, others as their alias says; never in clear."""
        host, port, key_id = door
        if port in _STARTTLS or port in _SSL:
            return "ssl" if port in _SSL else "starttls"
        said = {a.security for a in self._setup.aliases if (a.host.lower(), a.port, a.username) == (host, port, key_id)}
        return "ssl" if "ssl" in said else "starttls"

    def _session(self, host: str, port: int, security: str) -> Session:
        if self._ways is None:
            try:
                trust = trusting(self._network.ca_file)
            except OSError:
                reason = f"the authorities to trust cannot be read from {self._network.ca_file}"
                raise Untold(Unknown(reason=reason, needs="a PEM file as `ca_file`")) from None
            self._ways = Ways(network=self._network, resolver=self._resolver, trust=trust)
        return Session(self._ways, host=host.rstrip("."), port=port, security=security)

    def _dated(self, observation: Observation[T], host: str) -> Observation[T]:
        if isinstance(observation, Seen):
            return replace(observation, source=host, at=self._clock.now())
        return observation

    def _seen(self, host: str, facts: EndpointFacts) -> Seen[EndpointFacts]:
        return Seen(value=facts, source=host, at=self._clock.now())


def _accepted(login: Observation[LoginFacts]) -> bool:
    return isinstance(login, Seen) and login.value.accepted


def _no_verdict(failure: Untold | Broken, host: str) -> Unknown:
    if isinstance(failure, Untold):
        return failure.unknown
    return Unknown(reason=f"{host}: {failure}: no verdict about the password")
