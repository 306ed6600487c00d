from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from mailstrata.adapters.mail_files import SIZE_LIMIT, mails, split
from mailstrata.model.errors import Refusal


def never(refusal: Refusal) -> None:
    """For tests in which all can be read."""
    raise refusal


MBOX = (
    b"From MAILER-DAEMON Mon May 12 18:31:03 2026\nSubject: one\n\nFrom here on it is text.\n\nFrom afar, too.\n\n"
    b"From ann@dock.example Mon May 12 18:31:04 2026\r\nSubject: two\n\nB\n"
)


def test_a_directory_gives_its_files_in_order_and_those_below(tmp_path: Path) -> None:
    """Sorted by name, so that two runs are the same; hidden files are somebody else's business."""
    for name in ("b.eml", "a/2.eml", "a/1.eml", ".DS_Store", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    assert [mail.name for mail in mails([str(tmp_path)], never)] == [
        f"{tmp_path}/{name}" for name in ("a/1.eml", "a/2.eml", "b.eml")
    ]


def test_a_maildir_gives_what_was_delivered_and_not_what_is_being_written(tmp_path: Path) -> None:
    """``tmp`` holds halves of mails; folders below begin with a dot (Maildir++)."""
    for folder in (".", ".Sent"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / folder / part).mkdir(parents=True)
            (tmp_path / folder / part / "1").write_bytes(b"Subject: x\n\n")
    (tmp_path / "dovecot.index").write_bytes(b"\0")
    found = [str(Path(mail.name).relative_to(tmp_path)) for mail in mails([str(tmp_path)], never)]
    assert found == [".Sent/cur/1", ".Sent/new/1", "cur/1", "new/1"]


def test_an_mbox_is_parted_at_its_separator_lines_alone() -> None:
    """A line that begins with From and a space in the text is no separator, nor is a date-less one."""
    found = list(split(io.BytesIO(MBOX), "box"))
    assert [mail.name for mail in found] == ["box#1", "box#2"]
    assert [(mail.file, mail.number) for mail in found] == [("box", 1), ("box", 2)]
    assert b"From here" in found[0].raw
    assert b"From afar" in found[0].raw
    assert b"".join(mail.raw for mail in found) == MBOX


@pytest.mark.parametrize("before", [b"", b"\n\r\n", b"\xef\xbb\xbf", b"\n\xef\xbb\xbf"])
def test_what_editors_leave_before_an_mbox_does_not_make_one_mail_of_it(before: bytes) -> None:
    """Empty lines and a byte order mark: all its mails are read."""
    assert [mail.name for mail in split(io.BytesIO(before + MBOX), "box")] == ["box#1", "box#2"]


def test_a_date_as_clocks_write_it_parts_mails_without_an_empty_line() -> None:
    """Some programs leave it out; a line of text with a year and a time in it is still no separator."""
    first = b"From MAILER-DAEMON Mon May 12 18:31:03 2026\nSubject: one\n\nHi,\nFrom ann at 18:31 in 2026\n"
    found = list(split(io.BytesIO(first + MBOX), "box"))
    assert found[0].raw == first
    assert len(found) == 3


def test_a_log_of_events_is_given_some_lines_at_a_time() -> None:
    """Its end is read, too, and what is held does not grow with it; a small one is given whole."""
    line = b'{"eventType": "Send", "mail": {"messageId": "' + b"0" * 9000 + b'"}}\n'
    small, large = line * 3, line * 8000
    assert [mail.raw for mail in split(io.BytesIO(small), "log")] == [small]
    found = list(split(io.BytesIO(large), "log"))
    assert b"".join(mail.raw for mail in found) == large
    assert max(len(mail.raw) for mail in found) < 2 * 1024 * 1024 < SIZE_LIMIT < len(large)


def test_a_single_mail_with_a_separator_line_keeps_its_name() -> None:
    """As saved by old programs: one mail, the mbox's line on top."""
    assert [mail.name for mail in split(io.BytesIO(MBOX.partition(b"From ann")[0]), "one.eml")] == ["one.eml"]


def test_an_mbox_is_read_as_it_is_asked_for() -> None:
    """The second mail is not touched before the first was taken."""
    stream = io.BytesIO(MBOX * 1000)
    next(split(stream, "box"))
    assert stream.tell() < 2 * len(MBOX)


@pytest.mark.parametrize("head", [b"Subject: x\n\n", b"From ann@dock.example Mon May 12 18:31:04 2026\n"])
def test_of_a_mail_too_large_the_beginning_is_given(head: bytes) -> None:
    """32 MiB are enough to know a bounce."""
    large = head + b"x" * 999 + b"\n" + (b"y" * 99 + b"\n") * (SIZE_LIMIT // 100)
    (mail,) = split(io.BytesIO(large), "large")
    assert len(mail.raw) <= SIZE_LIMIT
    assert mail.raw.startswith(head)


def test_pipes_and_circles_of_links_are_left_out(tmp_path: Path) -> None:
    """Reading a directory ends."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "a.eml").write_bytes(b"")
    assert [Path(mail.name).name for mail in mails([str(tmp_path)], never)] == ["a.eml"]


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The file and the reason, in one line; what comes after it is read."""
    (tmp_path / "one.eml").write_bytes(b"")
    told: list[Refusal] = []
    found = list(mails([str(tmp_path / "none.eml"), str(tmp_path / "one.eml")], told.append))
    assert [refusal.message for refusal in told] == [f"{tmp_path / 'none.eml'}: No such file or directory"]
    assert [Path(mail.name).name for mail in found] == ["one.eml"]
