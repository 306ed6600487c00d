from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstrata.formats.toml_table import MalformedToml, Table

TEXT = """# a setup
title = "one"
[domain]
name = "sailing.example"
count = 3
share = 0.5
on = true
at = 2026-05-12T18:43:00Z
local = 2026-05-12T18:43:00
names = ["a", "b"]
[domain.deep]
key = "x"
[[alias]]
address = "first"
[[alias]]
address = "second"
port = "no"
"""


def _root() -> Table:
    return Table.parse(TEXT, "my.toml")


def test_each_kind_of_value_is_read() -> None:
    """Strings, numbers, flags, moments, lists, tables and arrays of tables."""
    domain = _root().table("domain")
    assert domain.text("name") == "sailing.example"
    assert domain.choice("name", ("sailing.example", "x")) == "sailing.example"
    assert (domain.integer("count"), domain.number("count"), domain.number("share")) == (3, 3.0, 0.5)
    assert domain.flag("on") is True
    assert domain.texts("names") == ("a", "b")
    assert domain.table("deep").text("key") == "x"
    assert domain.plain("count") == 3
    assert [table.text("address") for table in _root().tables("alias")] == ["first", "second"]


def test_a_moment_without_an_offset_is_utc() -> None:
    """Both forms are the same moment."""
    domain = _root().table("domain")
    assert domain.moment("at") == domain.moment("local") == datetime(2026, 5, 12, 18, 43, tzinfo=UTC)


def test_what_is_absent_has_its_default() -> None:
    """An absent table is empty, and has no tables."""
    root = _root()
    nothing = root.table("nothing")
    assert (nothing.text("a", "x"), nothing.integer("b", 1), nothing.number("c", 1.0)) == ("x", 1, 1.0)
    assert (nothing.flag("d", default=False), nothing.texts("e", ()), nothing.moment("f", None)) == (False, (), None)
    assert (nothing.port("g", 25), nothing.above_zero("h", 2.0), nothing.choice("i", ("x",), "y")) == (25, 2.0, "y")
    assert (list(root.tables("none")), nothing.keys(), "title" in root) == ([], (), True)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda root: root.table("domain").text("count"), "my.toml:5: domain.count: 3; expected a string in quotes"),
        (lambda root: root.table("domain").integer("on"), "my.toml:7: domain.on: True; expected a whole number"),
        (
            lambda root: root.table("domain").number("name"),
            "my.toml:4: domain.name: 'sailing.example'; expected a number",
        ),
        (lambda root: root.table("domain").flag("count"), "my.toml:5: domain.count: 3; expected true or false"),
        (lambda root: root.table("domain").moment("count"), "my.toml:5: domain.count: 3; expected a date and time"),
        (lambda root: root.table("domain").texts("name"), "my.toml:4: domain.name: "),
        (
            lambda root: root.table("domain").choice("name", ("a", "b")),
            "my.toml:4: domain.name: 'sailing.example'",
        ),
        (lambda root: root.table("domain").text("region"), "my.toml:3: domain.region: missing; expected a string"),
        (lambda root: root.table("domain").table("deep").text("no"), "my.toml:11: domain.deep.no: missing"),
        (lambda root: root.table("title"), "my.toml:2: title: 'one'; expected a table [title]"),
        (lambda root: list(root.tables("domain")), "my.toml:3: domain: "),
        (
            lambda root: [one.integer("port", 1) for one in root.tables("alias")],
            "my.toml:17: alias.port: 'no'; expected",
        ),
        (lambda root: root.text("nothing"), "my.toml:1: nothing: missing"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(read: Callable[[Table], Any], message: str) -> None:
    """And with what was expected."""
    with pytest.raises(MalformedToml) as error:
        read(_root())
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("value", ["0", "65536", "-1"])
def test_a_port_is_one_of_65535(value: str) -> None:
    """TCP numbers them from 1 (RFC 9293 3.1: 16 bits)."""
    with pytest.raises(MalformedToml, match=r"a port from 1 to 65535"):
        Table.parse(f"port = {value}", "x").port("port")


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "0", "-1.5"])
def test_a_time_is_a_number_above_zero(value: str) -> None:
    """TOML can write infinity and NaN; nobody can wait for them."""
    with pytest.raises(MalformedToml, match=r"expected a number"):
        Table.parse(f"timeout = {value}", "x").above_zero("timeout")


def test_a_key_that_nobody_asked_for_is_refused() -> None:
    """With the nearest that is known, or all of them."""
    table = Table.parse('[domain]\nregoin = "x"\nother = 1', "my.toml")
    domain = table.table("domain")
    domain.text("region", "")
    with pytest.raises(
        MalformedToml, match=r"my\.toml:2: domain\.regoin: nobody knows this key; expected 'region' perhaps"
    ):
        table.done()
    domain.text("regoin")
    with pytest.raises(MalformedToml, match=r"domain\.other: nobody knows this key; expected one of region, regoin"):
        table.done()


def test_a_table_that_was_read_whole_is_done() -> None:
    """Nothing is left over, in none of its tables."""
    table = Table.parse('a = 1\n[[b]]\nc = "x"', "my.toml")
    table.integer("a")
    for entry in table.tables("b"):
        entry.text("c")
    table.done()


@pytest.mark.parametrize(
    ("text", "where"),
    [("a = ", "my.toml:1"), ("x = 1\nx = 2", "my.toml:2"), ("[a", "my.toml:1"), ("a = '\n'", "my.toml:1")],
)
def test_what_is_no_toml_is_refused_with_its_line(text: str, where: str) -> None:
    """The parser's own words, and where."""
    with pytest.raises(MalformedToml) as error:
        Table.parse(text, "my.toml")
    assert error.value.where == where


@pytest.mark.parametrize("text", ["x = " + "[" * 10_000, "x = " + "1" * 5000])
def test_what_the_parser_itself_cannot_hold_is_refused(text: str) -> None:
    """Brackets in brackets and numbers without end, in the operator's words."""
    with pytest.raises(MalformedToml, match=r"^my\.toml"):
        Table.parse(text, "my.toml")


def test_a_text_beyond_the_bound_is_refused() -> None:
    """Before the parser sees it."""
    with pytest.raises(MalformedToml, match="at most"):
        Table.parse("#" * (4 * 1024 * 1024 + 1), "my.toml")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.text(max_size=40) | st.lists(st.sampled_from(["[", "]", "a", "=", "\n", '"', "{", "1", ".", "'"])).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but ``MalformedToml`` comes out of a text that is none, or holds keys that nobody knows."""
    with contextlib.suppress(MalformedToml):
        Table.parse(text, "x").done()
