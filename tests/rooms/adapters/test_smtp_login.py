"""Logins: what is an answer, what is none, and where no password goes."""

from __future__ import annotations

import asyncio
import base64

import pytest
import trustme
from tests.rooms.adapters.submission import (
    ACCEPTED,
    HOST,
    KEY,
    OFFER,
    PASSWORD,
    PLAIN,
    REFUSED,
    Authority,
    Ses,
    login,
    made_authority,
    reason,
    run,
    silent,
)

from mailstrata.adapters.smtp_probe import SmtpAnswers
from mailstrata.credentials.derivation import smtp_password
from mailstrata.model.facts import LoginFacts
from mailstrata.model.observation import Observation, Seen
from mailstrata.model.question import SmtpLogin


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the probes trust."""
    return made_authority(tmp_path_factory.mktemp("ca"))


def test_an_accepted_login_is_seen_and_sends_nothing(authority: Authority) -> None:
    """AUTH PLAIN under TLS with the stored password, then QUIT."""
    ses = Ses(authority.context())
    seen = login(ses, authority)
    assert isinstance(seen, Seen)
    assert isinstance(seen.value, LoginFacts)
    assert seen.value.accepted
    assert str(seen.value.reply) == "235 Authentication successful."
    assert ses.lines[-2:] == [PLAIN, "QUIT"]


def test_a_refused_login_is_seen_in_the_servers_words(authority: Authority) -> None:
    """535 is definite."""
    seen = login(Ses(authority.context(), {"AUTH": REFUSED}), authority)
    assert isinstance(seen, Seen)
    assert isinstance(seen.value, LoginFacts)
    assert not seen.value.accepted
    assert str(seen.value.reply) == "535 Authentication Credentials Invalid"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"454 Temporary authentication failure\r\n", "454 Temporary authentication failure: no verdict"),
        (b"421 Too many concurrent SMTP connections\r\n", "421 Too many concurrent SMTP connections: no verdict"),
        (b"334 \r\n", "the server answered 250 Ok: no verdict"),
        (b"250 Ok\r\n", "the server answered 250 Ok: no verdict"),
        (b"<html>\r\n", "what is no SMTP reply: '<html>': no verdict"),
        (b"", "no answer to AUTH in 1 s: no verdict"),
        (b"250-x\r\n" * 200, "a reply of more than 100 lines: no verdict"),
    ],
)
def test_no_verdict_is_unknown(authority: Authority, answer: bytes, told: str) -> None:
    """A 4xx, garbage, silence or an endless answer says nothing about the password."""
    assert told in reason(login(Ses(authority.context(), {"AUTH": answer}), authority))


@pytest.mark.parametrize("template", ["500 what is {}", "535-no\r\n535 {}", "{}", "454 {}"])
def test_a_server_that_repeats_the_password_does_not_get_it_shown(authority: Authority, template: str) -> None:
    """Neither the line nor a piece of it comes into any answer."""
    echo = f"{template.format(PLAIN)}\r\n".encode()
    found = login(Ses(authority.context(), {"AUTH": echo}), authority)
    assert PLAIN[20:40] not in repr(found)
    assert "in confidence" in repr(found)


def test_auth_login_is_taken_where_plain_is_not_offered(authority: Authority) -> None:
    """Username and password follow one by one."""
    words = {name: base64.b64encode(name.encode()).decode() for name in (KEY, PASSWORD)}
    says = {
        "AUTH": b"334 VXNlcm5hbWU6\r\n",
        words[KEY].upper(): b"334 UGFzc3dvcmQ6\r\n",
        words[PASSWORD].upper(): ACCEPTED,
    }
    ses = Ses(authority.context(), says, offer=OFFER.replace(b"PLAIN ", b""))
    seen = login(ses, authority)
    assert isinstance(seen, Seen)
    assert ses.lines[-4:] == ["AUTH LOGIN", words[KEY], words[PASSWORD], "QUIT"]


def test_a_server_without_our_mechanisms_leaves_it_unknown(authority: Authority) -> None:
    """No password is said."""
    ses = Ses(authority.context(), offer=b"250-x\r\n250-STARTTLS\r\n250 AUTH CRAM-MD5\r\n")
    assert reason(login(ses, authority)) == "the server takes no AUTH PLAIN or LOGIN here, it offers CRAM-MD5"
    assert "AUTH" not in str(ses.lines)


@pytest.mark.parametrize("name", ["other.example", "stranger"])
def test_no_password_goes_to_a_server_that_did_not_prove_its_name(authority: Authority, name: str) -> None:
    """Wrong name or unknown authority: the session ends before AUTH."""
    signer = authority if name == "other.example" else Authority(ca=trustme.CA(), file="")
    ses = Ses(signer.context(name if name == "other.example" else HOST))
    assert "the certificate is" in reason(login(ses, authority))
    assert not [line for line in ses.lines if line.startswith("AUTH")]


def test_no_password_is_said_in_clear(authority: Authority) -> None:
    """STARTTLS stripped by somebody between: no login. Nor where the caller asks for it."""
    ses = Ses(authority.context(), offer=b"250-x\r\n250 AUTH PLAIN\r\n")
    assert "STARTTLS is not offered" in reason(login(ses, authority))
    clear = run(ses, authority, lambda a: a.try_login(HOST, 25, security="none", username=KEY, password=PASSWORD))
    assert "in clear" in reason(clear)
    assert not [line for line in ses.lines if line.startswith("AUTH")]


def test_one_password_is_tried_once(authority: Authority) -> None:
    """However often and at once it is asked, there is one AUTH and one answer."""
    ses = Ses(authority.context(), {"AUTH": REFUSED})

    async def often(answers: SmtpAnswers) -> Observation[object]:
        question = SmtpLogin(HOST, 587, KEY)
        found = await asyncio.gather(*(answers.login(question) for _ in range(3)))
        assert found[0] == found[1] == found[2] == await answers.login(question)
        return found[0]

    run(ses, authority, often)
    assert ses.connections == 1


def test_a_given_password_is_tried_as_often_as_asked(authority: Authority) -> None:
    """A repair polls until IAM knows its new key (facts.md A7)."""
    ses = Ses(authority.context(), {"AUTH": REFUSED})

    async def twice(answers: SmtpAnswers) -> Observation[object]:
        for _ in range(2):
            seen = await answers.try_login(HOST, 587, security="starttls", username=KEY, password=PASSWORD)
        return seen

    assert isinstance(run(ses, authority, twice), Seen)
    assert ses.lines.count(PLAIN) == 2


@pytest.mark.parametrize("password", ["", "a\0b", "\ud800"])
def test_a_password_that_smtp_cannot_carry_is_not_tried(authority: Authority, password: str) -> None:
    """RFC 4616 forbids NUL; a lone surrogate has no UTF-8."""
    found = run(
        silent, authority, lambda a: a.try_login(HOST, 587, security="starttls", username=KEY, password=password)
    )
    assert reason(found) == f"the password of {KEY} is empty or no text that SMTP can carry"


def test_where_only_the_secret_is_kept_its_password_is_derived_for_the_hosts_region(authority: Authority) -> None:
    """The server gets the derived password, never the secret."""
    ses = Ses(authority.context())
    login(ses, authority, {"secret_access_key": "some+secret+key"})
    said = base64.b64decode(ses.lines[-2].removeprefix("AUTH PLAIN ")).decode()
    assert said == f"\0{KEY}\0{smtp_password('some+secret+key', 'us-east-1')}"
