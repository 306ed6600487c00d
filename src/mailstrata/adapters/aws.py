"""Calls to AWS as values: one session by boto3's ordinary chain, one client for each service and region.

    aws = Aws(network, clock, region="us-east-1")
    await aws.ask(Call(service="sesv2", operation="GetAccount", region="us-east-1"), lambda answer: answer["SendingEnabled"])
    Seen(value=True, source="AWS sesv2 us-east-1", at=...)

boto3 stands still while it waits, so its calls run in a few threads. It tries nothing again by itself, since that would
hide throttling inside the time budget (peers-diagnosis.md 4.3): a throttled call is tried once more, here, then Unknown.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from mailstrata.adapters.aws_faults import Call, Failure, ForeignAnswer, failure
from mailstrata.adapters.aws_workers import Workers
from mailstrata.adapters.pace import Pace
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.ports import Clock
from mailstrata.model.setup import Network

T = TypeVar("T")

Answer: TypeAlias = Mapping[str, Any]
"""A response as boto3 gives it."""

THREADS = 8
"""Calls that may be under way at once."""
MAX_PAGES = 100
"""Pages of one listing, of up to 1,000 entries each."""
ROUTE53 = 5
"""Requests a second that Route 53 lets an account make (Route 53 API reference, throttling), for each that SES does."""
UNPACED = frozenset({"SendEmail"})
"""Operations of SES that its limit of one request a second does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """Credentials to use in place of those of boto3's chain."""

    key_id: str
    secret: str = field(repr=False)


class Aws:
    """All calls of one process to AWS. ``region`` is the home of services that are asked in no region of their own.

    ``backoff`` is the wait in seconds after a throttle. Close it at the end.
    """

    def __init__(
        self, network: Network, clock: Clock, *, region: str, own_key: OwnKey | None = None, backoff: float = 1.0
    ) -> None:
        self._network = network
        self._clock = clock
        self._home = region
        self._own_key = own_key
        self._backoff = backoff
        rate = network.requests_per_second
        self._paces = (Pace({"sesv2": rate}), Pace({"route53": ROUTE53 * rate}, burst=ROUTE53))
        self._workers = Workers(THREADS)
        self._lock = threading.Lock()
        self._session: Any = None
        self._unable: Exception | None = None
        self._clients: dict[tuple[str, str], Any] = {}

    async def ask(self, call: Call, read: Callable[[Answer], T]) -> Observation[T]:
        """What AWS answers, read by ``read``; an answer that ``read`` cannot read is Unknown."""
        answer = await self.reply(call)
        return self.unseen(answer) if isinstance(answer, Failure) else self.seen(answer, call, read)

    def seen(self, answer: Any, call: Call, read: Callable[[Any], T]) -> Seen[T] | Unknown:
        """An answer of ``call`` as an observation of this moment."""
        try:
            value = read(answer)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return Unknown(reason=f"what answered for {call.source} to {call.operation} does not speak as AWS does")
        return Seen(value=value, source=call.source, at=self._clock.now())

    def unseen(self, failed: Failure) -> Absent | Unknown:
        """What a failed call tells, as of this moment."""
        if isinstance(failed.observation, Absent):
            return replace(failed.observation, at=self._clock.now())
        return failed.observation

    async def do(self, call: Call) -> Answer:
        """Change something. Raises ``Refusal`` (status 4) when AWS did not do it, or may not have."""
        answer = await self.reply(call)
        if isinstance(answer, Failure):
            raise refusal(answer, call)
        return answer

    async def reply(self, call: Call) -> Answer | Failure:
        """AWS's answer, after a second try when the first was throttled."""
        answer = await self._once(call)
        if isinstance(answer, Failure) and answer.throttled:
            await asyncio.sleep(self._backoff)
            answer = await self._once(call)
        return answer

    async def pages(self, call: Call, items: str, *, following: str = "Marker") -> list[Any] | Failure:
        """All entries under the key ``items`` of a listing in pages, whose answers name the next page in ``following``.

        It is asked for as ``NextToken`` where that is its name, else as ``Marker``.
        """
        entries: list[Any] = []
        params = dict(call.params)
        given = "NextToken" if following == "NextToken" else "Marker"
        for _ in range(MAX_PAGES):
            answer = await self.reply(replace(call, params=params))
            if isinstance(answer, Failure):
                return answer
            if not isinstance(answer.get(items), list):
                return failure(ForeignAnswer(), call, timeout=self._network.timeout)
            entries += answer[items]
            if not answer.get(following) or answer.get("IsTruncated") is False:
                return entries
            params[given] = answer[following]
        reason = f"{call} has more than {MAX_PAGES} pages"
        return Failure(code="TooManyPages", message=reason, observation=Unknown(reason=reason))

    def close(self) -> None:
        """Close the connections and end the threads."""
        self._workers.close()
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    async def _once(self, call: Call) -> Answer | Failure:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        if call.operation not in UNPACED:
            for pace in self._paces:
                await pace.turn(call.service, call.region)
        try:
            return await self._carried_out(call)
        except (BotoCoreError, ClientError, ResponseParserError, OSError, ValueError) as error:
            return failure(error, call, timeout=self._network.timeout)

    async def _carried_out(self, call: Call) -> Answer:
        from botocore import xform_name

        making = self._workers.run(lambda: self._client(call.service, call.region or self._home))
        client = await asyncio.wait_for(making, self._network.budget)
        method = getattr(client, xform_name(call.operation))
        seconds = self._network.timeout * 2  # to connect, and to answer
        calling = self._workers.run(lambda: _called(method, call.params), seconds=seconds)
        answer: Answer = await asyncio.wait_for(calling, self._network.budget + seconds)
        return answer

    def _client(self, service: str, region: str) -> Any:
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                client = self._clients[service, region] = self._new_client(service, region)
            return client

    def _new_client(self, service: str, region: str) -> Any:
        from botocore.config import Config

        from mailstrata.adapters.aws_http import bound

        seconds = self._network.timeout
        client = self._made_session().client(
            service,
            region_name=region,
            endpoint_url=self._network.aws_endpoint or None,
            verify=self._authorities(),
            config=Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1}),
        )
        bound(client, seconds=seconds)
        return client

    def _made_session(self) -> Any:
        """The session, or once more the error by which it could not be had: the chain may ask the network for seconds."""
        from botocore.exceptions import BotoCoreError, NoCredentialsError

        if self._unable:
            raise self._unable
        if self._session is None:
            try:
                session = self._new_session()
                if session.get_credentials() is None:
                    raise NoCredentialsError
            except BotoCoreError as error:
                self._unable = error
                raise
            self._session = session
        return self._session

    def _new_session(self) -> Any:
        import boto3

        key = self._own_key
        return boto3.Session(
            profile_name=self._network.aws_profile or None,
            aws_access_key_id=key.key_id if key else None,
            aws_secret_access_key=key.secret if key else None,
        )

    def _authorities(self) -> str | None:
        """A CA file belongs to an endpoint of one's own; AWS's own endpoints are verified by the usual authorities."""
        own = self._network.aws_endpoint.startswith("https:")
        return self._network.ca_file or None if own else None


def _called(method: Callable[..., Answer], params: Answer) -> Answer:
    """Botocore's readers stumble over what is XML or JSON, but none of AWS's."""
    try:
        return method(**params)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ForeignAnswer from error


def refusal(failed: Failure, call: Call) -> Refusal:
    """The error for a change that AWS did not make, or that it may have made without our hearing of it."""
    seen = failed.observation
    if isinstance(seen, Absent):
        return Refusal(f"{call}: there is no such thing ({failed.code})", failed.message, status=4)
    became = "was not done" if failed.settled else "may or may not have been done"
    return Refusal(f"{call} {became}: {seen.reason}", seen.needs, status=4, settled=failed.settled)
