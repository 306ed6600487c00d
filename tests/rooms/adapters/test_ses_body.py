"""The body of a SendEmail request, written by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.adapters.ses_body import LARGE, SMALL, Body
from mailstrata.model.sending import Outgoing


def _outgoing(*message: bytes) -> Outgoing:
    return Outgoing(
        sender='"odd \\" local"@sailing.example',
        recipients=("a@dock.example", "b@dock.example"),
        message=message,
        tags=(("mailstrata", "7"), ("alias", "admin")),
        configuration_set="relay",
    )


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=4), st.sampled_from([0, SMALL]))
def test_it_is_json_that_holds_what_was_given(parts: list[bytes], padding: int) -> None:
    """Small or large, whole or in pieces of any length."""
    message = (*parts, b"x" * padding)
    whole = b"".join(Body(_outgoing(*message)).pieces())
    assert json.loads(whole) == {
        "FromEmailAddress": '"odd \\" local"@sailing.example',
        "Destination": {"ToAddresses": ["a@dock.example", "b@dock.example"]},
        "EmailTags": [{"Name": "mailstrata", "Value": "7"}, {"Name": "alias", "Value": "admin"}],
        "ConfigurationSetName": "relay",
        "Content": {"Raw": {"Data": base64.b64encode(b"".join(message)).decode()}},
    }


@pytest.mark.parametrize("size", [0, 1, 5000, SMALL, SMALL + 1, 3 * SMALL + 2, LARGE - 9, LARGE, LARGE + 1])
def test_length_and_digest_are_those_of_the_pieces(size: int) -> None:
    """They go out before the body does."""
    body = Body(_outgoing(b"head\r\n\r\n", b"y" * size))
    whole = b"".join(body.pieces())
    assert body.length == len(whole)
    assert body.digest() == hashlib.sha256(whole).hexdigest()


def test_options_that_are_not_given_are_not_there() -> None:
    """A null reverse-path leaves the sender to the header."""
    whole = b"".join(Body(Outgoing(sender="", recipients=("a@dock.example",), message=(b"x",))).pieces())
    assert json.loads(whole).keys() == {"Destination", "Content"}


def test_a_large_message_is_not_doubled_in_memory() -> None:
    """20 MB go through in pieces; what is needed beside them is below 1 MB."""
    message = memoryview(bytes(20_000_000))
    tracemalloc.start()
    body = Body(Outgoing(sender="", recipients=(), message=(b"h", message)))
    body.digest()
    for _ in body.pieces():
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
