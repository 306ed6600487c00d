"""A plan on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailstrata.model.finding import Record
from mailstrata.reports.domain_plan import ChangeShown, PlanShown, page
from mailstrata.reports.page import text_of

SPF = Record(name="bounce.sailing.example", type="TXT", values=('"hello"', '"v=spf1 include:amazonses.com ~all"'))
BEFORE = Record(name="bounce.sailing.example", type="TXT", values=("hello", "v=spf1 -all"))
"""As it stands in DNS: texts without quotes (`repair.domain.state`)."""
CHANGE = ChangeShown(
    id="publish-records",
    title="publish 1 record",
    why="no SES",
    by_person=False,
    safe=False,
    records=(SPF,),
    before=(BEFORE,),
)


def told(*changes: ChangeShown, gaps: tuple[tuple[str, str], ...] = ()) -> str:
    """The page as text."""
    return text_of(page(PlanShown(domain="sailing.example", region="us-east-1", changes=changes, gaps=gaps), width=100))


def test_what_goes_is_marked_and_what_stays_is_not_said_to_go() -> None:
    """A set is replaced as a whole, and most of it is often the same."""
    text = told(CHANGE)
    assert "    - TXT   bounce.sailing.example  v=spf1 -all\n" in text
    assert "- TXT   bounce.sailing.example  hello" not in text
    assert '+ TXT   bounce.sailing.example  "hello"' in text
    assert "not safe: made only when it is named" in text


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("table", 'TXT   bounce.sailing.example  "v=spf1 include:amazonses.com ~all"'),
        ("zone", 'bounce.sailing.example. 300 IN TXT "v=spf1 include:amazonses.com ~all"'),
        ("form", "Type: TXT   Host: bounce   Value: v=spf1 include:amazonses.com ~all"),
    ],
)
def test_records_are_printed_in_each_shape(shape: str, line: str) -> None:
    """A line a value."""
    plan = PlanShown(domain="sailing.example", region="us-east-1", changes=(CHANGE,))
    assert f"    + {line}" in text_of(page(plan, width=100, shape=shape)).splitlines()


def test_the_command_that_is_told_carries_out_what_was_printed() -> None:
    """What is not safe is named in it."""
    command = "mailstrata domain apply sailing.example --apply"
    safe = replace(CHANGE, id="set-mail-from", safe=True)
    assert f"{command} carries it out." in told(safe).replace("\n", " ")
    assert f"{command} --change publish-records carries it out." in told(CHANGE).replace("\n", " ")
    assert f"{command} carries out what is safe, and with --change publish-records the rest." in told(
        safe, CHANGE
    ).replace("\n", " ")


def test_what_could_not_be_seen_is_not_called_fine() -> None:
    """The last line counts it."""
    assert told(gaps=(("MX bounce.sailing.example", "SERVFAIL"),)).endswith(
        "1 thing could not be seen; nothing else has to change.\n"
    )


def test_a_text_from_dns_cannot_draw_on_the_terminal() -> None:
    """Control characters are shown, not obeyed."""
    evil = Record(name="bounce.sailing.example", type="TXT", values=('"\x1b[2J"',))
    change = ChangeShown(id="x", title="t", why="w", by_person=True, safe=True, records=(SPF,), before=(evil,))
    assert "\x1b" not in told(change)
