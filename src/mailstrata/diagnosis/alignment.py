"""As what SES signs and bounces the mail of each sender, if all of the setup works as it is meant (facts.md B2, B4, C1).

    for paper in papers(case, evidence): paper.author, paper.signs_as, paper.mail_from

A sender under a domain identity is signed with d= that domain. One that is an identity by itself, where the domain is none,
is signed as amazonses.com only, which aligns with nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.identity_facts import in_force
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.region_paths import own_in_region, senders
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import SesIdentity
from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What speaks for the mail of ``author``, the domain in its From. Empty names are SES's own."""

    author: str
    region: str
    identity: str
    signs_as: str = ""
    mail_from: str = ""
    sends: tuple[Attempt, ...] = ()
    unknown: Unknown | None = None

    @property
    def subject(self) -> str:
        """The name of it for a person."""
        return f"{self.author} in {self.region}"


def papers(case: Case, evidence: Evidence) -> Iterator[Paper]:
    """One for each domain that sends through each region in use; nothing where no identity stands behind it."""
    for region in regions(case):
        addresses = senders(case, region)
        for author in dict.fromkeys(domain_of(address) for address in addresses) or (case.setup.domain,):
            mine = [address for address in addresses if domain_of(address) == author]
            sends = tuple(send for send in own_in_region(case, region) if domain_of(send.sender) == author)
            yield from _of(evidence, region, (author, *mine), sends)


def _of(evidence: Evidence, region: str, names: tuple[str, ...], sends: tuple[Attempt, ...]) -> Iterator[Paper]:
    """The domain identity's paper, else that of the first address that is an identity."""
    author, addresses = names[0], names[1:]
    name, identity = in_force(evidence, region, author)
    match identity:
        case Unknown() as unknown:
            yield Paper(author=author, region=region, identity=name, unknown=unknown)
        case Seen(value=facts):
            mail_from = facts.mail_from.domain if facts.mail_from else ""
            yield Paper(author=author, region=region, identity=name, signs_as=name, mail_from=mail_from, sends=sends)
        case Absent():
            yield from _by_address(evidence, region, (author, *addresses), sends)


def _by_address(evidence: Evidence, region: str, names: tuple[str, ...], sends: tuple[Attempt, ...]) -> Iterator[Paper]:
    author, addresses = names[0], names[1:]
    evidence.want(*(SesIdentity(region, address) for address in addresses))
    for address in addresses:
        match evidence[SesIdentity(region, address)]:
            case Unknown() as unknown:
                yield Paper(author=author, region=region, identity=address, unknown=unknown)
                return
            case Seen(value=facts) if facts.verified:
                mail_from = facts.mail_from.domain if facts.mail_from else ""
                yield Paper(author=author, region=region, identity=address, mail_from=mail_from, sends=sends)
                return
