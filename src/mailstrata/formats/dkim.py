"""DKIM's two tag lists: the signature in a mail and the key in DNS (RFC 6376 3.5, 3.6.1; RFC 8301; RFC 8463).

    parse_key("v=DKIM1; k=rsa; p=MIGf…")          # Key(kind="rsa", public=b"…")
    parse_signature(field.text).question          # Txt("selector._domainkey.sailing.example")

Whether a signature holds is `formats.dkim_check`. Errors name the tag.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from mailstrata.formats import tag_list
from mailstrata.formats.dkim_canon import FORMS
from mailstrata.model.errors import Malformed
from mailstrata.model.names import domain as canonical
from mailstrata.model.names import is_within
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass

ALGORITHMS = ("rsa-sha256", "ed25519-sha256")
"""What signers use and verifiers take (RFC 8301 3.1, RFC 8463 3)."""
KINDS = ("rsa", "ed25519")
_SELECTOR = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\Z"
)
_FIELD_NAME = re.compile(r"[!-9<-~]+\Z")
_BLANK = re.compile(r"\s+")
_REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")


class MalformedDkim(Malformed):
    """A signature or key that cannot be read; ``where`` is the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature's facts. ``head`` and ``body`` are the canonical forms; ``length`` is ``l``, ``None`` for the whole body."""

    algorithm: str
    signed: bytes
    body_hash: bytes
    domain: str
    selector: str
    fields: tuple[str, ...]
    head: str = "simple"
    body: str = "simple"
    identity: str = ""
    length: int | None = None
    at: int | None = None
    expires: int | None = None

    @property
    def question(self) -> Txt:
        """Where its key stands (RFC 6376 3.6.2.1)."""
        return Txt(f"{self.selector}._domainkey.{self.domain}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key record. An empty ``public`` revokes it (RFC 6376 3.6.1); ``hashes`` empty takes any."""

    kind: str = "rsa"
    public: bytes = b""
    hashes: tuple[str, ...] = ()
    services: tuple[str, ...] = ("*",)
    flags: tuple[str, ...] = ()

    @property
    def revoked(self) -> bool:
        """Whether the key was taken back."""
        return not self.public


def parse_signature(text: str) -> Signature:
    """Read the value of a DKIM-Signature field, unfolded. Raises ``MalformedDkim``."""
    tags = _tags(text)
    for name in _REQUIRED:
        if name not in tags:
            raise MalformedDkim(name, "no such tag", f"{name}= in every signature (RFC 6376 3.5)")
    if tags["v"] != "1":
        raise MalformedDkim("v", repr(tags["v"][:20]), "1")
    names = field_names(tags["h"])
    if "from" not in names:
        raise MalformedDkim("h", "From is not signed", "from among the fields (RFC 6376 5.4)")
    return signature_of(tags, names)


def signature_of(tags: Mapping[str, str], names: tuple[str, ...]) -> Signature:
    """The facts that DKIM and ARC signatures share. Raises ``MalformedDkim``."""
    head, body = _forms(tags)
    at, expires = _number(tags, "t"), _number(tags, "x")
    if at is not None and expires is not None and expires <= at:
        raise MalformedDkim("x", str(expires), "a time after t (RFC 6376 3.5)")
    domain = _domain(tags)
    return Signature(
        algorithm=tags.get("a", ""),
        signed=decoded(tags, "b"),
        body_hash=decoded(tags, "bh") if "bh" in tags else b"",
        domain=domain,
        selector=_selector(tags),
        fields=names,
        head=head,
        body=body,
        identity=_identity(tags, domain),
        length=_number(tags, "l", digits=76),
        at=at,
        expires=expires,
    )


def field_names(value: str) -> tuple[str, ...]:
    """The names of ``h`` in lower case. Raises ``MalformedDkim``."""
    names = tuple(name.strip() for name in value.split(":"))
    for name in names:
        if not _FIELD_NAME.match(name):
            raise MalformedDkim("h", repr(name[:40]), "names of header fields, joined by colons")
    return tuple(name.lower() for name in names)


def decoded(tags: Mapping[str, str], name: str) -> bytes:
    """The value of a base64 tag, white space in it left out. Raises ``MalformedDkim``."""
    text = _BLANK.sub("", tags.get(name, ""))
    try:
        octets = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise MalformedDkim(name, repr(text[:20]), "base64") from error
    if not octets:
        raise MalformedDkim(name, "nothing", "base64")
    return octets


def parse_key(text: str) -> Key:
    """Read a key record; unknown tags are passed over. Raises ``MalformedDkim``."""
    tags = _tags(text)
    if "v" in tags and (next(iter(tags)) != "v" or tags["v"] != "DKIM1"):
        raise MalformedDkim("v", repr(tags["v"][:20]), "DKIM1, as the first tag, or no v at all (RFC 6376 3.6.1)")
    if "p" not in tags:
        raise MalformedDkim("p", "no such tag", "p=, with the public key in base64")
    kind = tags.get("k", "rsa")
    if kind not in KINDS:
        raise MalformedDkim("k", repr(kind[:20]), " or ".join(KINDS))
    return Key(
        kind=kind,
        public=decoded(tags, "p") if tags["p"] else b"",
        hashes=_list(tags.get("h", "")),
        services=_list(tags.get("s", "*")) or ("*",),
        flags=_list(tags.get("t", "")),
    )


def render_key(key: Key) -> str:
    """The text of a key record, defaults left out."""
    tags = {"v": "DKIM1", "k": key.kind}
    tags |= {"h": ":".join(key.hashes)} if key.hashes else {}
    tags |= {"s": ":".join(key.services)} if key.services != ("*",) else {}
    tags |= {"t": ":".join(key.flags)} if key.flags else {}
    return tag_list.render({**tags, "p": base64.b64encode(key.public).decode()})


def key_remarks(key: Key) -> Iterator[str]:
    """What in a key record is allowed and unwise, in words."""
    if key.revoked:
        yield "p= is empty: the key is revoked, and every signature with it fails"
    if "y" in key.flags:
        yield "t=y says that DKIM is only being tested: some recipients ignore the signature"
    if key.hashes and "sha256" not in key.hashes:
        yield "h= leaves out sha256, which is all that signers use (RFC 8301)"
    if not {"*", "email"} & set(key.services):
        yield "s= leaves out mail"


def _tags(text: str) -> Mapping[str, str]:
    try:
        return tag_list.parse(text)
    except tag_list.MalformedTags as error:
        raise MalformedDkim(error.where, error.found, error.expected) from error


def _forms(tags: Mapping[str, str]) -> tuple[str, str]:
    """``c``: header and body, each simple where it is left out (RFC 6376 3.5)."""
    head, slash, body = tags.get("c", "simple/simple").partition("/")
    body = body if slash else "simple"
    if head not in FORMS or body not in FORMS:
        raise MalformedDkim("c", repr(tags["c"][:40]), "simple or relaxed, twice, joined by a slash")
    return head, body


def _domain(tags: Mapping[str, str]) -> str:
    try:
        return canonical(tags.get("d", ""))
    except Malformed as error:
        raise MalformedDkim("d", error.found, error.expected) from error


def _selector(tags: Mapping[str, str]) -> str:
    selector = tags.get("s", "")
    if not _SELECTOR.match(selector) or len(selector) > 253:
        raise MalformedDkim("s", repr(selector[:40]), "a selector, such as s2026")
    return selector.lower()


def _identity(tags: Mapping[str, str], domain: str) -> str:
    """``i``, which lies in the signing domain (RFC 6376 3.5)."""
    identity = tags.get("i", f"@{domain}")
    _, at, host = identity.rpartition("@")
    if not at or not is_within(host.rstrip(".").lower(), domain):
        raise MalformedDkim("i", repr(identity[:60]), f"an address in {domain}")
    return identity


def _number(tags: Mapping[str, str], name: str, *, digits: int = 12) -> int | None:
    try:
        return tag_list.number(tags, name, digits=digits)
    except tag_list.MalformedTags as error:
        raise MalformedDkim(error.where, error.found, error.expected) from error


def _list(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(":") if item.strip())
