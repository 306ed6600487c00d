"""Authentication-Results (RFC 8601): what a receiver found of a mail, as values and back.

    parse("mx.example; spf=pass smtp.mailfrom=sailing.example").results[0].get("smtp.mailfrom")    # "sailing.example"

Also the forms in which large receivers write it against the RFC: Office 365 without an authserv-id at the beginning, with one
before single results and with empty values; Google with a dot in a method (``gateway.spf``); properties without a type. An
ARC instance (RFC 8617 4.1.1) may stand first. Errors name the character. The parser is ours: the library authres takes 41 of
the 56 valid headers of the suite, and 14 of its 62 invalid ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailstrata.model.errors import Malformed

LIMIT = 16_384
"""Characters of one header field that are read."""
_WORDS = frozenset({"reason", "action"})
_MOST = 100
_DEEPEST = 10
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_LABELLED = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN = re.compile(r"[^\x00-\x20\x7f;()\"=]+")
_VALUE = re.compile(r"[^\x00-\x20\x7f;()\"]+")
_DIGITS = re.compile(r"[0-9]{1,4}(?![0-9A-Za-z.])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_DOMAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+\Z")
_PLAIN = re.compile(r"[^\s;()\",<>\[\]\\]+\Z")


class MalformedAuthResults(Malformed):
    """A header field that cannot be read; ``where`` is the character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """``smtp.mailfrom=…``: type, name and value; the type is empty where a receiver writes none."""

    kind: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One method's result.

    ``action`` is Office 365's word for what it did; ``authserv_id`` is set where a receiver names another for this result.
    """

    method: str
    result: str
    version: int | None = None
    comment: str = ""
    reason: str = ""
    action: str = ""
    properties: tuple[Property, ...] = ()
    authserv_id: str = ""

    def get(self, name: str) -> str:
        """The value of the property ``kind.name``, empty where there is none."""
        pairs = ((f"{one.kind}.{one.name}" if one.kind else one.name, one.value) for one in self.properties)
        return next((value for key, value in pairs if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthResults:
    """The whole field. No results is ``none`` (RFC 8601 2.2); ``instance`` is ARC's."""

    authserv_id: str = ""
    version: int | None = None
    instance: int | None = None
    results: tuple[Result, ...] = ()

    def of(self, method: str) -> tuple[Result, ...]:
        """The results of one method."""
        return tuple(one for one in self.results if one.method.lower() == method)


def parse(text: str) -> AuthResults:
    """Read the value of a field, folded or not. Raises ``MalformedAuthResults``."""
    if len(text) > LIMIT:
        raise MalformedAuthResults("length", f"{len(text)} characters", f"at most {LIMIT}")
    return _Reader(_Scanner(text)).read()


def render(found: AuthResults) -> str:
    """The value of a field in one line; comments are kept behind the results that they explain."""
    head = [f"i={found.instance}"] if found.instance is not None else []
    if found.authserv_id:
        head.append(found.authserv_id if found.version is None else f"{found.authserv_id} {found.version}")
    for one in found.results:
        head += [one.authserv_id, _result(one)] if one.authserv_id else [_result(one)]
    return "; ".join(head if found.results else [*head, "none"])


def _result(one: Result) -> str:
    version = "" if one.version is None else f"/{one.version}"
    words = [f"{one.method}{version}={one.result}"]
    words += [f"({one.comment})"] if one.comment else []
    words += [f"reason={_quoted(one.reason)}"] if one.reason else []
    words += [f"action={_quoted(one.action)}"] if one.action else []
    for item in one.properties:
        value = item.value if item.kind and (not item.value or _PLAIN.match(item.value)) else _quoted(item.value)
        words.append(f"{item.kind}.{item.name}={value}" if item.kind else f"{item.name}={value}")
    return " ".join(words)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(slots=True)
class _Scanner:
    """A place in the text. ``comment`` is the last one that was passed."""

    text: str
    at: int = 0
    comment: str = field(default="")

    def blank(self) -> None:
        """Pass white space and comments (RFC 5322 3.2.2)."""
        self.comment = ""
        while self.at < len(self.text):
            if self.text[self.at].isspace():
                self.at += 1
            elif self.text[self.at] == "(":
                self._comment()
            else:
                return

    def take(self, pattern: re.Pattern[str]) -> str:
        """What matches here, then blanks; empty when nothing does."""
        match = pattern.match(self.text, self.at)
        if not match:
            return ""
        self.at = match.end()
        self.blank()
        return match[0]

    def sign(self, sign: str) -> bool:
        """Whether this sign stands here; it is passed, with blanks."""
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        self.blank()
        return True

    def value(self) -> str | None:
        """A quoted string or a run of signs; ``None`` where neither stands."""
        match = _QUOTED.match(self.text, self.at)
        if match:
            self.at = match.end()
            self.blank()
            return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        return self.take(_VALUE) or None

    def ended(self) -> bool:
        """Whether all is read."""
        return self.at >= len(self.text)

    def bad(self, expected: str) -> MalformedAuthResults:
        """The error for what stands here."""
        found = repr(self.text[self.at : self.at + 20]) if not self.ended() else "the end"
        return MalformedAuthResults(f"character {self.at}", found, expected)

    def _comment(self) -> None:
        depth, start = 0, self.at
        while self.at < len(self.text):
            sign = self.text[self.at]
            depth += {"(": 1, ")": -1}.get(sign, 0)
            self.at += 2 if sign == "\\" else 1
            if depth == 0:
                self.comment = self.comment or " ".join(self.text[start + 1 : self.at - 1].split())
                return
            if depth > _DEEPEST:
                break
        self.at = start
        raise self.bad("a closed comment")


class _Reader:
    """Reads one field."""

    def __init__(self, scanner: _Scanner) -> None:
        self._scan = scanner

    def read(self) -> AuthResults:
        scan = self._scan
        scan.blank()
        instance = self._instance()
        authserv_id, version = self._identifier()
        results = tuple(self._results(loose=not authserv_id))
        if not authserv_id and not results:
            raise scan.bad("an authserv-id, such as mx.example")
        return AuthResults(authserv_id=authserv_id, version=version, instance=instance, results=results)

    def _instance(self) -> int | None:
        """ARC's ``i=1;``."""
        match = re.compile(r"i\s*=\s*").match(self._scan.text, self._scan.at)
        if not match:
            return None
        self._scan.at = match.end()
        digits = self._scan.take(_DIGITS)
        if not digits or not self._scan.sign(";"):
            raise self._scan.bad("i=1; and then the authserv-id")
        if re.match(r"i\s*=", self._scan.text[self._scan.at :]):
            raise self._scan.bad("an authserv-id behind the instance")
        return int(digits)

    def _identifier(self) -> tuple[str, int | None]:
        """The authserv-id and its version; empty where a result stands first, as Office 365 writes it."""
        scan, start = self._scan, self._scan.at
        quoted = scan.text.startswith('"', scan.at)
        name = scan.value() if quoted else scan.take(_TOKEN)
        if not quoted and scan.sign("="):
            scan.at = start
            return "", None
        digits = scan.take(_DIGITS) if name else ""
        if name and not self._closed():
            raise scan.bad("a semicolon behind the authserv-id")
        return name or "", int(digits) if digits else None

    def _closed(self) -> bool:
        """Whether the end or a semicolon stands here, which is passed."""
        return self._scan.ended() or self._scan.sign(";")

    def _results(self, *, loose: bool) -> Iterator[Result]:
        scan, authserv_id, count = self._scan, "", 0
        while not scan.ended():
            start = scan.at
            method = scan.take(_WORD)
            if method.lower() == "none" and not count and scan.ended() and not loose:
                return
            if count and _DOMAIN.match(method) and scan.sign(";") and not scan.ended():
                authserv_id = method
                continue
            count += 1
            if not method or count > _MOST:
                scan.at = start
                raise scan.bad("method=result")
            yield replace(self._result(method, loose=loose), authserv_id=authserv_id)
            authserv_id = ""
            if not self._closed():
                raise scan.bad("a semicolon between results")

    def _result(self, method: str, *, loose: bool) -> Result:
        scan, version = self._scan, None
        if scan.sign("/"):
            digits = scan.take(_DIGITS)
            if not digits:
                raise scan.bad("a version, such as dkim/1")
            version = int(digits)
        if not scan.sign("="):
            raise scan.bad("= behind the method")
        result = scan.take(_LABELLED)
        if not result:
            raise scan.bad("a result, such as pass")
        comment = scan.comment
        words, properties = self._properties(loose=loose)
        return Result(
            method=method,
            version=version,
            result=result,
            comment=comment,
            reason=words.get("reason", ""),
            action=words.get("action", ""),
            properties=properties,
        )

    def _properties(self, *, loose: bool) -> tuple[dict[str, str], tuple[Property, ...]]:
        """``reason=``, ``action=`` and ``kind.name=value``, in any number; an empty value only in Office 365's form."""
        scan, found = self._scan, list[Property]()
        words: dict[str, str] = {}
        while not scan.ended() and scan.text[scan.at] != ";" and len(found) < _MOST:
            kind, name = self._name()
            value = scan.value()
            if value is None and not loose:
                raise scan.bad(f"a value for {kind}")
            if kind in _WORDS and not name:
                words[kind] = value or ""
            else:
                found.append(Property(kind=kind if name else "", name=name or kind, value=value or ""))
        return words, tuple(found)

    def _name(self) -> tuple[str, str]:
        """``kind.name=``, or a bare word and ``=``."""
        scan = self._scan
        kind = scan.take(_LABELLED)
        dotted = bool(kind) and scan.sign(".")
        name = scan.take(_LABELLED) if dotted else ""
        if not kind or (dotted and not name) or not scan.sign("="):
            raise scan.bad("kind.name=value")
        return kind, name
