"""A fix as the catalogue knows it: who can do it, what it costs, how it is verified and undone."""

from __future__ import annotations

from mailstrata.model.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A fix before it has a rank. ``after`` names fixes that must stand before it wherever both are wanted."""

    title: str
    who: str = "you"
    automatic: bool = False
    safe: bool = True
    cost: str = "free"
    minutes: int = 5
    wait: str = "at once"
    after: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    iam: tuple[str, ...] = ()
    verify: str = ""
    undo: str = ""


LOGIN = "a real login at the SMTP endpoint is answered 235"
"""The proof of every fix of a credential."""
