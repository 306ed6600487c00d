"""Which DMARC policy holds for a domain, and to which organisation it belongs: the walk up the tree (RFC 9989 4.10).

    policy(evidence, "news.sailing.example")           # the record of sailing.example, where news has none
    organisation(evidence, "news.sailing.example")     # "sailing.example"

This is the owner's view, for checks: the walk ends at names of two labels, for a policy of a whole top-level domain is not
the domain's own. What a recipient makes of a mail is `formats.dmarc_check`. Recipients discard several records at one name,
and one that asks for nothing they can read: such a name is one without a policy.
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.weighing import Place
from mailstrata.formats import dmarc, dmarc_check
from mailstrata.formats.txt_sets import kind
from mailstrata.model.attempt import Case
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A record with the domain at which it stands. ``own`` is false when a domain below inherits it."""

    domain: str
    record: dmarc.DmarcRecord
    own: bool

    @property
    def asks(self) -> str:
        """What recipients are asked to do with mail that fails."""
        return self.record.asks(subdomain=not self.own)


def at(name: str) -> Txt:
    """The question for the record of ``name``."""
    return dmarc_check.at(name)


def place(case: Case, name: str) -> Place:
    """The record of ``name``, a domain of the setup's zone."""
    return Place(question=at(name), domain=case.setup.domain)


def walk(name: str) -> tuple[str, ...]:
    """The names that are asked for ``name``: itself, then upwards (RFC 9989 4.10), without the top label alone."""
    return tuple(one for one in dmarc_check.walk(name) if one == name or "." in one)


def policy(evidence: Evidence, name: str) -> Policy | Unknown | None:
    """The policy for mail from ``name``: its own record, else that of its organisation, else ``None``."""
    return evidence.kept(("dmarc-policy", name), lambda: _policy(evidence, name))


def _policy(evidence: Evidence, name: str) -> Policy | Unknown | None:
    own = _record(evidence, name)
    if isinstance(own, Unknown):
        return own
    if own is not None:
        return Policy(domain=name, record=own, own=True)
    owner = organisation(evidence, name)
    if isinstance(owner, Unknown):
        return owner
    above = _record(evidence, owner) if owner != name else None
    return Policy(domain=owner, record=above, own=False) if isinstance(above, dmarc.DmarcRecord) else None


def organisation(evidence: Evidence, name: str) -> str | Unknown:
    """The organisational domain of ``name`` (RFC 9989 4.10.2); ``name`` itself when nobody above it has a record."""
    return evidence.kept(("organisation", name), lambda: _organisation(evidence, name))


def _organisation(evidence: Evidence, name: str) -> str | Unknown:
    names = walk(name)
    evidence.want(*(at(one) for one in names))
    found, below = name, name
    for one in names:
        record = _record(evidence, one)
        if isinstance(record, Unknown):
            return record
        if record is not None and record.psd == "n":
            return one
        if record is not None and record.psd == "y":
            return below
        found, below = (one if record is not None else found), one
    return found


def _record(evidence: Evidence, name: str) -> dmarc.DmarcRecord | Unknown | None:
    seen = evidence[at(name)]
    if isinstance(seen, Unknown):
        return seen
    texts = [text for text in seen.value if dmarc.is_record(text)] if isinstance(seen, Seen) else []
    return dmarc.received(texts[0]) if len(texts) == 1 else None  # RFC 9989 4.10: several records are none


def spoiled(evidence: Evidence, name: str) -> bool:
    """Whether ``name``, or a name above it, has DMARC records that recipients discard: several, or an unreadable one."""
    for one in walk(name):
        seen = evidence[at(one)]
        meant = [text for text in seen.value if kind(text) == "dmarc"] if isinstance(seen, Seen) else []
        if meant and _record(evidence, one) is None:
            return True
    return False
