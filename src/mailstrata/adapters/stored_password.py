"""What the stored password of a key is, compared offline with its secret: right, or which mistake made it.

    answers = PasswordAnswers(setup, secrets)
    await answers.password(StoredPassword(key_id="AKIA…", region="us-east-2"))
    Seen(PasswordFacts(mistake="date-step-missing"), source="the credential at aws:mailstrata/smtp/admin")

Neither password nor secret leaves this module; the answer is the name of a mistake (`credentials.forensics`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mailstrata.adapters.asker import Answerer
from mailstrata.credentials import forensics
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import PasswordFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.ports import Secrets
from mailstrata.model.question import Question, StoredPassword
from mailstrata.model.setup import PLACE_NAMES, Setup


class PasswordAnswers:
    """Answers what a stored password is, for the aliases of a setup."""

    def __init__(self, setup: Setup, secrets: Secrets) -> None:
        self._setup = setup
        self._secrets = secrets

    def answerers(self) -> Mapping[type[Question[Any]], Answerer]:
        """What is answered here."""
        return {StoredPassword: self.password}

    async def password(self, question: StoredPassword) -> Observation[PasswordFacts]:
        """The verdict on the password of the alias whose user name is the key; by its shape alone without the secret."""
        place = self._place(question.key_id)
        if not place:
            return Unknown(
                reason=f"nothing tells where the password of {question.key_id} is kept",
                needs=f"the alias's `secret` in the setup: {PLACE_NAMES}",
            )
        try:
            fields = await self._secrets.read(place)
        except Refusal as error:
            return Unknown(reason=error.message, needs=error.hint)
        return await _judged(question, place, fields)

    def _place(self, key_id: str) -> str:
        named = (alias.secret for alias in self._setup.aliases if alias.username == key_id)
        return next((place for place in named if place), "")


async def _judged(question: StoredPassword, place: str, fields: Mapping[str, str]) -> Observation[PasswordFacts]:
    password, secret = fields.get("password"), fields.get("secret_access_key")
    if not password:
        kept = "only the secret access key" if secret else "neither password nor secret access key"
        return Unknown(reason=f"{place} holds {kept} of {question.key_id}", needs="the password that Gmail was given")
    if fields.get("username", question.key_id) != question.key_id:
        return Unknown(
            reason=f"{place} holds the credential of another key than {question.key_id}",
            needs=f"the place where the credential of {question.key_id} is kept",
        )
    known = [secret] if secret else []
    facts = await asyncio.to_thread(forensics.explain, password, known, question.region, key_id=question.key_id)
    return Seen(value=facts, source=f"the credential at {place}")
