"""Passwords of the relay: made, kept as argon2id hashes (RFC 9106), and compared.

    password = new_password()          # "k7m2q-9xwtd-…": 125 random bits, typed once into Gmail's dialogue
    hashed(password)                   # "$argon2id$v=19$m=19456,t=2,p=1$…"
    right(hashed(password), password)  # True

19 MiB and two passes are the least that OWASP advises for argon2id; a random password of 125 bits needs no more, and a relay
that is guessed at has to stay in its memory.
"""

from __future__ import annotations

import secrets

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""No 0, 1, i, l, o: somebody may read it from a screen."""
_GROUPS, _LETTERS = 5, 5
_MEMORY_KIB, _PASSES = 19_456, 2


def new_password() -> str:
    """A random password in groups that can be read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


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
