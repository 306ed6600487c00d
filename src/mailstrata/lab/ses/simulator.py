"""SES's mailbox simulator: ``bounce@simulator.amazonses.com`` and its siblings (facts.md B6).

    play("bounce+run1@simulator.amazonses.com")      # [Act(kind="Bounce", …)]

Labels are allowed; such mail costs no quota, is never suppressed and never leaves SES.
"""

from __future__ import annotations

from dataclasses import dataclass

DOMAIN = "simulator.amazonses.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that the simulator makes happen; ``reply`` is what its server is said to have answered."""

    kind: str
    reply: str = ""


_ACCEPTED = Act(kind="Delivery", reply="250 2.6.0 Message received")


def is_simulated(address: str) -> bool:
    """Whether ``address`` belongs to the simulator."""
    return address.lower().endswith(f"@{DOMAIN}")


def play(address: str) -> list[Act]:
    """What follows from sending to ``address`` of the simulator; any name it does not know is an unknown user."""
    name = address.lower().partition("@")[0].partition("+")[0]
    acts = {
        "success": [_ACCEPTED],
        "ooto": [_ACCEPTED, Act(kind="AutoReply")],
        "complaint": [_ACCEPTED, Act(kind="Complaint")],
        "suppressionlist": [
            Act(kind="Bounce", reply=f"550 5.1.1 As requested: user unknown (suppressed address: {address})")
        ],
    }
    return acts.get(name, [Act(kind="Bounce", reply="550 5.1.1 user unknown")])
