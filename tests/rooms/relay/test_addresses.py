"""Whether an address field could be refused by SES for an address without its domain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.relay.addresses import all_complete


@pytest.mark.parametrize(
    "value",
    [
        b" guest@dock.example",
        b" Guest <guest@dock.example>",
        b' "Harbour, the" <a@dock.example>, b@dock.example (a comment, with a comma)',
        b" crew: a@dock.example, b@dock.example;",
        b" undisclosed-recipients:;",
        b" =?utf-8?q?A=2C_B?= <a@dock.example>,\r\n b@dock.example",
        b" <@relay.example:guest@dock.example>",
        b' "odd local"@dock.example',
        b" a@dock.example,",
    ],
)
def test_fields_that_ses_can_read_are_complete(value: bytes) -> None:
    """Each mailbox has its domain; empty groups and empty places in a list are no mailboxes (RFC 5322 3.4, 4.4)."""
    assert all_complete(value)


@pytest.mark.parametrize(
    "value", [b"", b"  ", b" Guest", b" Guest, a@dock.example", b" <guest>", b" guest@", b" @dock.example"]
)
def test_fields_with_a_mailbox_that_lacks_its_domain_are_not(value: bytes) -> None:
    """These are what SES refuses with "Missing final '@domain'"."""
    assert not all_complete(value)


@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(value: bytes) -> None:
    """Nothing raises, and a comment in front changes nothing for a mailbox that is complete."""
    assert all_complete(value) in {True, False}
    assert all_complete(b"(" + value.translate(None, b'()\\"') + b") guest@dock.example")
