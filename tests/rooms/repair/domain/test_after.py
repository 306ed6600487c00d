"""The answers that a plan will change."""

from __future__ import annotations

from typing import Any

from tests.rooms.repair.domain.looks import EVIDENCE, GOAL, IDENTITY, look

from mailstrata.model.facts import IdentityFacts, MailFromFacts, MxHost, PublishedFacts
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Mx, Published, SesIdentity, Txt
from mailstrata.repair.domain.after import expected
from mailstrata.repair.domain.plan import plan
from mailstrata.repair.domain.state import Observed

US = SesIdentity("us-east-1", "sailing.example")


def after(seen: Observed) -> dict[object, object]:
    """What will be known, without who says so."""
    answers = expected(GOAL, seen, plan(GOAL, seen, EVIDENCE))
    return {question: getattr(answer, "value", answer) for question, answer in answers.items()}


def test_records_of_the_plan_stand_as_if_they_were_published() -> None:
    """In the form in which DNS will answer."""
    told = after(look({("bounce.sailing.example", "MX"): Absent(), ("bounce.sailing.example", "TXT"): Absent()}))
    assert told[Mx("bounce.sailing.example")] == (MxHost(preference=10, host="feedback-smtp.us-east-1.amazonses.com"),)
    assert told[Txt("bounce.sailing.example")] == ("v=spf1 include:amazonses.com ~all",)


def test_the_zones_own_name_servers_will_say_the_same() -> None:
    """Texts without quotes; the zone is the one that holds the domain."""
    gone: Any = {("bounce.sailing.example", "TXT"): Absent()}
    told = after(look(gone, apex=Seen(value="sailing.example")))
    facts = told[Published("sailing.example", "bounce.sailing.example", "TXT")]
    assert isinstance(facts, PublishedFacts)
    assert [one.values for one in facts.telling] == [("v=spf1 include:amazonses.com ~all",)]
    assert not [question for question in after(look(gone)) if isinstance(question, Published)]


def test_ses_will_see_a_verified_identity_with_its_mail_from() -> None:
    """As it is once it has found the records."""
    pending = IdentityFacts(verified=False, status="PENDING", dkim=IDENTITY.dkim)
    told = after(look(identity=Seen(value=pending)))
    assert told[US] == IdentityFacts(dkim=IDENTITY.dkim, mail_from=MailFromFacts(domain="bounce.sailing.example"))
    assert after(look(identity=Absent()))[US] == IdentityFacts(mail_from=MailFromFacts(domain="bounce.sailing.example"))


def test_what_could_not_be_seen_is_not_promised() -> None:
    """The identity stays unknown."""
    assert US not in after(look(identity=Unknown(reason="denied")))
