"""What a recipient's domain asks of senders as to TLS: MTA-STS (RFC 8461) and DANE (RFC 7672).

    demands(evidence, "dock.example")       # ("dock.example announces MTA-STS (id 20260512): …",)

Mail to a domain with neither is sent in clear where TLS fails, unless the sender insists: SES does so where the configuration
set's TlsPolicy is REQUIRE (facts.md B8). Whether a sender heeds these demands is the sender's own affair; they tell what the
recipient means, and so whether an answer about TLS is an accident or a wish.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import mta_sts
from mailstrata.model.errors import Malformed
from mailstrata.model.observation import Seen
from mailstrata.model.question import Mx, Tlsa, Txt

MOST_HOSTS = 3
"""MX hosts whose TLSA records are looked up."""


def demands(evidence: Evidence, domain: str) -> tuple[str, ...]:
    """A sentence for each; nothing where neither was seen."""
    announcement, exchangers = Txt(f"_mta-sts.{domain}"), Mx(domain)
    evidence.want(announcement, exchangers)
    return (*_announced(evidence, domain, announcement), *_pinned(evidence, exchangers))


def _announced(evidence: Evidence, domain: str, question: Txt) -> Iterator[str]:
    seen = evidence[question]
    records = [text for text in seen.value if mta_sts.is_record(text)] if isinstance(seen, Seen) else []
    if len(records) != 1:
        return  # RFC 8461 3.1: several are as good as none
    try:
        announced = mta_sts.parse_record(records[0])
    except Malformed:
        return
    yield f"{domain} announces MTA-STS (id {announced.id}): it wants TLS with a certificate that names its MX"


def _pinned(evidence: Evidence, exchangers: Mx) -> Iterator[str]:
    seen = evidence[exchangers]
    hosts = [host.host.rstrip(".").lower() for host in seen.value[:MOST_HOSTS]] if isinstance(seen, Seen) else []
    questions = [Tlsa(f"_25._tcp.{host}") for host in hosts if host]
    evidence.want(*questions)
    for host, question in zip(hosts, questions, strict=False):
        if isinstance(evidence[question], Seen):
            yield f"{host} has TLSA records: it wants TLS with the certificate that they name (DANE)"
