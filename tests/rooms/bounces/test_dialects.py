from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest

import mailstrata.bounces.dialects as package
from mailstrata.bounces.answer import NOTHING, Answer
from mailstrata.bounces.dialects import DIALECTS, sendmail
from mailstrata.bounces.form import RECIPIENT_LIMIT
from mailstrata.bounces.notice import Notice
from mailstrata.bounces.read import read

BOUNCES = Path(__file__).parents[2] / "bounces"


def test_every_dialect_is_in_the_list_once() -> None:
    """A module in the folder that nobody lists would never be asked."""
    modules = [module.name for module in pkgutil.iter_modules(package.__path__)]
    assert sorted(name.replace("-", "_") for name, _ in DIALECTS) == sorted(modules)


def test_every_dialect_has_a_bounce_in_the_suite() -> None:
    """No dialect without a mail that shows it."""
    read_as = {bounce.dialect for mail in BOUNCES.glob("*.eml") for bounce in read(mail.read_bytes())}
    assert {name for name, _ in DIALECTS} <= read_as


def test_the_link_alone_in_html_is_enough() -> None:
    """Where the plain text is missing, the words are taken from the HTML without its tags."""
    mail = (
        b"X-Failed-Recipients: peter@dock.example\nContent-Type: text/html\n\n"
        b"<p>Misconfigured. <a href=x>https://support.google.com/mail/?p=CustomFromDenied</a></p>"
        b"<p>The response was:</p><p>535 Authentication Credentials Invalid</p>"
    )
    assert [str(bounce.reply) for bounce in read(mail)] == ["535 Authentication Credentials Invalid"]


def test_without_the_header_the_recipients_are_those_of_the_enclosed_mail() -> None:
    """A copy of the bounce may have lost X-Failed-Recipients."""
    raw = (BOUNCES / "gmail-alias-535.eml").read_bytes()
    lines = [line for line in raw.split(b"\n") if not line.startswith(b"X-Failed-Recipients")]
    assert [bounce.recipient for bounce in read(b"\n".join(lines))] == ["peter@dock.example"]


def test_a_recipient_named_a_thousand_times_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In sendmail's list, as each look-up goes through the whole text; of different ones so many as a report may have."""
    asked: list[str] = []

    def nothing(notice: Notice, recipient: str) -> Answer:
        assert recipient in notice.words
        asked.append(recipient)
        return NOTHING

    monkeypatch.setattr(sendmail, "answer_about", nothing)
    head = "From: MAILER-DAEMON@harbor.example\n\n   ----- The following addresses had permanent fatal errors -----\n"
    entries = ["<ann@harbor.example>\n"] * 1000 + [f"<a{number}@harbor.example>\n" for number in range(1000)]
    read(f"{head}{''.join(entries)}\n   ----- Transcript of session follows -----\n550 no\n".encode())
    assert (asked[:2], len(asked)) == (["ann@harbor.example", "a0@harbor.example"], RECIPIENT_LIMIT)
