"""The table of ways."""

from __future__ import annotations

from typing import Any

from mailstrata.reports.domain_ways import OtherwiseShown, PartShown, VerdictShown, WayShown, documents, table
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


LATE = OtherwiseShown(by="resolver", why="a resolver still remembers the former record", verdict=THEN)


def test_what_others_find_by_other_records_stands_between() -> None:
    """Those who remember the former ones, and a name server that answers otherwise; who that is stands below."""
    lagging = OtherwiseShown(by="name-server", why="ns2.dns.example answers otherwise", verdict=THEN)
    assert shown(otherwise=(LATE, lagging)).splitlines()[5:] == [
        "    still  SPF pass ≠       DKIM pass =       DMARC pass      delivered",
        "           DKIM aligns",
        "           a resolver still remembers the former record",
        "    or     SPF pass ≠       DKIM pass =       DMARC pass      delivered",
        "           DKIM aligns",
        "           ns2.dns.example answers otherwise",
    ]


def test_a_document_tells_who_finds_something_else() -> None:
    """Beside now and after."""
    way = WayShown(id="ses-api", name="the SES API", region="", used=True, now=NOW, otherwise=(LATE,))
    other: Any = documents([way])[0]["otherwise"]
    assert [(one["by"], one["why"], one["dmarc"]["result"]) for one in other] == [("resolver", LATE.why, "pass")]


def test_where_no_mail_leaves_nothing_is_concluded() -> None:
    """The reason stands in place of it."""
    assert "now    nothing leaves: not verified" in shown(blocked="not verified")


def test_what_came_from_outside_cannot_steer_a_terminal() -> None:
    """Names of other senders come from DNS."""
    assert "\x1b" not in shown(name="\x1b[31mred")


def test_without_ways_there_is_no_table() -> None:
    """Nothing is printed."""
    assert list(table([], 80)) == []
