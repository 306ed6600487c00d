"""The length of a key is read off its record."""

from __future__ import annotations

import base64

import pytest

from mailstrata.formats.rsa_length import key_bits
from mailstrata.lab.ses.keys import private_key, public_record


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_key_of_the_lab_has_the_length_that_it_was_made_with(bits: int) -> None:
    """By another's encoder: cryptography writes it, we read it."""
    assert key_bits(f"v=DKIM1; k=rsa; {public_record(private_key('any', bits))}") == bits


def test_a_bare_rsa_key_has_its_length() -> None:
    """RFC 8017 A.1.1: some publish it without its algorithm."""
    modulus = (1 << 1023) | 1
    number = b"\x02\x82\x00\x81\x00" + modulus.to_bytes(128)
    key = b"\x30\x82" + (len(number) + 5).to_bytes(2) + number + b"\x02\x03\x01\x00\x01"
    assert key_bits(f"p={base64.b64encode(key).decode()}") == 1024


@pytest.mark.parametrize(
    "record",
    [
        "",
        "p=",
        "v=DKIM1; p=nonsense!",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "p=MIIB",
        "p=MIIBIjANBgkqhkiG9w0B",
        "p=" + "A" * 8000,
        "p=MIX/////",
    ],
)
def test_what_is_no_rsa_key_has_no_length(record: str) -> None:
    """Cut short, another kind, too large, no base64: never an exception."""
    assert key_bits(record) is None
