"""Port and security of the alias are no pair that SES's endpoint offers.

What it sees
    SES takes STARTTLS on 25, 587 and 2587, and TLS from the first byte on 465 and 2465. Nothing else is open, and nothing is
    taken in clear.
Why it matters
    With the wrong pair the two never understand each other: the connection hangs, or no login is offered ("Smtp server does
    not advertise AUTH capability"), or it is refused with 530. Gmail bounces each mail.
How to put it right
    In Gmail's alias choose port 587 with "Secured connection using TLS", or port 465 with "SSL".
Read more
    facts.md A1, A4, C1, C2; https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import PORTS, Refusal
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum
from mailstrata.model.setup import Alias

CODE = "alias-port-wrong"
STRATUM = Stratum.RELAY

_WORDS = {"starttls": "TLS by STARTTLS", "ssl": "TLS from the first byte", "none": "no encryption"}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each alias whose host is an endpoint of SES; the setup says it all."""
    del evidence
    for alias in paths.login_aliases(case):
        if alias.region is None:
            continue
        if relay_facts.fits(alias):
            text = f"{alias.address}: port {alias.port} with {_WORDS[alias.security]}, as SES offers it"
            yield Fine(code=CODE, stratum=STRATUM, text=text)
        else:
            yield _finding(case, alias)


def _finding(case: Case, alias: Alias) -> Finding:
    refused = relay_facts.standing(case, (alias,), Refusal.NO_AUTH, Refusal.TLS, Refusal.CONNECT, Refusal.SILENT)
    held = f"port {alias.port} with {_WORDS.get(alias.security, repr(alias.security))}"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=alias.address,
        title=f"The alias {alias.address} uses {held}, which SES does not offer",
        because=(_because(alias),),
        evidence=relay_facts.testimony(refused),
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, (alias,)),
        fixes=("correct-alias-port",),
        target=relay_facts.target(case, (alias,), port="587", security="starttls"),
    )


def _because(alias: Alias) -> str:
    wanted = PORTS.get(alias.port)
    if wanted is None:
        return f"SES listens on {', '.join(map(str, sorted(PORTS)))}; {alias.port} is none of them"
    if alias.security == "none":
        return "SES lets nobody log in without encryption: 530 Must issue a STARTTLS command first"
    return f"on port {alias.port} SES begins with {_WORDS[wanted]}"
