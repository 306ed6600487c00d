"""What IAM identifiers say of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats.key_id import account, is_access_key, kind
from mailstrata.lab.ids import Ids


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "access key"),
        ("ASIAIOSFODNN7EXAMPLE", "temporary access key"),
        ("AIDACKCEVSQ6C2EXAMPLE", "IAM user"),
        ("AROADBQP57FF2AEXAMPLE", "IAM role"),
        ("akiaiosfodnn7example", None),
        ("AKIAIOSFODNN7EXAMPLE ", None),
        ("ses-smtp-relay", None),
        ("admin@sailing.example", None),
        ("", None),
        ("AKIA", None),
        ("XXXXIOSFODNN7EXAMPLE", None),
    ],
)
def test_the_prefix_tells_the_kind(identifier: str, expected: str | None) -> None:
    """AWS's prefixes (IAM User Guide, "IAM identifiers"); what has no such shape is of no kind."""
    assert kind(identifier) == expected


def test_only_long_term_and_temporary_keys_are_access_keys() -> None:
    """Of all kinds only AKIA and ASIA can stand as an SMTP username."""
    named = {prefix for prefix in ("AKIA", "ASIA", "AIDA", "AROA", "AGPA") if is_access_key(prefix + "EXAMPLE")}
    assert named == {"AKIA", "ASIA"}


@pytest.mark.parametrize(
    ("key_id", "expected"),
    [
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("AKIAY34FZKBOKMUTVV7", None),
        ("AKIAY34FZKBOKMUTVV70", None),
        ("AIDAY34FZKBOKMUTVV7A", None),
        ("", None),
    ],
)
def test_a_modern_key_id_tells_its_account(key_id: str, expected: str | None) -> None:
    """Two published examples; older, cut, mistyped and other ids tell nothing."""
    assert account(key_id) == expected


@given(number=st.integers(0, 10**12 - 1), temporary=st.booleans())
def test_the_account_that_is_written_into_an_id_is_read_from_it(number: int, temporary: bool) -> None:
    """The lab writes accounts into its ids apart from this code; what it wrote is read again."""
    written = f"{number:012d}"
    assert account(Ids("test").access_key_id(account=written, temporary=temporary)) == written


@given(text=st.text(max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """A username is whatever somebody typed."""
    assert account(text) is None or len(str(account(text))) == 12
