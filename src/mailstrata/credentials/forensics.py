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
from itertools import islice, product

from mailstrata.credentials import shape
from mailstrata.credentials.combinations import pairs
from mailstrata.credentials.derivation import VERSION
from mailstrata.credentials.mistakes import ALL_DAYS, LIKELY_DAYS, RECIPES, RIGHT, Material, Recipe, dated
from mailstrata.formats.ses_regions import SES_REGIONS
from mailstrata.model.facts import PasswordFacts

_LONGEST = 512
_MOST_SECRETS = 32
_MOST_PAIRS = 200_000
"""Pairs of mistakes that are computed at most, some seconds' worth: several secrets, all regions."""
_MOST_DATED = 4
"""Secrets for which real days are tried in every region: each takes about half a second."""


def explain(password: str, secrets: Iterable[str], region: str, *, key_id: str = "") -> PasswordFacts:
    """What ``password`` is, measured against each of ``secrets`` (at most 32), for ``region`` first, then for all others.

    With no ``region`` the password may be for any. Single mistakes come before pairs, whose names are joined by ``+``.
    ``proven`` is true when it was compared with a secret: of ``unrecognised`` it then says that no known mistake, nor two
    of them, made it from these.
    """
    known = [secret for secret in islice(secrets, _MOST_SECRETS) if secret.isascii() and 0 < len(secret) <= _LONGEST]
    if len(password) > _LONGEST:
        return PasswordFacts(mistake=shape.UNRECOGNISED, proven=False)
    if key_id and password == key_id:
        return PasswordFacts(mistake="access-key-id")
    if password.strip():
        for found in _Search(password, known, region, key_id).matches():
            return found
    seems = shape.judge(password)
    return PasswordFacts(mistake=seems, proven=bool(known) and seems == shape.UNRECOGNISED)


class _Search:
    """All explanations of one password, the likeliest first."""

    def __init__(self, password: str, secrets: list[str], region: str, key_id: str) -> None:
        self._password = password
        self._secrets = secrets
        self._wanted = (region,) if region else SES_REGIONS
        self._others = tuple(other for other in SES_REGIONS if other not in self._wanted)
        self._key_id = key_id

    def matches(self) -> Iterator[PasswordFacts]:
        """Single mistakes, then pairs; real dates last, as they take the longest."""
        yield from self._made(self._wanted, (("right", RIGHT), *RECIPES.items()))
        yield from self._made(self._others, (("wrong-region", RIGHT), *_regional(RECIPES.items())))
        yield from self._paired()
        yield from self._dated()

    def _made(self, regions: Iterable[str], recipes: Iterable[tuple[str, Recipe]]) -> Iterator[PasswordFacts]:
        """Only those whose undoing changes this password: of a clean one, none that concern the text."""
        texts = ((name, recipe, recipe.stored(self._password)) for name, recipe in recipes)
        possible = [(name, recipe, text) for name, recipe, text in texts if text]
        for region, secret in product(regions, self._secrets):
            material = Material(secret=secret, region=region, key_id=self._key_id)
            for name, recipe, text in possible:
                if recipe.made(text, material):
                    yield PasswordFacts(mistake=name, derived_for=region if recipe.regional else "")

    def _dated(self) -> Iterator[PasswordFacts]:
        """The habit of Signature Version 4: some real day where the constant belongs."""
        if not shape.looks_right(self._password):
            return
        signature = base64.b64decode(self._password)[len(VERSION) :]
        days = ALL_DAYS if len(self._wanted) == 1 else LIKELY_DAYS
        for regions, tried, secrets in (
            (self._wanted, days, self._secrets),
            (self._others, LIKELY_DAYS, self._secrets[:_MOST_DATED]),
        ):
            for secret in secrets if regions else ():
                region = dated(signature, secret, regions, tried)
                if region:
                    yield PasswordFacts(mistake="real-date", derived_for=region)

    def _paired(self) -> Iterator[PasswordFacts]:
        """As far as they are possible: what concerns the text, only where it was spoilt."""
        possible = [(name, recipe) for name, recipe in pairs() if self._possible(recipe)]
        regional = list(_regional(possible))
        yield from self._made(self._wanted, possible)
        affordable = _MOST_PAIRS // max(len(regional) * len(self._secrets), 1)
        yield from self._made(self._others[:affordable], regional)

    def _possible(self, recipe: Recipe) -> bool:
        return bool(recipe.stored(self._password)) and (not recipe.least or len(self._password) < shape.LENGTH)


def _regional(recipes: Iterable[tuple[str, Recipe]]) -> Iterator[tuple[str, Recipe]]:
    """Those worth trying in a region that was not asked for: what is region-less was tried before."""
    return ((name, recipe) for name, recipe in recipes if recipe.regional)
