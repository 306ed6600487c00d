"""Who takes a domain's mail, in words for a person: the provider that its MX names, and who stands behind a gateway.

    whose(evidence, "dock.example")       # "dock.example (Mimecast, in front of Exchange Online)"

A gateway answers in its own name, and its administrator is not always the mailbox's. That another provider stands behind it
is read off the domain's SPF record: a rule of thumb, so it is said as such wherever it is proof of anything (facts.md E).
"""

from __future__ import annotations

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import mx, spf
from mailstrata.model.observation import Seen
from mailstrata.model.question import Mx, Txt


def whose(evidence: Evidence, domain: str) -> str:
    """The domain with whose servers it has, or the domain alone where nobody knows them."""
    named = server(evidence, domain)
    return f"{domain} ({named})" if named else domain


def server(evidence: Evidence, domain: str) -> str:
    """The provider behind the domain's MX; empty where it is nobody that is known, or the MX was not seen."""
    if not domain:
        return ""
    seen = evidence[Mx(domain)]
    if not isinstance(seen, Seen):
        return ""
    named = mx.provider(seen.value)
    if named in mx.GATEWAYS:
        inner = _behind(evidence, domain)
        return f"{named}, in front of {inner}" if inner else named
    return named or ("self-hosted" if mx.is_own(seen.value, domain) else "")


def _behind(evidence: Evidence, domain: str) -> str:
    """The provider whose servers the domain's SPF record lets send: there its mailboxes are, as a rule."""
    seen = evidence[Txt(domain)]
    records = [text for text in seen.value if spf.is_record(text)] if isinstance(seen, Seen) else []
    return next((name for name, host in mx.SENDERS for text in records if spf.includes(text, host)), "")
