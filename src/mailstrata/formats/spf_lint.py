"""What in an SPF record is allowed and still unwise, each with the character at which it stands.

    lints('v=spf1 ptr +all')    # (Lint(code="ptr", offset=7, …), Lint(code="passes-everybody", offset=11, …))

A text that is no record at all has its slip told by shape: quotes that became part of it, another version, a space before
it. Nothing is looked up (`formats.spf_tree` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailstrata.formats import spf
from mailstrata.formats.spf import Term
from mailstrata.model.values import dataclass

_ALMOST = re.compile(r"[\s\"'\u201c\u201d]*(v\s*=\s*spf)", re.IGNORECASE)
_SES_SLIPS = ("amazonaws.com", "amazonses.org", "amazonse.com", "amazonsws.com", "amazon-ses.com", "amazonses.con")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One remark: a stable ``code``, the character at which it is, and words for the record's owner."""

    code: str
    offset: int
    words: str


def lints(text: str, domain: str = "") -> tuple[Lint, ...]:
    """All remarks on ``text``, published at ``domain``; a record that cannot be read has ``malformed`` alone."""
    if not spf.is_record(text):
        almost = _ALMOST.match(text)
        return (Lint(code="not-a-record", offset=0, words=_why(text)),) if almost else ()
    try:
        found = spf.terms(text)
    except spf.MalformedSpf as error:
        return (Lint(code="malformed", offset=_offset(error), words=str(error)),)
    return tuple(sorted((*_single(found, domain), *_together(found)), key=lambda lint: lint.offset))


def almost_record(text: str) -> bool:
    """Whether somebody meant ``text`` to be an SPF record and it is none."""
    return not spf.is_record(text) and bool(_ALMOST.match(text))


def _why(text: str) -> str:
    if text[:1] in "\"'\u201c":
        return "the quotes have become part of the text, so that it is no SPF record"
    if text[:1].isspace():
        return "white space stands before v=spf1, so that it is no SPF record (RFC 7208 4.5)"
    return "an SPF record begins with exactly v=spf1 and a space (RFC 7208 4.5)"


def _offset(error: spf.MalformedSpf) -> int:
    match = re.search(r"at character (\d+)\Z", error.where)
    return int(match[1]) if match else 0


def _single(found: tuple[Term, ...], domain: str) -> Iterator[Lint]:
    for term in found:
        name = term.value.rstrip(".").lower()
        if term.name == "ptr" and term.qualifier:
            yield _lint("ptr", term, "ptr is slow, unsure and not to be used (RFC 7208 5.5)")
        if (term.name, term.qualifier) == ("all", "+"):
            yield _lint("passes-everybody", term, "+all lets the whole world send as this domain")
        if _leads(term) and domain and name == domain.rstrip(".").lower():
            yield _lint("includes-itself", term, "the record includes itself: every evaluation ends in permerror")
        if _leads(term) and any(name == slip or name.endswith("." + slip) for slip in _SES_SLIPS):
            yield _lint("not-ses", term, f"{name} is not Amazon SES: its SPF record stands at amazonses.com")
        if term.name in ("ip4", "ip6") and term.qualifier == "+" and term.value.endswith("/0"):
            yield _lint("passes-everybody", term, f"{term.text} lets the whole world send as this domain")


def _together(found: tuple[Term, ...]) -> Iterator[Lint]:
    end = next((index for index, term in enumerate(found) if term.name == "all" and term.qualifier), None)
    redirect = next((term for term in found if term.name == "redirect" and not term.qualifier), None)
    if end is not None:
        for term in found[end + 1 :]:
            if term.qualifier:
                yield _lint("behind-all", term, "what stands behind all is never reached (RFC 7208 5.1)")
        if redirect is not None:
            yield _lint("redirect-beside-all", redirect, "redirect counts only where there is no all (RFC 7208 6.1)")
    elif redirect is None:
        yield Lint(code="open-end", offset=0, words="there is neither all nor redirect: mail of others ends neutral")
    seen: set[str] = set()
    for term in found:
        if term.qualifier and term.text.lower() in seen:
            yield _lint("twice", term, f"{term.text} stands twice")
        seen.add(term.text.lower())


def _leads(term: Term) -> bool:
    return term.name == ("include" if term.qualifier else "redirect")


def _lint(code: str, term: Term, words: str) -> Lint:
    return Lint(code=code, offset=term.offset, words=words)
