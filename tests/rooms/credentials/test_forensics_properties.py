"""What holds for any secret: a mistake that was made is found, and nothing wrong is ever called right."""

from __future__ import annotations

import hmac
import itertools
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.forensics import explain
from mailstrata.credentials.mistakes import RECIPES, Material
from mailstrata.formats.ses_regions import SES_REGIONS
from mailstrata.model.facts import PasswordFacts

SECRETS = st.text(string.ascii_letters + string.digits + "+/", min_size=40, max_size=40)
REGIONS = st.sampled_from(SES_REGIONS)
BOUNDED = settings(max_examples=25, deadline=None, derandomize=True)
COSTLY = settings(max_examples=2, deadline=None, derandomize=True)
"""For what looks through every mistake with every day of years: half a second each, and the same way for any secret."""
EACH = settings(max_examples=3, deadline=None, derandomize=True)
"""For each mistake: all of them together meet more secrets and regions than there are regions."""
KEY_ID = "AKIA2EXAMPLE00000001"


@BOUNDED
@given(secret=SECRETS, region=REGIONS, other=REGIONS)
def test_deriving_is_deterministic_and_bound_to_the_region(secret: str, region: str, other: str) -> None:
    """The same twice, and for no two regions the same (facts.md A3)."""
    assert smtp_password(secret, region) == smtp_password(secret, region)
    assert (smtp_password(secret, region) == smtp_password(secret, other)) is (region == other)


@pytest.mark.parametrize("name", RECIPES)
@EACH
@given(secret=SECRETS, region=REGIONS)
def test_a_mistake_that_was_made_is_found(name: str, secret: str, region: str) -> None:
    """For any secret and region, whether that region was asked for or not."""
    password = RECIPES[name].password(Material(secret=secret, region=region, key_id=KEY_ID))
    assume(password)
    for wanted in (region, "us-east-1", ""):
        found = explain(password, ["another one", secret], wanted, key_id=KEY_ID)
        assert (found.mistake, found.proven) == (name, True)
        assert found.derived_for in {region, ""}


@BOUNDED
@given(secret=SECRETS, region=REGIONS, password=st.text(max_size=60))
def test_nothing_but_the_right_password_is_called_right(secret: str, region: str, password: str) -> None:
    """Never a false "correct": not of another text, nor of another secret."""
    assume(password != smtp_password(secret, region))
    assert explain(password, [secret], region).mistake != "right"


@COSTLY
@given(secret=SECRETS, other=SECRETS, region=REGIONS)
def test_another_secret_s_password_is_not_alleged_to_be_a_mistake(secret: str, other: str, region: str) -> None:
    """It fits in no known way: it is of another key, and that is said."""
    assume(secret != other)
    found = explain(smtp_password(other, region), [secret], region)
    assert (found.mistake, found.proven) == ("unrecognised", True)


def test_one_secret_over_all_regions_takes_half_a_million_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest way: a password that nothing explains. A microsecond or two each, so it is a second on any machine."""
    made, digest = itertools.count(), hmac.digest

    def counted(key: bytes, message: bytes, name: str) -> bytes:
        next(made)
        return digest(key, message, name)

    monkeypatch.setattr(hmac, "digest", counted)
    found = explain(
        smtp_password("of somebody else", "us-east-1"), ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"], "us-east-1"
    )
    assert found == PasswordFacts(mistake="unrecognised", proven=True)
    assert 100_000 < next(made) < 500_000


@pytest.mark.parametrize(
    ("password", "mistake"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("\ud800", "unrecognised"),
        ("\x00" * 40, "unrecognised"),
        ("B" * 513, "unrecognised"),
    ],
)
def test_what_is_no_password_at_all_is_survived(password: str, mistake: str) -> None:
    """Empty, half a character, zeros, too much."""
    assert explain(password, ["some+secret+key"], "us-east-1").mistake == mistake
