from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import within

from mailstrata.bounces.answer import answer_in, enhanced_in, reply_in


@pytest.mark.parametrize(
    ("text", "code", "enhanced"),
    [
        ("550 5.1.1 no such user", 550, "5.1.1"),
        ("host mx.x.example[192.0.2.1] said: 550 no (in reply to RCPT TO command)", 550, ""),
        ("550 #5.1.0 Address rejected", 550, "5.1.0"),
        ("#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", 550, "5.1.1"),
        ("was: 554 554 5.7.0 Header error (state 18).", 554, "5.7.0"),
        ("Error, ERROR_CODE :550, ERROR_CODE :5.2.2 <a@x.example>... full", 550, "5.2.2"),
        ("550: 5.1.1 <a@x.example>... User Unknown", 550, "5.1.1"),
        ("It responded as follows: [451 4.3.0 try later]", 451, "4.3.0"),
        ("(reason: 553 sorry)", 553, ""),
        ("452-4.2.2 full 452 4.2.2 really", 452, "4.2.2"),
    ],
)
def test_the_reply_is_found_among_other_words(text: str, code: int, enhanced: str) -> None:
    """However it is led in, with the enhanced code that belongs to it."""
    reply = answer_in(text).reply
    assert reply is not None
    assert (reply.code, reply.enhanced) == (code, enhanced)


@pytest.mark.parametrize(
    "text",
    ["192.0.2.1 does not like you", "at 12:550", "see x.example/550", "id a550b", "Exim 4.92.3", "after 5 days", ""],
)
def test_other_numbers_are_no_reply(text: str) -> None:
    """Addresses, times, paths, versions."""
    assert answer_in(text).reply is None
    assert reply_in(text) is None


def test_the_lines_of_a_reply_are_joined() -> None:
    """RFC 5321 4.2.1: the code stands before each, and wrapping may have put them into one line."""
    reply = answer_in("said: 550-5.7.26 Unauthenticated mail is not\n550-5.7.26 accepted, go\n550 5.7.26 away").reply
    assert reply is not None
    assert reply.text == "Unauthenticated mail is not accepted, go away"


def test_the_answer_begins_at_the_reply_and_the_rest_is_context() -> None:
    """The remote server's words count; the local server's are kept."""
    answer = answer_in("SMTP error after RCPT:\n host mx.x.example [192.0.2.1]: 550 no")
    assert (answer.diagnostic, answer.remote_mta) == ("550 no", "mx.x.example")
    assert answer.context.startswith("SMTP error after RCPT: host")


def test_without_a_reply_all_words_are_the_diagnostic() -> None:
    """An enhanced code alone is a status and no reply."""
    answer = answer_in("5.2.2 <a@x.example>...\n Mailbox Full")
    assert (answer.reply, answer.status, answer.diagnostic) == (None, "5.2.2", "5.2.2 <a@x.example>... Mailbox Full")


def test_a_bracket_that_was_opened_before_the_answer_is_not_its_end() -> None:
    """Pairs within it stay."""
    assert answer_in("(reason: 550 no (really))").diagnostic == "550 no (really)"
    assert answer_in('said: "554 loop (6 times)"').diagnostic == "554 loop (6 times)"


def test_a_version_is_no_enhanced_code() -> None:
    """RFC 3463 3: the subject is a number from 0 to 7."""
    assert enhanced_in("Exim 4.92.3 and (#5.1.1)") == "5.1.1"


@given(st.text(max_size=400))
def test_any_text_has_an_answer(text: str) -> None:
    """Never an exception, never more than a reply of a failure."""
    reply = answer_in(text).reply
    assert reply is None or 400 <= reply.code < 600


@pytest.mark.parametrize(
    "text", ["550" * 400_000, "5.1." * 300_000, "4 5 " * 300_000, "550-5.1.1 " * 100_000, "host " * 200_000]
)
def test_a_megabyte_of_numbers_is_answered_at_once(text: str) -> None:
    """Codes that are none, without end."""
    assert within(0.2, lambda: answer_in(text))
    assert within(0.2, lambda: reply_in(text))
    assert within(1.0, lambda: enhanced_in(text))
