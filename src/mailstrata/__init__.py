"""mailstrata: which layer lost a mail between Gmail, Amazon SES and the recipient.

The command does everything; from Python the same is had without global state:

    import asyncio, mailstrata

    bounces = mailstrata.read_bounce(open("ndr.eml", "rb").read())
    diagnosis = asyncio.run(mailstrata.diagnose("mailstrata.toml", bounces))
    diagnosis.verdict, [finding.code for finding in diagnosis.findings]

    mailstrata.smtp_password(secret, "us-east-1")
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailstrata.bounces.bounce import Bounce
    from mailstrata.model.attempt import Attempt
    from mailstrata.model.diagnosis import Diagnosis
    from mailstrata.model.facts import PasswordFacts

__version__ = "0.1.0"
__all__ = ["diagnose", "explain_password", "read_bounce", "smtp_password"]


async def diagnose(
    setup: str | None = None,
    symptoms: Iterable[Bounce | Attempt] = (),
    *,
    lab: str | None = None,
    to: Sequence[str] = (),
) -> Diagnosis:
    """Test every layer and attribute every failed mail, as ``mailstrata diagnose`` does.

    ``setup`` names the setup file (default as for the command), ``lab`` a scenario in its place. ``symptoms`` are bounces
    and attempts, ``to`` recipients that the next mail is for. Raises ``Malformed`` or ``Refusal`` (`model.errors`) for what
    the caller got wrong; what the world does is in the diagnosis.
    """
    from mailstrata.bounces.attempts import attempts
    from mailstrata.bounces.bounce import Bounce
    from mailstrata.diagnosis.case import open_case
    from mailstrata.diagnosis.diagnose import diagnose as ask_and_judge
    from mailstrata.repair.plan import planned
    from mailstrata.wiring import stage

    given = tuple(symptoms)
    bounces = tuple(one for one in given if isinstance(one, Bounce))
    tried = tuple(one for one in given if not isinstance(one, Bounce))
    async with stage(setup=setup, lab=lab) as here:
        known = (*tried, *attempts(bounces)) or await here.attempts()
        case = open_case(here.settings.setup, at=here.clock.now(), attempts=known, recipients=to)
        found, _ = await ask_and_judge(case, here.asker(), budget=here.settings.network.budget)
    return planned(found)


def read_bounce(raw: bytes) -> tuple[Bounce, ...]:
    """What a mail says of failed or delayed recipients, one each; nothing when it is no bounce. Never raises."""
    from mailstrata.bounces.read import read

    return read(raw)


def smtp_password(secret: str, region: str) -> str:
    """The SES SMTP password of an IAM secret access key in a region (facts.md A3)."""
    from mailstrata.credentials.derivation import smtp_password as derived

    return derived(secret, region)


def explain_password(password: str, secrets: Iterable[str], region: str, *, key_id: str = "") -> PasswordFacts:
    """What a SMTP password proves to be, compared offline with candidate secrets; neither is in the answer."""
    from mailstrata.credentials.forensics import explain

    return explain(password, secrets, region, key_id=key_id)
