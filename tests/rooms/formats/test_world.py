from __future__ import annotations

import contextlib
import dataclasses
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pages.page import AT, STANDARD_SETUP, toml_setup

from mailstrata.formats import world
from mailstrata.model import facts
from mailstrata.model.attempt import Attempt, Case, Outcome, Via
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import QUESTIONS, Endpoint, Mx, Question, SesIdentity, Suppression, Txt
from mailstrata.model.reply import Reply

ONE = Txt("_dmarc.sailing.example")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001
for fact in (facts.DkimFacts, facts.MailFromFacts, facts.TlsFacts, facts.MessageEvent, Reply, facts.MxHost):
    _fields = {
        field.name: {"str": TEXT, "int": st.integers(0, 999), "bool": st.booleans(), "datetime": MOMENT}[
            str(field.type)
        ]
        for field in dataclasses.fields(fact)
        if str(field.type) in {"str", "int", "bool", "datetime"}
    }
    st.register_type_strategy(fact, st.builds(fact, **_fields))
st.register_type_strategy(
    facts.MxHost,
    st.builds(facts.MxHost, preference=st.integers(0, 65535), host=st.from_regex(r"[a-z.]{1,9}", fullmatch=True)),
)
st.register_type_strategy(datetime, MOMENT)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))


def _questions(kind: type[Question[Any]]) -> st.SearchStrategy[Question[Any]]:
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    return st.builds(kind, *(st.integers(0, 65535) if field.type == "int" else TEXT for field in fields))


def _values(kind: type[Question[Any]]) -> st.SearchStrategy[Any]:
    return st.from_type(get_args(kind.__orig_bases__[0])[0])  # type: ignore[attr-defined]


@st.composite
def _facts(draw: st.DrawFn) -> dict[Question[Any], Observation[Any]]:
    """A world of a few facts of any kinds, seen, absent or unknown."""
    found: dict[Question[Any], Observation[Any]] = {}
    for kind in draw(st.lists(st.sampled_from(QUESTIONS), max_size=4)):
        aside = {"source": draw(TEXT), "at": draw(st.none() | MOMENT), "ttl": draw(st.none() | st.integers(0, 9**9))}
        found[draw(_questions(kind))] = draw(
            st.one_of(
                st.builds(lambda value, aside=aside: Seen(value=value, **aside), _values(kind)),
                st.builds(lambda how, aside=aside: Absent(how=how, **aside), TEXT),
                st.builds(Unknown, reason=TEXT, needs=TEXT),
            )
        )
    return found


@settings(max_examples=80, deadline=None, derandomize=True)
@given(_facts())
def test_what_is_rendered_reads_back(found: dict[Question[Any], Observation[Any]]) -> None:
    """Of every kind of question, whatever its fields and its answer hold."""
    assert world.parse(world.render(found)).facts == found


@pytest.mark.parametrize("kind", QUESTIONS, ids=lambda kind: kind.word)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_kind_of_answer_reads_back(kind: type[Question[Any]], data: st.DataObject) -> None:
    """And a rendered text renders the same again."""
    found = {data.draw(_questions(kind)): Seen(value=data.draw(_values(kind)))}
    text = world.render(found)
    assert world.parse(text).facts == found
    assert world.render(world.parse(text).facts) == text


_PIECES = st.sampled_from(
    [
        *(
            "txt",
            "mx",
            "endpoint",
            "identity",
            "at",
            "setup",
            "attempt",
            " ",
            "=",
            "-",
            "?",
            "\n",
            "    ",
            "{",
            "}",
            '"',
            ":",
            "#",
        ),
        *(
            "a.example",
            "587",
            "9" * 5000,
            "²",
            "٣",
            '{"ttl": 5}',
            '{"reply": {"code": 235}}',
            "[[[[",
            "10 mx.example",
            "\\u0020",
        ),
    ]
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(_PIECES, max_size=24).map("".join) | st.lists(_PIECES, max_size=24).map(" ".join) | TEXT)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but ``MalformedWorld`` comes out of a text that is none; what was read can be written."""
    with contextlib.suppress(world.MalformedWorld):
        world.render(world.parse(text).facts)


def test_the_three_values_are_three_signs() -> None:
    """``=`` seen, ``-`` absent, ``?`` unknown; each with what belongs to it on an indented line."""
    text = """
# a comment
txt a.example = v=DMARC1; p=none
    {"source": "resolver 127.0.0.1", "at": "2026-05-12T18:43:00Z", "ttl": 300}
txt b.example -
txt c.example - NXDOMAIN
txt d.example ? timed out after 5 s
    {"needs": "time"}
txt e.example ?
"""
    seen = Seen(value=("v=DMARC1; p=none",), source="resolver 127.0.0.1", at=AT, ttl=300)
    assert dict(world.parse(text).facts) == {
        Txt("a.example"): seen,
        Txt("b.example"): Absent(),
        Txt("c.example"): Absent(how="NXDOMAIN"),
        Txt("d.example"): Unknown(reason="timed out after 5 s", needs="time"),
        Txt("e.example"): Unknown(reason="not known"),
    }


def test_a_list_has_a_line_for_each_value() -> None:
    """In their order, wherever the lines stand; nothing after ``=`` is the empty list."""
    text = 'mx a.example = 10 one.example\ntxt a.example =\nmx a.example = 20 two.example\n    {"ttl": 5}\n'
    hosts = (facts.MxHost(preference=10, host="one.example"), facts.MxHost(preference=20, host="two.example"))
    assert dict(world.parse(text).facts) == {
        Mx("a.example"): Seen(value=hosts, ttl=5),
        Txt("a.example"): Seen(value=()),
    }


def test_what_is_not_named_has_the_default_of_a_healthy_world() -> None:
    """A fact is as short as what matters in it, read and written."""
    text = 'identity us-east-1 sailing.example = {"verified":false}\n'
    found = world.parse(text).facts
    assert found == {SesIdentity("us-east-1", "sailing.example"): Seen(value=facts.IdentityFacts(verified=False))}
    assert world.render(found) == text


def test_a_field_with_a_space_is_written_as_one_word() -> None:
    """A quoted local part may hold one (RFC 5321 4.1.2)."""
    question = Suppression("us-east-1", '"a b"@dock.example')
    assert len(world.render_question(question).split()) == 3
    assert list(world.parse(world.render({question: Absent()})).facts) == [question]


def test_a_line_never_holds_a_control_character() -> None:
    """What DNS or a server said cannot begin a line of its own in a recording."""
    nasty = "x\ntxt evil.example = y\x1b[31m\u2028"
    for observation in (Seen(value=(nasty,)), Absent(how=nasty, source=nasty), Unknown(reason=nasty, needs=nasty)):
        text = world.render({Txt(nasty): observation})
        assert text.replace("\n", "").isprintable()
        assert len(text.splitlines()) <= 2
        assert world.parse(text).facts == {Txt(nasty): observation}


def test_the_order_of_a_text_is_that_of_the_questions() -> None:
    """Not that of the answers: two recordings of one world are equal."""
    found: dict[Question[Any], Observation[Any]] = {
        Endpoint("h.example", 587, "starttls"): Absent(),
        Txt("b.example"): Absent(),
        Txt("a.example"): Absent(),
    }
    turned = dict(reversed(found.items()))
    assert (
        world.render(found)
        == world.render(turned)
        == ("txt a.example -\ntxt b.example -\nendpoint h.example 587 starttls -\n")
    )


def test_a_recording_holds_its_case() -> None:
    """Moment, setup, attempts and prospects read back."""
    send = Attempt(
        id="attempt-1",
        sender="admin@sailing.example",
        recipient="p@dock.example",
        via=Via.GMAIL_ALIAS,
        at=AT,
        outcome=Outcome.REFUSED_AT_RELAY,
        reply=Reply(code=535, text="no"),
        subject="a\nb",
    )
    ahead = dataclasses.replace(send, id="next-1", reply=None)
    case = Case(setup=toml_setup(STANDARD_SETUP), attempts=(send,), prospects=(ahead,), at=AT)
    read = world.parse(world.render({ONE: Absent()}, case))
    assert (read.case, dict(read.facts)) == (case, {ONE: Absent()})
    assert world.parse("txt a.example -").case is None


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        ("tyt a.example -", "'tyt' is no word of the notation", "txt"),
        ("txt", "'txt'", "txt NAME = VALUE, - or ?"),
        ("txt a.example", "''", "= VALUE, - or ? REASON"),
        ("txt a.example : x", "': x'", "= VALUE, - or ? REASON"),
        ("endpoint a.example many starttls -", "port 'many'", "a whole number"),
        ("endpoint a.example ² starttls -", "port '²'", "a whole number"),
        ("mx a.example = first mx.example", "'first mx.example'", "preference and host"),
        ("mx a.example = ² mx.example", "'² mx.example'", "preference and host"),
        ('identity us-east-1 a = {"verified": "no"}', "verified", "JSON"),
        ('identity us-east-1 a = {"verifed": false}', "'verifed'", "verified"),
        ('identity us-east-1 a = {"dkim": {"sining": false}}', "'sining'", "signing"),
        ('events us-east-1 a = [{"at": "2026-05-12T18:43:00Z", "kind": "Send", "knid": 1}]', "'knid'", "kind"),
        ("identity us-east-1 a = {", "'{'", "JSON"),
        ('    {"ttl": 5}', "without a fact above it", "a fact before"),
        ("at = yesterday", "yesterday", "JSON"),
        ("setup", "'setup'", "setup = value"),
        ('attempt = {"id": "x"}', "id", "JSON"),
        ('setup = {"domain": "a.example", "region": "us-east-1", "regoin": 1}', "'regoin'", "region"),
    ],
)
def test_a_broken_line_is_named_with_what_was_expected(line: str, found: str, expected: str) -> None:
    """File and line, what stands there, what belongs there."""
    with pytest.raises(world.MalformedWorld) as error:
        world.parse(f"# first\n\n{line}\n", "my.world")
    assert str(error.value).startswith("my.world:3: ")
    assert found in str(error.value)
    assert expected in error.value.expected


def test_a_fact_stands_once() -> None:
    """Two answers to one question cannot both be so."""
    for second in ("txt a.example -", "txt a.example ? no"):
        with pytest.raises(world.MalformedWorld, match=r"my\.world:2: 'txt a\.example' a second time"):
            world.parse(f"txt a.example = x\n{second}", "my.world")


def test_a_setup_without_a_moment_is_refused() -> None:
    """A replay must know when it plays."""
    with pytest.raises(world.MalformedWorld, match="without an at line"):
        world.parse('setup = {"domain": "a.example", "region": "us-east-1"}')


def test_a_text_beyond_the_bound_is_refused() -> None:
    """Before anything of it is read."""
    with pytest.raises(world.MalformedWorld, match="at most"):
        world.parse("#" * (8 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    ("observation", "text"),
    [
        (Seen(value=("one", "two")), "one | two"),
        (Absent(how="NXDOMAIN"), "absent (NXDOMAIN)"),
        (Absent(), "absent"),
        (Unknown(reason="timed out"), "unknown: timed out"),
    ],
)
def test_an_answer_in_a_sentence(observation: Observation[tuple[str, ...]], text: str) -> None:
    """As a finding quotes it."""
    assert world.render_value(ONE, observation) == text
