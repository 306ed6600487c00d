"""The ``.world`` notation: what is known of the world, one line a fact.

    txt _dmarc.sailing.example = v=DMARC1; p=none          # Seen
    txt _dmarc.sailing.example -                           # Absent
    txt _dmarc.sailing.example - NXDOMAIN                  # Absent, and how
    mx sailing.example ? timed out after 5 s               # Unknown
    identity us-east-1 sailing.example = {"verified": false}

One text is a test's world, the lab's, the recording of a real diagnosis (``diagnose --save``) and the attachment of a bug
report. A line begins with the word of a question (`model.question`) and its fields; what follows ``=`` is the value:
text for names, records and lists of them (a list has a line for each, and an empty one a line with nothing after ``=``), JSON
for facts, of which whatever is not named has its default. A value or field that begins with ``"`` is a JSON string, so that
anything can be written. An indented line under a fact is a JSON object with what belongs to it: ``source``, ``at``, ``ttl``,
``needs``. ``#`` at the start of a line is a comment.
Before the facts a recording has ``at``, ``setup``, ``attempt`` and ``prospect`` lines: the case that was diagnosed.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.errors import Malformed
from mailstrata.model.facts import MxHost
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import QUESTIONS, Question
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass

_BY_WORD: Mapping[str, type[Question[Any]]] = {question.word: question for question in QUESTIONS}
_ORDER: Mapping[type[Question[Any]], int] = {question: index for index, question in enumerate(QUESTIONS)}
_VALUE: Mapping[type[Question[Any]], Any] = {
    question: get_args(question.__orig_bases__[0])[0]  # type: ignore[attr-defined]
    for question in QUESTIONS
}
_HEADERS: Mapping[str, Any] = {"at": datetime, "setup": Setup, "attempt": Attempt, "prospect": Attempt}
_LIMIT = 8 * 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,9}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class MalformedWorld(Malformed):
    """A line of a ``.world`` text that cannot be read; ``where`` is file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A parsed text: the facts, and the case of a recording (``case`` is ``None`` when it has none)."""

    facts: Mapping[Question[Any], Observation[Any]]
    case: Case | None = None


def sort_key(question: Question[Any]) -> tuple[int, tuple[str, ...]]:
    """The order of facts in a text: by kind as in ``QUESTIONS``, then by their fields."""
    return _ORDER[type(question)], tuple(str(value) for value in _fields(question))


def render_question(question: Question[Any]) -> str:
    """The left side of a line: ``txt _dmarc.sailing.example``."""
    return " ".join([question.word, *(_word(str(value)) for value in _fields(question))])


def render_value(question: Question[Any], observation: Observation[Any]) -> str:
    """The right side of a line; of several values all, joined by `` | ``."""
    match observation:
        case Seen(value=value):
            return " | ".join(_values(question, value))
        case Absent(how=how):
            return f"absent ({how})" if how else "absent"
        case Unknown(reason=reason):
            return f"unknown: {reason}"


def render(facts: Mapping[Question[Any], Observation[Any]], case: Case | None = None) -> str:
    """The whole text, in an order that does not depend on the mapping's."""
    lines = list(_case_lines(case)) if case else []
    for question in sorted(facts, key=sort_key):
        lines.extend(_fact_lines(question, facts[question]))
    return "\n".join(lines) + "\n"


def parse(text: str, name: str = "world") -> World:
    """Read a text; ``name`` is its file's name for messages. Raises ``MalformedWorld``."""
    if len(text) > _LIMIT:
        raise MalformedWorld(name, f"{len(text)} characters", f"at most {_LIMIT}")
    reader = _Reader(name)
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            reader.read(number, line.rstrip())
    return reader.world()


def _word(value: str) -> str:
    """A field as one word: what holds white space or control characters becomes a JSON string without any."""
    plain = value and not value.startswith('"') and not re.search(r"\s", value) and not _CONTROL.search(value)
    return value if plain else json.dumps(value).replace(" ", "\\u0020")


def _fields(question: Question[Any]) -> tuple[Any, ...]:
    return tuple(getattr(question, field.name) for field in dataclasses.fields(question))  # type: ignore[arg-type]


def _is_list(kind: type[Question[Any]]) -> bool:
    return _VALUE[kind] in (tuple[str, ...], tuple[MxHost, ...])


def _values(question: Question[Any], value: Any) -> list[str]:
    if _is_list(type(question)):
        return [_text(f"{item.preference} {item.host}" if isinstance(item, MxHost) else item) for item in value]
    return [_text(value)] if isinstance(value, str) else [_json(value)]


def _text(value: str) -> str:
    plain = value == value.strip() and value and not value.startswith('"') and not _CONTROL.search(value)
    return value if plain else json.dumps(value)


def _json(value: Any) -> str:
    import msgspec

    text = msgspec.json.encode(_lean(value)).decode()
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", text)


def _lean(value: Any) -> Any:
    """``value`` as plain data, without what equals its default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        defaults = {field.name: field.default for field in dataclasses.fields(value)}
        return {name: _lean(item) for name, item in kept.items() if item != defaults[name]}
    return [_lean(item) for item in value] if isinstance(value, tuple) else value


def _case_lines(case: Case) -> Iterable[str]:
    yield "# A recording of `mailstrata diagnose`; `mailstrata diagnose --evidence FILE` replays it."
    yield f"at = {_json(case.at).strip(chr(34))}"
    yield f"setup = {_json(case.setup)}"
    yield from (f"attempt = {_json(attempt)}" for attempt in case.attempts)
    yield from (f"prospect = {_json(attempt)}" for attempt in case.prospects)


def _fact_lines(question: Question[Any], observation: Observation[Any]) -> Iterable[str]:
    left = render_question(question)
    match observation:
        case Seen(value=value):
            yield from (f"{left} = {text}".rstrip() for text in _values(question, value) or [""])
        case Absent(how=how):
            yield f"{left} - {_text(how)}" if how else f"{left} -"
        case Unknown(reason=reason):
            yield f"{left} ? {_text(reason)}"
    aside = {name: item for name, item in _asides(observation).items() if item not in ("", None)}
    if aside:
        yield f"    {_json(aside)}"


def _asides(observation: Observation[Any]) -> dict[str, Any]:
    if isinstance(observation, Unknown):
        return {"needs": observation.needs}
    return {"source": observation.source, "at": observation.at, "ttl": observation.ttl}


def _stranger(raw: Any, value: Any) -> tuple[str, tuple[str, ...]] | None:
    """The first key of ``raw`` that the fact read from it does not know, with those that it knows."""
    if isinstance(value, tuple) and isinstance(raw, list):
        return next(filter(None, map(_stranger, raw, value)), None)
    if not dataclasses.is_dataclass(value) or not isinstance(raw, dict):
        return None
    known = tuple(field.name for field in dataclasses.fields(value))
    inner = (_stranger(item, getattr(value, key)) for key, item in raw.items() if key in known)
    return next(((key, known) for key in raw if key not in known), None) or next(filter(None, inner), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aside:
    """What stands below a fact."""

    source: str = ""
    at: datetime | None = None
    ttl: int | None = None
    needs: str = ""


class _Reader:
    """Gathers the lines of one text."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._where = name
        self._facts: dict[Question[Any], Observation[Any]] = {}
        self._headers: dict[str, list[Any]] = {word: [] for word in _HEADERS}
        self._last: Question[Any] | None = None

    def read(self, number: int, line: str) -> None:
        self._where = f"{self._name}:{number}"
        if line[0].isspace():
            self._aside(line.strip())
        elif line.split(maxsplit=1)[0] in _HEADERS:
            self._header(line)
        else:
            self._fact(line)

    def world(self) -> World:
        head = self._headers
        if not head["setup"]:
            return World(facts=self._facts)
        if not head["at"]:
            raise MalformedWorld(self._name, "a setup line without an at line", "at = 2026-05-12T18:43:00Z")
        case = Case(
            setup=head["setup"][-1],
            attempts=tuple(head["attempt"]),
            prospects=tuple(head["prospect"]),
            at=head["at"][-1],
        )
        return World(facts=self._facts, case=case)

    def _bad(self, found: str, expected: str) -> MalformedWorld:
        return MalformedWorld(self._where, found, expected)

    def _header(self, line: str) -> None:
        word, equals, text = (part.strip() for part in line.partition("="))
        if not equals or word not in _HEADERS:
            raise self._bad(f"{line[:60]!r}", f"{word.split()[0]} = value")
        quoted = json.dumps(text) if word == "at" else text
        self._headers[word].append(self._decode(quoted, _HEADERS[word]))

    def _aside(self, text: str) -> None:
        if self._last is None:
            raise self._bad("an indented line without a fact above it", "a fact before what belongs to it")
        aside = self._decode(text, _Aside)
        match self._facts[self._last]:
            case Unknown(reason=reason):
                self._facts[self._last] = Unknown(reason=reason, needs=aside.needs)
            case Seen() | Absent() as seen:
                self._facts[self._last] = dataclasses.replace(seen, source=aside.source, at=aside.at, ttl=aside.ttl)

    def _fact(self, line: str) -> None:
        word, *rest = line.split()
        kind = _BY_WORD.get(word)
        if kind is None:
            raise self._bad(f"{word!r} is no word of the notation", "one of " + ", ".join([*_BY_WORD, *_HEADERS]))
        fields = dataclasses.fields(kind)  # type: ignore[arg-type]
        if len(rest) < len(fields):
            raise self._bad(
                f"{line[:60]!r}", " ".join([word, *(field.name.upper() for field in fields), "= VALUE, - or ?"])
            )
        question = self._question(kind, rest[: len(fields)])
        remainder = line.split(maxsplit=len(fields) + 1)[len(fields) + 1 :]
        self._keep(question, remainder[0] if remainder else "")

    def _question(self, kind: type[Question[Any]], words: list[str]) -> Question[Any]:
        values: list[Any] = []
        for field, text in zip(dataclasses.fields(kind), words, strict=True):  # type: ignore[arg-type]
            if field.type == "int" and not _NUMBER.match(text):
                raise self._bad(f"{field.name} {text[:60]!r}", "a whole number")
            values.append(int(text) if field.type == "int" else self._string(text))
        return kind(*values)

    def _keep(self, question: Question[Any], right: str) -> None:
        sign, _, text = right.partition(" ")
        text = text.strip()
        if sign == "=":
            self._see(question, text)
        elif sign == "-":
            self._put(question, Absent(how=self._string(text)))
        elif sign == "?":
            self._put(question, Unknown(reason=self._string(text) if text else "not known"))
        else:
            raise self._bad(f"{right[:60]!r} after {render_question(question)!r}", "= VALUE, - or ? REASON")

    def _put(self, question: Question[Any], observation: Observation[Any]) -> None:
        if question in self._facts:
            raise self._bad(f"{render_question(question)!r} a second time", "one fact for each question")
        self._facts[question], self._last = observation, question

    def _see(self, question: Question[Any], text: str) -> None:
        value = self._value(type(question), text)
        before = self._facts.get(question)
        if before is None:
            self._put(question, Seen(value=value))
        elif isinstance(before, Seen) and _is_list(type(question)):
            self._facts[question] = dataclasses.replace(before, value=(*before.value, *value))
            self._last = question
        else:
            raise self._bad(f"{render_question(question)!r} a second time", "one fact for each question")

    def _value(self, kind: type[Question[Any]], text: str) -> Any:
        wanted = _VALUE[kind]
        if not text and _is_list(kind):
            return ()
        if wanted is str:
            return self._string(text)
        if wanted == tuple[str, ...]:
            return (self._string(text),)
        if wanted == tuple[MxHost, ...]:
            return (self._mx(self._string(text)),)
        return self._decode(text, wanted)

    def _mx(self, text: str) -> MxHost:
        preference, _, host = text.partition(" ")
        if not _NUMBER.match(preference) or not host.strip():
            raise self._bad(repr(text[:60]), "preference and host, such as 10 mx.harbor.example")
        return MxHost(preference=int(preference), host=host.strip())

    def _string(self, text: str) -> str:
        return str(self._decode(text, str)) if text.startswith('"') else text

    def _decode(self, text: str, wanted: Any) -> Any:
        import msgspec

        try:
            value = msgspec.json.decode(text, type=wanted, strict=True)
            stranger = _stranger(msgspec.json.decode(text), value)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._bad(repr(text[:60]), f"JSON ({error})") from error
        if stranger:
            raise self._bad(f"{stranger[0]!r} in {text[:60]!r}", "one of " + ", ".join(stranger[1]))
        return value
