"""A list of domains."""

from __future__ import annotations

import pytest

from mailstrata.formats.domain_list import Listed, MalformedDomainList, parse


def test_a_name_a_line_with_its_region_behind_it() -> None:
    """Comments and empty lines are left out, names are folded, one that stands twice is taken once, with both regions."""
    text = "# ours\nSailing.example.\n\n  dock.example\teu-west-1  # since May\nharbor.example, us-west-2\n"
    assert parse(text + "sailing.example eu-west-1\ndock.example us-east-1\n", "domains.txt") == (
        Listed(domain="sailing.example", regions=("eu-west-1",)),
        Listed(domain="dock.example", regions=("eu-west-1", "us-east-1")),
        Listed(domain="harbor.example", regions=("us-west-2",)),
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ann@dock.example", "expected labels"),
        ("localhost", "a domain such as sailing.example"),
        ("dock.example Ireland", "nothing behind the domain but its region"),
        ("dock.example eu-west-1 more", "nothing behind the domain but its region"),
        ("x" * 70 + ".example", "expected labels"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, words: str) -> None:
    """File and line; nothing is guessed."""
    with pytest.raises(MalformedDomainList, match=r"^domains.txt:2: ") as refused:
        parse(f"sailing.example\n{line}\n", "domains.txt")
    assert words in str(refused.value)


def test_a_list_without_end_is_refused() -> None:
    """A hundred thousand lines are enough."""
    with pytest.raises(MalformedDomainList, match="100001 lines"):
        parse("a.example\n" * 100_001, "domains.txt")


@pytest.mark.parametrize("text", ["", "\n# none yet\n"])
def test_a_list_of_nothing_is_refused(text: str) -> None:
    """Whoever gives a list does not mean the setup's own domain."""
    with pytest.raises(MalformedDomainList, match=r"^domains\.txt: no domain in it"):
        parse(text, "domains.txt")
