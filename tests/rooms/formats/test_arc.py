"""ARC sets as values."""

from __future__ import annotations

import pytest

from mailstrata.formats.arc import MalformedArc, chain
from mailstrata.formats.dkim_canon import split

RESULTS = "ARC-Authentication-Results: i=1; lists.example; spf=pass\n"
MESSAGE = "ARC-Message-Signature: i=1; a=rsa-sha256; d=lists.example; s=s1; h=from; bh=YWJj; b=ZGVm\n"
SEAL = "ARC-Seal: i=1; a=rsa-sha256; d=lists.example; s=s1; cv=none; b=ZGVm\n"


def sets(head: str) -> tuple[tuple[int, str, str], ...]:
    """Instance, claim and sealer of each set."""
    found = chain(split(head.encode() + b"\n")[0])
    return tuple((one.instance, one.validation, one.sealed.domain) for one in found)


def test_a_set_is_three_fields_of_one_instance() -> None:
    """In whatever order they stand."""
    assert sets(SEAL + RESULTS + MESSAGE) == ((1, "none", "lists.example"),)
    assert sets("From: a\n") == ()


@pytest.mark.parametrize(
    ("head", "where"),
    [
        (RESULTS + MESSAGE, "arc-seal i=1"),
        (RESULTS + MESSAGE + SEAL + SEAL, "arc-seal i=1"),
        (RESULTS + MESSAGE + SEAL.replace("cv=none", "cv=maybe"), "arc-seal i=1 cv"),
        (RESULTS + MESSAGE + SEAL.replace("cv=none", "cv=none; h=from"), "arc-seal i=1 h"),
        (RESULTS + MESSAGE.replace("h=from", "h=arc-seal") + SEAL, "arc-message-signature i=1 h"),
        (RESULTS + MESSAGE.replace("bh=YWJj; ", "") + SEAL, "arc-message-signature i=1 bh"),
        (RESULTS.replace("i=1", "i=0") + MESSAGE + SEAL, "arc-authentication-results"),
        (RESULTS + MESSAGE.replace("i=1", "i=x") + SEAL, "arc-message-signature i"),
        (RESULTS + MESSAGE.replace("d=lists.example", "d=.") + SEAL, "arc-message-signature i=1 d"),
        (RESULTS + MESSAGE + SEAL.replace("i=1", "i=60"), "i"),
    ],
)
def test_what_is_no_chain_names_field_instance_and_tag(head: str, where: str) -> None:
    """So that the intermediary that broke it can be told."""
    with pytest.raises(MalformedArc) as caught:
        sets(head)
    assert caught.value.where == where
