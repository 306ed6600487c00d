"""Every question that can be asked of the world, how it is written in the ``.world`` notation, and what answers it."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, get_args, get_type_hints

from tools.docgen import markdown
from tools.docgen.attributes import documented

from mailstrata.adapters.aws_permissions import PERMISSIONS
from mailstrata.model import facts
from mailstrata.model.question import QUESTIONS, Question


def render() -> str:
    """The page of all questions."""
    answers = {answer: None for kind in QUESTIONS for answer in _fact_classes(_answer(kind))}
    return markdown.page(
        "Questions",
        "Every question that a check can ask. The answer is one of three: *seen*, *absent*, or *unknown* with a reason. "
        "[The notation](../world-notation.md) writes a fact of each on one line.",
        markdown.table(("In the notation", "What is asked", "Answered with", "AWS permissions"), map(_row, QUESTIONS)),
        "## The facts that answer\n\nWhat a line does not name has its default. Words of AWS's are AWS's own.",
        *(_facts(kind) for kind in answers),
    )


def left_side(kind: type[Question[Any]]) -> str:
    """``identity REGION NAME``."""
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    return " ".join([kind.word, *(field.name.upper() for field in fields)])


def sentence(kind: type[object]) -> str:
    """What a class's docstring says, on one line."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split())


def answered_with(kind: type[Question[Any]]) -> str:
    """The type of the value, in words of the notation."""
    answer = _answer(kind)
    if answer is str:
        return "text"
    if answer == tuple[str, ...]:
        return "texts, one a line"
    if answer == tuple[facts.MxHost, ...]:
        return "`PREFERENCE HOST`, one a line"
    names = [one.__name__ for one in _fact_classes(answer)]
    linked = ", ".join(f"[{name}](#{name.lower()})" for name in names)
    return f"list of {linked}" if getattr(answer, "__origin__", None) is tuple else linked


def _row(kind: type[Question[Any]]) -> tuple[str, str, str, str]:
    actions = markdown.code(PERMISSIONS.get(kind, ()))
    return f"`{left_side(kind)}`", markdown.prose(sentence(kind)), answered_with(kind), actions


def _answer(kind: type[Question[Any]]) -> Any:
    return get_args(kind.__orig_bases__[0])[0]  # type: ignore[attr-defined]


def _fact_classes(answer: Any) -> list[type[Any]]:
    """The dataclasses that a type is made of, those within them too."""
    if dataclasses.is_dataclass(answer) and isinstance(answer, type):
        inner = [one for hint in get_type_hints(answer).values() for one in _fact_classes(hint)]
        return [answer, *inner] if answer is not facts.MxHost else []
    return [one for part in get_args(answer) for one in _fact_classes(part)]


def _facts(kind: type[Any]) -> str:
    told = documented(kind)
    rows = [
        (
            f"`{field.name}`",
            markdown.code([_type(field.type)]),
            _default(field),
            markdown.prose(told.get(field.name, "")),
        )
        for field in dataclasses.fields(kind)
    ]
    body = markdown.table(("Field", "Type", "Default", ""), rows)
    return f"### {kind.__name__}\n\n{markdown.prose(sentence(kind))}\n\n{body}"


def _type(written: Any) -> str:
    return str(written if isinstance(written, str) else getattr(written, "__name__", written))


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "must be given"
    if dataclasses.is_dataclass(field.default):
        return f"`{type(field.default).__name__}()`"
    return "" if field.default in ("", None, ()) else f"`{field.default!r}`"
