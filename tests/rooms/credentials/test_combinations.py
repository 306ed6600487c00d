"""Pairs of mistakes."""

from __future__ import annotations

from random import Random

import pytest

from mailstrata.credentials.combinations import pairs
from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.forensics import explain
from mailstrata.credentials.mistakes import RECIPES, Material

SECRET, KEY_ID = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE"
REGION = "us-east-2"
SAMPLE = Random(5).sample([name for name, _ in pairs()], 40)  # noqa: S311 - which pairs are looked at


def test_each_pair_is_of_two_known_mistakes_and_is_there_once() -> None:
    """A name can be taken apart again, which is how it is told in words."""
    names = [name for name, _ in pairs()]
    assert len(set(names)) == len(names) > 500
    assert {part for name in names for part in name.split("+")} <= RECIPES.keys()


@pytest.mark.parametrize("name", SAMPLE)
def test_a_pair_is_found_for_the_region_that_was_wanted_and_for_another(name: str) -> None:
    """By its own name or by another that makes the same; never as right, and never as unknown."""
    recipe = dict(pairs())[name]
    for region in (REGION, "eu-west-1"):
        password = recipe.password(Material(secret=SECRET, region=region, key_id=KEY_ID))
        found = explain(password, ["another secret", SECRET], REGION, key_id=KEY_ID) if password else None
        assert found is None or (found.proven, found.mistake not in {"right", "unrecognised"}) == (True, True)


def test_the_issues_example_is_named() -> None:
    """Made for another region, and a line end copied along."""
    password = smtp_password(SECRET, "eu-west-1") + "\n"
    found = explain(password, [SECRET], REGION)
    assert (found.mistake, found.derived_for) == ("trailing-whitespace", "eu-west-1")
    taken = RECIPES["secret-with-newline"].password(Material(secret=SECRET, region="eu-west-1"))
    found = explain(taken, [SECRET], REGION)
    assert (found.mistake, found.derived_for) == ("secret-with-newline", "eu-west-1")


def test_a_pair_is_named_after_both() -> None:
    """A secret with a line end, signed for the service "email", and the result in quotation marks is three; two are named."""
    recipe = dict(pairs())["service-email+secret-with-newline"]
    password = recipe.password(Material(secret=SECRET, region=REGION))
    assert explain(password, [SECRET], REGION).mistake == "service-email+secret-with-newline"
    found = explain(f'"{password}"', [SECRET], REGION)
    assert (found.mistake, found.proven) == ("quoted", False)
