"""What DMARC concludes of one mail (RFC 9989 5): which policy holds, what aligns, and what becomes of the mail, over questions.

    check(evidence, Passed(author="news.sailing.example", spf=("mail.sailing.example",)))
    # Verdict(result="pass", aligned_spf="mail.sailing.example", policy="none", …)

``Passed`` names the domains whose SPF and DKIM *passed*; this decides whether they speak for the author. Everything that the
walks up the tree need is wanted together. The evaluation is ours: no library of Python's follows RFC 9989's walk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailstrata.formats import dmarc
from mailstrata.formats.dmarc import DmarcRecord
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass

_LONGEST = 8
_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The domain in the From, and those whose SPF and whose signatures passed; of more than ten the first ten."""

    author: str
    spf: tuple[str, ...] = ()
    dkim: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The record that holds for an author, where it stands and its text. ``absent``: the author's domain is not in DNS."""

    domain: str
    record: DmarcRecord
    text: str
    own: bool
    absent: bool = False

    @property
    def asks(self) -> str:
        """What recipients are asked to do with mail that fails."""
        return self.record.asks(subdomain=not self.own, absent=self.absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``pass``, ``fail``, ``none`` or ``temperror`` (RFC 8601 2.7.4). ``policy`` is what the domain asks of recipients.

    ``aligned_spf`` and ``aligned_dkim`` name what aligned; where ``open_…``, nobody could tell. ``unknown`` says why it is a
    temperror.
    """

    result: str
    policy: str = ""
    ruling: Ruling | None = None
    aligned_spf: str = ""
    aligned_dkim: str = ""
    open_spf: bool = False
    open_dkim: bool = False
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A name of a walk with what stands at its ``_dmarc``."""

    name: str
    record: DmarcRecord | None
    text: str = ""
    several: bool = False
    unknown: Unknown | None = None


def at(name: str) -> Txt:
    """The question for the record of ``name``."""
    return Txt(f"_dmarc.{name}")


def walk(name: str) -> tuple[str, ...]:
    """The names that are asked for ``name``: itself, then upwards to the top label, eight at most (RFC 9989 4.10)."""
    labels = name.split(".")
    start = len(labels) - _LONGEST + 1 if len(labels) >= _LONGEST else 1
    return (name, *(".".join(labels[cut:]) for cut in range(start, len(labels))))


def check(answers: Answers, passed: Passed) -> Verdict:
    """What a recipient concludes."""
    names = (one for one in (*passed.spf[:_MOST], *passed.dkim[:_MOST]) if _shared(passed.author, one))
    answers.want(*dict.fromkeys(at(one) for name in (passed.author, *names) for one in walk(name)))
    found = ruling(answers, passed.author)
    if isinstance(found, Unknown):
        return Verdict(result="temperror", unknown=found)
    if found is None:
        return Verdict(result="none")
    spf = _first(answers, passed.author, passed.spf[:_MOST], strict=found.record.aspf == "s")
    dkim = _first(answers, passed.author, passed.dkim[:_MOST], strict=found.record.adkim == "s")
    aligned = [name for name in (spf, dkim) if isinstance(name, str) and name]
    open_ = next((one for one in (spf, dkim) if isinstance(one, Unknown)), None)
    return Verdict(
        result="pass" if aligned else "temperror" if open_ else "fail",
        policy=found.asks,
        ruling=found,
        aligned_spf=spf if isinstance(spf, str) else "",
        aligned_dkim=dkim if isinstance(dkim, str) else "",
        open_spf=isinstance(spf, Unknown),
        open_dkim=isinstance(dkim, Unknown),
        unknown=None if aligned else open_,
    )


def ruling(answers: Answers, author: str) -> Ruling | Unknown | None:
    """The record of the author, else of its organisation, else of the public suffix above that (RFC 9989 4.10.1)."""
    own = _step(answers, author)
    if own.unknown or own.several:  # RFC 9989 4.10: several records are discarded and nothing is inherited
        return own.unknown
    if own.record is not None:
        return Ruling(domain=author, record=own.record, text=own.text, own=True)
    owner = organisation(answers, author)
    if isinstance(owner, Unknown):
        return owner
    for name in dict.fromkeys((owner, owner.partition(".")[2])):
        step = _step(answers, name) if name and name != author else None
        if step and step.record and (name == owner or step.record.psd == "y"):
            return _inherited(answers, author, Ruling(domain=name, record=step.record, text=step.text, own=False))
    return None


def organisation(answers: Answers, name: str) -> str | Unknown:
    """The organisational domain of ``name`` (RFC 9989 4.10.2); ``name`` itself when nobody above it has a record."""
    names = walk(name)
    answers.want(*(at(one) for one in names))
    found = below = name
    seen = False
    for one in names:
        step = _step(answers, one)
        if step.unknown:
            # a record of a top-level domain itself has psd=y (RFC 9989 4.7): then the border is the highest one below it
            return found if seen and "." not in one else step.unknown
        if step.record is not None and step.record.psd in "yn":
            return one if step.record.psd == "n" else below
        found, below = (one if step.record is not None else found), one
        seen = seen or step.record is not None
    return found


def aligned(answers: Answers, author: str, name: str, *, strict: bool) -> bool | Unknown:
    """Whether ``name`` speaks for ``author``: identical, or in relaxed mode of the same organisation (RFC 9989 4.4)."""
    if not name or name == author or strict:
        return name == author
    shared = _shared(author, name)
    answers.want(*(at(one) for one in shared))
    if not any(step.record or step.unknown for step in (_step(answers, one) for one in shared)):
        return False  # the organisation of the author has a record, and would stand among them
    mine, theirs = organisation(answers, author), organisation(answers, name)
    if isinstance(mine, Unknown):
        return mine
    return theirs if isinstance(theirs, Unknown) else mine == theirs


def _shared(author: str, name: str) -> tuple[str, ...]:
    """The names above or at both: only there can they have one organisation."""
    return tuple(one for one in walk(author) if one in walk(name))


def _first(answers: Answers, author: str, names: Iterable[str], *, strict: bool) -> str | Unknown:
    """The first of ``names`` that aligns; empty where none does, ``Unknown`` where one might."""
    open_: Unknown | None = None
    for name in names:
        match aligned(answers, author, name, strict=strict):
            case Unknown() as unknown:
                open_ = unknown
            case True:
                return name
    return open_ or ""


def _inherited(answers: Answers, author: str, found: Ruling) -> Ruling | Unknown:
    """``np`` is for names that are not in DNS; only NXDOMAIN says so (RFC 9989 3.2.13)."""
    if not found.record.np:
        return found
    match answers[Txt(author)]:
        case Unknown() as unknown:
            return unknown
        case Absent(how="NXDOMAIN"):
            return replace(found, absent=True)
        case _:
            return found


def _step(answers: Answers, name: str) -> _Step:
    match answers[at(name)]:
        case Unknown() as unknown:
            return _Step(name=name, record=None, unknown=unknown)
        case Seen(value=texts):
            records = [text for text in texts if dmarc.is_record(text)]
            if len(records) != 1:
                return _Step(name=name, record=None, several=bool(records))
            return _Step(name=name, record=dmarc.received(records[0]), text=records[0])
        case Absent():
            return _Step(name=name, record=None)
