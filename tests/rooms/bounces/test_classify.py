from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import within

from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.classification.classify import _REMEMBERED, _REMEMBERED_LIMIT, classify
from mailstrata.bounces.pasted import pasted
from mailstrata.model.finding import Confidence, Owner
from mailstrata.model.reply import Reply


def _of(text: str, **known: str) -> Bounce:
    return Bounce(recipient="ann@dock.example", diagnostic=text, reply=Reply.parse(text), **known)  # type: ignore[arg-type]


def test_one_text_with_four_numbers_means_four_things() -> None:
    """Exchange's "banned sender" is about tenant, server or domain: the number tells (facts.md D2)."""
    owners = [
        classify(pasted(f"550 5.7.{number} Access denied, banned sender")).owner for number in (502, 503, 511, 800)
    ]
    assert owners == [Owner.YOU, Owner.YOU, Owner.AWS, Owner.YOU]


def test_the_words_count_more_than_a_number_that_says_something_else() -> None:
    """A list refuses the server; 5.1.1 was only its habit."""
    assert classify(_of("550 5.1.1 blocked using zen.spamhaus.org")).reason == "blocked"


@pytest.mark.parametrize("verbs", [("RCPT", "DATA"), ("DATA", "RCPT")])
def test_what_was_judged_before_changes_no_judgement(verbs: tuple[str, str]) -> None:
    """One answer at two points of the conversation means two things, whichever is read first, and read again."""
    read = [
        classify(_of("550 no such user at all", context=f">>> {verb} TO\n<<< 550 no such user at all")).reason
        for verb in verbs * 2
    ]
    assert read == [{"RCPT": "userunknown", "DATA": "filtered"}[verb] for verb in verbs * 2]


def test_what_is_remembered_of_judgements_stays_small() -> None:
    """Thousands of different answers leave no more than the limit."""
    for number in range(_REMEMBERED_LIMIT + 10):
        classify(_of(f"552 5.2.2 mailbox is full, ticket x{number}"))
    assert len(_REMEMBERED) <= _REMEMBERED_LIMIT


def test_the_number_counts_where_the_words_say_nothing() -> None:
    """RFC 3463 3.3: X.2.2 is a full mailbox in every language."""
    said = classify(_of("552 5.2.2 Ontvanger geweigerd"))
    assert (said.reason, said.confidence) == ("mailboxfull", Confidence.LIKELY)


def test_number_and_words_that_agree_prove_it() -> None:
    """Two witnesses."""
    assert classify(_of("552 5.2.2 Mailbox full")).confidence is Confidence.PROVEN
    assert classify(_of("552 Mailbox full")).confidence is Confidence.LIKELY
    assert classify(_of("550 no")).confidence is Confidence.POSSIBLE


@pytest.mark.parametrize("times", [1, 60])
def test_words_that_are_said_again_and_again_hide_none(times: int) -> None:
    """Many recipients' lines may stand around one answer; every two neighbours among them are looked at."""
    said = classify(_of(f"{'the final recipient is full of mailbox ' * times}. 552 Mailbox is full"))
    assert (said.reason, said.confidence) == ("mailboxfull", Confidence.LIKELY)


def test_an_unknown_user_is_one_for_good_at_rcpt_and_perhaps_a_filter_elsewhere() -> None:
    """Some servers say so of users whom they know, after they have seen the mail; suppressing those would be wrong."""
    at_rcpt = classify(_of("550 user unknown (in reply to RCPT TO command)"))
    after_data = classify(_of("550 user unknown (in reply to end of DATA command)"))
    assert (at_rcpt.reason, at_rcpt.hard) == ("userunknown", True)
    assert (after_data.reason, after_data.hard) == ("filtered", False)
    assert at_rcpt.code == after_data.code == "recipient-unknown"


def test_the_transcript_of_a_conversation_tells_the_phase() -> None:
    """Sendmail writes what it said with ``>>>`` and what it got with ``<<<``."""
    transcript = ">>> RCPT To:<ann@dock.example>\n<<< 550 user unknown\n>>> DATA\n<<< 503 need RCPT"
    assert classify(_of("550 user unknown", context=transcript)).reason == "userunknown"
    assert classify(_of("550 user unknown", context=">>> DATA\n<<< 550 user unknown")).reason == "filtered"


def test_what_was_refused_at_mail_from_is_about_the_sender() -> None:
    """RFC 5321 3.3: the recipient was not named yet."""
    said = classify(_of("550 no such domain sailing.example (in reply to MAIL FROM command)"))
    assert (said.reason, said.hard, said.stratum.value) == ("rejected", False, "identity")


def test_a_temporary_failure_is_never_hard() -> None:
    """The address may be verified at the next try (RFC 3463 2, class 4)."""
    assert classify(_of("450 4.1.1 user unknown")).hard is False
    assert classify(_of("550 5.1.1 user unknown", action="delayed")).hard is False
    assert classify(_of("550 5.1.1 user unknown")).hard is True


def test_words_within_an_address_mean_nothing() -> None:
    """``spam@`` is a name, and so is ``quota@``."""
    assert classify(_of("550 5.1.1 <spam.virus.quota@dock.example>: user unknown")).reason == "userunknown"


def test_the_notices_own_opinion_stands_behind_the_answer_it_quotes() -> None:
    """Google titles a sender's refusal "Address not found"."""
    text = "** Address not found ** Your message wasn't delivered. The response was: 552 5.2.2 quota exceeded"
    assert classify(_of(text)).reason == "mailboxfull"


@pytest.mark.parametrize("around", ["", "Reporting server: mx.dock.example"])
def test_what_stands_beside_a_quoted_answer_that_says_nothing_is_read(around: str) -> None:
    """And so are the notice's words around it."""
    assert classify(_of("The mailbox is full. Remote server said: 550 no", context=around)).reason == "mailboxfull"
    assert classify(_of("550 no", context="The mailbox is full")).reason == "mailboxfull"


def test_the_platform_whose_server_is_refused_is_the_one_that_sent() -> None:
    """Lists that name Google's servers are no business of AWS."""
    text = "554 5.7.1 blocked using zen.spamhaus.org"
    assert classify(_of(text)).owner is Owner.AWS
    assert classify(_of(text, reporting_mta="mail-pf2.google.com")).owner is Owner.GOOGLE


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_has_no_hardness(action: str) -> None:
    """Nothing failed."""
    said = classify(_of("250 2.1.5 Ok", action=action))
    assert (said.reason, said.hard) == ("delivered", None)


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["", "gmail", "exchange-online", "nobody"]))
def test_whatever_a_mail_says_there_is_an_answer(answer: str, context: str, provider: str) -> None:
    """Every reason has its remedy, and nothing raises."""
    assert classify(_of(answer, context=context, provider=provider)).remedy


@pytest.mark.parametrize("text", ["a@" * 10_000, "<" * 20_000, ">>> RCPT " * 3000, "550 " * 5000, "no such " * 3000])
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """Half a second for texts a hundred times as long as an answer would be a way to stop us."""
    assert within(0.1, lambda: classify(_of(text, context=text)))
