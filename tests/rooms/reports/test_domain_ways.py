"""The table of ways."""

from __future__ import annotations

from mailstrata.reports.domain_ways import PartShown, VerdictShown, WayShown, table
from mailstrata.reports.page import text_of

GOOD = PartShown(result="pass", domain="sailing.example", aligned=True, why="")
OTHER = PartShown(result="pass", domain="amazonses.com", aligned=False, why="")
NOW = VerdictShown(
    spf=OTHER, dkim=OTHER, dmarc="fail", policy="reject", fate="refused (p=reject)", why="neither aligns"
)
THEN = VerdictShown(spf=OTHER, dkim=GOOD, dmarc="pass", policy="reject", fate="delivered", why="DKIM aligns")


def shown(**changes: object) -> str:
    """The table of one way."""
    values: dict[str, object] = {
        "id": "ses-api",
        "name": "the SES API",
        "region": "us-east-1",
        "used": True,
        "now": NOW,
    }
    return text_of(tuple(table([WayShown(**{**values, **changes})], 80)))  # type: ignore[arg-type]


def test_now_and_after_stand_under_each_other() -> None:
    """With what aligns, what becomes of the mail, and why."""
    assert shown(after=THEN).splitlines()[2:] == [
        "  the SES API  us-east-1",
        "    now    SPF pass ≠       DKIM pass ≠       DMARC fail      refused (p=reject)",
        "           neither aligns",
        "    after  SPF pass ≠       DKIM pass =       DMARC pass      delivered",
        "           DKIM aligns",
    ]


def test_where_no_mail_leaves_nothing_is_concluded() -> None:
    """The reason stands in place of it."""
    assert "now    nothing leaves: not verified" in shown(blocked="not verified")


def test_what_came_from_outside_cannot_steer_a_terminal() -> None:
    """Names of other senders come from DNS."""
    assert "\x1b" not in shown(name="\x1b[31mred")


def test_without_ways_there_is_no_table() -> None:
    """Nothing is printed."""
    assert list(table([], 80)) == []
