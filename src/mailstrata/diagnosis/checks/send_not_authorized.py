"""The login works, but IAM does not allow the SMTP user to send.

What it sees
    The bounce's own words, "554 Access denied: User … is not authorized to perform ses:SendRawEmail on resource …"; the answer
    to a test message, where those are allowed; or IAM's simulation of the user's policies. A refusal of a real mail
    counts more than the simulation, which does not see organisation policies.
Why it matters
    SES takes the login and refuses each mail after DATA. The resource in the text is the identity, a recipient that is an
    identity too, or the identity's configuration set: a policy for the domain alone is too narrow for the last two.
How to put it right
    Allow ses:SendRawEmail on every resource, with a condition on ses:FromAddress. If it is allowed already, look for a
    permissions boundary, an organisation policy (SCP), a policy of the identity, or a quarantine policy on a leaked key.
Read more
    facts.md A4, A5; https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.facts import AccessKeyFacts, SendFacts, SimulationFacts
from mailstrata.model.finding import (
    Confidence,
    Finding,
    Fine,
    Gravity,
    Owner,
    Proof,
    Result,
    Stratum,
    Undetermined,
)
from mailstrata.model.names import domain_of
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, MaySend, SmtpSend
from mailstrata.model.setup import Alias

CODE = "send-not-authorized"
STRATUM = Stratum.RELAY

_DENIED = "access denied"
_WORDS = re.compile(  # facts.md A5: a backtick opens, an apostrophe closes; documentation shows neither
    r"User [`']?(?P<user>[^`'\s]+)[`']? is not authorized to perform [`']?(?P<action>[^`'\s]+)[`']?"
    r"(?: on resource [`']?(?P<resource>[^`'\s]+))?",
    re.IGNORECASE,
)


_LOOK = (
    "look at its inline, attached and group policies, a permissions boundary, an organisation policy (SCP), and conditions on "
    "aws:SourceIp (Gmail sends from Google's addresses) or ses:FromAddress"
)
_KINDS = {  # facts.md A4: not only the sender's identity is a resource
    "configuration-set/": "the resource is the identity's default configuration set, which the policy has to allow as well",
    "identity/": "the resource is an identity of the recipient, which the policy has to allow as well",
}


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each alias that logs in at SES."""
    aliases = relay_facts.logging_in(case)
    named = [alias for alias in aliases if key_id.is_access_key(alias.username)]
    evidence.want(*(question for alias in named for question in (AccessKey(alias.username), _test(alias))))
    for alias in aliases:
        yield from _judge_alias(case, evidence, alias)


def _judge_alias(case: Case, evidence: Evidence, alias: Alias) -> Iterator[Result]:
    sent, simulated = _sent(evidence, alias), _simulated(case, evidence, alias)
    refused = relay_facts.standing(case, (alias,), Refusal.DENIED)
    if _denies(sent) or refused or (isinstance(simulated, Seen) and simulated.value.decision != "allowed"):
        yield _finding(case, evidence, alias)
    elif isinstance(sent, Seen) and sent.value.accepted:
        yield Fine(code=CODE, stratum=STRATUM, text=f"SES took a test message of {alias.address}: {sent.value.answer}")
    elif isinstance(simulated, Seen):
        text = f"the policies of {relay_facts.user_of(evidence, alias.username)} allow it to send as {alias.address}"
        yield Fine(code=CODE, stratum=STRATUM, text=text)
    elif isinstance(simulated, Unknown):
        yield Undetermined(
            code=CODE, stratum=STRATUM, subject=_subject(alias), reason=simulated.reason, needs=simulated.needs
        )


def _test(alias: Alias) -> SmtpSend:
    return SmtpSend(alias.host, alias.port, alias.username, alias.address)


def _sent(evidence: Evidence, alias: Alias) -> Observation[SendFacts] | None:
    """What a test message came to; ``None`` where the username, no key id, could not even log in."""
    return evidence[_test(alias)] if key_id.is_access_key(alias.username) else None


def _subject(alias: Alias) -> str:
    return f"{alias.username} as {alias.address}"


def _may_send(case: Case, evidence: Evidence, alias: Alias) -> MaySend | None:
    """The question for the key's user; none where no user is known or the key does not live."""
    key = _key(evidence, alias)
    if isinstance(key, Seen) and key.value.status == "Active":
        return MaySend(key.value.user, relay_facts.region_of(case, alias), alias.address)
    return None


def _key(evidence: Evidence, alias: Alias) -> Observation[AccessKeyFacts] | None:
    return evidence[AccessKey(alias.username)] if key_id.is_access_key(alias.username) else None


def _simulated(case: Case, evidence: Evidence, alias: Alias) -> Observation[SimulationFacts] | None:
    """What IAM's simulation says; ``None`` where a dead key is the matter."""
    question = _may_send(case, evidence, alias)
    if question is not None:
        return evidence[question]
    key = _key(evidence, alias)
    return key if isinstance(key, Unknown) else None


def _denies(sent: Observation[SendFacts] | None) -> bool:
    return isinstance(sent, Seen) and not sent.value.accepted and _DENIED in sent.value.answer.lower()


def _finding(case: Case, evidence: Evidence, alias: Alias) -> Finding:
    refused = relay_facts.standing(case, (alias,), Refusal.DENIED)
    user = relay_facts.user_of(evidence, alias.username)
    proofs = (*_proofs(case, evidence, alias), *relay_facts.testimony(refused))
    real = _denies(_sent(evidence, alias)) or bool(refused)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN if real else Confidence.LIKELY,
        owner=Owner.YOU,
        subject=_subject(alias),
        title=f"IAM does not allow {user or 'the SMTP user'} to send as {alias.address}",
        because=tuple(_because(case, evidence, alias, proofs)),
        evidence=proofs,
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, (alias,)),
        fixes=("allow-send",),
        target=relay_facts.target(case, (alias,), user=user, key=alias.username),
    )


def _proofs(case: Case, evidence: Evidence, alias: Alias) -> Iterator[Proof]:
    if _denies(_sent(evidence, alias)):
        yield evidence.proof(_test(alias))
    question = _may_send(case, evidence, alias)
    if question is not None and isinstance(evidence[question], Seen):
        yield evidence.proof(question)


def _because(case: Case, evidence: Evidence, alias: Alias, proofs: tuple[Proof, ...]) -> Iterator[str]:
    told = next((found for found in (_WORDS.search(proof.quote) for proof in proofs) if found), None)
    if told:
        resource = f" on {told['resource']}" if told["resource"] else ""
        yield f"SES's own words: {told['user']} may not {told['action']}{resource}"
        yield from _about(told["resource"] or "", alias)
    match _simulated(case, evidence, alias):
        case Seen(value=facts) if facts.decision == "allowed":
            yield "the user's own policies allow it: look for a boundary, an organisation policy or the identity's policy"
        case Unknown(reason=reason):
            yield f"the user's policies could not be evaluated ({reason}): {_LOOK}"
        case Seen(value=facts):
            by = f" by {', '.join(facts.statements)}" if facts.statements else ""
            yield f"IAM's simulation of ses:SendRawEmail: {facts.decision}{by}"
    yield "the login is accepted before this is looked at, so the password is not the matter"


def _about(resource: str, alias: Alias) -> Iterator[str]:
    """What the kind of a refused resource tells, where it is not the identity of the sender."""
    named = resource.rpartition("/")[2].rstrip("'").lower()
    if ":configuration-set/" in resource:
        yield _KINDS["configuration-set/"]
    elif ":identity/" in resource and named not in {alias.address.lower(), domain_of(alias.address).lower()}:
        yield _KINDS["identity/"]
