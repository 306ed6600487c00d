from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mailstrata.lab.ses.keys import private_key, public_record, readable_key


@pytest.mark.parametrize("bits", [1024, 2048])
def test_a_key_has_the_asked_length(bits: int) -> None:
    """A drawn key is a valid RSA key of exactly so many bits."""
    key = serialization.load_pem_private_key(private_key("a", bits).encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == bits


def test_a_key_depends_on_its_seed_alone() -> None:
    """The same seed gives the same key in each process, another seed another key."""
    again = private_key.__wrapped__("a", 1024)
    assert private_key("a", 1024) == again
    assert private_key("b", 1024) != again


def test_a_customers_key_is_read_without_header_lines() -> None:
    """The base64 between PEM's header lines, as SES wants a customer's key, gives the same public record."""
    pem = private_key("a", 1024)
    encoded = "".join(pem.splitlines()[1:-1])
    read = readable_key(encoded)
    assert read is not None
    assert public_record(read) == public_record(pem)


@pytest.mark.parametrize("encoded", ["", "not base64!", base64.b64encode(b"k" * 1000).decode()])
def test_what_is_no_key_is_none(encoded: str) -> None:
    """Base64 of something else, and what is no base64, is no key."""
    assert readable_key(encoded) is None
