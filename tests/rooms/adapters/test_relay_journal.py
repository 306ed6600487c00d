"""The relay's log: one line a message, nothing secret, and no harm when it cannot be written."""

from __future__ import annotations

import asyncio
import io
import json
import logging

from tests.rooms.relay.talking import NOON, Noon

from mailstrata.adapters.relay_journal import Journal, LogLines
from mailstrata.model.reply import Reply
from mailstrata.relay.offer import Offer

OFFER = Offer(
    login="ann",
    sender="admin@sailing.example",
    recipients=tuple(f"crew{number}@dock.example" for number in range(12)),
    message=b"Subject: Ahoy\r\n\r\nsecret\r\n",
    peer="203.0.113.9",
    session="1",
    at=NOON,
    helo="client",
    tls="TLSv1.3",
)


def test_a_message_is_one_line_with_ten_of_its_recipients() -> None:
    """And their number; neither subject nor text."""
    log = io.BytesIO()
    Journal(log, Noon()).message(
        OFFER, Reply(code=250, enhanced="2.0.0", text="Ok 0100"), seconds=0.04123, size=len(OFFER.message)
    )
    (line,) = log.getvalue().splitlines()
    told = json.loads(line)
    assert (told["login"], told["code"], told["answer"], told["seconds"]) == ("ann", 250, "Ok 0100", 0.0412)
    assert (len(told["to"]), told["recipients"], told["bytes"]) == (10, 12, 25)
    assert b"Ahoy" not in line
    assert b"secret" not in line


def test_control_characters_stay_inside_the_line() -> None:
    """Whatever a client called itself."""
    log = io.BytesIO()
    Journal(log, Noon()).note("login refused", user="ann\r\n{}\x1b[2J")
    assert log.getvalue().count(b"\n") == 1
    assert b"\x1b" not in log.getvalue()


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    """The mail goes on."""
    log = io.BytesIO()
    log.close()
    Journal(log, Noon()).note("started")


def test_what_other_parts_log_has_the_same_form() -> None:
    """One stream for whoever reads it."""
    log = io.BytesIO()
    record = logging.LogRecord("mailstrata.relay", logging.WARNING, "", 0, "row %d is unsettled", (7,), None)
    LogLines(log, Noon()).emit(record)
    told = json.loads(log.getvalue())
    assert (told["event"], told["level"], told["text"]) == ("log", "warning", "row 7 is unsettled")


def test_what_is_logged_last_is_not_lost() -> None:
    """The reason why a relay ends is in its last line, and Python's logging is shut down after it."""

    async def main() -> None:
        log = io.BytesIO()
        lines = LogLines(log, Noon())
        lines.emit(logging.LogRecord("mailstrata.relay", logging.ERROR, "", 0, "the end", (), None))
        assert log.getvalue() == b""
        lines.flush()
        assert json.loads(log.getvalue())["text"] == "the end"

    asyncio.run(main())


def test_lines_of_a_moment_are_written_together() -> None:
    """In their order, and not later than a moment."""

    async def main() -> None:
        log = io.BytesIO()
        journal = Journal(log, Noon())
        for number in range(3):
            journal.note("something", number=number)
        assert log.getvalue() == b""
        while not log.getvalue():
            await asyncio.sleep(0)
        assert [json.loads(line)["number"] for line in log.getvalue().splitlines()] == [0, 1, 2]

    asyncio.run(main())


def test_what_a_client_or_ses_says_cannot_draw_on_the_terminal_of_who_reads_along() -> None:
    """Control characters of eight bits and direction overrides are escaped, and the text is the same."""
    log = io.BytesIO()
    Journal(log, Noon()).note("log", text="\x1b[2J\x9b2J\u202egro.evil\x7f")
    assert all(0x20 <= byte < 0x7F for byte in log.getvalue().rstrip(b"\n"))
    assert json.loads(log.getvalue())["text"] == "\x1b[2J\x9b2J\u202egro.evil\x7f"
