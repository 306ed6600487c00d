"""DKIM signatures and keys as texts."""

from __future__ import annotations

import pytest

from mailstrata.formats.dkim import Key, MalformedDkim, key_remarks, parse_key, parse_signature, render_key
from mailstrata.model.question import Txt

SIGNATURE = "v=1; a=rsa-sha256; d=sailing.example; s=s1; h=From:To; bh=YWJj; b=ZGVm"


def test_a_signature_has_the_defaults_of_the_rfc() -> None:
    """RFC 6376 3.5."""
    signature = parse_signature(SIGNATURE)
    assert (signature.head, signature.body, signature.identity, signature.length) == (
        "simple",
        "simple",
        "@sailing.example",
        None,
    )
    assert signature.fields == ("from", "to")
    assert signature.question == Txt("s1._domainkey.sailing.example")
    assert parse_signature(SIGNATURE + "; c=relaxed").body == "simple"


@pytest.mark.parametrize(
    ("slip", "where"),
    [
        (("v=1; ", ""), "v"),
        (("v=1", "v=2"), "v"),
        (("h=From:To", "h=To"), "h"),
        (("h=From:To", "h=From:"), "h"),
        (("d=sailing.example", "d=-"), "d"),
        (("s=s1", "s=a b"), "s"),
        (("bh=YWJj", "bh=?"), "bh"),
        (("b=ZGVm", "b="), "b"),
        (("b=ZGVm", "b=ZGVm; i=@dock.example"), "i"),
        (("b=ZGVm", "b=ZGVm; c=strict"), "c"),
        (("b=ZGVm", "b=ZGVm; t=5; x=5"), "x"),
        (("b=ZGVm", "b=ZGVm; l=-1"), "l"),
        (("b=ZGVm", "b=ZGVm; b=ZGVm"), "b"),
    ],
)
def test_a_broken_signature_names_its_tag(slip: tuple[str, str], where: str) -> None:
    """The tag is the place."""
    with pytest.raises(MalformedDkim) as caught:
        parse_signature(SIGNATURE.replace(*slip))
    assert caught.value.where == where


def test_a_key_is_read_and_written_back() -> None:
    """RFC 6376 3.6.1: rsa where nothing is said."""
    key = parse_key("v=DKIM1; h=sha256; t=y:s; p=YWJj; n=note")
    assert key == Key(public=b"abc", hashes=("sha256",), flags=("y", "s"))
    assert parse_key(render_key(key)) == key
    assert parse_key("p=").revoked


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("k=rsa", "p"),
        ("k=dsa; p=YWJj", "k"),
        ("k=rsa; v=DKIM1; p=", "v"),
        ("v=DKIM3; p=", "v"),
        ("p=YWJj p", "p"),
        ("p=YWJj; t", "character 7"),
    ],
)
def test_a_broken_key_names_its_tag(text: str, where: str) -> None:
    """Or the character, where there is no tag to name."""
    with pytest.raises(MalformedDkim) as caught:
        parse_key(text)
    assert caught.value.where == where


def test_what_is_unwise_in_a_key_is_told() -> None:
    """Nothing of it is broken."""
    remarks = list(key_remarks(parse_key("p=YWJj; t=y; h=sha1; s=web")))
    assert [remark.partition(" ")[0] for remark in remarks] == ["t=y", "h=", "s="]
    assert list(key_remarks(parse_key("p=YWJj"))) == []
