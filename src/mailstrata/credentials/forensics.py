"""Why a stored SES SMTP password is wrong: every known mistake is made again from the secret, and compared.

    explain(password, [secret], "us-east-2")
    PasswordFacts(mistake="date-step-missing", derived_for="us-east-2", proven=True)

The derivation is a pure function, so a mistake in it can be *proven* where the secret is at hand; no other test tells a
password without the date step from a right one (facts.md A9, G5). Without the secret the shape alone is judged. Nothing
leaves this module but the name of the mistake and of a region. Source: facts.md A9.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from mailstrata.credentials import shape
from mailstrata.credentials.derivation import VERSION
from mailstrata.credentials.mistakes import RECIPES, RIGHT, Material, Recipe, dated
from mailstrata.formats.ses_regions import SES_REGIONS
from mailstrata.model.facts import PasswordFacts

_LONGEST = 512
_MOST_SECRETS = 32


def explain(password: str, secrets: Iterable[str], region: str, *, key_id: str = "") -> PasswordFacts:
    """What ``password`` is, measured against each of ``secrets`` (at most 32), for ``region`` first, then for all others.

    ``proven`` is true when it was compared with a secret: of ``unrecognised`` it then says that no known mistake made
    it from these.
    """
    known = [secret for secret in islice(secrets, _MOST_SECRETS) if secret.isascii() and 0 < len(secret) <= _LONGEST]
    if len(password) > _LONGEST or not password.isascii():
        return PasswordFacts(mistake=shape.UNRECOGNISED, proven=False)
    if key_id and password == key_id:
        return PasswordFacts(mistake="access-key-id")
    for found in _matches(password, known, region, key_id):
        return found
    seems = shape.judge(password)
    return PasswordFacts(mistake=seems, proven=bool(known) and seems == shape.UNRECOGNISED)


def _matches(password: str, secrets: list[str], region: str, key_id: str) -> Iterator[PasswordFacts]:
    """All explanations, the likeliest first."""
    wanted = [Material(secret=secret, region=region, key_id=key_id) for secret in secrets]
    others = [replace(material, region=other) for other in SES_REGIONS if other != region for material in wanted]
    for material in wanted + others:
        for name, recipe in _recipes(away=material.region != region):
            if recipe.made(password, material):
                yield PasswordFacts(mistake=name, derived_for=material.region if recipe.regional else "")
    if any(_is_dated(password, material) for material in wanted):
        yield PasswordFacts(mistake="real-date", derived_for=region)


def _recipes(*, away: bool) -> Iterator[tuple[str, Recipe]]:
    """Those worth trying in a region; ``away`` from the one that was wanted, what is region-less was tried before."""
    yield ("wrong-region" if away else "right"), RIGHT
    yield from ((name, recipe) for name, recipe in RECIPES.items() if recipe.regional or not away)


def _is_dated(password: str, material: Material) -> bool:
    """The habit of Signature Version 4: some real day where the constant belongs."""
    if not shape.looks_right(password):
        return False
    return dated(base64.b64decode(password)[len(VERSION) :], material)
