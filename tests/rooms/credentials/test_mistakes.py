"""The recipes as data."""

from __future__ import annotations

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.mistakes import RECIPES, RIGHT, Material, dated

MATERIAL = Material(secret="some+secret+key", region="eu-central-1", key_id="AKIAIOSFODNN7EXAMPLE")


def test_the_right_recipe_is_the_derivation() -> None:
    """What mistakes deviate from is what `credentials.derivation` does."""
    assert RIGHT.password(MATERIAL) == smtp_password("some+secret+key", "eu-central-1")


def test_no_mistake_makes_the_right_password() -> None:
    """Each recipe that computes differs in its result from the right one and from all others."""
    made = [recipe.password(MATERIAL) for recipe in RECIPES.values() if recipe.undo is None]
    made = [password for password in made if password]
    assert len({*made, RIGHT.password(MATERIAL)}) == len(made) + 1


def test_a_recipe_tells_truly_whether_it_depends_on_the_region() -> None:
    """``regional`` is what computing for two regions shows."""
    other = Material(secret=MATERIAL.secret, region="us-west-2", key_id=MATERIAL.key_id)
    for name, recipe in RECIPES.items():
        if recipe.password(MATERIAL):
            assert (recipe.password(MATERIAL) != recipe.password(other)) is recipe.regional, name


def test_a_recipe_without_its_material_makes_nothing() -> None:
    """Where no key id is known, nothing is made of it, so nothing can seem to equal it."""
    bare = Material(secret="some+secret+key", region="eu-central-1")
    assert not RECIPES["key-id-as-secret"].password(bare)
    assert not RECIPES["access-key-id"].made("", bare)


def test_an_undoing_that_changes_nothing_explains_nothing() -> None:
    """A right password is not also one with white space around it."""
    right = RIGHT.password(MATERIAL)
    assert RECIPES["trailing-whitespace"].stored(right) == ""
    assert RECIPES["trailing-whitespace"].made(RECIPES["trailing-whitespace"].stored(right + "\n"), MATERIAL)


def test_a_day_in_place_of_the_constant_is_found_only_if_it_is_one() -> None:
    """A signature over another text than a day is not taken for one."""
    assert not dated(b"\0" * 32, MATERIAL.secret, ["eu-central-1"])
