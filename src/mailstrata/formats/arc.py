"""The Authenticated Received Chain of a mail (RFC 8617): its sets as values, every slip named.

    chain(fields)    # (ArcSet(instance=1, …), ArcSet(instance=2, …)), MalformedArc where they are no chain

Each intermediary adds one set: what it found (ARC-Authentication-Results), a signature over the mail (ARC-Message-Signature)
and a seal over all sets so far (ARC-Seal). Whether they hold is `formats.arc_check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mailstrata.formats import dkim, tag_list
from mailstrata.formats.dkim import MalformedDkim, Signature
from mailstrata.formats.dkim_canon import Field
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

RESULTS = "arc-authentication-results"
MESSAGE = "arc-message-signature"
SEAL = "arc-seal"
MOST = 50
"""Sets of a chain (RFC 8617 5.2 step 1)."""
_INSTANCE = re.compile(r"[0-9]{1,2}\Z")
_TOLD = re.compile(r"\s*i\s*=\s*([0-9]+)\s*;\s*[^;\s]+\s*;", re.DOTALL)
_VALIDATION = ("none", "pass", "fail")
_SEALED = ("a", "b", "cv", "d", "i", "s")
_SIGNED = ("a", "b", "bh", "d", "h", "i", "s")


class MalformedArc(Malformed):
    """Fields that are no chain; ``where`` names field, instance and tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcSet:
    """One set: its three fields, and what the two signatures among them say."""

    instance: int
    results: Field
    message: Field
    seal: Field
    signature: Signature
    sealed: Signature
    validation: str


def chain(fields: Iterable[Field]) -> tuple[ArcSet, ...]:
    """The sets, the oldest first; none where there is no ARC field. Raises ``MalformedArc``."""
    by_name: dict[str, dict[int, Field]] = {RESULTS: {}, MESSAGE: {}, SEAL: {}}
    for field in fields:
        if field.name in by_name:
            number = _instance(field)
            if number in by_name[field.name]:
                raise MalformedArc(f"{field.name} i={number}", "it stands twice", "each once in a set")
            by_name[field.name][number] = field
    top = max((number for found in by_name.values() for number in found), default=0)
    if top > MOST:
        raise MalformedArc("i", str(top), f"at most {MOST} sets (RFC 8617 5.2)")
    return tuple(_set(number, by_name) for number in range(1, top + 1))


def _set(number: int, by_name: Mapping[str, Mapping[int, Field]]) -> ArcSet:
    for name, found in by_name.items():
        if number not in found:
            raise MalformedArc(f"{name} i={number}", "it is missing", "all three fields in each set")
    message, seal = by_name[MESSAGE][number], by_name[SEAL][number]
    validation, sealed = _sealed(seal, number)
    return ArcSet(
        instance=number,
        results=by_name[RESULTS][number],
        message=message,
        seal=seal,
        signature=_signature(message, number),
        sealed=sealed,
        validation=validation,
    )


def _instance(field: Field) -> int:
    """The ``i`` of a field; the results' stands before the authserv-id (RFC 8617 4.1.1)."""
    if field.name == RESULTS:
        match = _TOLD.match(field.text)
        if not match or not _INSTANCE.match(match[1]) or not int(match[1]):
            raise MalformedArc(field.name, repr(field.text[:40]), "i=1; authserv-id; results")
        return int(match[1])
    text = _tags(field, "").get("i", "")
    if not _INSTANCE.match(text) or not int(text):
        raise MalformedArc(f"{field.name} i", repr(text[:20]), f"a number from 1 to {MOST}")
    return int(text)


def _signature(field: Field, number: int) -> Signature:
    """RFC 8617 4.1.2: like DKIM-Signature, without v; a seal is never signed by it."""
    tags = _required(field, number, _SIGNED)
    listed = ":".join(name for name in tags["h"].split(":") if name.strip())  # the suite lets an empty name pass
    if SEAL in listed.lower():
        raise MalformedArc(f"{field.name} i={number} h", SEAL, "no seal among the fields (RFC 8617 4.1.2)")
    try:
        names = dkim.field_names(listed) if listed else ()
        return dkim.signature_of({"c": "relaxed/relaxed", **_without_i(tags)}, names)
    except MalformedDkim as error:
        raise MalformedArc(f"{field.name} i={number} {error.where}", error.found, error.expected) from error


def _sealed(field: Field, number: int) -> tuple[str, Signature]:
    """RFC 8617 4.1.3: its own tags only; what it covers is fixed."""
    tags = _required(field, number, _SEALED)
    where = f"{field.name} i={number}"
    if "h" in tags or "bh" in tags:
        raise MalformedArc(f"{where} h", "it stands there", "no h and no bh (RFC 8617 4.1.3)")
    if tags["cv"] not in _VALIDATION:
        raise MalformedArc(f"{where} cv", repr(tags["cv"][:20]), " or ".join(_VALIDATION))
    try:
        return tags["cv"], dkim.signature_of({**_without_i(tags), "c": "relaxed/relaxed"}, ())
    except MalformedDkim as error:
        raise MalformedArc(f"{where} {error.where}", error.found, error.expected) from error


def _required(field: Field, number: int, names: Iterable[str]) -> Mapping[str, str]:
    tags = _tags(field, f" i={number}")
    for name in names:
        if name not in tags or (not tags[name] and name != "h"):
            raise MalformedArc(f"{field.name} i={number} {name}", "it is missing or empty", f"{name}=")
    return tags


def _without_i(tags: Mapping[str, str]) -> dict[str, str]:
    """``i`` is the instance here and no identity."""
    return {name: value for name, value in tags.items() if name != "i"}


def _tags(field: Field, instance: str) -> Mapping[str, str]:
    try:
        return tag_list.parse(field.text)
    except tag_list.MalformedTags as error:
        raise MalformedArc(f"{field.name}{instance} {error.where}", error.found, error.expected) from error
