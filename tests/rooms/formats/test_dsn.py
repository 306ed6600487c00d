from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats.dsn import GROUP_LIMIT, LINE_LIMIT, action, address, from_xtext, groups, value


def test_groups_are_parted_by_blank_lines() -> None:
    """RFC 3464 2.1: the first is about the message."""
    text = "Reporting-MTA: dns; mx.example\n\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\n"
    assert groups(text) == [
        {"reporting-mta": "dns; mx.example"},
        {"final-recipient": "rfc822; a@x.example", "action": "failed"},
    ]


def test_without_blank_lines_a_repeated_recipient_begins_the_next_group() -> None:
    """As AOL writes it."""
    one, two = groups("Final-Recipient: a@x.example\nStatus: 5.1.1\nFinal-Recipient: b@x.example\nStatus: 5.2.2\n")
    assert (one["status"], two["status"]) == ("5.1.1", "5.2.2")


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_of_more_groups_than_anybody_has_recipients_the_first_are_read(between: str) -> None:
    """A report of thirty thousand takes no longer than one of two thousand."""
    found = groups(
        between.join([f"Final-Recipient: rfc822; a{number}@dock.example" for number in range(2 * GROUP_LIMIT)])
    )
    assert len(found) == GROUP_LIMIT
    assert found[-1] == {"final-recipient": f"rfc822; a{GROUP_LIMIT - 1}@dock.example"}


@pytest.mark.parametrize(("before", "told"), [(LINE_LIMIT - 1, True), (LINE_LIMIT, False)])
def test_so_many_lines_are_read(before: int, told: bool) -> None:
    """One field told again and again does not take the time of all that a report may have."""
    (group,) = groups("To: \n" * before + "Status: 5.1.1\n")
    assert ("status" in group) is told


def test_fields_that_a_blank_line_tore_off_belong_to_their_recipient() -> None:
    """Gateways put empty lines where there were none."""
    (group,) = groups("Final-Recipient: a@x.example\n\nAction: failed\nStatus: 5.1.1\n")
    assert (group["action"], group["status"]) == ("failed", "5.1.1")


def test_a_line_that_is_no_field_continues_the_one_before() -> None:
    """With the space that folding asks for or without."""
    (group,) = groups("Diagnostic-Code: smtp; 550 no\n such user\nhere\n")
    assert group["diagnostic-code"] == "smtp; 550 no\nsuch user\nhere"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("failed", "failed"),
        ("Failure", "failed"),
        ("undeliverable", "failed"),
        ("deliverable", "delivered"),
        ("delayed (retrying)", "delayed"),
        ("relayed to non-DSN-aware mailer", "relayed"),
        ("expanded (to multi-recipient alias)", "expanded"),
        ("unclear", ""),
    ],
)
def test_an_action_is_known_in_its_spellings(written: str, meant: str) -> None:
    """RFC 3464 2.3.3 and what servers write."""
    assert action(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rfc822; ann@harbor.example", "ann@harbor.example"),
        ("RFC822;<ann@harbor.example>", "ann@harbor.example"),
        ("rfc822; ann@harbor.example (Ann)", "ann@harbor.example"),
        ("ann@harbor.example", "ann@harbor.example"),
        ("rfc822;ann+2Bquay@harbor.example", "ann+quay@harbor.example"),
        ("rfc822;ann+2B3D+3D2B@harbor.example", "ann+3D=2B@harbor.example"),
        ("rfc822;ann+quay@harbor.example", "ann+quay@harbor.example"),
        ("rfc822;ann+20@harbor.example", "ann+20@harbor.example"),
        ("utf-8; \\x{17E}eljka@harbor.example", "željka@harbor.example"),
        ("utf-8; \\x{D800}@harbor.example", "\N{REPLACEMENT CHARACTER}@harbor.example"),
        ("x400; /c=ww/admd=x", "/c=ww/admd=x"),
    ],
)
def test_an_address_is_told_as_a_mail_program_writes_it(written: str, meant: str) -> None:
    """RFC 3464 2.3.1, RFC 3461 4 (xtext), RFC 6533 3 (utf-8)."""
    assert address(written) == meant


def test_a_value_is_told_without_its_type() -> None:
    """Also where there is none."""
    assert (value("smtp; 550 no"), value("550 no")) == ("550 no", "550 no")


@given(st.text(max_size=300))
def test_any_text_has_groups_and_an_address(text: str) -> None:
    """Nothing raises."""
    assert isinstance(groups(text), list)
    assert isinstance(address(text) + from_xtext(text) + action(text), str)
