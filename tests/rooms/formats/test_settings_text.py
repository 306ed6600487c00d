"""A written setup reads back as what it was made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.formats.settings import parse
from mailstrata.formats.settings_text import render
from mailstrata.model.setup import Alias, Setup

regions = st.sampled_from(["us-east-1", "eu-west-1", "ap-southeast-2"])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
aliases = st.builds(
    Alias,
    address=st.sampled_from(["admin@sailing.example", "o'hara@sailing.example", '"a\\\\b"@sailing.example']),
    host=st.sampled_from(["email-smtp.us-east-1.amazonaws.com", "mail.sailing.example"]),
    port=st.integers(1, 65535),
    security=st.sampled_from(["starttls", "ssl", "none"]),
    username=texts,
    secret=st.sampled_from(["", "aws:mailstrata/smtp/a", 'file:C:\\ "x"']),
    mailbox=texts,
)
setups = st.builds(
    Setup,
    domain=st.just("sailing.example"),
    region=regions,
    aliases=st.lists(aliases, max_size=3).map(tuple),
    mail_from=st.sampled_from([None, "bounce.sailing.example"]),
    regions=st.lists(regions, max_size=3, unique=True).map(tuple),
)


@given(setups, st.lists(texts, max_size=3))
def test_what_is_rendered_reads_back_as_the_same_setup(setup: Setup, notes: list[str]) -> None:
    """Whatever stands in it, and whatever the notes say."""
    assert parse(render(setup, notes=notes)).setup == setup


def test_a_note_cannot_leave_its_comment() -> None:
    """A name from AWS or DNS may hold anything; a line break in it begins no key."""
    text = render(Setup(domain="sailing.example", region="us-east-1"), notes=["a\n[state]\nledger = 'x'\x1b[2J"])
    assert parse(text).ledger != "x"
    assert "\x1b" not in text


def test_without_aliases_the_file_shows_how_one_is_written() -> None:
    """The commented block is a whole alias of this domain and region."""
    text = render(Setup(domain="sailing.example", region="eu-west-1"))
    shown = [line.removeprefix("# ") for line in text.splitlines()]
    start = shown.index("[[alias]]")
    whole = '[domain]\nname = "sailing.example"\nregion = "eu-west-1"\n' + "\n".join(shown[start : start + 5])
    (alias,) = parse(whole).setup.aliases
    assert (alias.address, alias.region) == ("you@sailing.example", "eu-west-1")
