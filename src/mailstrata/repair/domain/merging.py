"""Joins what is wanted with what stands there already, so that nobody else's words are lost.

    spf(("v=spf1 include:_spf.google.com ~all", "google-site-verification=x"), "amazonses.com")
    Merged(texts=("v=spf1 include:_spf.google.com include:amazonses.com ~all", "google-site-verification=x"))

Texts that are no SPF or DMARC record stay as they are. What cannot be joined without guessing is for a person: `Conflict`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from mailstrata.formats import dmarc as dmarc_format
from mailstrata.formats import dmarc_merging, spf_merging
from mailstrata.formats import spf as spf_format
from mailstrata.formats.dmarc import MalformedDmarc
from mailstrata.formats.spf import MalformedSpf
from mailstrata.model.values import dataclass

_POLICY = re.compile(r"(;\s*p\s*=\s*)([A-Za-z]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The texts that should stand at the name, and what was done to them, in words; empty where nothing changes."""

    texts: tuple[str, ...]
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Why no machine should touch it, and what a person has to do."""

    reason: str
    advice: str


Joined: TypeAlias = Merged | Conflict


def spf(standing: Sequence[str], include: str) -> Joined:
    """The texts with an SPF record that lets ``include`` pass; two records become one (RFC 7208 4.5 allows one)."""
    own = [text for text in standing if spf_format.is_record(text)]
    others = tuple(text for text in standing if not spf_format.is_record(text))
    if not own:
        return Merged(texts=(*others, f"v=spf1 include:{include} ~all"), how="an SPF record is added")
    one = own[0] if len(own) == 1 else spf_merging.merged(own)
    try:
        mended = one if spf_format.includes(one, include) else spf_format.with_include(one, include)
    except MalformedSpf as error:
        return Conflict(reason=f"the SPF record there cannot be read: {error}", advice=f"mend it by hand: {own[0]}")
    if len(own) > 1:
        return Merged(texts=(*others, mended), how=f"{len(own)} SPF records become one (RFC 7208 3.2)")
    how = f"include:{include} is put into the SPF record there" if mended != one else ""
    return Merged(texts=_replaced(standing, one, mended), how=how)


def dmarc(standing: Sequence[str], policy: str) -> Joined:
    """The texts with a DMARC record that asks for ``policy``; every other tag of a record that is there is kept."""
    own = [text for text in standing if dmarc_format.is_record(text)]
    others = tuple(text for text in standing if not dmarc_format.is_record(text))
    if not own:
        return Merged(texts=(*others, f"v=DMARC1; p={policy or 'none'}"), how="a DMARC record is added")
    if len(own) > 1:
        one = dmarc_merging.merged(own)
        return Merged(texts=(*others, one), how=f"{len(own)} DMARC records become one: {one} (RFC 9989 4.10)")
    try:
        record = dmarc_format.parse(own[0])
    except MalformedDmarc as error:
        return Conflict(reason=f"the DMARC record there cannot be read: {error}", advice=f"mend it by hand: {own[0]}")
    if not policy or record.p == policy:
        return Merged(texts=tuple(standing))
    return Merged(
        texts=_replaced(standing, own[0], _with_policy(own[0], policy)),
        how=f"p={record.p} becomes p={policy}, the other tags stay",
    )


def policy_of(standing: Sequence[str]) -> str:
    """The ``p`` of the one DMARC record among the texts; empty where there is none that can be read."""
    own = [text for text in standing if dmarc_format.is_record(text)]
    try:
        return dmarc_format.parse(own[0]).p if len(own) == 1 else ""
    except MalformedDmarc:
        return ""


def _with_policy(text: str, policy: str) -> str:
    """The record with another ``p``; one without any gets it behind its version."""
    changed, count = _POLICY.subn(lambda match: match[1] + policy, text, count=1)
    if count:
        return changed
    version, _, rest = text.partition(";")
    return f"{version}; p={policy}; {rest.strip()}".rstrip("; ")


def _replaced(standing: Sequence[str], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if text == old else text for text in standing)
