"""The names whose SPF record matters to the domain, and what is lost when it does not work (RFC 7208 2.4; facts.md B4).

    [name.name for name in spf_names(case, evidence)]     # ["bounce.sailing.example", "sailing.example"]

Recipients look at the name in the return path. For mail by SES that is the custom MAIL FROM domain, and never the domain in
the From; that one's record is for whoever else sends as the domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.mail_from_facts import in_use
from mailstrata.diagnosis.region_paths import authors
from mailstrata.model.attempt import Case
from mailstrata.model.observation import Unknown
from mailstrata.model.question import Txt


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
    taken = {one.name for one in found}
    found += [SpfName(name=name) for name in authors(case) if name not in taken]
    evidence.want(*(Txt(one.name) for one in found if one.unknown is None))
    return tuple(found)


def _mail_from(case: Case, evidence: Evidence) -> Iterator[SpfName]:
    for used in in_use(case, evidence):
        if used.mail_from is not None:
            name = used.mail_from.domain
            yield SpfName(name=name, mail_from=True, region=used.region, identity=used.identity)
        elif used.unknown is not None:
            yield SpfName(name=used.identity, region=used.region, identity=used.identity, unknown=used.unknown)
