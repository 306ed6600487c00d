"""TLS-RPT records (RFC 8460 3): where a domain wants to hear of TLS failures, ``_smtp._tls.DOMAIN``.

parse("v=TLSRPTv1; rua=mailto:tls@sailing.example").rua    # ("mailto:tls@sailing.example",)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailstrata.formats import tag_list
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

_VERSION = re.compile(r"v=TLSRPTv1[ \t]*;")
_URI = re.compile(r"(?:mailto:[^\s,;!@]+@[^\s,;!@]+|https://[^\s,;!]+)\Z", re.IGNORECASE)


class MalformedTlsRpt(Malformed):
    """A record that cannot be read; ``where`` is the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsRptRecord:
    """The addresses for reports, ``mailto:`` or ``https:``."""

    rua: tuple[str, ...]


def is_record(text: str) -> bool:
    """Whether ``text`` is a TLS-RPT record: version first."""
    return bool(_VERSION.match(text))


def published(texts: Iterable[str]) -> TlsRptRecord | None:
    """What the TXT records at ``_smtp._tls`` say; none or several ask for nothing (RFC 8460 3). Raises ``MalformedTlsRpt``."""
    records = [text for text in texts if is_record(text)]
    return parse(records[0]) if len(records) == 1 else None


def parse(text: str) -> TlsRptRecord:
    """Read a record; unknown tags are passed over. Raises ``MalformedTlsRpt``."""
    if not is_record(text):
        raise MalformedTlsRpt("v", repr(text[:40]), "v=TLSRPTv1; as the first tag")
    try:
        tags = tag_list.parse(text)
    except tag_list.MalformedTags as error:
        raise MalformedTlsRpt(error.where, error.found, error.expected) from error
    rua = tuple(uri.strip() for uri in tags.get("rua", "").split(","))
    for uri in rua:
        if not _URI.match(uri):
            raise MalformedTlsRpt("rua", repr(uri[:60]), "mailto:tls@sailing.example or an https address")
    return TlsRptRecord(rua=rua)


def render(record: TlsRptRecord) -> str:
    """The text of ``record``."""
    return f"v=TLSRPTv1; rua={','.join(record.rua)}"
