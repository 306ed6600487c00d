"""The spool: mails that the relay answers for, tried again until they are sent or given up."""

from __future__ import annotations

import asyncio

import pytest
from tests.rooms.adapters.relay_rig import offer, own_key, rig
from tests.rooms.adapters.scripted_http import BREAK, refusal

from mailstrata.adapters.relay_database import opened
from mailstrata.adapters.relay_dispatch import Habits
from mailstrata.adapters.relay_ledger import RelayLedger
from mailstrata.model.relaying import Entry
from mailstrata.relay.delivery import Mode

__all__ = ["own_key"]
pytestmark = pytest.mark.usefixtures("own_key")

SPOOL = Habits(mode=Mode.SPOOL)
DOWN = refusal(503, "ServiceUnavailable")


def test_mails_of_a_process_that_died_are_sent_by_the_next(place: str) -> None:
    """What it had taken and not handed over is due again when the lease ends; what it had handed over is unsettled."""

    async def story() -> None:
        base = opened(place)
        ledger = RelayLedger(base)
        ledger.start()
        rows = [ledger.next_id() for _ in range(2)]
        for number, row in enumerate(rows):
            await ledger.begin(
                row, Entry(login="ann", sender="a@sailing.example", recipients=(f"{number}@d.example",), at=1)
            )
            await ledger.spool(row, (b"mail",), due=0, reply="")
        first, _ = sorted(await ledger.claim(limit=2, lease=-1), key=lambda mail: mail.row.id)
        await ledger.hand(first)
        await ledger.stop()
        base.close()
        async with rig(place, habits=SPOOL) as it:
            await it.until(lambda: it.states() == ["handed", "accepted"])
            assert it.reached == [("1@d.example",)]

    asyncio.run(story())


def test_a_spooled_mail_whose_fate_became_unknown_is_not_tried_again(place: str) -> None:
    """However often the spool is looked into."""

    async def story() -> None:
        async with rig(place, DOWN, BREAK, habits=SPOOL) as it:
            await it.send(offer())
            it.due_now()
            await it.until(lambda: it.states() == ["handed"] and len(it.ses.bodies) == 2)
            it.due_now()
            it.due_now()
        assert len(it.ses.bodies) == 2

    asyncio.run(story())


def test_a_mail_is_tried_until_ses_is_back(place: str) -> None:
    """Each failure is counted, and it arrives once."""

    async def story() -> None:
        async with rig(place, *[DOWN] * 4, habits=SPOOL) as it:
            await it.send(offer())
            while it.states() != ["accepted"]:
                it.due_now()
                await asyncio.sleep(0.01)
            assert it.ses.given.count(DOWN) == 4
            assert it.way.base.run("SELECT tries FROM relay_mails") == [(5,)]
            assert it.way.base.run("SELECT count(*) FROM relay_spool") == [(0,)]

    asyncio.run(story())
