"""The DNS records that SES wants for an identity, as values (facts.md B3).

    dkim("sailing.example", facts.dkim)                # three CNAMEs to SES's keys
    mail_from("bounce.sailing.example", "us-east-1")   # its MX and its SPF record

What stands there, and whether it is wrong, is for the checks. Where texts of others stand at a name, whoever publishes keeps
them (`formats.txt_sets`).
"""

from __future__ import annotations

from mailstrata.formats.dns_record import cname, mx, txt
from mailstrata.model.facts import DkimFacts
from mailstrata.model.finding import Record

SES = "amazonses.com"
OWN_KEY = "EXTERNAL"
"""SigningAttributesOrigin of a key that the operator brought (BYODKIM)."""
PREFERENCE = 10
SPF = f"v=spf1 include:{SES} ~all"
"""The SPF record of a MAIL FROM domain that nobody but SES sends by."""


def dkim(identity: str, facts: DkimFacts) -> tuple[Record, ...]:
    """The CNAMEs to SES's keys; none where the key is the operator's own, which only they know."""
    if facts.origin == OWN_KEY:
        return ()
    return tuple(cname(f"{token}._domainkey.{identity}", f"{token}.{facts.zone}") for token in facts.tokens)


def feedback_host(region: str) -> str:
    """The host that the MX of a MAIL FROM domain must name."""
    return f"feedback-smtp.{region}.{SES}"


def mail_from(name: str, region: str) -> tuple[Record, ...]:
    """What belongs at a custom MAIL FROM domain: one MX, and the SPF record that lets SES pass."""
    return mx(name, PREFERENCE, feedback_host(region)), txt(name, (SPF,))
