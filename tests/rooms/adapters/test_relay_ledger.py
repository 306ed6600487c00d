"""The relay's ledger: what holds in SQLite holds in Postgres."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mailstrata.adapters.relay_database import Database, DatabaseUnavailable, SqliteDatabase, opened
from mailstrata.adapters.relay_ledger import RelayLedger, found, release, settle, unsettled
from mailstrata.model.relaying import Ending, Entry, State

LATER = 2**45
ACCEPTED = Ending(state=State.ACCEPTED, ses_id="0100-1", region="us-east-1", reply="250 2.0.0 Ok 0100-1")
REFUSED = Ending(state=State.REFUSED, reply="454 4.7.0 slower")


def _entry(fingerprint: str | None = "f1", at: int = 1000) -> Entry:
    return Entry(
        login="ann",
        sender="admin@sailing.example",
        recipients=("a@dock.example", "b@dock.example"),
        at=at,
        size=42,
        message_id="<own@sailing.example>",
        fingerprint=fingerprint,
        changes=("Bcc removed",),
        peer="192.0.2.1",
    )


@asynccontextmanager
async def _ledger(place: str) -> AsyncIterator[tuple[RelayLedger, Database]]:
    base = opened(place)
    ledger = RelayLedger(base)
    ledger.start()
    yield ledger, base
    await ledger.stop()
    base.close()


def test_a_row_is_unsettled_until_its_outcome_is_written(place: str) -> None:
    """Then the map knows it by both ids."""

    async def story() -> None:
        async with _ledger(place) as (ledger, base):
            row = ledger.next_id()
            assert await ledger.begin(row, _entry()) is None
            assert [(each.id, each.entry) for each in unsettled(base, LATER)] == [(row, _entry())]
            await ledger.finish(row, ACCEPTED)
            assert unsettled(base, LATER) == []
            assert [each.ending for each in found(base, ses_id="0100-1")] == [ACCEPTED]
            assert [each.id for each in found(base, message_id="<own@sailing.example>")] == [row]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("ending", "known"),
    [(None, State.HANDED), (ACCEPTED, State.ACCEPTED), (REFUSED, None)],
    ids=["unknown", "accepted", "refused"],
)
def test_a_repeat_finds_the_first(place: str, ending: Ending | None, known: State | None) -> None:
    """Unless that one was surely not sent: then the repeat is as good as new."""

    async def story() -> None:
        async with _ledger(place) as (ledger, _):
            first = ledger.next_id()
            await ledger.begin(first, _entry())
            if ending:
                await ledger.finish(first, ending)
            before = await ledger.begin(ledger.next_id(), _entry())
            assert (before and before.ending.state) == known

    asyncio.run(story())


def test_of_many_at_once_each_is_written_and_one_of_each_fingerprint(place: str) -> None:
    """Three hundred tasks, a hundred mails: each was first once."""

    async def story() -> None:
        async with _ledger(place) as (ledger, base):
            entries = [_entry(f"f{number % 100}") for number in range(300)]
            before = await asyncio.gather(*(ledger.begin(ledger.next_id(), entry) for entry in entries))
            assert [row is None for row in before].count(True) == 100
            assert len(unsettled(base, LATER)) == 100

    asyncio.run(story())


def test_two_processes_agree_on_who_was_first(place: str) -> None:
    """Each with its own writer and its own ids."""

    async def story() -> None:
        async with _ledger(place) as (one, _), _ledger(place) as (other, _):
            ids = [one.next_id(), other.next_id()]
            before = await asyncio.gather(one.begin(ids[0], _entry()), other.begin(ids[1], _entry()))
            assert sorted(row is None for row in before) == [False, True]
            assert ids[0] != ids[1]

    asyncio.run(story())


def test_the_spool_keeps_a_mail_until_it_is_due_and_hands_it_to_one(place: str) -> None:
    """Byte for byte; what was taken is not taken again, also not by another process."""

    async def story() -> None:
        async with _ledger(place) as (ledger, _), _ledger(place) as (other, _):
            row = ledger.next_id()
            await ledger.begin(row, _entry())
            await ledger.spool(row, (b"head\r\n\r\n", memoryview(b"body\x00\xff")), due=5, reply="454 slower")
            assert await ledger.next_due() == 5
            taken = await asyncio.gather(*(each.claim(limit=10, lease=60_000) for each in (ledger, other)))
            (mail,) = [*taken[0], *taken[1]]
            assert (mail.row.id, mail.message, mail.row.tries) == (row, b"head\r\n\r\nbody\x00\xff", 1)
            assert [await ledger.hand(mail), await other.hand(mail)] == [True, False]
            await ledger.put_off(row, due=LATER, reply="454 slower")
            assert await other.claim(limit=10, lease=60_000) == []
            assert await ledger.next_due() == LATER

    asyncio.run(story())


def test_a_mail_whose_taker_died_before_handing_it_over_is_taken_again(place: str) -> None:
    """When the lease has run out; it was surely not sent."""

    async def story() -> None:
        async with _ledger(place) as (ledger, _), _ledger(place) as (other, _):
            row = ledger.next_id()
            await ledger.begin(row, _entry())
            await ledger.spool(row, (b"mail",), due=0, reply="")
            (dead,) = await ledger.claim(limit=10, lease=-1)
            (alive,) = await other.claim(limit=10, lease=60_000)
            assert [await ledger.hand(dead), await other.hand(alive)] == [False, True]

    asyncio.run(story())


@pytest.mark.parametrize(("kept", "state"), [(True, State.SPOOLED), (False, State.REFUSED)])
def test_an_unsettled_mail_that_was_not_sent_is_tried_again_by_whoever_answers_for_it(
    place: str, kept: bool, state: State
) -> None:
    """By the relay where the client heard 250, else by the client."""

    async def story() -> None:
        async with _ledger(place) as (ledger, base):
            row = ledger.next_id()
            await ledger.begin(row, _entry())
            if kept:
                await ledger.keep(row, (b"head", b"body"))
            assert release(base, row)
            assert not release(base, row)
            assert [each.ending.state for each in found(base, message_id="<own@sailing.example>")] == [state]

    asyncio.run(story())


def test_a_mail_given_up_and_its_notice_are_one_transaction(place: str) -> None:
    """The notice is a mail of the spool like any other."""

    async def story() -> None:
        async with _ledger(place) as (ledger, base):
            row = ledger.next_id()
            await ledger.begin(row, _entry())
            await ledger.spool(row, (b"mail",), due=0, reply="")
            (mail,) = await ledger.claim(limit=10, lease=60_000)
            await ledger.replace(mail.row.id, Ending(state=State.GIVEN_UP), [(_entry(None), b"notice", 0)])
            (notice,) = await ledger.claim(limit=10, lease=60_000)
            assert notice.message == b"notice"
            await ledger.done(notice.row.id, ACCEPTED)
            assert base.run("SELECT count(*) FROM relay_spool") == [(0,)]
            assert [each.entry.fingerprint for each in found(base, ses_id="0100-1")] == [None]

    asyncio.run(story())


def test_an_unsettled_row_is_settled_once(place: str) -> None:
    """By whoever hears first; a refusal gives the fingerprint free."""

    async def story() -> None:
        async with _ledger(place) as (ledger, base):
            row = ledger.next_id()
            await ledger.begin(row, _entry())
            assert settle(base, row, REFUSED)
            assert not settle(base, row, ACCEPTED)
            assert await ledger.begin(ledger.next_id(), _entry()) is None

    asyncio.run(story())


def test_old_fingerprints_are_forgotten_but_not_those_of_unknown_mails(place: str) -> None:
    """A window for repeats; what may have been sent is never sent again by itself."""

    async def story() -> None:
        async with _ledger(place) as (ledger, _):
            rows = [ledger.next_id() for _ in range(3)]
            for row, at in zip(rows, (1000, 1001, 2000), strict=True):
                await ledger.begin(row, _entry(f"f{row}", at=at))
            await ledger.finish(rows[0], ACCEPTED)
            await ledger.finish(rows[2], ACCEPTED)
            assert await ledger.forget(1500) == 1
            before = [await ledger.begin(ledger.next_id(), _entry(f"f{row}")) for row in rows]
            assert [row is None for row in before] == [True, False, False]

    asyncio.run(story())


def test_a_full_disk_acknowledges_nothing_and_takes_the_endings_later(tmp_path: Path) -> None:
    """Whoever waits hears of it; an ending that could not be written is written as soon as there is room."""

    async def story() -> None:
        base = SqliteDatabase(tmp_path / "small.sqlite3")
        ledger = RelayLedger(base)
        ledger.start()
        row = ledger.next_id()
        await ledger.begin(row, _entry())
        base.run("PRAGMA max_page_count = 1")  # no page more than there are
        large = Entry(login="ann", sender="x" * 9000, recipients=("a@dock.example",), at=1)
        with pytest.raises(DatabaseUnavailable) as caught:
            await ledger.begin(ledger.next_id(), large)
        assert caught.value.full
        with pytest.raises(DatabaseUnavailable):
            await ledger.finish(row, Ending(state=State.ACCEPTED, ses_id="0100-2", reply="250 " + "x" * 9000))
        base.run("PRAGMA max_page_count = 1000")
        await ledger.begin(ledger.next_id(), _entry("another"))
        assert [each.id for each in found(base, ses_id="0100-2")] == [row]
        await ledger.stop()
        base.close()

    asyncio.run(story())


def test_a_process_that_is_killed_leaves_its_row_unsettled(tmp_path: Path) -> None:
    """It was on the disk before the mail was handed over."""
    place = str(tmp_path / "relay.sqlite3")
    code = f"""
import asyncio, os
from mailstrata.adapters.relay_database import opened
from mailstrata.adapters.relay_ledger import RelayLedger
from mailstrata.model.relaying import Entry
async def main():
    ledger = RelayLedger(opened({place!r}))
    ledger.start()
    await ledger.begin(ledger.next_id(), Entry(login="ann", sender="a@b.example", recipients=("c@d.example",), at=1))
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own code
    base = opened(place)
    assert [row.entry.sender for row in unsettled(base, 2)] == ["a@b.example"]
    base.close()
