"""BIMI records (draft-brand-indicators-for-message-identification 4.2): whose logo goes beside a domain's mail.

    parse("v=BIMI1; l=https://sailing.example/logo.svg; a=")    # BimiRecord(location="https://sailing.example/logo.svg")

Only the record: logos and certificates are not fetched. A logo is shown for mail that passed DMARC under an enforced policy,
so ``trouble`` is given the policy.
"""

from __future__ import annotations

import re

from mailstrata.formats import tag_list
from mailstrata.formats.dmarc import DmarcRecord
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

_VERSION = re.compile(r"v\s*=\s*BIMI1\s*(?:;|\Z)")
_HTTPS = re.compile(r"https://[^\s,;]+\Z", re.IGNORECASE)


class MalformedBimi(Malformed):
    """A record that cannot be read; ``where`` is the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BimiRecord:
    """Where the logo and its certificate lie. Both empty: the domain declines to have one shown."""

    location: str = ""
    evidence: str = ""

    @property
    def declines(self) -> bool:
        """Whether the domain wants no logo (4.2.2)."""
        return not self.location and not self.evidence


def is_record(text: str) -> bool:
    """Whether ``text`` is a BIMI record: version first."""
    return bool(_VERSION.match(text))


def parse(text: str) -> BimiRecord:
    """Read a record; unknown tags are passed over. Raises ``MalformedBimi``."""
    if not is_record(text):
        raise MalformedBimi("v", repr(text[:40]), "v=BIMI1 as the first tag")
    try:
        tags = tag_list.parse(text)
    except tag_list.MalformedTags as error:
        raise MalformedBimi(error.where, error.found, error.expected) from error
    if "l" not in tags:
        raise MalformedBimi("l", "no such tag", "l=https://… or an empty l=")
    for name in ("l", "a"):
        if tags.get(name) and not _HTTPS.match(tags[name]):
            raise MalformedBimi(name, repr(tags[name][:60]), "an https address")
    return BimiRecord(location=tags["l"], evidence=tags.get("a", ""))


def render(record: BimiRecord) -> str:
    """The text of ``record``."""
    return f"v=BIMI1; l={record.location}; a={record.evidence}"


def trouble(record: BimiRecord, policy: DmarcRecord | None) -> tuple[str, ...]:
    """Why no logo is shown, in words; empty when nothing stands against it."""
    reasons = []
    if not record.declines and (policy is None or policy.p == "none" or policy.sp == "none"):
        reasons.append("a logo needs a DMARC policy of quarantine or reject, for subdomains too")
    if record.location and not record.location.lower().endswith((".svg", ".svgz")):
        reasons.append("the logo has to be an SVG file")
    if record.location and not record.evidence:
        reasons.append("without a certificate (a=) Gmail and Apple show no logo")
    return tuple(reasons)
