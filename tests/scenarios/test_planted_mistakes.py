"""Each mistake of facts.md A9 planted behind the alias of a running lab is named by the diagnosis."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from tests.scenarios.playing import PATIENCE, Lab, played

from mailstrata.credentials.mistakes import RECIPES, Material
from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.diagnosis.password_words import code_of
from mailstrata.lab.scenario import AliasSpec, KeySpec, Scenario, UserSpec
from mailstrata.model.finding import Finding, Role
from mailstrata.wiring import on_lab

ALIAS, USER = "admin@sailing.example", "ses-smtp-relay"
PLANTED = {**dict.fromkeys(RECIPES), "region:eu-west-1": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found for one planted mistake."""

    primary: tuple[str, ...]
    words: str


@pytest.mark.lab
def test_each_planted_mistake_is_named() -> None:
    """One lab; for each mistake the alias gets a password that was made by it, and nothing else is found."""
    rows = asyncio.run(_rows())
    wanted = {how: code_of("wrong-region" if how.startswith("region:") else how) for how in PLANTED}
    assert {how: row.primary for how, row in rows.items()} == {how: (code,) for how, code in wanted.items()}
    named = {how for how, row in rows.items() if f"({how})" in row.words}
    assert {how for how, code in wanted.items() if code in {"password-wrong-derivation", "password-malformed"}} <= named


async def _rows() -> dict[str, Row]:
    async with played("healthy") as lab:
        await _key_for_all(lab)
        return {how: await _row(lab, how) for how in PLANTED}


async def _key_for_all(lab: Lab) -> None:
    """A key whose password holds characters that every dressing changes, so that each mistake can be made of it."""
    for number in range(40):
        user = UserSpec(name=f"relay-{number}", allow=("ses:SendRawEmail",), keys=(KeySpec(name=f"key-{number}"),))
        await lab.living.inject(Scenario(name="key", title="another key", users=(user,)))
        parts = lab.living.parts
        material = Material(
            secret=parts.secrets[f"key-{number}"], region=parts.region, key_id=parts.keys[f"key-{number}"]
        )
        if all(recipe.password(material) for recipe in RECIPES.values()):
            alias = AliasSpec(address=ALIAS, key=f"key-{number}", username=material.key_id)
            await lab.living.inject(Scenario(name="alias", title="uses it", aliases=(alias,)))
            return
    raise AssertionError("no key of forty has a password with + and /")


async def _row(lab: Lab, how: str) -> Row:
    await lab.living.inject(Scenario(name="planted", title=how, aliases=(AliasSpec(address=ALIAS, password=how),)))
    async with on_lab(lab.client) as here:
        case = open_case(here.settings.setup, at=here.clock.now(), attempts=())
        found, _ = await diagnose(case, here.asker(), budget=PATIENCE)
    relay = [one for one in found.findings if one.stratum == "relay" and one.role is not Role.EFFECT]
    return Row(primary=tuple(one.code for one in relay), words=" ".join(_said(one) for one in relay))


def _said(finding: Finding) -> str:
    return " ".join((finding.title, *finding.because))
