"""The fixes at the recipient: what they, their administrator or the address must change."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import Remedy

FIXES: Mapping[str, Remedy] = {
    "ask-for-ndr": Remedy(
        title="ask for the refusal itself: the NDR, or the recipient's message trace",
        who="recipient",
        minutes=5,
        wait="a day or two",
        steps=(
            "look for a mail from a mailer-daemon of that day, and give it to `mailstrata diagnose --bounce FILE`",
            "or ask the recipient's administrator for the message trace of that day: sender, recipient, time",
        ),
        verify="the refusal's code is known",
    ),
    "correct-recipient": Remedy(
        title="correct the recipient's address",
        minutes=2,
        steps=("ask the recipient by another way for the right address",),
        verify="the domain takes mail",
    ),
    "ask-recipient-admin": Remedy(
        title="tell the recipient's administrator",
        who="recipient",
        minutes=10,
        wait="days",
        steps=("say what was tried, when, and what answered", "only they can change it"),
        verify="the next mail is delivered",
    ),
    "look-up-message-trace": Remedy(
        title="have the recipient's administrator look up the message",
        who="recipient",
        minutes=10,
        wait="a day or two",
        steps=("give them the message id, the time and the sending host",),
        verify="they know where the mail went",
    ),
}
"""By their ids."""
