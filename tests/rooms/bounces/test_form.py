from __future__ import annotations

import re

from mailstrata.bounces.form import ADDRESS, BARE, Form, read_form, reader
from mailstrata.bounces.notice import Notice
from mailstrata.formats.message import parse

LINE = re.compile(rf"\n<{ADDRESS}>:")


def notice(words: str, headers: str = "From: MAILER-DAEMON@x.example\n") -> Notice:
    """A notice with these words."""
    return Notice(parse(f"{headers}\n{words}".encode()))


def test_what_stands_between_two_recipients_is_about_the_first() -> None:
    """Each has its own answer."""
    told = read_form(Form(name="x", line=LINE), notice("<a@x.example>:\n550 no\n<b@x.example>:\n452 full\n"))
    assert [(each.recipient, each.reply.code if each.reply else 0) for each in told] == [
        ("a@x.example", 550),
        ("b@x.example", 452),
    ]


def test_an_answer_may_stand_before_its_recipient() -> None:
    """A reason, then whom it struck."""
    (told,) = read_form(Form(name="x", line=BARE, said_before=True), notice("no such user\na@x.example\n"))
    assert told.diagnostic == "no such user"


def test_one_answer_may_be_about_all() -> None:
    """Told once, behind the list."""
    form = Form(name="x", line=BARE, context=re.compile(r"reason:(.*)"))
    assert {each.diagnostic for each in read_form(form, notice("a@x.example\nb@x.example\n\nreason: full\n"))} == {
        "full"
    }


def test_a_recipient_named_twice_is_one_with_the_answer_that_has_a_reply() -> None:
    """The sentence first, the session later."""
    (told,) = read_form(Form(name="x", line=LINE), notice("<a@x.example>:\nsorry\n<A@X.example>:\n550 no\n"))
    assert told.reply is not None


def test_recipients_are_looked_for_between_start_and_end() -> None:
    """Addresses elsewhere are the helpdesk's."""
    form = Form(name="x", line=BARE, start=("failed:",), end=("contact",))
    (told,) = read_form(form, notice("help@x.example\nfailed:\na@x.example\ncontact\nb@x.example\n"))
    assert told.recipient == "a@x.example"


def test_every_sign_that_is_given_must_be_there() -> None:
    """One of each kind suffices."""
    form = Form(
        name="x", sender=("daemon",), subject=("a", "b"), header=(("x-mailer", "m1"),), opening=("hi",), line=BARE
    )
    headers = "From: daemon@x.example\nSubject: b\nX-Mailer: M1\n"
    assert form.is_spoken_by(notice("hi", headers))
    assert not form.is_spoken_by(notice("ho", headers))
    assert not form.is_spoken_by(notice("hi", headers.replace("M1", "M2")))


def test_an_unsigned_form_asks_for_a_servers_headers() -> None:
    """People quote notices."""
    read = reader(Form(name="x", opening=("gave up",), line=BARE))
    words = "gave up\na@x.example\n"
    assert read(notice(words), ()) is not None
    assert read(notice(words, "From: bob@x.example\nSubject: Quote\n"), ()) is None
