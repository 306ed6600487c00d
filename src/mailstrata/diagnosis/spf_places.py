"""The names whose SPF record matters to the domain, and what is lost when it does not work (RFC 7208 2.4; facts.md B4).

    [name.name for name in spf_names(case, evidence)]     # ["bounce.sailing.example", "sailing.example"]

Recipients look at the name in the return path. For mail by SES that is the custom MAIL FROM domain, and never the domain in
the From; that one's record is for whoever else sends as the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import in_use
from mailstrata.diagnosis.region_paths import authors
from mailstrata.diagnosis.unsure import unsure
from mailstrata.diagnosis.weighing import Place, weighed
from mailstrata.formats import spf, spf_check, spf_tree
from mailstrata.formats.ses_records import SES
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Gravity, Result, Stratum
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass


class Judge(Protocol):
    """What a check says of one name's record, as the evidence has it."""

    def __call__(self, evidence: Evidence, *, name: SpfName) -> Iterable[Result]:
        """The results."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfName:
    """A name with an SPF record; ``mail_from``: the return path of mail by SES is of it, in ``region``."""

    name: str
    mail_from: bool = False
    region: str = ""
    identity: str = ""
    unknown: Unknown | None = None

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.name} in {self.region}" if self.region else self.name

    @property
    def place(self) -> Place:
        """The record, in the zone of the identity; a domain that sends without one is in its own."""
        return Place(question=Txt(self.name), domain=self.identity.rpartition("@")[2] or self.name)

    @property
    def loss(self) -> str:
        """What is lost while SPF does not pass there."""
        if self.mail_from:
            return "SPF does not pass for mail by SES: DMARC rests on the DKIM signature alone"
        return "mail by SES does not use this record; what others send as the domain does"

    def target(self, case: Case) -> tuple[tuple[str, str], ...]:
        """What a finding about it says of where it is."""
        where = (("region", self.region), ("identity", self.identity)) if self.region else ()
        return (*where, ("domain", case.setup.domain), ("name", self.name))


def spf_names(case: Case, evidence: Evidence) -> tuple[SpfName, ...]:
    """Each name once, MAIL FROM domains first. Their records are asked for together."""
    found = list(_mail_from(case, evidence))
    taken = {one.name for one in found if one.unknown is None}  # of the unknown it is the identity's name
    found += [SpfName(name=name) for name in authors(case) if name not in taken]
    evidence.want(*(Txt(one.name) for one in found if one.unknown is None))
    return tuple(found)


def judged(evidence: Evidence, names: Iterable[SpfName], code: str, judge: Judge) -> Iterator[Result]:
    """What ``judge`` says of each name's record, weighed over its views; a name that is not known is undetermined."""
    names = tuple(names)
    yield from (unsure(code, Stratum.IDENTITY, one.subject, one.unknown) for one in names if one.unknown is not None)
    yield from weighed(evidence, ((one.place, partial(judge, name=one)) for one in names if one.unknown is None))


def tree_of(evidence: Evidence, name: str) -> spf_tree.Node | None:
    """The record of ``name`` with all that it includes, read once for all checks; ``None`` where there is none."""
    return evidence.kept(("spf-tree", name), lambda: spf_tree.read(evidence, name))


def weight(evidence: Evidence, name: SpfName) -> Gravity:
    """How much a record hurts that is broken somewhere: mail by SES may match before an evaluation comes so far."""
    hurts = name.mail_from and passes_from(evidence, name.name, SES) is False
    return Gravity.WARNING if hurts else Gravity.NOTICE


def passes_from(evidence: Evidence, name: str, sending: str) -> bool | Unknown:
    """Whether an address that ``sending`` names in its own record passes by the record of ``name``."""
    match evidence[Txt(sending)]:
        case Unknown() as unknown:
            return unknown
        case Seen(value=texts):
            addresses = [term.value.partition("/")[0] for text in texts for term in _networks(text)]
        case Absent():
            addresses = []
    if not addresses:
        return False
    verdict = spf_check.check(evidence, spf_check.Sender(ip=addresses[0], sender=f"bounces@{name}"))
    if verdict.result != "pass" and verdict.unsure:
        return Unknown(reason=f"not all that the record of {name} asks for was answered: {verdict.unsure[0]}")
    return verdict.unknown or verdict.result == "pass"


def _networks(text: str) -> tuple[spf.Term, ...]:
    try:
        return tuple(term for term in spf.terms(text) if term.name in ("ip4", "ip6") and term.qualifier == "+")
    except spf.MalformedSpf:
        return ()


def _mail_from(case: Case, evidence: Evidence) -> Iterator[SpfName]:
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            name = used.mail_from.domain
            yield SpfName(name=name, mail_from=True, region=used.region, identity=used.identity)
        elif used.unknown is not None:
            yield SpfName(name=used.identity, region=used.region, identity=used.identity, unknown=used.unknown)
