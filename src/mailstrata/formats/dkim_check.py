"""Whether the DKIM signatures of a mail hold (RFC 6376 6), over questions.

    check(evidence, raw)    # (Verdict(result="pass", domain="sailing.example", selector="s1", …),)

All keys are wanted together. Verification is ours and not dkimpy's, which does its own look-ups one after another and is
there in the lab only, as a second opinion; the arithmetic is cryptography's. ``rsa-sha1`` and RSA keys below 1024 bits never
pass (RFC 8301 3.1, 3.2). docs/suite-deviations.md says how it stands to the suites.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mailstrata.formats import dkim
from mailstrata.formats.dkim import Key, MalformedDkim, Signature
from mailstrata.formats.dkim_canon import FIELDS, Field, canonical_body, chosen, split, unsigned
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.values import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

MOST = 10
"""Signatures of one mail that are looked at."""
SHORTEST_RSA = 1024
_WHOLE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``result`` in the words of RFC 8601 2.7.1, and why; ``left_out`` counts octets of the body that ``l`` does not cover."""

    result: str
    domain: str = ""
    selector: str = ""
    identity: str = ""
    problem: str = ""
    bits: int = 0
    testing: bool = False
    left_out: int = 0
    unknown: Unknown | None = None


def check(answers: Answers, raw: bytes, *, at: int | None = None) -> tuple[Verdict, ...]:
    """One verdict for each signature, from the top; ``at`` (seconds since 1970) is held against ``x``."""
    fields, body = split(raw[:_WHOLE])
    signed = [field for field in fields if field.name == "dkim-signature"][:MOST]
    read = [(field, _read(field)) for field in signed]
    answers.want(*dict.fromkeys(one.question for _, one in read if isinstance(one, Signature)))
    return tuple(
        _verdict(answers, one, head_of(one, field, fields), Content(body=body, at=at))
        if isinstance(one, Signature)
        else one
        for field, one in read
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The body, and the time at which it is judged."""

    body: bytes
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A public key that can tell whether signed octets are of its pair."""

    verify: Callable[[bytes, bytes], bool]
    bits: int
    testing: bool = False


def _read(field: Field) -> Signature | Verdict:
    try:
        return dkim.parse_signature(field.text)
    except MalformedDkim as error:
        return Verdict(result="permerror", problem=str(error))


def _verdict(answers: Answers, signature: Signature, head: bytes, content: Content) -> Verdict:
    if content.at is not None and signature.expires is not None and content.at > signature.expires:
        return replace(_named(signature), result="fail", problem=f"it expired ({signature.expires})")
    return judge(answers, signature, head, content)


def head_of(signature: Signature, field: Field, fields: tuple[Field, ...]) -> bytes:
    """The header's bytes under the signature (RFC 6376 3.7)."""
    form = FIELDS[signature.head]
    others = (one for one in fields if one is not field)
    return b"".join(map(form, chosen(others, signature.fields))) + unsigned(field, signature.head)


def _named(signature: Signature) -> Verdict:
    """A verdict still to be reached."""
    return Verdict(
        result="permerror", domain=signature.domain, selector=signature.selector, identity=signature.identity
    )


def judge(answers: Answers, signature: Signature, head: bytes, content: Content | None) -> Verdict:
    """Key, body hash (none without ``content``), signature, in this order."""
    named = _named(signature)
    if signature.algorithm not in dkim.ALGORITHMS:
        return replace(named, problem=f"a={signature.algorithm[:40]} is no algorithm that counts (RFC 8301 3.1)")
    found = _keys(answers, signature)
    if isinstance(found, Unknown):
        return replace(named, result="temperror", unknown=found, problem=found.reason)
    if isinstance(found, str):
        return replace(named, problem=found)
    keys = [_usable(signature, key) for key in found]
    fit = [key for key in keys if isinstance(key, Loaded)]
    if not fit:
        return replace(named, problem=next(key for key in keys if isinstance(key, str)))
    named = replace(named, bits=fit[0].bits, testing=fit[0].testing)
    if content is not None:
        named = _body(signature, content, named)
        if named.problem:
            return named
    if any(key.verify(signature.signed, head) for key in fit):  # RFC 6376 6.1.2: any that works will do
        return replace(named, result="pass")
    return replace(named, result="fail", problem="signed header fields were changed, or the key is another")


def _body(signature: Signature, content: Content, named: Verdict) -> Verdict:
    """``named``, with a problem where the body is not the one that was signed."""
    whole = canonical_body(content.body, signature.body)
    covered = whole if signature.length is None else whole[: signature.length]
    if signature.length is not None and signature.length > len(whole):
        return replace(named, problem=f"l={signature.length} is more than the body has (RFC 6376 6.1.1)")
    if hashlib.sha256(covered).digest() != signature.body_hash:
        return replace(named, result="fail", problem="the body was changed: its hash is another than bh")
    return replace(named, left_out=len(whole) - len(covered))


def _keys(answers: Answers, signature: Signature) -> tuple[Key, ...] | str | Unknown:
    """The usable keys at the selector, else why there is none (RFC 6376 6.1.2)."""
    where = signature.question.name
    match answers[signature.question]:
        case Unknown() as unknown:
            return unknown
        case Absent():
            return f"there is no key at {where}"
        case Seen(value=texts):
            keys, problems = [], []
            for text in texts[:MOST]:
                try:
                    keys.append(dkim.parse_key(text))
                except MalformedDkim as error:
                    problems.append(f"the key at {where} cannot be read: {error}")
            return tuple(keys) or (problems[0] if problems else f"there is no key at {where}")


def _usable(signature: Signature, key: Key) -> Loaded | str:
    """The key, ready to verify; else why it does not count for this signature."""
    problem = _unfit(signature, key)
    if problem:
        return problem
    ready = load(key)
    if ready is None:
        return f"p= of the key at {signature.question.name} is no {key.kind} key"
    if key.kind == "rsa" and ready.bits < SHORTEST_RSA:
        return f"the key has {ready.bits} bits, and less than {SHORTEST_RSA} do not count (RFC 8301 3.2)"
    return ready


def _unfit(signature: Signature, key: Key) -> str:
    """Why this key does not count for this signature; empty when it does (RFC 6376 3.6.1, 6.1.2)."""
    if key.revoked:
        return f"the key at {signature.question.name} was revoked"
    if signature.algorithm.partition("-")[0] != key.kind:
        return f"the key is for {key.kind}, the signature is {signature.algorithm}"
    if key.hashes and "sha256" not in key.hashes:
        return "the key does not allow sha256"
    if not {"*", "email"} & set(key.services):
        return "the key is not for mail"
    if "s" in key.flags and signature.identity.rpartition("@")[2].lower() != signature.domain:
        return "the key does not allow subdomains in i="
    return ""


def load(key: Key) -> Loaded | None:
    """The key ready to verify; ``None`` where its octets are no key of its kind."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    testing = "y" in key.flags
    try:
        if key.kind == "ed25519":
            edwards = Ed25519PublicKey.from_public_bytes(key.public)
            return Loaded(verify=_ed25519(edwards), bits=256, testing=testing)
        public = load_der_public_key(_subject_public_key(key.public))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return (
        Loaded(verify=_rsa(public), bits=public.key_size, testing=testing) if isinstance(public, RSAPublicKey) else None
    )


def _ed25519(public: Ed25519PublicKey) -> Callable[[bytes, bytes], bool]:
    def verify(signed: bytes, head: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            public.verify(signed, hashlib.sha256(head).digest())  # RFC 8463 3: the hash is signed
        except InvalidSignature:
            return False
        return True

    return verify


def _rsa(public: RSAPublicKey) -> Callable[[bytes, bytes], bool]:
    def verify(signed: bytes, head: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            public.verify(signed, head, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    return verify


def _subject_public_key(der: bytes) -> bytes:
    """The key as SubjectPublicKeyInfo; a bare RSAPublicKey (RFC 8017 A.1.1), which RFC 6376 3.6.1 asks for, is wrapped."""
    if der[:1] == b"\x30" and b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" in der[:32]:
        return der
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    bits = _der(b"\x03", b"\x00" + der)
    return _der(b"\x30", algorithm + bits)


def _der(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return tag + bytes([size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes([0x80 | len(octets)]) + octets + content
