"""What the stored password of a key is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.secrets import SecretPlaces, Variables
from mailstrata.adapters.stored_password import PasswordAnswers
from mailstrata.model.facts import PasswordFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import StoredPassword
from mailstrata.model.setup import Alias, Setup

KEY = "AKIA2EXAMPLE00000001"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
RIGHT = "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"  # facts.md A9: us-east-2
NO_DATE = "BHZEexEYRwBHgx7sdSzHa2F0mrJMf3xG8LxvjruUV2i9"


def _asked(fields: Mapping[str, str] | None, *, key: str = KEY, place: str = "env:SMTP") -> Observation[PasswordFacts]:
    alias = Alias(address="admin@sailing.example", host="h", username=KEY, secret=place)
    setup = Setup(domain="sailing.example", region="us-east-2", aliases=(alias,))
    places = SecretPlaces({"env": Variables({} if fields is None else {"SMTP": json.dumps(fields)})})
    world = World(answerers=PasswordAnswers(setup, places).answerers())
    return asyncio.run(world.ask(StoredPassword(key_id=key, region="us-east-2")))


def test_a_password_without_the_date_step_is_proven() -> None:
    """By the secret beside it; the answer holds neither."""
    seen = _asked({"username": KEY, "password": NO_DATE, "secret_access_key": SECRET})
    assert isinstance(seen, Seen)
    assert (seen.value.mistake, seen.value.proven) == ("date-step-missing", True)
    assert seen.source == "the credential at env:SMTP"
    assert NO_DATE not in repr(seen)
    assert SECRET not in repr(seen)


def test_a_right_password_is_right() -> None:
    """For the region that is asked about."""
    seen = _asked({"password": RIGHT, "secret_access_key": SECRET})
    assert isinstance(seen, Seen)
    assert (seen.value.mistake, seen.value.derived_for) == ("right", "us-east-2")


def test_without_the_secret_only_the_shape_is_judged() -> None:
    """That proves nothing."""
    seen = _asked({"password": NO_DATE})
    assert isinstance(seen, Seen)
    assert not seen.value.proven


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"username": KEY}, "neither password nor secret"),
        ({"secret_access_key": SECRET}, "only the secret access key"),
        ({"username": "AKIA2EXAMPLE00000002", "password": RIGHT}, "credential of another key"),
        (None, "SMTP is not set"),
    ],
)
def test_what_is_not_stored_is_unknown(fields: Mapping[str, str] | None, words: str) -> None:
    """With what would settle it."""
    seen = _asked(fields)
    assert isinstance(seen, Unknown)
    assert words in seen.reason
    assert seen.needs


def test_a_key_of_no_alias_or_without_a_place_is_unknown() -> None:
    """The setup has to say where its credential is kept."""
    for seen in (_asked({}, key="AKIA2EXAMPLE00000009"), _asked({}, place="")):
        assert isinstance(seen, Unknown)
        assert "nothing tells where the password of AKIA2EXAMPLE0000000" in seen.reason
        assert "aws:NAME" in seen.needs
