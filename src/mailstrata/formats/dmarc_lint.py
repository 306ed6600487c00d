"""What in a DMARC record is allowed and still unwise or of no effect, each with its tag.

lints("v=DMARC1; p=none; pct=50")    # (Lint(tag="p", code="unenforced", …), Lint(tag="pct", code="retired", …))
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailstrata.formats import dmarc
from mailstrata.model.values import dataclass

_ALMOST = re.compile(r"[\s\"'\u201c\u201d]*v\s*=\s*['\"]?dmarc", re.IGNORECASE)
_RETIRED = ("pct", "rf", "ri")
_KNOWN = frozenset({"v", "p", "sp", "np", "adkim", "aspf", "fo", "rua", "ruf", "psd", "t", *_RETIRED})
_REPORTERS_SEND_TO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One remark: the ``tag`` that it is about, a stable ``code``, and words for the record's owner."""

    tag: str
    code: str
    words: str


def lints(text: str) -> tuple[Lint, ...]:
    """All remarks on ``text``; one that cannot be read has ``malformed`` alone, one that is none ``not-a-record``."""
    if not dmarc.is_record(text):
        return (Lint(tag="v", code="not-a-record", words=_why(text)),)
    try:
        record = dmarc.parse(text)
    except dmarc.MalformedDmarc as error:
        return (Lint(tag=error.where, code="malformed", words=str(error)),)
    tags = dmarc.readable_tags(text)
    return (*_weakness(record, tags), *_leftovers(tags), *_reports(record, tags))


def almost_record(text: str) -> bool:
    """Whether somebody meant ``text`` to be a DMARC record and it is none."""
    return not dmarc.is_record(text) and bool(_ALMOST.match(text))


def _why(text: str) -> str:
    if text.lower().startswith("v=spf1"):
        return "an SPF record stands where the DMARC record belongs"
    if text[:1] in "\"'\u201c":
        return "the quotes have become part of the text, so that it is no DMARC record"
    return "a DMARC record begins with v=DMARC1, in capitals (RFC 9989 4.7)"


def _weakness(record: dmarc.DmarcRecord, tags: dict[str, str]) -> Iterator[Lint]:
    if "p" not in tags:
        yield Lint(tag="p", code="implied", words="without p it counts as p=none; older recipients ignore the record")
    if record.p == "none":
        yield Lint(tag="p", code="unenforced", words="p=none asks for no consequence: forged mail is delivered")
    if record.sp == "none" and record.p != "none":
        yield Lint(tag="sp", code="unenforced", words="sp=none leaves every subdomain open to forgery")
    if record.np == "none" and (record.sp or record.p) != "none":
        yield Lint(tag="np", code="unenforced", words="np=none leaves names that do not exist open to forgery")
    if record.t == "y":
        yield Lint(tag="t", code="testing", words="t=y asks for the next weaker policy while it is being tested")
    if list(tags)[1:2] != ["p"] and "p" in tags:
        yield Lint(tag="p", code="order", words="p does not follow v: RFC 9989 allows it, older recipients do not")


def _leftovers(tags: dict[str, str]) -> Iterator[Lint]:
    for tag, value in tags.items():
        if tag in _RETIRED:
            words = f"{tag} has no meaning any more (RFC 9989 A.6): recipients pass over {tag}={value[:20]}"
            yield Lint(tag=tag, code="retired", words=words)
        elif tag not in _KNOWN:
            yield Lint(tag=tag, code="unknown", words=f"{tag} is no tag of DMARC: recipients pass over it")


def _reports(record: dmarc.DmarcRecord, tags: dict[str, str]) -> Iterator[Lint]:
    if not record.rua:
        yield Lint(
            tag="rua", code="no-reports", words="no reports are asked for: nobody tells who sends as this domain"
        )
    for tag, uris in (("rua", record.rua), ("ruf", record.ruf)):
        if len(uris) > _REPORTERS_SEND_TO:
            yield Lint(
                tag=tag, code="many", words=f"some reporters send to the first two of {len(uris)} addresses only"
            )
        if "!" in tags.get(tag, ""):
            yield Lint(tag=tag, code="size-limit", words="the size behind ! is ignored (RFC 9989 4.7)")
    if {"0", "1"} <= set(record.fo):
        yield Lint(tag="fo", code="redundant", words="fo=0 says nothing beside fo=1")
