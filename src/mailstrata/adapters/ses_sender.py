"""Mails handed to SES by ``sesv2:SendEmail``: one request, one answer, and never a second try that could send twice.

    sender = SesSender([Region(name="us-east-1")], keys)
    await sender.send(Outgoing(…))          # Accepted, Refused, Unsent or Unsettled; it never raises

A request is repeated only where it is sure that nothing was accepted: after credentials that were refused and have been
renewed, after a clock that was wrong, and in the next region when one cannot be reached or says that it is out of service.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import os
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from mailstrata.adapters.http_answer import Answer
from mailstrata.adapters.http_pool import Lost, Patience, Place, Pool, Unreached
from mailstrata.adapters.ses_body import Body
from mailstrata.adapters.ses_keys import KeyChain
from mailstrata.adapters.ses_signature import Key, Signer
from mailstrata.model.errors import Refusal
from mailstrata.model.sending import Accepted, Outcome, Outgoing, Refused, Unsent, Unsettled
from mailstrata.model.values import maker

log = logging.getLogger("mailstrata.relay")

DOWN = 30.0
"""Seconds for which a region that was out of reach is asked only after the others."""
_BIG = 1024 * 1024
"""Bytes from which the digest is made in a thread, so that the loop does not stand still."""
_STALE_KEYS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
}
_KEYLESS = "MissingAuthenticationToken"
"""What AWS would say to a request without a signature; it is not asked for that."""
_SKEWED = ("signature expired", "not yet current", "request has expired", "too skewed")
_UNKNOWN_FATE = {500, 502, 504}
"""Answers after which a mail may have been taken all the same (RFC 9110 15.6); 503 says that it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region to send through. ``endpoint`` is the URL of its API; empty for AWS's own."""

    name: str
    endpoint: str = ""

    @property
    def url(self) -> str:
        """The URL: as given, else as AWS's programs find it in the environment, else AWS's own (facts.md A1)."""
        given = self.endpoint or os.environ.get("AWS_ENDPOINT_URL_SESV2") or os.environ.get("AWS_ENDPOINT_URL")
        return given or f"https://email.{self.name}.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    """What became of one request, and the server's time where it refused."""

    outcome: Outcome
    date: str = ""

    @property
    def refused(self) -> Refused | None:
        """The refusal, where it was one that may be ours to mend."""
        return self.outcome if isinstance(self.outcome, Refused) and self.outcome.status in {400, 403} else None


class _Message(msgspec.Struct):
    MessageId: str


class _Error(msgspec.Struct):
    type: str = msgspec.field(name="__type", default="")
    code: str = ""
    message: str = ""
    Message: str = ""


_message = msgspec.json.Decoder(_Message).decode
_error = msgspec.json.Decoder(_Error).decode
_accepted = maker(Accepted)


class SesSender:
    """``model.sending.Sender`` over HTTP. ``limit`` bounds the connections to each region. Close it at the end."""

    def __init__(
        self,
        regions: Sequence[Region],
        keys: KeyChain,
        *,
        ca_file: str = "",
        limit: int = 256,
        patience: Patience | None = None,
    ) -> None:
        if not regions:
            raise Refusal("the relay has no region to send through", "name one in the setup")
        context = _context(ca_file) if any(region.url.startswith("https:") for region in regions) else None
        self._doors = [_Door(region, context, limit=limit, patience=patience) for region in regions]
        self._keys = keys
        self._skew = 0.0

    @property
    def connections_made(self) -> int:
        """Connections to SES that were made so far."""
        return sum(door.pool.made for door in self._doors)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one mail, in the first region that can be reached."""
        body = Body(outgoing)
        digest = await asyncio.to_thread(body.digest) if outgoing.size >= _BIG else body.digest()
        outcome: Outcome = Unsent(reason="no region")
        for door in self._in_order():
            outcome = await self._through(door, body, digest)
            if not _is_out(outcome):
                door.down_until = 0.0
                return outcome
            door.down_until = time.monotonic() + DOWN
        return outcome

    def close(self) -> None:
        """Close all connections that are free."""
        for door in self._doors:
            door.pool.close()

    def _in_order(self) -> list[_Door]:
        if len(self._doors) == 1:
            return self._doors
        now = time.monotonic()
        return sorted(self._doors, key=lambda door: door.down_until > now)

    async def _through(self, door: _Door, body: Body, digest: str) -> Outcome:
        key = self._keys.current or await self._keys.renew(None)
        if key is None:
            return Refused(error=_KEYLESS, text="there are none", status=403, region=door.region.name)
        tried = await self._once(door, key, body=body, digest=digest)
        if tried.refused and await self._mended(tried.refused, key, date=tried.date):
            key = self._keys.current or key
            tried = await self._once(door, key, body=body, digest=digest)
        return tried.outcome

    async def _once(self, door: _Door, key: Key, *, body: Body, digest: str) -> _Try:
        head = door.signer.head(key, payload=digest, length=body.length, moment=time.time() + self._skew)
        try:
            answer = await door.pool.post(head, body.pieces())
        except Unreached as error:
            return _Try(outcome=Unsent(reason=f"{door.region.name}: {error}"))
        except Lost as error:
            return _Try(outcome=Unsettled(reason=f"{door.region.name}: {error}"))
        outcome = _outcome(answer, door.region.name)
        return _Try(outcome=outcome, date=answer.header("Date") if answer.status in {400, 403} else "")

    async def _mended(self, refused: Refused, used: Key, *, date: str) -> bool:
        """Whether the reason for a refusal was our own clock or key, and is now another."""
        if any(words in refused.text.lower() for words in _SKEWED):
            return self._set_clock(date)
        return refused.error in _STALE_KEYS and await self._keys.renew(used) != used

    def _set_clock(self, date: str) -> bool:
        try:
            theirs = email.utils.parsedate_to_datetime(date).timestamp()
        except ValueError:
            return False
        before, self._skew = self._skew, theirs - time.time()
        log.error("the clock of this machine is off by %.0f s; requests to AWS are signed with AWS's time", self._skew)
        return abs(self._skew - before) > 1


class _Door:
    """One region: its connections, its signer, and whether it was out of reach."""

    def __init__(
        self, region: Region, context: ssl.SSLContext | None, *, limit: int, patience: Patience | None
    ) -> None:
        parts = urlsplit(region.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            raise Refusal(f"{region.url!r} is no URL of an API", "such as https://email.us-east-1.amazonaws.com")
        tls = context if parts.scheme == "https" else None
        port = parts.port or (443 if tls else 80)
        self.region = region
        self.pool = Pool(Place(host=parts.hostname, port=port, tls=tls), limit=limit, patience=patience)
        self.signer = Signer(host=parts.netloc.rpartition("@")[2], region=region.name)
        self.down_until = 0.0


def _context(ca_file: str) -> ssl.SSLContext:
    """Certificates are verified, always; ``ca_file`` adds an authority of one's own."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise Refusal(f"the authorities in {ca_file} cannot be read: {error}") from error
    return context


def _is_out(outcome: Outcome) -> bool:
    return isinstance(outcome, Unsent) or (isinstance(outcome, Refused) and outcome.status == 503)


def _outcome(answer: Answer, region: str) -> Outcome:
    if answer.status == 200:
        try:
            return _accepted(id=_message(answer.body).MessageId, region=region)
        except (msgspec.DecodeError, RecursionError):
            return Unsettled(reason=f"{region}: what answered 200 does not speak as SES does")
    if answer.status in _UNKNOWN_FATE:
        return Unsettled(reason=f"{region}: HTTP {answer.status}, a fault of AWS")
    error = _read_error(answer)
    name = (answer.header("x-amzn-ErrorType") or error.type or error.code).partition(":")[0].rpartition("#")[2]
    return Refused(error=name, text=error.message or error.Message, status=answer.status, region=region)


def _read_error(answer: Answer) -> _Error:
    try:
        return _error(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return _Error()
