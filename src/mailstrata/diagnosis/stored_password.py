"""What the stored SMTP password of each key proved to be: the ground of the five password checks.

Every mistake has one code, so of the checks `password-is-the-secret`, `password-malformed`, `password-wrong-region`,
`password-legacy` and `password-wrong-derivation` at most one speaks:

    for stored in stored_passwords(case, evidence):
        match stored.facts: ...

One that was not compared, or fits nothing, is not known to be wrong; where SES accepts it, it is known to be right.
"""

from __future__ import annotations

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.password_words import code_of
from mailstrata.diagnosis.relay_facts import Refusal
from mailstrata.formats import key_id
from mailstrata.model.attempt import Attempt, Case
from mailstrata.model.facts import PasswordFacts
from mailstrata.model.finding import Confidence, Finding, Gravity, Owner, Stratum
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, StoredPassword
from mailstrata.model.setup import Alias
from mailstrata.model.values import dataclass

RIGHT = "right"
UNRECOGNISED = "unrecognised"
LEGACY = "v2"


_LOGIN = "a login with it, or the last bounce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The password of one key for one region, and the aliases that use it. ``works`` is what its login showed."""

    key: str
    region: str
    aliases: tuple[Alias, ...]
    observation: Observation[PasswordFacts]
    works: bool | None
    bounced: bool
    """Mail that was sent with it stands refused at the login, whatever a login from here came to."""
    key_dead: bool
    """The key is seen to be inactive or absent: then it is the cause, and this waits behind it."""
    user: str

    @property
    def facts(self) -> PasswordFacts | None:
        """What it proved to be, as far as that is known."""
        return self.observation.value if isinstance(self.observation, Seen) else None

    @property
    def mistake(self) -> str:
        """The name of its mistake; the old algorithm is one only where SES was seen to refuse it."""
        facts = self.facts
        if facts is None or (facts.mistake == LEGACY and self.works is not False and not self.bounced):
            return UNRECOGNISED
        return facts.mistake

    @property
    def code(self) -> str:
        """The code of its mistake, ``right`` or ``unknown``."""
        return code_of(self.mistake)

    @property
    def question(self) -> StoredPassword:
        """The question that ``observation`` answers."""
        return StoredPassword(self.key, self.region)


def stored_passwords(case: Case, evidence: Evidence) -> tuple[Stored, ...]:
    """Each password that an alias logs in with, once."""
    named = (alias for alias in paths.login_aliases(case) if key_id.kind(alias.username) == key_id.ACCESS_KEY)
    groups = relay_facts.grouped(named, lambda alias: (alias.username, relay_facts.region_of(case, alias)))
    evidence.want(*(question for key, _ in groups for question in (StoredPassword(*key), AccessKey(key[0]))))
    return tuple(_stored(case, evidence, key, aliases) for key, aliases in groups)


def _stored(case: Case, evidence: Evidence, key: tuple[str, str], aliases: tuple[Alias, ...]) -> Stored:
    holder = evidence[AccessKey(key[0])]
    return Stored(
        key=key[0],
        region=key[1],
        aliases=aliases,
        observation=evidence[StoredPassword(*key)],
        works=relay_facts.login_works(case, evidence, aliases),
        bounced=bool(relay_facts.standing(case, aliases, Refusal.LOGIN)),
        key_dead=isinstance(holder, Absent) or (isinstance(holder, Seen) and holder.value.status != "Active"),
        user=holder.value.user if isinstance(holder, Seen) else "",
    )


def doubt(stored: Stored) -> tuple[str, str]:
    """Why nothing can be said of a password, and what would settle it."""
    needs = f"the secret access key of {stored.key}, stored beside the password or alone"
    match stored.observation:
        case Unknown(reason=reason, needs=wanted):
            return reason, wanted or needs
        case Absent():
            return "no password is stored for it", needs
        case Seen(value=facts) if facts.mistake == LEGACY:
            return "it is of the old algorithm, which SES refuses step by step: a login would tell", _LOGIN
        case Seen(value=facts) if facts.proven:
            return (
                "the stored password fits the stored secret in no known way, right or wrong",
                "the secret it is made of",
            )
    return "the stored password looks as it should, and nothing is at hand to compare it with", needs


def mistaken(case: Case, evidence: Evidence, stored: Stored, facts: PasswordFacts) -> Finding:
    """The finding of a wrong password, still without its code's own words: the checks give title and reasons.

    With a dead key it explains no refusal and refines nothing: it is what the next login would stop at.
    """
    refused = () if stored.key_dead else _refused(case, stored)
    return Finding(
        code="",
        stratum=Stratum.RELAY,
        gravity=Gravity.FAULT,
        confidence=Confidence.PROVEN if facts.proven else Confidence.LIKELY,
        owner=Owner.YOU,
        subject=f"password of {stored.key} for {stored.region}",
        title="",
        evidence=(evidence.proof(stored.question), *relay_facts.testimony(refused)),
        refines=None if stored.key_dead else "login-refused",
        explains=paths.ids(refused),
        stops=relay_facts.stopped(case, stored.aliases),
        fixes=_fixes(stored, facts),
        target=relay_facts.target(case, stored.aliases, user=stored.user, key=stored.key),
    )


def _refused(case: Case, stored: Stored) -> tuple[Attempt, ...]:
    return relay_facts.standing(case, stored.aliases, Refusal.LOGIN, Refusal.SILENT)


def _fixes(stored: Stored, facts: PasswordFacts) -> tuple[str, ...]:
    """Deriving anew where the secret is at hand and its key lives; else another key."""
    if facts.proven and not stored.key_dead:
        return "rederive-password", "retype-in-gmail"
    return relay_facts.renewal(stored.user)
