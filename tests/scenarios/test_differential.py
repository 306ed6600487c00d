"""The differential table: tests that do not pass through the layers which they do not test settle where a mail stops.

Each test is one row of ``peers-diagnosis.md`` 2.1, and its docstring the row's verdict. The columns are a login that ends
with QUIT, a test message to SES's simulator by the API, the same by SMTP, and a real recipient.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.scenarios.playing import Lab, examined, played

from mailstrata.model.attempt import Outcome
from mailstrata.model.diagnosis import Diagnosis, Verdict
from mailstrata.model.facts import EndpointFacts, LoginFacts, MessageEvent, SendFacts
from mailstrata.model.finding import Gravity, Role, Stratum
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import ApiSend, Endpoint, MessageEvents, Question, SmtpLogin, SmtpSend

pytestmark = pytest.mark.lab

T = TypeVar("T")
ALIAS, REGION, HOST = "admin@sailing.example", "us-east-1", "email-smtp.us-east-1.amazonaws.com"
MAIL = '[[mail]]\nfrom = "admin@sailing.example"\nto = "ann@harbor.example"\nat = 2026-05-12T18:02:00Z\n'
Told = Callable[[Lab], Coroutine[Any, Any, T]]


@pytest.fixture
def world(tmp_path: Path) -> Callable[[str], str]:
    """Writes a scenario that stands on ``healthy``."""

    def written(tables: str) -> str:
        path = tmp_path / "row.toml"
        path.write_text(f'title = "A row of the table"\nbase = "healthy"\n{tables}', "utf-8")
        return str(path)

    return written


def told(scenario: str, tell: Told[T]) -> T:
    """What ``tell`` gives in the lab of a scenario, test messages allowed."""

    async def inside() -> T:
        async with played(scenario, probe_sends=True) as lab:
            return await tell(lab)

    return asyncio.run(inside())


async def seen(lab: Lab, question: Question[T]) -> T:
    """The answer to a question, which the world has to give."""
    answer = await lab.here.asker().ask(question)
    assert isinstance(answer, Seen), answer
    value: T = answer.value
    return value


async def columns(lab: Lab, *, port: int = 587) -> tuple[LoginFacts, SendFacts, SendFacts]:
    """Login, API and SMTP of the alias, by one asker as in a diagnosis."""
    key, asker = lab.here.settings.setup.aliases[0].username, lab.here.asker()
    answers: list[Observation[Any]] = [
        await asker.ask(question)
        for question in (SmtpLogin(HOST, port, key), ApiSend(REGION, ALIAS), SmtpSend(HOST, port, key, ALIAS))
    ]
    assert all(isinstance(answer, Seen) for answer in answers), answers
    login, api, smtp = (answer.value for answer in answers if isinstance(answer, Seen))
    return login, api, smtp


async def row(lab: Lab) -> tuple[LoginFacts, SendFacts, SendFacts, Diagnosis]:
    """The three columns and the diagnosis of the mails."""
    login, api, smtp = await columns(lab)
    found, _, _ = await examined(lab)
    return login, api, smtp, found


def primary(found: Diagnosis) -> list[str]:
    """The codes of the primary findings."""
    return [finding.code for finding in found.findings if finding.role is Role.PRIMARY]


def test_one_port_is_closed() -> None:
    """No connection on 587, yes on the others: something local blocks the port; choose the other one."""

    async def tell(lab: Lab) -> tuple[EndpointFacts, tuple[LoginFacts, SendFacts, SendFacts], Diagnosis]:
        first = await seen(lab, Endpoint(HOST, 587, "starttls"))
        found, _, _ = await examined(lab)
        return first, await columns(lab, port=465), found

    closed, (login, api, smtp), found = told("endpoint-unreachable", tell)
    assert closed.stage == "connect"
    assert login.accepted
    assert api.accepted
    assert smtp.accepted
    assert primary(found) == ["endpoint-unreachable"]
    assert found.findings[0].fixes == ("use-other-port",)


def test_no_login_is_offered(world: Callable[[str], str]) -> None:
    """No AUTH in EHLO while the API works: something stands in SES's place, and Gmail says SENT_SECOND_EHLO."""

    async def tell(lab: Lab) -> tuple[EndpointFacts, SendFacts, Diagnosis]:
        door = await seen(lab, Endpoint(HOST, 587, "starttls"))
        found, _, _ = await examined(lab)
        return door, await seen(lab, ApiSend(REGION, ALIAS)), found

    scenario = world('[[region]]\nname = "us-east-1"\nendpoint = "no-auth"\n' + MAIL)
    door, api, found = told(scenario, tell)
    assert door.auth == ()
    assert api.accepted
    assert "SENT_SECOND_EHLO" in found.attempts[0].attempt.diagnostic
    assert primary(found) == ["endpoint-tls-invalid"]


def test_the_login_is_refused() -> None:
    """535 while the API works: the credential; forensics say what is wrong with it."""

    async def tell(lab: Lab) -> tuple[LoginFacts, SendFacts, Diagnosis]:
        host, key = "email-smtp.us-east-2.amazonaws.com", lab.here.settings.setup.aliases[0].username
        found, _, _ = await examined(lab)
        login = await seen(lab, SmtpLogin(host, 587, key))
        return login, await seen(lab, ApiSend("us-east-2", "ada@sailing.example")), found

    login, api, found = told("wrong-derivation", tell)
    assert login.reply.code == 535
    assert api.accepted
    assert primary(found) == ["password-wrong-derivation"]


TWO_KEYS = """
[[user]]
name = "ses-smtp-relay"
keys = [{ name = "gmail", status = "Inactive" }, { name = "crew", status = "Active" }]

[[alias]]
address = "crew@sailing.example"
key = "crew"
secret = "aws:mailstrata/smtp/crew"
"""


def test_one_key_is_refused_and_another_accepted(world: Callable[[str], str]) -> None:
    """535 with key A, 235 with key B: key A is inactive, deleted, temporary or wrongly derived."""

    async def tell(lab: Lab) -> tuple[LoginFacts, LoginFacts, SendFacts, Diagnosis]:
        first, second = lab.here.settings.setup.aliases
        found, _, _ = await examined(lab)
        with_b = SmtpSend(HOST, 587, second.username, second.address)
        return (
            await seen(lab, SmtpLogin(HOST, 587, first.username)),
            await seen(lab, SmtpLogin(HOST, 587, second.username)),
            await seen(lab, with_b),
            found,
        )

    key_a, key_b, smtp, found = told(world(TWO_KEYS + MAIL), tell)
    assert key_a.reply.code == 535
    assert key_b.reply.code == 235
    assert smtp.accepted
    assert primary(found) == ["key-inactive"]
    assert found.attempts[0].cause == "key-inactive"


def test_one_region_refuses_and_another_accepts(world: Callable[[str], str]) -> None:
    """535 in region X, 235 in region Y: the password was derived for Y, the host is X's."""
    there = "email-smtp.eu-west-1.amazonaws.com"

    async def tell(lab: Lab) -> tuple[LoginFacts, LoginFacts, Diagnosis]:
        key = lab.here.settings.setup.aliases[0].username
        found, _, _ = await examined(lab)
        return await seen(lab, SmtpLogin(HOST, 587, key)), await seen(lab, SmtpLogin(there, 587, key)), found

    tables = '[[region]]\nname = "eu-west-1"\nendpoint = "ok"\n[[alias]]\naddress = "admin@sailing.example"\n'
    here, elsewhere, found = told(world(tables + 'password = "region:eu-west-1"\n' + MAIL), tell)
    assert (here.reply.code, elsewhere.reply.code) == (535, 235)
    assert primary(found) == ["password-wrong-region"]


def test_454_is_no_verdict(world: Callable[[str], str]) -> None:
    """454 Temporary authentication failure says nothing of the credential: unknown now, and later the login works."""

    async def tell(lab: Lab) -> tuple[Observation[LoginFacts], SendFacts, Diagnosis, LoginFacts]:
        key = lab.here.settings.setup.aliases[0].username
        now = await lab.here.asker().ask(SmtpLogin(HOST, 587, key))
        api = await seen(lab, ApiSend(REGION, ALIAS))
        found, _, _ = await examined(lab)
        await lab.living.parts.break_endpoint(REGION, "ok")
        return now, api, found, await seen(lab, SmtpLogin(HOST, 587, key))

    now, api, found, later = told(world('[[region]]\nname = "us-east-1"\nendpoint = "busy"\n'), tell)
    assert isinstance(now, Unknown)
    assert "454" in now.reason
    assert api.accepted
    assert found.findings == ()
    assert "login-refused" in {entry.code for entry in found.undetermined}
    assert found.verdict is Verdict.UNDETERMINED
    assert later.accepted


def test_the_smtp_users_policy() -> None:
    """235, the API works, SMTP says 554 Access denied: the policy of the SMTP user."""
    login, api, smtp, found = told("send-not-authorized", row)
    assert login.accepted
    assert api.accepted
    assert not smtp.accepted
    assert smtp.answer.startswith("554")
    assert "ses:SendRawEmail" in smtp.answer
    assert primary(found) == ["send-not-authorized"]


def test_the_identity() -> None:
    """235, and both ways say that the address is not verified: the identity in this region."""
    login, api, smtp, found = told("identity-unverified", row)
    assert login.accepted
    assert not api.accepted
    assert not smtp.accepted
    assert "not verified" in api.answer
    assert "not verified" in smtp.answer
    assert primary(found) == ["identity-unverified"]


def test_the_account() -> None:
    """235, and both ways say that sending is paused: the account."""
    login, api, smtp, found = told("account-paused", row)
    assert login.accepted
    assert not api.accepted
    assert not smtp.accepted
    assert "paused" in api.answer
    assert "paused" in smtp.answer
    assert primary(found) == ["account-paused"]


def test_gmail_holds_another_password() -> None:
    """All works from here, and Gmail still bounces with 535: Gmail stores another password; a guided re-entry."""
    login, api, smtp, found = told("login-refused", row)
    assert login.accepted
    assert api.accepted
    assert smtp.accepted
    assert found.attempts[0].attempt.reply is not None
    assert found.attempts[0].attempt.reply.code == 535
    assert primary(found) == ["login-refused"]
    assert found.findings[0].fixes == ("retype-in-gmail",)


async def ended(lab: Lab) -> tuple[LoginFacts, SendFacts, SendFacts, Diagnosis, tuple[MessageEvent, ...]]:
    """The row, and the events of the first mail."""
    login, api, smtp, found = await row(lab)
    events = await seen(lab, MessageEvents(REGION, found.attempts[0].attempt.message_id or ""))
    return login, api, smtp, found, events


def test_the_suppression_list() -> None:
    """All works, 250 for the recipient, then no Delivery but OnAccountSuppressionList: the suppression list."""
    login, api, smtp, found, events = told("suppression-hides-cause", ended)
    assert login.accepted
    assert api.accepted
    assert smtp.accepted
    assert [event.kind for event in events] == ["Send", "Bounce"]
    assert events[-1].subtype.endswith("OnAccountSuppressionList")
    assert primary(found) == ["recipient-suppressed"]


def test_the_recipients_server(world: Callable[[str], str]) -> None:
    """All works, 250, then a Bounce with the remote server's text: the recipient, and no layer before it."""
    mailbox = '[{ address = "ann@harbor.example", kind = "full" }]'
    full = f'[[recipient]]\nhost = "gmail-smtp-in.l.google.example"\nmailboxes = {mailbox}\n' + MAIL
    login, api, smtp, found, events = told(world(full), ended)
    assert login.accepted
    assert api.accepted
    assert smtp.accepted
    assert [event.kind for event in events] == ["Send", "Bounce"]
    assert events[-1].diagnostic.startswith("smtp; 552")
    assert found.attempts[0].attempt.outcome is Outcome.BOUNCED
    assert primary(found) == ["recipient-full"]
    assert {finding.stratum for finding in found.findings if finding.gravity is Gravity.FAULT} == {Stratum.RECIPIENT}


def test_beyond_the_recipients_server(world: Callable[[str], str]) -> None:
    """All works, a Delivery event, and the reader has nothing: beyond what can be seen, but for the recipient's own trace."""
    mailbox = '[{ address = "ann@harbor.example", kind = "quarantined" }]'
    hidden = f'[[recipient]]\nhost = "gmail-smtp-in.l.google.example"\nmailboxes = {mailbox}\n' + MAIL
    login, api, smtp, found, events = told(world(hidden), ended)
    assert login.accepted
    assert api.accepted
    assert smtp.accepted
    assert [event.kind for event in events] == ["Send", "Delivery"]
    assert found.findings == ()
    assert found.verdict is Verdict.HEALTHY
