"""Test messages: with leave only, to SES's simulator only, and after a login that was taken."""

from __future__ import annotations

import pytest
from tests.rooms.adapters.submission import (
    HOST,
    KEY,
    PLAIN,
    REFUSED,
    Authority,
    Ses,
    made_authority,
    reason,
    run,
)

from mailstrata.adapters.smtp_probe import SmtpAnswers
from mailstrata.model.facts import SendFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import SmtpLogin, SmtpSend


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the probes trust."""
    return made_authority(tmp_path_factory.mktemp("ca"))


SEND = SmtpSend(HOST, 587, KEY, "admin@sailing.example")
ALLOWED = {"probe_sends": True}


def test_without_leave_no_test_message_is_sent(authority: Authority) -> None:
    """Not even a connection is made."""
    ses = Ses(authority.context())
    unknown = run(ses, authority, lambda a: a.send(SEND))
    assert isinstance(unknown, Unknown)
    assert "probe_sends" in unknown.needs
    assert ses.connections == 0


def test_a_test_message_goes_to_the_simulator_only(authority: Authority) -> None:
    """Accepted: SES's answer with its id; the envelope names the simulator and nobody else."""
    ses = Ses(authority.context())
    seen = run(ses, authority, lambda a: a.send(SEND), network=ALLOWED)
    assert isinstance(seen, Seen)
    assert seen.value == SendFacts(accepted=True, answer="250 Ok 0100018example-000000")
    assert ses.lines[4:7] == ["MAIL FROM:<admin@sailing.example>", "RCPT TO:<success@simulator.amazonses.com>", "DATA"]


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_refused_test_message_is_seen_in_the_servers_words(authority: Authority, at: str) -> None:
    """A 554 at any step is the answer."""
    ses = Ses(authority.context(), {at: b"554 Access denied: User is not authorized\r\n"})
    seen = run(ses, authority, lambda a: a.send(SEND), network=ALLOWED)
    assert isinstance(seen, Seen)
    assert seen.value == SendFacts(accepted=False, answer="554 Access denied: User is not authorized")


def test_a_test_message_that_is_put_off_is_unknown(authority: Authority) -> None:
    """A 4xx is neither yes nor no."""
    ses = Ses(authority.context(), {"MESSAGE": b"454 Throttling failure: Maximum sending rate exceeded\r\n"})
    assert "Throttling failure" in reason(run(ses, authority, lambda a: a.send(SEND), network=ALLOWED))


def test_a_refused_login_is_the_answer_to_the_send_too_and_not_tried_again(authority: Authority) -> None:
    """After a 535 there is no second AUTH for the test message."""
    ses = Ses(authority.context(), {"AUTH": REFUSED})

    async def both(answers: SmtpAnswers) -> Observation[object]:
        await answers.login(SmtpLogin(HOST, 587, KEY))
        return await answers.send(SEND)

    seen = run(ses, authority, both, network=ALLOWED)
    assert isinstance(seen, Seen)
    assert seen.value == SendFacts(accepted=False, answer="535 Authentication Credentials Invalid")
    assert ses.lines.count(PLAIN) == 1


def test_a_sender_that_is_no_address_is_not_said(authority: Authority) -> None:
    """Nothing can be smuggled into the envelope."""
    ses = Ses(authority.context())
    question = SmtpSend(HOST, 587, KEY, "a@b.example>\r\nRCPT TO:<victim@dock.example")
    assert "no test message" in reason(run(ses, authority, lambda a: a.send(question), network=ALLOWED))
    assert ses.connections == 0
