"""The world in which a plan has been carried out, as answers: what DNS will say, and how SES will see the identity then.

    known = {**before, **expected(goal, seen, plan)}

Whatever is built of evidence can be built of these, so that a prediction and the state of now come from one function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailstrata.formats.txt_sets import unquoted
from mailstrata.model.facts import IdentityFacts, MailFromFacts, MxHost, PublishedFacts, ServerAnswer
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.model.question import Cname, Mx, Published, Question, SesIdentity, Txt
from mailstrata.repair.domain.change import Plan
from mailstrata.repair.domain.goal import Goal
from mailstrata.repair.domain.state import Observed

_SOURCE = "the plan"


def expected(goal: Goal, seen: Observed, plan: Plan) -> Mapping[Question[Any], Observation[Any]]:
    """The answers that a plan will change. An identity that could not be seen stays as it is."""
    wanted = tuple(one for change in plan.changes for one in change.records)
    answers = dict(map(_answer, wanted))
    if isinstance(seen.apex, Seen):
        answers |= {Published(seen.apex.value, one.name, one.type): _published(one) for one in wanted}
    identity = _identity(goal, seen, {change.id for change in plan.changes})
    return {**answers, **({SesIdentity(goal.region, goal.domain): identity} if identity is not None else {})}


def _answer(record: Record) -> tuple[Question[Any], Observation[Any]]:
    question: Question[Any] = {"TXT": Txt, "MX": Mx, "CNAME": Cname}[record.type](record.name)
    if not record.values:
        return question, Absent(how="taken away", source=_SOURCE)
    return question, Seen(value=_value(record), source=_SOURCE)


def _published(record: Record) -> Seen[PublishedFacts]:
    """The same as the zone's own name servers will say it."""
    values = tuple(unquoted(value) if record.type == "TXT" else value for value in record.values)
    answer = ServerAnswer(nameserver=_SOURCE, values=values, how="" if values else "taken away")
    return Seen(value=PublishedFacts(answers=(answer,)), source=_SOURCE)


def _value(record: Record) -> Any:
    if record.type == "CNAME":
        return record.values[0]
    if record.type == "MX":
        pairs = (value.split(" ", 1) for value in record.values)
        return tuple(MxHost(preference=int(preference), host=host) for preference, host in pairs)
    return tuple(unquoted(value) for value in record.values)


def _identity(goal: Goal, seen: Observed, changes: set[str]) -> Seen[IdentityFacts] | None:
    """As SES will see it once it has found the records: verified, signing, with its MAIL FROM domain."""
    if "create-identity" in changes:
        facts = IdentityFacts()
    elif isinstance(seen.identity, Seen):
        facts = seen.identity.value
    else:
        return None
    mail_from = MailFromFacts(domain=goal.mail_from) if goal.mail_from else facts.mail_from
    signing = facts.dkim.signing or "enable-dkim" in changes
    return Seen(
        value=replace(
            facts,
            verified=True,
            status="SUCCESS",
            dkim=replace(facts.dkim, status="SUCCESS", signing=signing),
            mail_from=mail_from and replace(mail_from, status="SUCCESS"),
        ),
        source=_SOURCE,
    )
