"""The list of questions: everything is in it, has a word of the notation, and an adapter that answers it."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
from pathlib import Path
from typing import Any

import pytest

from mailstrata.adapters.asker import World
from mailstrata.formats import world
from mailstrata.model import question as module
from mailstrata.model.observation import Absent
from mailstrata.model.question import QUESTIONS, Question
from mailstrata.wiring import stage

SETUP = """
[domain]
name = "sailing.example"
region = "us-east-1"
[aws]
endpoint = "http://127.0.0.1:9"
[network]
dns_servers = ["127.0.0.1:9"]
[state]
ledger = "{ledger}"
"""

each = pytest.mark.parametrize("kind", QUESTIONS, ids=lambda kind: kind.word)


def _example(kind: type[Question[Any]]) -> Question[Any]:
    """A question of that kind, each field with a value of its own."""
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    return kind(*(587 + place if field.type == "int" else f"value-{place}" for place, field in enumerate(fields)))


def test_every_question_class_is_in_the_list_once() -> None:
    """A question that is not in ``QUESTIONS`` has no line in a recording."""
    classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, Question)]
    assert sorted(one.__name__ for one in classes if one is not Question) == sorted(one.__name__ for one in QUESTIONS)


def test_words_are_unique() -> None:
    """One word of the notation is one kind of question, and none is a header of a recording."""
    words = [kind.word for kind in QUESTIONS]
    assert len(set(words)) == len(words)
    assert not {"at", "setup", "attempt", "prospect"} & set(words)


@each
def test_a_question_is_a_value_of_texts_and_numbers(kind: type[Question[Any]]) -> None:
    """Equal questions are one question; their fields fit into one line."""
    assert {field.type for field in dataclasses.fields(kind)} <= {"str", "int"}  # type: ignore[arg-type]
    assert _example(kind) == _example(kind)
    assert len({_example(kind), _example(kind)}) == 1


@each
def test_a_question_reads_back_from_the_notation(kind: type[Question[Any]]) -> None:
    """The left side of a line is the question, whole."""
    question = _example(kind)
    text = world.render({question: Absent()})
    assert text == f"{world.render_question(question)} -\n"
    assert list(world.parse(text).facts) == [question]


def test_every_question_has_an_adapter_that_answers_it(tmp_path: Path) -> None:
    """The asker of the real world knows whom to ask about each."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(SETUP.format(ledger=tmp_path / "ledger.sqlite3"))

    async def answered() -> set[type[Question[Any]]]:
        async with stage(setup=str(setup)) as here:
            asker = here.asker()
            assert isinstance(asker, World)
            return set(asker._answerers)

    assert asyncio.run(answered()) == set(QUESTIONS)
