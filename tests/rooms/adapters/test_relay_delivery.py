"""The delivery of offered mails against a scripted SES, with the ledger in SQLite and in Postgres."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rooms.adapters.relay_rig import MESSAGE, offer, own_key, rig
from tests.rooms.adapters.scripted_http import BREAK, OK, SILENCE, refusal

from mailstrata.adapters.relay_dispatch import Habits
from mailstrata.adapters.relay_ledger import release, settle, unsettled
from mailstrata.model.relaying import Ending, State
from mailstrata.model.reply import Reply
from mailstrata.relay.delivery import Mode

__all__ = ["own_key"]
pytestmark = pytest.mark.usefixtures("own_key")

LATER = 2**45
SPOOL = Habits(mode=Mode.SPOOL, host="relay.sailing.example")
THROTTLE = refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
BROKEN = refusal(400, "MessageRejected", "Missing final '@domain'")
MANY = tuple(f"{number}@dock.example" for number in range(120))


def test_250_is_said_after_ses_took_the_mail_and_the_ledger_knows(place: str) -> None:
    """The message arrives byte for byte, with the row as its tag."""

    async def story() -> None:
        async with rig(place) as it:
            assert await it.send(offer()) == ["250 2.0.0 Ok 0100"]
            assert it.messages == [MESSAGE]
            ((row, state),) = it.way.base.run("SELECT id, state FROM relay_mails")
            assert state == "accepted"
            assert f'"EmailTags":[{{"Name":"mailstrata","Value":"{row}"}}]'.encode() in it.ses.bodies[0]

    asyncio.run(story())


def test_a_repeat_of_an_accepted_mail_is_answered_from_the_ledger(place: str) -> None:
    """Also after the relay was started anew."""

    async def story() -> None:
        async with rig(place) as it:
            first = await it.send(offer(), offer())
        async with rig(place) as anew:
            assert [*first, *await anew.send(offer())] == ["250 2.0.0 Ok 0100"] * 3
            assert (len(it.ses.bodies), len(anew.ses.bodies)) == (1, 0)

    asyncio.run(story())


@pytest.mark.parametrize("answer", [BREAK, SILENCE, refusal(500, "InternalFailure")])
@pytest.mark.parametrize("mode", [*Mode])
def test_a_mail_whose_fate_is_unknown_is_not_sent_again(place: str, answer: bytes, mode: Mode) -> None:
    """The client hears 451 as often as it tries, until somebody settles it."""

    async def story() -> None:
        async with rig(place, answer, habits=Habits(mode=mode), answer=0.2) as it:
            heard = await it.send(offer(), offer())
            assert [line[:9] for line in heard] == ["451 4.4.2"] * 2
            assert len(it.ses.bodies) == 1
            (row,) = unsettled(it.way.base, LATER)
            assert settle(it.way.base, row.id, Ending(state=State.ACCEPTED, ses_id="0200"))
            assert await it.send(offer()) == ["250 2.0.0 Ok 0200"]
            assert len(it.ses.bodies) == 1

    asyncio.run(story())


def test_a_mail_that_was_settled_as_not_sent_may_be_sent(place: str) -> None:
    """The operator says so; the client tries again."""

    async def story() -> None:
        async with rig(place, BREAK) as it:
            await it.send(offer())
            (row,) = unsettled(it.way.base, LATER)
            assert release(it.way.base, row.id)
            assert await it.send(offer()) == ["250 2.0.0 Ok 0100"]

    asyncio.run(story())


def test_a_repeat_while_the_first_is_under_way_is_not_sent(place: str) -> None:
    """The client lost its patience; the first one goes on."""

    async def story() -> None:
        async with rig(place) as it:
            heard = await asyncio.gather(*(it.send(offer()) for _ in range(5)))
            codes = sorted(line[:3] for (line,) in heard)
            assert codes.count("250") >= 1
            assert set(codes) <= {"250", "451"}
            assert len(it.ses.bodies) == 1

    asyncio.run(story())


@pytest.mark.parametrize(("answer", "said"), [(THROTTLE, "454 4.7.0"), (BROKEN, "554 5.6.0")])
def test_in_through_mode_the_client_hears_why_and_may_try_again(place: str, answer: bytes, said: str) -> None:
    """It was surely not sent, so the repeat is."""

    async def story() -> None:
        async with rig(place, answer) as it:
            heard = await it.send(offer(), offer())
            assert [line[:9] for line in heard] == [said, "250 2.0.0"]
            assert it.states() == ["refused", "accepted"]

    asyncio.run(story())


def test_in_spool_mode_a_throttled_mail_is_kept_and_sent_once(place: str) -> None:
    """The client hears 250 and no repeat of it is sent."""

    async def story() -> None:
        async with rig(place, THROTTLE, habits=SPOOL) as it:
            heard = await it.send(offer(), offer())
            assert [line.startswith("250 2.0.0 Ok queued as ") for line in heard] == [True, True]
            it.due_now()
            await it.until(lambda: it.states() == ["accepted"])
            assert it.messages == [MESSAGE, MESSAGE]
            assert await it.send(offer()) == ["250 2.0.0 Ok 0100"]

    asyncio.run(story())


def test_in_spool_mode_a_broken_mail_is_refused_at_once(place: str) -> None:
    """Its sender is still there to hear why."""

    async def story() -> None:
        async with rig(place, BROKEN, habits=SPOOL) as it:
            assert [line[:9] for line in await it.send(offer())] == ["554 5.6.0"]

    asyncio.run(story())


def test_a_spooled_mail_that_stays_unwanted_is_given_up_with_a_notice(place: str) -> None:
    """To its sender, from his own domain, by way of the spool."""

    async def story() -> None:
        async with rig(place, THROTTLE, THROTTLE, habits=replace(SPOOL, give_up=1)) as it:
            await it.send(offer())
            it.due_now()
            await it.until(lambda: it.states() == ["given-up", "accepted"])
            assert it.reached[-1] == ("admin@sailing.example",)
            assert b"From: Mail Delivery System <MAILER-DAEMON@sailing.example>" in it.messages[-1]
            assert b"Diagnostic-Code: smtp; 454 4.7.0" in it.messages[-1]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("field", "minutes", "sent"),
    [
        (b"", 14, 1),
        (b"", 16, 2),
        (b"Date: Tue, 12 May 2026 12:00:00 +0000\r\n", 16, 1),
        (b"Message-ID: <1@x>\r\n", 16, 1),
    ],
)
def test_an_equal_mail_that_nothing_names_is_another_after_a_while(
    place: str, field: bytes, minutes: int, sent: int
) -> None:
    """What a script says each night without Message-ID and Date is not swallowed as a repeat of the night before."""

    async def story() -> None:
        first = offer(message=field + MESSAGE)
        async with rig(place) as it:
            replies = await it.send(first, replace(first, at=first.at + timedelta(minutes=minutes)))
            assert [reply[:9] for reply in replies] == ["250 2.0.0", "250 2.0.0"]
            assert len(it.ses.bodies) == sent

    asyncio.run(story())


def test_an_anonymous_mail_of_unknown_fate_is_never_sent_again(place: str) -> None:
    """However long ago."""

    async def story() -> None:
        first = offer()
        async with rig(place, BREAK) as it:
            await it.send(first, replace(first, at=first.at + timedelta(hours=2)))
            assert len(it.ses.bodies) == 1

    asyncio.run(story())


def test_a_repeat_is_answered_from_the_ledger_though_the_share_is_used_up(place: str) -> None:
    """By the first one, of which the client may not have heard the answer; a mail that is new is refused, and not sent."""

    async def story() -> None:
        spent = Reply(code=451, enhanced="4.7.1", text="used up")
        async with rig(place) as it:
            first = await it.send(offer(*MANY))
            assert await it.send(replace(offer(*MANY), refusal=spent)) == first
            assert await it.send(replace(offer("new@dock.example"), refusal=spent)) == ["451 4.7.1 used up"]
            assert len(it.ses.bodies) == 3

    asyncio.run(story())


def test_a_notice_reaches_a_sender_whose_domain_is_not_verified(place: str) -> None:
    """Where SES knows the address alone, it sends the notice in that name, and in none else."""

    async def story() -> None:
        unverified = refusal(400, "MessageRejected", "Email address is not verified.")
        async with rig(place, THROTTLE, THROTTLE, unverified, habits=replace(SPOOL, give_up=1)) as it:
            await it.send(offer())
            it.due_now()
            await it.until(lambda: it.states() == ["given-up", "given-up", "accepted"])
            assert it.reached[-1] == ("admin@sailing.example",)
            assert b"From: Mail Delivery System <admin@sailing.example>" in it.messages[-1]

    asyncio.run(story())


def test_many_recipients_are_sent_in_parts(place: str) -> None:
    """120 recipients, three calls, one 250; a repeat sends nothing."""

    async def story() -> None:
        async with rig(place) as it:
            assert await it.send(offer(*MANY)) == ["250 2.0.0 Ok 0100 0100 0100"]
            assert sum(it.reached, ()) == MANY
            await it.send(offer(*MANY))
            assert len(it.ses.bodies) == 3

    asyncio.run(story())


@pytest.mark.parametrize("mode", [*Mode])
def test_of_120_recipients_with_one_bad_in_the_second_part_119_get_it_once(place: str, mode: Mode) -> None:
    """The part is divided until the bad one stands alone, and one notice tells of him."""
    bad = "77@dock.example"

    async def story() -> None:
        async with rig(place, habits=Habits(mode=mode)) as it:
            it.ses.judge = lambda body: BROKEN if bad.encode() in body.partition(b'"Content"')[0] else OK
            (heard,) = await it.send(offer(*MANY))
            assert heard.startswith("250 2.0.0 Ok 0100 queued as ")
            await it.until(lambda: "given-up" in it.states() and not {"handed", "spooled"} & {*it.states()})
            pairs = zip(it.reached, it.ses.given, strict=True)
            taken = [one for part, answer in pairs if answer == OK for one in part]
            assert sorted(taken) == sorted([*(one for one in MANY if one != bad), "admin@sailing.example"])
            assert it.messages[-1].count(b"Final-Recipient: rfc822; 77@dock.example") == 1

    asyncio.run(story())


def test_after_a_part_was_sent_the_rest_is_promised(place: str) -> None:
    """A throttle in the second part is the relay's to wait for, in through mode too."""

    async def story() -> None:
        async with rig(place, OK, THROTTLE) as it:
            (heard,) = await it.send(offer(*MANY))
            assert heard.startswith("250 2.0.0 Ok 0100 queued as ")
            it.due_now()
            await it.until(lambda: it.states() == ["accepted"] * 3)
            assert sorted(len(part) for part in it.reached) == [20, 50, 50, 50]

    asyncio.run(story())


def test_before_a_part_was_sent_the_failure_of_the_first_is_that_of_all(place: str) -> None:
    """Nothing was sent, so the client may try the whole again."""

    async def story() -> None:
        async with rig(place, THROTTLE) as it:
            heard = await it.send(offer(*MANY), offer(*MANY))
            assert [line[:9] for line in heard] == ["454 4.7.0", "250 2.0.0"]
            assert len(it.ses.bodies) == 4

    asyncio.run(story())


def test_a_promised_part_whose_fate_is_unknown_is_kept(place: str) -> None:
    """When it is settled as not sent, the relay itself sends it."""

    async def story() -> None:
        async with rig(place, OK, BREAK) as it:
            (heard,) = await it.send(offer(*MANY))
            assert heard.startswith("250 ")
            (row,) = unsettled(it.way.base, LATER)
            assert release(it.way.base, row.id)
            it.due_now()
            await it.until(lambda: it.states() == ["accepted"] * 3)

    asyncio.run(story())


@pytest.mark.parametrize(("mode", "said"), [(Mode.THROUGH, "454 4.7.0"), (Mode.SPOOL, "250 2.0.0")])
def test_a_mail_whose_turn_does_not_come_is_put_off(place: str, mode: Mode, said: str) -> None:
    """By the client, or by the relay."""

    async def story() -> None:
        async with rig(place, habits=Habits(mode=mode, patience=0.05), rate=0.3) as it:
            heard = [
                line
                for each in (offer(), offer("b@dock.example"), offer("c@dock.example"))
                for line in await it.send(each)
            ]
            assert heard[-1][:9] == said
            assert len(it.ses.bodies) < 3

    asyncio.run(story())


def test_a_full_disk_is_452_and_nothing_is_sent(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is acknowledged that could not be written down."""

    async def story() -> None:
        async with rig(str(tmp_path_factory.mktemp("full") / "relay.sqlite3")) as it:
            it.way.base.run("PRAGMA max_page_count = 1")
            heard = [await it.send(offer(f"{'x' * 60}{number}@dock.example" * 40)) for number in range(8)]
            assert {line[:9] for (line,) in heard} >= {"452 4.3.1"}
            assert len(it.ses.bodies) == sum(line.startswith("250") for (line,) in heard)

    asyncio.run(story())


def test_a_large_mail_arrives_as_it_was(place: str) -> None:
    """Three megabytes, through the threads and in pieces."""
    message = MESSAGE + bytes(range(256)) * 12_000

    async def story() -> None:
        async with rig(place) as it:
            assert await it.send(offer(message=message)) == ["250 2.0.0 Ok 0100"]
            assert it.messages == [message]

    asyncio.run(story())
