"""Which resources SES asks IAM about when mail is sent, and in what words it says no.

    authorise_sending(around, region, submission, read)      # raises AccessDenied

Not only the sender's identity is asked about: also each recipient that is itself an identity of the account, and the
configuration set (facts.md A4). The refusal opens its quotes with a backtick and closes them with an apostrophe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr

from mailstrata.lab.aws.conditions import MalformedPolicy
from mailstrata.lab.aws.policy import Question, lower_keys, matching, parse_policy
from mailstrata.lab.aws.request import AwsError, AwsRequest
from mailstrata.lab.ses.identities import candidates, covering, normalised
from mailstrata.lab.ses.state import SesRegion
from mailstrata.lab.ses.submission import Submission, Submitted, refusal
from mailstrata.lab.ses.surroundings import Surroundings


def authorise_sending(around: Surroundings, region: SesRegion, submission: Submission, read: Submitted) -> None:
    """Ask IAM about each resource of a message in turn; the first that is not allowed is the one that is named."""
    context = _context(submission, read)
    action = f"ses:{submission.operation}"
    for resource in dict.fromkeys(_resources(region, submission, read)):
        allowed = around.iam.allows(submission.principal, action, resource=resource, context=context).allowed
        if not allowed or _denied_by_identity(region, submission, resource, context):
            text = f"User `{submission.principal.arn}' is not authorized to perform `{action}' on resource `{resource}'"
            raise refusal("denied", text, via=submission.via)


def authorise_call(around: Surroundings, request: AwsRequest, operation: str, resource: str) -> None:
    """Ask IAM about a call that sends nothing. Raises ``AccessDeniedException`` (v2) or ``AccessDenied`` (v1), 403."""
    version = "2" if request.path.startswith("/v2/") else "1"
    context = {"aws:SourceIp": (request.source_ip,), "ses:ApiVersion": (version,)}
    decision = around.iam.allows(request.principal, f"ses:{operation}", resource=resource, context=context)
    if decision.allowed:
        return
    who = f"User: {request.principal.arn} is not authorized to perform: ses:{operation}"
    text = f"{who} on resource: {resource} {decision.reason}"
    raise AwsError("AccessDeniedException" if version == "2" else "AccessDenied", text, status=403)


def effective_set(region: SesRegion, submission: Submission, read: Submitted) -> str:
    """The configuration set of a message: its own, the header's, else its identity's default (facts.md A8)."""
    own = submission.configuration_set or read.value("X-SES-CONFIGURATION-SET")
    if own:
        return own
    for address in read.addresses("from"):
        identity = covering(region, address)
        if identity is not None:
            return identity.configuration_set
    return ""


def _resources(region: SesRegion, submission: Submission, read: Submitted) -> Iterator[str]:
    for address in read.addresses("from"):
        yield region.arn("identity", _identity_name(region, address) or normalised(address))
    for address in submission.recipients:
        identity = covering(region, address)
        if identity is not None:
            yield region.arn("identity", identity.name)
    chosen = effective_set(region, submission, read)
    if chosen:
        yield region.arn("configuration-set", chosen)


def _denied_by_identity(
    region: SesRegion, submission: Submission, resource: str, context: Mapping[str, Sequence[str]]
) -> bool:
    """Whether a sending-authorization policy of the identity forbids it to the account's own users (facts.md A4)."""
    identity = region.identities.get(resource.partition(":identity/")[2])
    if identity is None:
        return False
    who = submission.principal
    question = Question(
        action=f"ses:{submission.operation}",
        resource=resource,
        context=lower_keys(context),
        principals=frozenset({who.arn, who.account, f"arn:aws:iam::{who.account}:root"}),
    )
    policies = [parse_policy(document, name=name) for name, document in identity.policies.items()]
    return bool(matching(policies, question, allow=False))


def checked_policy(document: str, *, code: str) -> str:
    """``document``, when it is a policy; else ``AwsError`` with ``code``."""
    try:
        parse_policy(document, name="identity")
    except MalformedPolicy as error:
        raise AwsError(code, f"Policy document is not valid: {error}") from error
    return document


def _identity_name(region: SesRegion, address: str) -> str | None:
    verified = covering(region, address)
    if verified is not None:
        return verified.name
    return next((name for name in candidates(address) if name in region.identities), None)


def _context(submission: Submission, read: Submitted) -> Mapping[str, Sequence[str]]:
    senders = read.addresses("from")
    name = parseaddr(read.value("from"))[0]
    context: dict[str, Sequence[str]] = {
        "ses:FromAddress": senders[:1],
        "ses:Recipients": submission.recipients,
        "ses:ApiVersion": ("2" if submission.via == "v2" else "1",),
        "aws:SourceIp": (submission.source_ip,),
    }
    if name:
        context["ses:FromDisplayName"] = (name,)
    feedback = submission.feedback_to or submission.mail_from
    if feedback:
        context["ses:FeedbackAddress"] = (feedback,)
    return context
