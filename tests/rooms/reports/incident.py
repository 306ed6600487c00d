"""The two-faults incident as a finished diagnosis: what the reports are shown and tested with.

Three mails of admin@sailing.example: two through the Gmail alias, refused at the login; one by the API, accepted and dropped.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mailstrata.model.attempt import Attempt, Outcome, Via
from mailstrata.model.diagnosis import Attributed, Diagnosis, StratumReport, StratumState, Verdict
from mailstrata.model.finding import (
    Confidence,
    Finding,
    Fix,
    Grade,
    Gravity,
    Owner,
    Proof,
    Role,
    Stratum,
    Undetermined,
)
from mailstrata.model.reply import Reply
from mailstrata.model.setup import Alias, Setup

AT = datetime(2026, 5, 12, 18, 43, tzinfo=UTC)
HOST = "email-smtp.us-east-1.amazonaws.com"
KEY = "AKIAEXAMPLEALIAS0001"
REFUSAL = "535 Authentication Credentials Invalid"

SETUP = Setup(
    domain="sailing.example",
    region="us-east-1",
    mail_from="bounce.sailing.example",
    aliases=(Alias(address="admin@sailing.example", host=HOST, username=KEY, secret="aws:mailstrata/smtp/admin"),),
)


def moment(hour: int, minute: int, day: int = 12) -> datetime:
    """A time of May 2026."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def refused(number: int, recipient: str, at: datetime) -> Attributed:
    """A mail that Gmail could not hand to the alias's server."""
    attempt = Attempt(
        id=f"attempt-{number}",
        sender="admin@sailing.example",
        recipient=recipient,
        via=Via.GMAIL_ALIAS,
        at=at,
        outcome=Outcome.REFUSED_AT_RELAY,
        reply=Reply.parse(REFUSAL),
        diagnostic=REFUSAL,
    )
    return Attributed(attempt=attempt, stratum=Stratum.RELAY, cause="key-inactive")


SUPPRESSED = Attributed(
    attempt=Attempt(
        id="attempt-3",
        sender="admin@sailing.example",
        recipient="peter@dock.example",
        via=Via.SES_API,
        at=moment(18, 31),
        outcome=Outcome.SUPPRESSED,
        message_id="0100019f-sailing-3",
    ),
    stratum=Stratum.ACCOUNT,
    cause="recipient-suppressed",
)

LOGIN_REFUSED = Finding(
    code="login-refused",
    stratum=Stratum.RELAY,
    gravity=Gravity.FAULT,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject="admin@sailing.example",
    title="SES refuses the login that the alias's mail needs",
    because=("A login with the stored password was refused just now, as Gmail's was.",),
    evidence=(
        Proof(question=f"login {HOST} 587 {KEY}", grade=Grade.OBSERVED, source=f"{HOST}:587", at=AT, quote=REFUSAL),
        Proof(
            question="bounce of attempt-1",
            grade=Grade.REPORTED,
            source="Gmail",
            at=moment(18, 12),
            quote=f"The response was: {REFUSAL}",
        ),
    ),
    role=Role.PRIMARY,
    explains=("attempt-1", "attempt-2"),
    stops=("attempt-1", "attempt-2"),
    fixes=("rotate-credentials", "retype-in-gmail"),
)

KEY_INACTIVE = Finding(
    code="key-inactive",
    stratum=Stratum.RELAY,
    gravity=Gravity.FAULT,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject=f"{KEY} of ses-smtp-relay",
    title="The IAM key behind the alias's SMTP password is no longer active",
    because=(
        "The user name in the alias is this key's id, and AWS lists the key as Inactive.",
        "An SMTP password is made of its key's secret: while the key is off, SES answers 535 to every login with it.",
    ),
    evidence=(
        Proof(
            question=f"access-key {KEY}",
            grade=Grade.OBSERVED,
            source="AWS iam",
            at=AT,
            quote='{"status": "Inactive", "user": "ses-smtp-relay", "last_used": "2026-05-11T21:02:00Z"}',
        ),
    ),
    refines="login-refused",
    role=Role.PRIMARY,
    explains=("attempt-1", "attempt-2"),
    stops=("attempt-1", "attempt-2"),
    fixes=("rotate-credentials", "retype-in-gmail"),
    target=(("alias", "admin@sailing.example"), ("user", "ses-smtp-relay"), ("key", KEY), ("region", "us-east-1")),
)

RECIPIENT_SUPPRESSED = Finding(
    code="recipient-suppressed",
    stratum=Stratum.ACCOUNT,
    gravity=Gravity.FAULT,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject="peter@dock.example in us-east-1",
    title="peter@dock.example is on the account's suppression list: SES takes the mail and drops it",
    because=(
        "The entry is of 2 May, made by an earlier mail; mail 3 was accepted ten days later and never left SES.",
        "The recipient's server was not contacted for mail 3, so its settings played no part in this loss.",
    ),
    evidence=(
        Proof(
            question="suppressed us-east-1 peter@dock.example",
            grade=Grade.OBSERVED,
            source="AWS sesv2 us-east-1",
            at=AT,
            quote='{"reason": "BOUNCE", "updated": "2026-05-02T09:14:07Z", "message_id": "0100019e-sailing-0"}',
        ),
    ),
    role=Role.SECONDARY,
    explains=("attempt-3",),
    stops=("attempt-1", "attempt-3"),
    fixes=("remove-suppression",),
    target=(("region", "us-east-1"), ("address", "peter@dock.example")),
)

HIDES_CAUSE = Finding(
    code="suppression-hides-cause",
    stratum=Stratum.ACCOUNT,
    gravity=Gravity.NOTICE,
    confidence=Confidence.PROVEN,
    owner=Owner.RECIPIENT,
    subject="peter@dock.example",
    title="The entry hides why dock.example (Exchange Online) refused the mail of 2 May",
    because=("Nothing recorded that refusal. If its reason still stands, the next mail is refused and listed again.",),
    evidence=(
        Proof(
            question="mx dock.example",
            grade=Grade.OBSERVED,
            source="resolver 127.0.0.1",
            at=AT,
            quote="0 dock-example.mail.protection.outlook.com",
        ),
    ),
    caused_by="recipient-suppressed",
    role=Role.EFFECT,
    fixes=("ask-for-ndr",),
)

EVENTS_UNRECORDED = Finding(
    code="events-unrecorded",
    stratum=Stratum.ACCOUNT,
    gravity=Gravity.WARNING,
    confidence=Confidence.PROVEN,
    owner=Owner.YOU,
    subject="sailing.example in us-east-1",
    title="Nothing records what becomes of a mail once SES has taken it",
    because=("The identity has no configuration set with a destination for bounces, and the VDM is off.",),
    evidence=(
        Proof(
            question="identity us-east-1 sailing.example",
            grade=Grade.OBSERVED,
            source="AWS sesv2 us-east-1",
            at=AT,
            quote='{"configuration_set": ""}',
        ),
    ),
    fixes=("record-events",),
)

UNDETERMINED = Undetermined(
    code="suppression-hides-cause",
    stratum=Stratum.ACCOUNT,
    subject="why dock.example refused peter@dock.example on 2 May 2026",
    reason="Exchange Online's own code was never seen: the bounce of that mail was neither kept nor recorded.",
    needs="the NDR of that mail, or the message trace of dock.example's administrator",
)

FIXES = (
    Fix(
        id="rotate-credentials",
        rank=1,
        title="Make a new key for ses-smtp-relay, derive its password, try the login, store it",
        codes=("key-inactive",),
        automatic=True,
        safe=True,
        who="you",
        cost="free",
        minutes=2,
        wait="at once",
        steps=("create an access key", "derive the SMTP password for us-east-1", "log in with it", "store it"),
        iam=("iam:ListAccessKeys", "iam:CreateAccessKey"),
        verify="the endpoint answers 235 to a login with the new password",
        undo="delete the new key; the old one is left as it is",
    ),
    Fix(
        id="retype-in-gmail",
        rank=2,
        title="Type the new user name and password into Gmail's “Send mail as”",
        codes=("key-inactive",),
        automatic=False,
        safe=True,
        who="you",
        cost="free",
        minutes=3,
        wait="at once",
        after=("rotate-credentials",),
        steps=(
            "Gmail, Settings, Accounts and Import, Send mail as, “edit info” beside admin@sailing.example, Next Step",
            "User name: the id of the new key. Password: from aws:mailstrata/smtp/admin. Save changes",
        ),
        verify="a mail from the alias to yourself arrives",
        undo="type the former values again",
    ),
    Fix(
        id="remove-suppression",
        rank=3,
        title="Take peter@dock.example off the suppression list, once the address has proved valid",
        codes=("recipient-suppressed",),
        automatic=True,
        safe=True,
        who="you",
        cost="free",
        minutes=1,
        wait="at once",
        iam=("ses:GetSuppressedDestination", "ses:DeleteSuppressedDestination"),
        verify="SES no longer lists the address",
        undo="put the entry back; its date becomes that day's",
    ),
    Fix(
        id="ask-for-ndr",
        rank=4,
        title="Ask for the non-delivery report of 2 May, or for dock.example's message trace",
        codes=("suppression-hides-cause",),
        automatic=False,
        safe=True,
        who="recipient",
        cost="free",
        minutes=10,
        wait="days",
        steps=(
            "Ask whoever sent the mail of 2 May for its bounce",
            "Else ask dock.example's administrator for a trace",
        ),
    ),
    Fix(
        id="record-events",
        rank=5,
        title="Send SES's events somewhere: a configuration set with an event destination",
        codes=("events-unrecorded",),
        automatic=False,
        safe=True,
        who="you",
        cost="cents a month",
        minutes=15,
        wait="at once",
        steps=("Create a configuration set with an EventBridge destination and make it the identity's default",),
        undo="delete the destination",
    ),
)

STRATA = (
    StratumReport(
        name=Stratum.RELAY, state=StratumState.BROKEN, checked=14, fine=("587 answers with STARTTLS, TLS 1.3",)
    ),
    StratumReport(
        name=Stratum.IDENTITY,
        state=StratumState.OK,
        checked=13,
        fine=(
            "sailing.example is verified in us-east-1",
            "3 of 3 DKIM CNAMEs point to SES's keys",
            "bounce.sailing.example: MX and SPF are SES's; MAIL FROM is SUCCESS",
            "DMARC p=quarantine; DKIM and MAIL FROM align",
        ),
    ),
    StratumReport(
        name=Stratum.ACCOUNT,
        state=StratumState.BROKEN,
        checked=6,
        fine=("production, sending, 12 of 50000 recipients in 24 hours",),
    ),
    StratumReport(
        name=Stratum.RECIPIENT,
        state=StratumState.OK,
        checked=4,
        fine=("dock.example and harbor.example have mail servers that resolve",),
    ),
    StratumReport(name=Stratum.INBOUND, state=StratumState.NOT_APPLICABLE, checked=0),
)

TWO_FAULTS = Diagnosis(
    at=AT,
    setup=SETUP,
    verdict=Verdict.BROKEN,
    strata=STRATA,
    findings=(LOGIN_REFUSED, KEY_INACTIVE, RECIPIENT_SUPPRESSED, HIDES_CAUSE, EVENTS_UNRECORDED),
    undetermined=(UNDETERMINED,),
    attempts=(
        refused(1, "peter@dock.example", moment(18, 12)),
        refused(2, "ann@harbor.example", moment(18, 20)),
        SUPPRESSED,
    ),
    fixes=FIXES,
)

HEALTHY = Diagnosis(
    at=AT,
    setup=SETUP,
    verdict=Verdict.HEALTHY,
    strata=tuple(
        StratumReport(
            name=each.name,
            state=StratumState.OK if each.checked else StratumState.NOT_APPLICABLE,
            checked=each.checked,
            fine=each.fine,
        )
        for each in STRATA
    ),
    findings=(),
    undetermined=(),
    attempts=(),
)

UNSEEING = Diagnosis(
    at=AT,
    setup=SETUP,
    verdict=Verdict.UNDETERMINED,
    strata=tuple(
        StratumReport(name=each.name, state=StratumState.UNDETERMINED, checked=each.checked) for each in STRATA
    ),
    findings=(),
    undetermined=tuple(
        Undetermined(
            code=code,
            stratum=Stratum.RELAY,
            subject=KEY,
            reason="AWS could not be asked: no credentials were found.",
            needs="AWS credentials with iam:GetAccessKeyLastUsed",
        )
        for code in ("key-absent", "key-inactive", "key-of-another-account")
    ),
    attempts=(
        Attributed(
            attempt=Attempt(
                id="attempt-1",
                sender="admin@sailing.example",
                recipient="ann@harbor.example",
                via=Via.GMAIL_ALIAS,
                outcome=Outcome.UNKNOWN,
            )
        ),
    ),
)
