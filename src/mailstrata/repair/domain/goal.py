"""What the operator wants of a domain, and the DNS records that follow from it once SES has named its keys.

    goal = Goal(domain="sailing.example", region="us-east-1", mail_from="bounce.sailing.example")
    [wanted.record.name for wanted in records(goal, identity.dkim)]      # three DKIM names, MAIL FROM twice, _dmarc

A record is wanted *exactly* (its set is ours alone: DKIM, MAIL FROM's MX) or *among others* (a text beside the texts that
stand there). facts.md B3 has every shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from mailstrata.formats import ses_records
from mailstrata.formats.dns_record import mx, txt
from mailstrata.model.facts import DkimFacts
from mailstrata.model.finding import Record
from mailstrata.model.setup import Setup
from mailstrata.model.values import dataclass

KEY_LENGTH = "RSA_2048_BIT"
"""Of new DKIM keys; RFC 8301 3.2 asks signers for 2048 bits."""


class Purpose(StrEnum):
    """What a record is for."""

    DKIM = "DKIM"
    MAIL_FROM = "MAIL FROM"
    SPF = "SPF of MAIL FROM"
    DMARC = "DMARC"
    INBOUND = "receiving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The wishes of a setup. ``dmarc`` is the policy to arrive at, empty: keep what is there, or begin with none.

    ``feedback_forwarding`` ``None`` and an empty ``configuration_set`` leave SES's settings as they are.
    """

    domain: str
    region: str
    mail_from: str = ""
    dmarc: str = ""
    configuration_set: str = ""
    feedback_forwarding: bool | None = None
    receives: bool = False

    @classmethod
    def of(cls, setup: Setup) -> Goal:
        """What ``setup`` asks for."""
        return cls(
            domain=setup.domain,
            region=setup.region,
            mail_from=setup.mail_from or "",
            dmarc=setup.dmarc,
            configuration_set=setup.configuration_set,
            feedback_forwarding=setup.feedback_forwarding,
            receives=setup.receives,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One record set. ``exactly``: nothing else belongs there; otherwise it is merged with what stands there."""

    purpose: Purpose
    record: Record
    exactly: bool = True


def records(goal: Goal, dkim: DkimFacts | None) -> Iterator[Wanted]:
    """All record sets that should be published; without ``dkim`` those whose names SES has still to tell are missing."""
    for record in ses_records.dkim(goal.domain, dkim) if dkim is not None else ():
        yield Wanted(purpose=Purpose.DKIM, record=record)
    if goal.mail_from:
        exchanger, spf = ses_records.mail_from(goal.mail_from, goal.region)
        yield Wanted(purpose=Purpose.MAIL_FROM, record=exchanger)
        yield Wanted(purpose=Purpose.SPF, record=spf, exactly=False)
    policy = txt(f"_dmarc.{goal.domain}", ("v=DMARC1; p=none",))
    yield Wanted(purpose=Purpose.DMARC, record=policy, exactly=False)
    if goal.receives:
        host = f"inbound-smtp.{goal.region}.amazonaws.com"
        yield Wanted(purpose=Purpose.INBOUND, record=mx(goal.domain, ses_records.PREFERENCE, host))
