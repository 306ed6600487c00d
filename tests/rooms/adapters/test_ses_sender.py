"""Mails handed to SES: one request, one answer, and never a second try that could send twice."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from tests.rooms.adapters.scripted_http import BREAK, OK, SILENCE, Script, refusal, scripted

from mailstrata.adapters.http_pool import Patience
from mailstrata.adapters.ses_keys import KeyChain
from mailstrata.adapters.ses_sender import Region, SesSender
from mailstrata.adapters.ses_signature import Key
from mailstrata.model.errors import Refusal
from mailstrata.model.sending import Accepted, Outcome, Outgoing, Refused, Unsent, Unsettled

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import LivingAws

MAIL = Outgoing(
    sender="admin@sailing.example",
    recipients=("success@simulator.amazonses.com",),
    message=(b"From: admin@sailing.example\r\nSubject: Berth 7\r\n\r\n", b"Ahoy\r\n"),
    tags=(("mailstrata", "7"),),
)
ACCEPTED = Accepted(id="0100", region="us-east-1")


class OwnKeys(KeyChain):
    """A chain that holds a key, and hands out another one when that is refused."""

    def __init__(self, *following: Key) -> None:
        super().__init__()
        self.current = Key(id="AKIAONE", secret="not-a-secret")
        self._following = list(following)

    async def renew(self, refused: Key | None) -> Key | None:
        """The next key."""
        if self._following and self.current == refused:
            self.current = self._following.pop(0)
        return self.current


def _sent(
    *scripts: list[bytes], keys: KeyChain | None = None, seconds: float = 20.0
) -> tuple[list[Outcome], list[Script]]:
    """What becomes of one mail after the other, as long as there are scripted answers in the first region."""

    async def run() -> tuple[list[Outcome], list[Script]]:
        async with AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(scripted(*answers)) for answers in scripts]
            regions = [
                Region(name=f"us-{side}-1", endpoint=s.url) for side, s in zip(("east", "west"), servers, strict=False)
            ]
            sender = SesSender(regions, keys or OwnKeys(), patience=Patience(answer=seconds))
            outcomes = [await sender.send(MAIL)]
            while servers[0].answers:
                outcomes.append(await sender.send(MAIL))
            sender.close()
            return outcomes, servers

    return asyncio.run(run())


def test_what_ses_takes_is_accepted_with_its_id() -> None:
    """The request says who, to whom and what."""
    outcomes, (server,) = _sent([OK])
    assert outcomes == [ACCEPTED]
    assert server.heads[0].startswith(b"POST /v2/email/outbound-emails HTTP/1.1\r\n")
    assert json.loads(server.bodies[0])["Destination"] == {"ToAddresses": ["success@simulator.amazonses.com"]}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, "TooManyRequestsException"),
        (400, "MessageRejected"),
        (404, "NotFoundException"),
        (503, "ServiceUnavailable"),
    ],
)
def test_what_ses_refuses_is_refused_in_its_words(status: int, error: str) -> None:
    """The name is freed of what AWS puts behind it."""
    outcomes, _ = _sent([refusal(status, error, "no")])
    assert outcomes == [Refused(error=error, text="no", status=status, region="us-east-1")]


@pytest.mark.parametrize(
    "answer", [BREAK, SILENCE, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"220 hello\r\n"]
)
def test_a_request_without_a_clear_answer_is_unsettled_and_not_repeated(answer: bytes) -> None:
    """Also not in the other region."""
    outcomes, (first, second) = _sent([answer], [OK], seconds=1.0)
    assert isinstance(outcomes[0], Unsettled)
    assert (len(first.bodies), len(second.bodies)) == (1, 0)


DEEP = b'{"MessageId":"1","__type":"E","more":' + b"[" * 60_000


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Unsettled(reason="us-east-1: what answered 200 does not speak as SES does")),
        (400, Refused(error="", text="", status=400, region="us-east-1")),
    ],
)
def test_an_answer_of_brackets_in_brackets_is_told_as_any_other_that_cannot_be_read(
    status: int, expected: Outcome
) -> None:
    """Nothing is raised, whatever comes."""
    outcomes, _ = _sent([b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(DEEP), DEEP)])
    assert outcomes == [expected]


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_fault_of_aws_is_unsettled(status: int) -> None:
    """It says nothing about what was done before it."""
    outcomes, (first, second) = _sent([refusal(status, "InternalFailure")], [OK])
    assert isinstance(outcomes[0], Unsettled)
    assert (len(first.bodies), len(second.bodies)) == (1, 0)


def test_a_region_out_of_service_is_replaced_by_the_next_and_then_asked_last() -> None:
    """503 says that nothing was taken; the second mail goes straight to the other region."""

    async def run() -> tuple[list[Outcome], int, int]:
        async with scripted(refusal(503, "ServiceUnavailable")) as first, scripted() as second:
            regions = [Region(name="us-east-1", endpoint=first.url), Region(name="us-west-2", endpoint=second.url)]
            sender = SesSender(regions, OwnKeys())
            outcomes = [await sender.send(MAIL), await sender.send(MAIL)]
            sender.close()
            return outcomes, len(first.bodies), len(second.bodies)

    assert asyncio.run(run()) == ([Accepted(id="0100", region="us-west-2")] * 2, 1, 2)


def test_a_region_that_cannot_be_reached_is_replaced() -> None:
    """It is sure that nothing was sent."""

    async def run() -> list[Outcome]:
        async with scripted() as there:
            regions = [
                Region(name="us-east-1", endpoint="http://127.0.0.1:1"),
                Region(name="us-west-2", endpoint=there.url),
            ]
            sender = SesSender(regions, OwnKeys())
            found = [await sender.send(MAIL), await sender.send(MAIL)]
            sender.close()
            return found

    assert asyncio.run(run()) == [Accepted(id="0100", region="us-west-2")] * 2


def test_nowhere_to_be_reached_is_unsent() -> None:
    """With the reason of the last region."""

    async def run() -> Outcome:
        return await SesSender([Region(name="us-east-1", endpoint="http://127.0.0.1:1")], OwnKeys()).send(MAIL)

    outcome = asyncio.run(run())
    assert isinstance(outcome, Unsent)
    assert "us-east-1: no connection" in outcome.reason


def test_a_clock_that_is_wrong_is_corrected_by_the_servers(caplog: pytest.LogCaptureFixture) -> None:
    """The refusal brings AWS's time; the repetition and all that follow are signed with it."""
    wrong = refusal(
        403, "InvalidSignatureException", "Signature expired: x", extra="Date: Tue, 12 May 2020 18:43:00 GMT\r\n"
    )
    with caplog.at_level(logging.ERROR):
        outcomes, (server,) = _sent([wrong, OK])
    assert outcomes == [ACCEPTED]
    assert b"x-amz-date: 20200512T184" in server.heads[1]
    assert "the clock of this machine is off" in caplog.text


def test_an_expired_key_is_renewed_and_the_mail_sent_once_more() -> None:
    """It was refused, so nothing was sent before."""
    outcomes, (server,) = _sent(
        [refusal(403, "ExpiredTokenException"), OK], keys=OwnKeys(Key(id="AKIATWO", secret="x"))
    )
    assert outcomes == [ACCEPTED]
    assert [b"Credential=AKIAONE" in server.heads[0], b"Credential=AKIATWO" in server.heads[1]] == [True, True]


def test_a_key_without_a_successor_is_not_tried_twice() -> None:
    """The refusal is told."""
    outcomes, (server,) = _sent([refusal(403, "ExpiredTokenException", "expired")])
    assert outcomes == [Refused(error="ExpiredTokenException", text="expired", status=403, region="us-east-1")]
    assert len(server.bodies) == 1


def test_no_credentials_is_unsent() -> None:
    """Nothing is handed over unsigned."""
    keys = OwnKeys()
    keys.current = None
    outcomes, (server,) = _sent([], keys=keys)
    refused = Refused(error="MissingAuthenticationToken", text="there are none", status=403, region="us-east-1")
    assert outcomes == [refused]
    assert server.bodies == []


def test_endpoints_that_are_none_are_refused() -> None:
    """Before anything is sent."""
    with pytest.raises(Refusal, match="no URL"):
        SesSender([Region(name="us-east-1", endpoint="ftp://x")], OwnKeys())


def test_the_endpoint_comes_from_the_setup_the_environment_or_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order, as AWS's own programs do."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_SESV2", raising=False)
    assert Region(name="eu-west-1").url == "https://email.eu-west-1.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert Region(name="eu-west-1").url == "http://127.0.0.1:4566"
    assert Region(name="eu-west-1", endpoint="http://127.0.0.1:9").url == "http://127.0.0.1:9"


@pytest.mark.lab
def test_the_labs_gate_accepts_the_signature_and_its_ses_judges_the_mail(lab: LivingAws) -> None:
    """A right key reaches SES, a wrong one does not."""

    async def run(secret: str) -> Outcome:
        keys = OwnKeys()
        keys.current = Key(id=lab.administrator.key_id, secret=secret)
        sender = SesSender([Region(name="us-east-1", endpoint=lab.url)], keys)
        outcome = await sender.send(MAIL)
        sender.close()
        return outcome

    right, wrong = asyncio.run(run(lab.administrator.secret)), asyncio.run(run("wrong"))
    assert isinstance(right, Refused)
    assert (right.error, "not verified" in right.text) == ("MessageRejected", True)
    assert isinstance(wrong, Refused)
    assert wrong.error in {"InvalidSignatureException", "SignatureDoesNotMatch"}
