"""SES SMTP passwords against public vectors (facts.md A3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.credentials.derivation import smtp_password, smtp_password_v2

DATA = Path(__file__).parents[2] / "data" / "ses-smtp-password"
VECTORS = [json.loads(line) for line in (DATA / "vectors.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['algorithm']}-{vector['region']}")
def test_every_public_vector_is_reproduced(vector: dict[str, str]) -> None:
    """What AWS's and others' code makes of a secret, ours makes of it."""
    if vector["algorithm"] == "v4":
        made = smtp_password(vector["secret"], vector["region"])
    else:
        made = smtp_password_v2(vector["secret"])
    assert made == vector["expected"]


def test_both_algorithms_have_vectors() -> None:
    """The corpus holds vectors of either kind, so that the test above tests both."""
    assert {vector["algorithm"] for vector in VECTORS} == {"v4", "v2-obsolete"}


@given(secret=st.text(st.characters(codec="ascii"), min_size=1), region=st.sampled_from(["us-east-1", "eu-west-1"]))
def test_a_password_has_the_shape_that_the_version_byte_gives_it(secret: str, region: str) -> None:
    """33 bytes in base64 are 44 characters without padding, and byte 4 makes the first two B and A to P (facts.md A3)."""
    password = smtp_password(secret, region)
    assert len(password) == 44
    assert password[0] == "B"
    assert "A" <= password[1] <= "P"


@given(secret=st.text(st.characters(codec="ascii"), min_size=1))
def test_a_password_is_of_one_region(secret: str) -> None:
    """Two regions never share a password."""
    assert smtp_password(secret, "us-east-1") != smtp_password(secret, "us-west-2")
