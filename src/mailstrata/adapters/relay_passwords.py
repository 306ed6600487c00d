"""Passwords of the relay: made, kept as argon2id hashes (RFC 9106), and compared.

    password = new_password()          # "k7m2q-9xwtd-…": 125 random bits, typed once into Gmail's dialogue
    hashed(password)                   # "$argon2id$v=19$m=19456,t=2,p=1$…"
    right(hashed(password), password)  # True

19 MiB and two passes are the least that OWASP advises for argon2id; a random password of 125 bits needs no more, and a relay
that is guessed at has to stay in its memory.
"""

from __future__ import annotations

import re
import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0, 1, i, l, o: somebody may read it from a screen."""
_GROUPS, _LETTERS = 5, 5
_SHAPE = re.compile(rf"(?:[{_ALPHABET}]{{{_LETTERS}}}-){{{_GROUPS - 1}}}[{_ALPHABET}]{{{_LETTERS}}}\Z", re.IGNORECASE)
_MEMORY_KIB, _PASSES = 19_456, 2


def new_password() -> str:
    """A random password in groups that can be read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def without_password(name: str) -> str:
    """What a client gave as its name, for the log: somebody may have typed their password in that field."""
    return "(a password in place of a name)" if _SHAPE.match(name.strip()) else name


def hashed(password: str) -> str:
    """Its argon2id hash with a salt of its own; some 20 ms."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1).hash(password)


def right(kept: str, password: str) -> bool:
    """Whether the hash is of this password. A hash that cannot be read is of none."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
