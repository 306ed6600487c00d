from __future__ import annotations

import pytest

from mailstrata.lab.ses.password import legacy_password, smtp_password

EXAMPLE = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    ("secret", "region", "password"),
    [
        ("some+secret+key", "eu-central-1", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
        ("another+secret+key", "us-west-1", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"),
        (EXAMPLE, "us-east-2", "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS"),
    ],
)
def test_the_password_is_that_of_the_published_vectors(secret: str, region: str, password: str) -> None:
    """The derivation gives what Terraform's test suite and the fact sheet list."""
    assert smtp_password(secret, region) == password


def test_the_legacy_password_knows_no_region() -> None:
    """The older derivation depends on the secret alone."""
    assert legacy_password("some+secret+key") == "AnkqhOiWEcszZZzTMCQbOY1sPGoLFgMH9zhp4eNgSjo4"
