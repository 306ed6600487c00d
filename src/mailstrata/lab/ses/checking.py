"""What SES checks before it says yes, in its order and in its words.

    check(around, region, submission, read)      # raises AwsError: MessageRejected, Throttling, …

Form of the message, permission, pause, quota, rate, identities, sandbox, configuration set, MAIL FROM (facts.md A4, A5).
Nothing here looks at SMTP credentials: by now somebody has logged in or signed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailstrata.lab.ses.authorising import authorise_sending, effective_set
from mailstrata.lab.ses.delivery import mail_from_of
from mailstrata.lab.ses.identities import covering
from mailstrata.lab.ses.simulator import is_simulated
from mailstrata.lab.ses.state import Identity, SesRegion
from mailstrata.lab.ses.submission import Submission, Submitted, refusal
from mailstrata.lab.ses.surroundings import Surroundings

RECIPIENT_LIMIT = 50
"""Recipients of one message (facts.md A6)."""
SIZE_LIMIT = {"v1": 10_485_760, "v2": 41_943_040, "smtp": 41_943_040}
"""Bytes of one message by the way it comes (facts.md A6)."""

PAUSED = (
    "Sending paused for this account. For more information, please check the inbox of the email address associated with "
    "your AWS account."
)
_SANDBOX_QUOTA, _SANDBOX_RATE = 200.0, 1.0


def check(around: Surroundings, region: SesRegion, submission: Submission, read: Submitted) -> Identity:
    """Every check of an incoming message; returns the identity that its From address belongs to."""
    _check_form(submission, read)
    authorise_sending(around, region, submission, read)
    _check_account(region, submission)
    _check_quota(region, submission, around.clock.now())
    identity = _check_identities(region, submission, read)
    _check_set(region, effective_set(region, submission, read), submission.via)
    own = mail_from_of(region, identity, inherits=around.address_inherits_mail_from)
    if own.domain and own.status != "SUCCESS" and own.on_mx_failure == "REJECT_MESSAGE":
        raise refusal("mail-from", f"The MAIL FROM domain {own.domain} is not verified.", via=submission.via)
    return identity


def quota_of(region: SesRegion) -> tuple[float, float]:
    """Recipients in 24 hours and a second: the sandbox's are fixed (facts.md A6)."""
    return (region.daily_quota, region.rate) if region.production_access else (_SANDBOX_QUOTA, _SANDBOX_RATE)


def counted(submission: Submission) -> int:
    """How many recipients of a message count against the quota: the simulator's do not."""
    return sum(not is_simulated(recipient) for recipient in submission.recipients)


def _check_form(submission: Submission, read: Submitted) -> None:
    if len(submission.recipients) > RECIPIENT_LIMIT:
        raise refusal("invalid", f"Recipient count exceeds {RECIPIENT_LIMIT}.", via=submission.via)
    if not submission.recipients:
        raise refusal("invalid", "Missing destination.", via=submission.via)
    if len(submission.raw) > SIZE_LIMIT[submission.via]:
        raise refusal("invalid", "Message is too long.", via=submission.via)
    for fault in read.faults():
        raise refusal("invalid", fault, via=submission.via)


def _check_account(region: SesRegion, submission: Submission) -> None:
    if region.enforcement == "SHUTDOWN":
        raise refusal("rejected", PAUSED, via=submission.via)
    if not region.sending_enabled:
        raise refusal("paused", PAUSED, via=submission.via)


def _check_quota(region: SesRegion, submission: Submission, now: datetime) -> None:
    new = counted(submission)
    daily, rate = quota_of(region)
    if daily >= 0 and new and region.tally.since(now - timedelta(hours=24)) + new > daily:
        raise refusal("throttled", "Daily message quota exceeded", via=submission.via)
    if new and region.tally.since(now - timedelta(seconds=1)) >= rate:
        raise refusal("throttled", "Maximum sending rate exceeded", via=submission.via)


def _check_identities(region: SesRegion, submission: Submission, read: Submitted) -> Identity:
    senders = read.addresses("from")
    asked = [*senders, submission.mail_from or "", *read.addresses("sender"), *read.addresses("return-path")]
    if not region.production_access:
        asked += [one for one in submission.recipients if not is_simulated(one)]
    failed = [address for address in dict.fromkeys(asked) if address and covering(region, address) is None]
    identity = covering(region, senders[0])
    if failed or identity is None:
        where = f"The following identities failed the check in region {region.name.upper()}: {', '.join(failed)}"
        raise refusal("rejected", f"Email address is not verified. {where}", via=submission.via)
    return identity


def _check_set(region: SesRegion, name: str, via: str) -> None:
    if not name:
        return
    chosen = region.configuration_sets.get(name)
    if chosen is None:
        raise refusal("set-absent", f"Configuration set <{name}> does not exist.", via=via)
    if not chosen.sending_enabled:
        raise refusal("set-paused", f"Sending paused for configuration set {name}.", via=via)
