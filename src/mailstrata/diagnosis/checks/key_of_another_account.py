"""The alias logs in with a key of another AWS account.

What it sees
    The number of the account that a modern access key id carries in itself, beside the account whose credentials are in
    use here. Ids from before 2019 carry none; of those nothing is said.
Why it matters
    Mail through the alias goes through the other account: its identities, sandbox, quota and suppression list count, not
    those that are looked at here. If the key there is gone or inactive, SES refuses the login with 535.
How to put it right
    Make the SMTP credentials in the account that holds the identity, and type them into Gmail. Or run the diagnosis with
    credentials of the other account, if the mail is meant to go through that.
Read more
    facts.md A3, A4; formats/key_id.py
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Caller
from mailstrata.model.setup import Alias

CODE = "key-of-another-account"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each long-term key whose id tells its account."""
    for key, aliases in relay_facts.keys(case, key_id.ACCESS_KEY):
        account = key_id.account(key)
        if account is None:
            continue
        match evidence[Caller()]:
            case Seen(value=caller) if caller.account == account:
                yield Fine(code=CODE, stratum=STRATUM, text=f"key {key} is of the account at hand, {account}")
            case Seen(value=caller):
                yield _finding(case, evidence, aliases, (account, caller.account))
            case Unknown(reason=reason, needs=needs):
                yield Undetermined(code=CODE, stratum=STRATUM, subject=key, reason=reason, needs=needs)


def _finding(case: Case, evidence: Evidence, aliases: tuple[Alias, ...], accounts: tuple[str, str]) -> Finding:
    key, (theirs, ours) = aliases[0].username, accounts
    works = relay_facts.login_works(case, evidence, aliases)
    fault = works is False
    refused = relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT) if fault else ()
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if fault else Gravity.WARNING,
        confidence=Confidence.LIKELY,
        owner=Owner.YOU,
        subject=key,
        title=f"{aliases[0].address} logs in with a key of account {theirs}, not of {ours}",
        because=(
            f"the id of the key says account {theirs}; the credentials in use are of {ours}",
            _FATES[works],
        ),
        evidence=(evidence.proof(Caller()), *relay_facts.testimony(refused)),
        refines="login-refused" if fault else None,
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, aliases) if fault else (),
        fixes=relay_facts.renewal(""),
        target=relay_facts.target(case, aliases, key=key, account=theirs),
    )


_FATES = {
    True: "SES accepts the login, so mail leaves through that account and not through this one",
    False: "SES refuses the login; whether the key still lives can be seen in that account only",
    None: "whether the key lives and may send can be seen in that account only",
}
