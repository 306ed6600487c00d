"""Every row of the catalogue of wrong derivations is named (facts.md A9)."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import pytest

from mailstrata.credentials import shape
from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.forensics import explain
from mailstrata.credentials.mistakes import RECIPES, Material
from mailstrata.formats.ses_regions import SES_REGIONS
from mailstrata.model.facts import PasswordFacts

DATA = Path(__file__).parents[2] / "data" / "ses-smtp-password"
ROWS = [json.loads(line) for line in (DATA / "mistakes.jsonl").read_text("utf-8").splitlines()]
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
REGION = "us-east-2"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["row"])
def test_each_row_of_the_catalogue_is_named(row: dict[str, str]) -> None:
    """The very mistake behind a value of the catalogue is found, with the region that it was made for."""
    found = explain(row["password"], [SECRET], REGION, key_id=KEY_ID)
    assert found == PasswordFacts(mistake=row["mistake"], derived_for=row["derived_for"], proven=True)


def test_a_mistake_is_found_for_any_secret_and_region() -> None:
    """What a recipe makes of a random secret is named as that recipe, and as no other."""
    chance = random.Random(8)  # noqa: S311 - the tests' secrets only have to differ
    for name, recipe in RECIPES.items():
        secret = "".join(chance.choices(string.ascii_letters + string.digits, k=39)) + "+"
        region = chance.choice(SES_REGIONS)
        password = recipe.password(Material(secret=secret, region=region, key_id=KEY_ID))
        if recipe.undo is None:
            found = explain(password, ["another+secret", secret], region, key_id=KEY_ID)
            assert (found.mistake, found.derived_for) == (name, region if recipe.regional else "")


def test_a_mistake_for_another_region_is_named_with_that_region() -> None:
    """A password without the date step, made for another region, is told as such."""
    password = RECIPES["date-step-missing"].password(Material(secret=SECRET, region="eu-north-1"))
    assert explain(password, [SECRET], REGION) == PasswordFacts(mistake="date-step-missing", derived_for="eu-north-1")


def test_a_right_password_is_right_whichever_secret_is_its() -> None:
    """Of several candidates the fitting one is found."""
    password = smtp_password(SECRET, REGION)
    assert explain(password, ["one", "two", SECRET], REGION) == PasswordFacts(mistake="right", derived_for=REGION)


def test_a_region_that_is_not_listed_is_still_tried() -> None:
    """A list of regions must not decide what is right: the region that was asked for comes first (facts.md A1)."""
    password = smtp_password(SECRET, "us-east-9")
    assert explain(password, [SECRET], "us-east-9").mistake == "right"


@pytest.mark.parametrize(
    ("dressed", "mistake"),
    [
        ("  {} ", "trailing-whitespace"),
        ('"{}"', "quoted"),
        ("{}\r\n", "trailing-whitespace"),
    ],
)
def test_what_copying_did_to_a_right_password_is_named(dressed: str, mistake: str) -> None:
    """White space and quotation marks around the right password are told, with and without the secret."""
    password = dressed.format(smtp_password(SECRET, REGION))
    assert explain(password, [SECRET], REGION) == PasswordFacts(mistake=mistake, derived_for=REGION)
    assert explain(password, [], REGION) == PasswordFacts(mistake=mistake, proven=False)


def test_inner_white_space_and_a_lost_plus_are_told_apart() -> None:
    """A line broken in two, and a + that a URL made a space."""
    password = smtp_password("some+secret+key", "us-west-1")
    assert "+" in password
    broken, lost = password[:20] + "\n" + password[20:], password.replace("+", " ")
    assert explain(broken, ["some+secret+key"], "us-west-1").mistake == "inner-whitespace"
    assert explain(lost, ["some+secret+key"], "us-west-1").mistake == "plus-became-space"


def test_the_key_id_in_the_password_field_is_named_without_any_secret() -> None:
    """It needs no secret to see that the username was typed twice."""
    assert explain(KEY_ID, [], REGION, key_id=KEY_ID).mistake == "access-key-id"
    assert explain("ASIAIOSFODNN7EXAMPLE", [], REGION) == PasswordFacts(mistake="access-key-id", proven=False)


@pytest.mark.parametrize(
    ("password", "secrets", "proven"),
    [
        (smtp_password("of somebody else", REGION), [], False),
        ("x" * 5000, [SECRET], False),
        ("pässword", [SECRET], True),
        ("hunter2", [], False),
    ],
)
def test_what_fits_nothing_is_not_given_a_name(password: str, secrets: list[str], proven: bool) -> None:
    """No mistake is alleged of a password that none explains; ``proven`` says whether a comparison was made."""
    assert explain(password, secrets, REGION) == PasswordFacts(mistake="unrecognised", proven=proven)


@pytest.mark.parametrize(
    "name",
    [
        "v2",
        "hex",
        "hex-signature",
        "version-byte-missing",
        "url-safe-base64",
        "version-as-text",
        "version-as-escape",
        "percent-encoded",
        "double-base64",
        "base64-of-hex",
        "secret-itself",
    ],
)
def test_a_telling_shape_is_judged_without_the_secret(name: str) -> None:
    """The shape table of facts.md A9, on the values of its catalogue."""
    password = next(row["password"] for row in ROWS if row["mistake"] == name)
    assert explain(password, [], REGION) == PasswordFacts(mistake=name, proven=False)


@pytest.mark.parametrize("name", ["date-step-missing", "wrong-region", "service-email", "right"])
def test_no_shape_can_tell_a_wrong_chain_from_a_right_one(name: str) -> None:
    """Same length, same first letter: without the secret nothing is alleged (facts.md G5)."""
    assert shape.judge(next(row["password"] for row in ROWS if row["mistake"] == name)) == "unrecognised"


def test_an_empty_password_is_called_empty() -> None:
    """Nothing stored is told as nothing stored."""
    assert explain("", [SECRET], REGION).mistake == "empty"


def test_material_hides_its_secret() -> None:
    """A secret never gets into a repr, so never into a traceback or log."""
    assert SECRET not in repr(Material(secret=SECRET, region=REGION))
