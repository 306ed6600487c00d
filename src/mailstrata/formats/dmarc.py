"""DMARC policy records (RFC 9989 4.7): the text at ``_dmarc.DOMAIN`` as a value, and back.

    parse("v=DMARC1; p=quarantine; aspf=s")   # DmarcRecord(p="quarantine", aspf="s", …)

``parse`` is strict, for whoever wrote the record; ``received`` reads it as recipients do, who pass over what is broken
(RFC 9989 4.7). Which record holds for a domain is found by walking up the DNS tree: `formats.dmarc_check`. The grammar is
ours; what RFC 9989 retired of RFC 7489 (pct, rf, ri, the size behind a report address) is read over and told by ``lints``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

POLICIES = ("none", "quarantine", "reject")
_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|\Z)", re.IGNORECASE)
_EXACT = re.compile(r"\s*[vV]\s*=\s*DMARC1\s*(?:;|\Z)")
_TAG = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*)\Z", re.DOTALL)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s,;]+\Z")
_OBSOLETE_SIZE = re.compile(r"!\d+[kmgt]?\Z", re.IGNORECASE)
_FO = frozenset({"0", "1", "d", "s"})
_LIMIT = 8192
_WORDS: Mapping[str, tuple[str, ...]] = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}


class MalformedDmarc(Malformed):
    """A DMARC record that cannot be read; ``where`` names the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcRecord:
    """One policy record. ``sp`` and ``np`` are empty where the record leaves them to ``p`` (RFC 9989 4.7)."""

    p: str = "none"
    sp: str = ""
    np: str = ""
    adkim: str = "r"
    aspf: str = "r"
    fo: tuple[str, ...] = ("0",)
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    psd: str = "u"
    t: str = "n"

    def asks(self, *, subdomain: bool = False, absent: bool = False) -> str:
        """What recipients are asked to do with mail that fails: one of ``POLICIES``, ``t=y`` taken into account.

        ``absent``: the author's domain is below the record's and is not in DNS at all, so that ``np`` speaks first.
        """
        wanted = (self.sp or self.p) if subdomain or absent else self.p
        wanted = (self.np or wanted) if absent else wanted
        if self.t == "y":  # RFC 9989 4.7: while testing, the next weaker policy
            return {"reject": "quarantine"}.get(wanted, "none")
        return wanted


def is_record(text: str) -> bool:
    """Whether ``text`` is a DMARC record at all: version first (RFC 9989 4.7)."""
    return bool(_EXACT.match(text[:_LIMIT]))


def parse(text: str) -> DmarcRecord:
    """Read a record; unknown tags are ignored (RFC 9989 4.7). Raises ``MalformedDmarc``."""
    if len(text) > _LIMIT:
        raise MalformedDmarc("v", f"{len(text)} characters", f"at most {_LIMIT}")
    if not is_record(text):
        found = "another case" if _VERSION.match(text) else repr(text[:40])
        raise MalformedDmarc("v", found, "v=DMARC1 as the first tag")
    tags = _tags(text)
    words = {tag: _word(tag, tags[tag]) for tag in _WORDS if tag in tags}
    rua, ruf = _uris("rua", tags.get("rua", "")), _uris("ruf", tags.get("ruf", ""))
    if "p" not in words and not rua:  # RFC 9989 4.10.1: without p it is read as none if reports are asked for
        raise MalformedDmarc("p", "no policy and no rua", "p=none, p=quarantine or p=reject")
    return DmarcRecord(rua=rua, ruf=ruf, fo=_fo(tags.get("fo", "0")), **words)


def readable_tags(text: str) -> dict[str, str]:
    """The tags of a record as they are written, without what is no tag; of two of one name the first. Empty for no record."""
    tags: dict[str, str] = {}
    for part in text.split(";") if len(text) <= _LIMIT and is_record(text) else ():
        match = _TAG.match(part.strip())
        if match:
            tags.setdefault(match[1].lower(), match[2].strip())
    return tags


def received(text: str) -> DmarcRecord | None:
    """The record as recipients read it: a broken tag has its default (RFC 9989 4.7); ``None`` where it asks for nothing.

    Without a readable ``p`` it is ``p=none`` where reports are asked for, and else not processed (RFC 9989 4.10.1).
    """
    tags = readable_tags(text)
    words = {tag: tags[tag].lower() for tag in _WORDS if tags.get(tag, "").lower() in _WORDS[tag]}
    rua, ruf = _usable(tags.get("rua", "")), _usable(tags.get("ruf", ""))
    if not tags or ("p" not in words and not rua):
        return None
    fo = tuple(option.strip().lower() for option in tags.get("fo", "0").split(":"))
    return DmarcRecord(rua=rua, ruf=ruf, fo=fo if set(fo) <= _FO else ("0",), **words)


def render(record: DmarcRecord) -> str:
    """The shortest text of ``record``: what has its default is left out, but for ``p``."""
    plain = DmarcRecord()
    tags = [("v", "DMARC1"), ("p", record.p)]
    for name in ("sp", "np", "adkim", "aspf", "psd", "t"):
        if getattr(record, name) != getattr(plain, name):
            tags.append((name, getattr(record, name)))
    tags += [("fo", ":".join(record.fo))] if record.fo != plain.fo else []
    tags += [(name, ",".join(uris)) for name, uris in (("rua", record.rua), ("ruf", record.ruf)) if uris]
    return "; ".join(f"{name}={value}" for name, value in tags)


def _tags(text: str) -> dict[str, str]:
    """Tags in lower case with their values. Names are case-insensitive, each stands once (RFC 6376 3.2)."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _TAG.match(part.strip())
        if not match:
            raise MalformedDmarc(part.strip()[:40], "no value", "tag=value")
        name = match[1].lower()
        if name in tags:
            raise MalformedDmarc(name, "it stands twice", "each tag once")
        tags[name] = match[2].strip()
    return tags


def _word(tag: str, value: str) -> str:
    word = value.lower()
    if word not in _WORDS[tag]:
        raise MalformedDmarc(tag, repr(value[:40]), " or ".join(_WORDS[tag]))
    return word


def _fo(value: str) -> tuple[str, ...]:
    options = tuple(option.strip().lower() for option in value.split(":"))
    if not set(options) <= _FO:
        raise MalformedDmarc("fo", repr(value[:40]), "0, 1, d or s, joined by colons")
    return options


def _usable(value: str) -> tuple[str, ...]:
    uris = (_OBSOLETE_SIZE.sub("", uri.strip()) for uri in value.split(","))
    return tuple(uri for uri in uris if _URI.match(uri))


def _uris(tag: str, value: str) -> tuple[str, ...]:
    """Report addresses; the size limit of older records is dropped (RFC 9989: reporters ignore it)."""
    uris = tuple(_OBSOLETE_SIZE.sub("", uri.strip()) for uri in value.split(",") if uri.strip())
    for uri in uris:
        if not _URI.match(uri):
            raise MalformedDmarc(tag, repr(uri[:60]), "URIs such as mailto:reports@sailing.example")
    return uris
