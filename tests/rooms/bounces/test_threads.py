from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.effort import within

from mailstrata.bounces.attempts import attempts
from mailstrata.bounces.bounce import Bounce
from mailstrata.bounces.read import read
from mailstrata.bounces.threads import WINDOW, attempt_of, threads
from mailstrata.model.attempt import Attempt, Outcome, Via

BOUNCES = Path(__file__).parents[2] / "bounces"
NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def bounce(action: str = "failed", *, after: int = 0, message_id: str = "q-17@sailing.example", **more: str) -> Bounce:
    """A bounce of one mail to Ann, some hours after noon."""
    told = {"recipient": "ann@harbor.example", **more}
    return Bounce(action=action, at=NOON + timedelta(hours=after), message_id=message_id, **told)  # type: ignore[arg-type]


def attempt(**more: object) -> Attempt:
    """A mail to Ann at noon, known from elsewhere."""
    told = {
        "sender": "admin@sailing.example",
        "recipient": "ann@harbor.example",
        "via": Via.SES_API,
        "at": NOON,
        **more,
    }
    return Attempt(id="log-1", **told)  # type: ignore[arg-type]


def test_a_bounce_read_twice_is_one() -> None:
    """From the mailbox and from a file."""
    assert [len(thread.bounces) for thread in threads([bounce(), bounce()])] == [1]


def test_a_delay_and_then_the_failure_are_one_thread_whichever_is_read_first() -> None:
    """The failure is what became of the mail."""
    late, final = bounce("delayed", after=4), bounce("failed", after=72)
    for order in ([late, final], [final, late]):
        (thread,) = threads(order)
        assert (len(thread.bounces), thread.last) == (2, final)


def test_several_delays_without_an_end_are_told_by_the_latest() -> None:
    """It is still being tried."""
    (thread,) = threads([bounce("delayed", after=8), bounce("delayed", after=4)])
    assert thread.last.at == NOON + timedelta(hours=8)


def test_another_mail_or_another_recipient_is_another_thread() -> None:
    """Each may have its own cause."""
    told = [bounce(), bounce(message_id="q-18@sailing.example"), bounce(recipient="bob@harbor.example")]
    assert len(threads(told)) == 3


def test_a_recipient_is_known_by_the_name_that_the_sender_wrote() -> None:
    """One server tells the alias, the next whom it expanded to."""
    first = bounce("delayed", recipient="crew@harbor.example")
    final = bounce(recipient="ann@quay.example", original_recipient="crew@harbor.example", after=2)
    assert [thread.last for thread in threads([first, final])] == [final]


def test_without_an_id_only_the_same_words_are_the_same_bounce() -> None:
    """Nothing tells that two bare notices are about one mail."""
    bare = bounce(message_id="", diagnostic="mailbox full")
    assert len(threads([bare, bare, bounce(message_id="", diagnostic="no such user")])) == 2


def test_a_warning_and_a_failure_of_which_one_names_no_mail_are_told_together_by_recipient_and_time() -> None:
    """The one has the original attached, the other has not; or neither has."""
    for one, other in (("", ""), ("q-17@sailing.example", ""), ("", "q-17@sailing.example")):
        late, final = bounce("delayed", after=4, message_id=one), bounce(after=72, message_id=other)
        for order in ([late, final], [final, late]):
            assert [thread.last for thread in threads(order)] == [final]
    repeated = [bounce("delayed", after=hours, message_id="") for hours in (4, 24)]
    assert len(threads([*repeated, bounce(after=72, message_id="")])) == 1


def test_recipient_and_time_alone_join_nothing_that_may_be_two_mails() -> None:
    """Two failures that could be meant, two warnings of different mails, a failure before, weeks later or of another mail."""
    late, quote = bounce("delayed", after=4, message_id=""), bounce("delayed", message_id="", subject="Quote")
    apart = [
        [late, bounce(after=70), bounce(after=71, message_id="q-18@sailing.example")],
        [
            quote,
            bounce("delayed", after=1, message_id="", subject="Bill"),
            bounce(message_id="", after=9),
        ],
        [late, bounce(after=3)],
        [late, bounce(after=24 * 9)],
        [quote, bounce(after=9, subject="Bill")],
        [bounce("delayed", after=4, message_id="q-16@sailing.example"), bounce(after=70)],
    ]
    assert [len(threads(order)) for order in apart] == [3, 3, 2, 2, 2, 2]


def test_many_warnings_and_failures_are_put_together_in_little_time() -> None:
    """A mailbox of years: each recipient is looked at for itself."""
    told = [
        bounce(action, after=after, message_id="", recipient=f"ann{number}@harbor.example")
        for number in range(4000)
        for action, after in (("delayed", 4), ("failed", 72))
    ]
    assert within(3.0, lambda: threads(told))
    assert len(threads(told)) == 4000


def test_among_very_many_failures_of_one_recipient_none_is_looked_for() -> None:
    """Time alone tells nothing there, and to compare each with each would have no end."""
    failures = [bounce(after=hour, message_id=f"q-{hour}@sailing.example") for hour in range(1001)]
    late = bounce("delayed", after=1000, message_id="")
    assert len(threads([*failures[-1:], late])) == 1
    assert len(threads([*failures, late])) == 1002


def test_the_id_that_gmail_gave_joins_what_ses_renamed() -> None:
    """SES replaces the Message-ID; Gmail's own name of the mail stays in its headers (facts.md C3)."""
    first = bounce("delayed", x_gmail_original_message_id="CA-1@mail.gmail.com", message_id="CA-1@mail.gmail.com")
    final = bounce(x_gmail_original_message_id="CA-1@mail.gmail.com", message_id="0100@amazonses.com", after=9)
    assert len(threads([first, final])) == 1


def test_an_alias_bounce_and_an_exchange_ndr_are_two_attempts_with_two_causes() -> None:
    """The alias's server refused one mail; the recipient's server refused another, of the same conversation."""
    alias = read((BOUNCES / "gmail-alias-535.eml").read_bytes())[0]
    ndr = read((BOUNCES / "exchange-ndr.eml").read_bytes())[0]
    same = Bounce(
        recipient=alias.recipient, reply=ndr.reply, diagnostic=ndr.diagnostic, message_id=alias.message_id, at=ndr.at
    )
    for second in (ndr, same):
        outcomes = sorted(str(each.outcome) for each in attempts([alias, second]))
        assert outcomes == ["bounced", "refused-at-relay"]


def test_an_attempt_is_known_by_its_message_id_or_by_the_id_that_ses_gave() -> None:
    """Whatever the log has kept."""
    told = bounce(message_id="0100@us-west-2.amazonses.com")
    assert attempt_of(told, [attempt(message_id="0100")]) is not None
    assert attempt_of(bounce(), [attempt(header_message_id="q-17@sailing.example")]) is not None
    assert attempt_of(bounce(), [attempt(header_message_id="q-18@sailing.example")]) is None


def test_without_an_id_the_only_attempt_in_time_is_meant() -> None:
    """Two that could be meant are none; a bounce from before the mail or from weeks later is another's."""
    told = bounce(message_id="", after=3)
    assert attempt_of(told, [attempt()]) is not None
    assert attempt_of(told, [attempt(), attempt(at=NOON + timedelta(hours=1))]) is None
    assert attempt_of(told, [attempt(at=NOON + timedelta(hours=4))]) is None
    assert attempt_of(told, [attempt(at=NOON - WINDOW)]) is None


def test_a_bounce_tells_the_fate_of_a_known_attempt() -> None:
    """The log's own facts stay, and no second attempt appears."""
    (known,) = attempts([bounce(diagnostic="550 no")], [attempt(header_message_id="q-17@sailing.example")])
    assert (known.outcome, known.diagnostic, known.sender) == (Outcome.BOUNCED, "550 no", "admin@sailing.example")
