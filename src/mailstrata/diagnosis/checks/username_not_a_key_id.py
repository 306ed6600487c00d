"""The alias logs in with a username that is no access key id.

What it sees
    The username of the alias. SES's SMTP endpoint knows access key ids (AKIA…) and nothing else: not the name of an IAM user,
    not a mail address, not the unique id of a user (AIDA…).
Why it matters
    SES refuses every login with 535, whatever the password is.
How to put it right
    Type the access key id that the password was made of as the username. The IAM console shows it under the SMTP user,
    "Security credentials"; the file that SES's console let you download calls it "SMTP user name".
Read more
    facts.md A3, A4; https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.setup import Alias

CODE = "username-not-a-key-id"
STRATUM = Stratum.RELAY

AWS = ".amazonaws.com"
"""How the names of AWS's own servers end: elsewhere a username may be anything."""


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each username with which aliases log in at SES."""
    del evidence
    meant = (alias for alias in paths.login_aliases(case) if alias.host.lower().rstrip(".").endswith(AWS))
    for username, aliases in relay_facts.grouped(meant, lambda alias: alias.username):
        if not username:
            yield Undetermined(
                code=CODE,
                stratum=STRATUM,
                subject=aliases[0].address,
                reason="the setup does not say with which username the alias logs in, and Gmail tells it to nobody",
                needs="username under the alias in mailstrata.toml, as it was typed into Gmail",
            )
        elif key_id.is_access_key(username):
            yield Fine(code=CODE, stratum=STRATUM, text=f"the username {username} is an access key id")
        else:
            yield _finding(case, aliases)


def _finding(case: Case, aliases: tuple[Alias, ...]) -> Finding:
    username = aliases[0].username
    refused = relay_facts.standing(case, aliases, Refusal.LOGIN, Refusal.SILENT)
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN,
        owner=Owner.YOU,
        subject=f"{username} of {aliases[0].address}",
        title=f"{aliases[0].address} logs in with {_what(username)}, where SES wants an access key id",
        because=(f"{username!r} is {_what(username)}; SES's SMTP endpoint knows only access key ids (AKIA…)",),
        evidence=relay_facts.testimony(refused),
        refines="login-refused",
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, aliases),
        fixes=("give-key-id", "retype-in-gmail"),
        target=relay_facts.target(case, aliases, username=username),
    )


def _what(username: str) -> str:
    """What a username that is no key id seems to be."""
    if key_id.is_access_key(username.strip()):
        return "a key id with white space around it"
    if key_id.is_access_key(username.upper()):
        return "a key id in small letters"
    named = key_id.kind(username)
    if named:
        return f"the id of an {named}" if named[0] in "IiAa" else f"the id of a {named}"
    return "a mail address" if "@" in username else "a name, such as that of an IAM user"
