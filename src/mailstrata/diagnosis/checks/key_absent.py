"""The account holds no such IAM key as the alias logs in with.

What it sees
    IAM knows no key of that id: it was deleted, or its user was, or the id was mistyped. An older id does not tell its
    account; if SES still accepts the login, the key stands in an account that is not being looked at.
Why it matters
    A deleted key can not be brought back, and its password is dead with it: SES refuses every login with 535.
How to put it right
    Make a new key for the SMTP user (or a new SMTP user), derive its password, log in with it, and type both into Gmail.
Read more
    facts.md A3, A4, F; https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import AccessKey, Caller
from mailstrata.model.setup import Alias

CODE = "key-absent"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each long-term key that aliases log in with."""
    for key, aliases in relay_facts.keys(case, key_id.ACCESS_KEY):
        match evidence[AccessKey(key)]:
            case Seen(value=facts):
                yield Fine(code=CODE, stratum=STRATUM, text=f"key {key} exists, of user {facts.user}")
            case Absent():
                yield from _absent(case, evidence, aliases)
            case Unknown(reason=reason, needs=needs) if not relay_facts.foreign(evidence, key):
                yield Undetermined(code=CODE, stratum=STRATUM, subject=key, reason=reason, needs=needs)


def _absent(case: Case, evidence: Evidence, aliases: tuple[Alias, ...]) -> Iterator[Result]:
    """The key is not here; whether it should be, its own id tells, unless it is an old one."""
    key = aliases[0].username
    if key_id.account(key) is None:
        yield _finding(case, evidence, aliases, elsewhere=relay_facts.login_works(case, evidence, aliases) is True)
        return
    match evidence[Caller()]:
        case Seen() if not relay_facts.foreign(evidence, key):
            yield _finding(case, evidence, aliases, elsewhere=False)
        case Unknown(reason=reason, needs=needs):
            reason = f"whether the account at hand should hold the key is not known: {reason}"
            yield Undetermined(code=CODE, stratum=STRATUM, subject=key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], *, elsewhere: bool) -> Finding:
    key = aliases[0].username
    sure = key_id.account(key) is not None
    refused = () if elsewhere else relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT)
    because = ["IAM knows no access key of this id in the account at hand"]
    if elsewhere:
        because.append("SES accepts the login, so the key stands in another account than the one that was looked at")
    if len(key) != key_id.LENGTH:
        because.append(f"an access key id has {key_id.LENGTH} characters, this one has {len(key)}")
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.WARNING if elsewhere else Gravity.FAULT,
        confidence=Confidence.PROVEN if sure else Confidence.LIKELY,
        owner=Owner.YOU,
        subject=key,
        title=f"{aliases[0].address} logs in with a key that the account does not have",
        because=tuple(because),
        evidence=(evidence.proof(AccessKey(key)), *relay_facts.testimony(refused)),
        refines=None if elsewhere else "login-refused",
        explains=paths.ids(refused),
        stops=() if elsewhere else relay_facts.stopped(case, aliases),
        fixes=relay_facts.renewal(""),
        target=relay_facts.target(case, aliases, key=key),
    )
