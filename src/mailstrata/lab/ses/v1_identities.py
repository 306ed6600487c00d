"""SES v1: identities by the older names; the same identities as sesv2's.

v1 spells ``Pending``, ``Success``, ``TemporaryFailure`` where sesv2 has capitals, and knows the ``_amazonses`` TXT token.
"""

from __future__ import annotations

from collections.abc import Callable

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.authorising import checked_policy
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.identities import add, begin_easy_dkim, effective_dkim, normalised
from mailstrata.lab.ses.state import Identity
from mailstrata.lab.ses.suppression import page
from mailstrata.lab.ses.v2_identities import looks_now, set_mail_from


def spelt(status: str) -> str:
    """A status as v1 writes it."""
    return "".join(word.capitalize() for word in status.split("_"))


async def verify_domain_identity(call: Call) -> Answer:
    """``VerifyDomainIdentity``: gives the token of the ``_amazonses`` TXT record."""
    identity = _made(call, call["Domain"])
    identity.text_token = identity.text_token or call.around.ids.token()
    await call.verify(identity)
    return {"VerificationToken": identity.text_token}


async def verify_domain_dkim(call: Call) -> Answer:
    """``VerifyDomainDkim``: three tokens, the same ones when asked again."""
    identity = _made(call, call["Domain"])
    if not identity.dkim.tokens:
        begin_easy_dkim(identity.dkim, call.around.ids, now=call.now)
    await call.verify(identity)
    return {"DkimTokens": list(identity.dkim.tokens)}


async def verify_address(call: Call) -> Answer:
    """``VerifyEmailIdentity`` and ``VerifyEmailAddress``."""
    _made(call, call["EmailAddress"])
    return {}


async def delete_identity(call: Call) -> Answer:
    """``DeleteIdentity`` and ``DeleteVerifiedEmailAddress``; deleting what is not there succeeds."""
    call.region.identities.pop(normalised(call.get("Identity") or call["EmailAddress"]), None)
    return {}


async def list_identities(call: Call) -> Answer:
    """``ListIdentities``."""
    kind = call.get("IdentityType")
    names = sorted(
        identity.name
        for identity in call.region.identities.values()
        if kind is None or identity.is_domain == (kind == "Domain")
    )
    shown, token = page(names, size=call.get("MaxItems", 1000), token=call.get("NextToken"))
    return {"Identities": shown, "NextToken": token}


async def list_verified_addresses(call: Call) -> Answer:
    """``ListVerifiedEmailAddresses``."""
    return {"VerifiedEmailAddresses": sorted(one.name for one in call.region.identities.values() if not one.is_domain)}


async def get_verification(call: Call) -> Answer:
    """``GetIdentityVerificationAttributes``."""

    def shown(identity: Identity) -> Answer:
        token = {"VerificationToken": identity.text_token} if identity.text_token else {}
        return {"VerificationStatus": spelt(identity.status), **token}

    return {"VerificationAttributes": await _each(call, shown)}


async def get_dkim(call: Call) -> Answer:
    """``GetIdentityDkimAttributes``."""

    def shown(identity: Identity) -> Answer:
        dkim = effective_dkim(call.region, identity)
        return {
            "DkimEnabled": dkim.signing_enabled,
            "DkimVerificationStatus": spelt(dkim.status),
            "DkimTokens": list(dkim.tokens),
        }

    return {"DkimAttributes": await _each(call, shown)}


async def get_mail_from(call: Call) -> Answer:
    """``GetIdentityMailFromDomainAttributes``."""

    def shown(identity: Identity) -> Answer:
        own = identity.mail_from
        behaviour = {"BehaviorOnMXFailure": spelt(own.on_mx_failure)}
        if not own.domain:
            return behaviour
        return {"MailFromDomain": own.domain, "MailFromDomainStatus": spelt(own.status), **behaviour}

    return {"MailFromDomainAttributes": await _each(call, shown)}


async def get_notifications(call: Call) -> Answer:
    """``GetIdentityNotificationAttributes``."""

    def shown(identity: Identity) -> Answer:
        kinds = ("Bounce", "Complaint", "Delivery")
        topics = {f"{kind}Topic": identity.topics.get(kind, "") for kind in kinds}
        headers = {f"HeadersIn{kind}NotificationsEnabled": kind in identity.headers_in_topics for kind in kinds}
        return {**topics, **headers, "ForwardingEnabled": identity.feedback_forwarding}

    return {"NotificationAttributes": await _each(call, shown)}


async def set_mail_from_domain(call: Call) -> Answer:
    """``SetIdentityMailFromDomain``."""
    identity = _existing(call)
    behaviour = call.get("BehaviorOnMXFailure", "UseDefaultValue")
    upper = "REJECT_MESSAGE" if behaviour == "RejectMessage" else "USE_DEFAULT_VALUE"
    set_mail_from(call, identity, call.get("MailFromDomain", ""), upper)
    await call.verify(identity)
    return {}


async def set_dkim_enabled(call: Call) -> Answer:
    """``SetIdentityDkimEnabled``."""
    identity = _existing(call)
    if identity.is_domain:
        identity.dkim.signing_enabled = call["DkimEnabled"]
    else:
        identity.signing_override = call["DkimEnabled"]
    return {}


async def set_topic(call: Call) -> Answer:
    """``SetIdentityNotificationTopic``; without a topic notifications of that type end."""
    identity, kind = _existing(call), call["NotificationType"]
    if call.get("SnsTopic"):
        identity.topics[kind] = call["SnsTopic"]
    else:
        identity.topics.pop(kind, None)
    return {}


async def set_headers(call: Call) -> Answer:
    """``SetIdentityHeadersInNotificationsEnabled``."""
    chosen = _existing(call).headers_in_topics
    (chosen.add if call["Enabled"] else chosen.discard)(call["NotificationType"])
    return {}


async def set_forwarding(call: Call) -> Answer:
    """``SetIdentityFeedbackForwardingEnabled``."""
    _existing(call).feedback_forwarding = call["ForwardingEnabled"]
    return {}


async def put_policy(call: Call) -> Answer:
    """``PutIdentityPolicy``."""
    _existing(call).policies[call["PolicyName"]] = checked_policy(call["Policy"], code="InvalidPolicy")
    return {}


async def get_policies(call: Call) -> Answer:
    """``GetIdentityPolicies``."""
    policies = _existing(call).policies
    return {"Policies": {name: policies[name] for name in call["PolicyNames"] if name in policies}}


async def list_policies(call: Call) -> Answer:
    """``ListIdentityPolicies``."""
    return {"PolicyNames": sorted(_existing(call).policies)}


async def delete_policy(call: Call) -> Answer:
    """``DeleteIdentityPolicy``."""
    _existing(call).policies.pop(call["PolicyName"], None)
    return {}


def _made(call: Call, name: str) -> Identity:
    return call.region.identities.get(normalised(name)) or add(call.region, name, now=call.now)


def _existing(call: Call) -> Identity:
    identity = call.region.identities.get(normalised(call["Identity"]))
    if identity is None:
        raise AwsError("InvalidParameterValue", f"Identity <{call['Identity']}> does not exist.")
    return identity


async def _each(call: Call, shown: Callable[[Identity], Answer]) -> Answer:
    """What ``shown`` says of each asked identity that exists; the others are left out, as SES does."""
    answers: Answer = {}
    for name in call["Identities"]:
        identity = call.region.identities.get(normalised(name))
        if identity is not None:
            if looks_now(identity, call.now):
                await call.verify(identity)
            answers[name] = shown(identity)
    return answers


OPERATIONS: dict[str, Handler] = {
    "DeleteIdentity": delete_identity,
    "DeleteIdentityPolicy": delete_policy,
    "DeleteVerifiedEmailAddress": delete_identity,
    "GetIdentityDkimAttributes": get_dkim,
    "GetIdentityMailFromDomainAttributes": get_mail_from,
    "GetIdentityNotificationAttributes": get_notifications,
    "GetIdentityPolicies": get_policies,
    "GetIdentityVerificationAttributes": get_verification,
    "ListIdentities": list_identities,
    "ListIdentityPolicies": list_policies,
    "ListVerifiedEmailAddresses": list_verified_addresses,
    "PutIdentityPolicy": put_policy,
    "SetIdentityDkimEnabled": set_dkim_enabled,
    "SetIdentityFeedbackForwardingEnabled": set_forwarding,
    "SetIdentityHeadersInNotificationsEnabled": set_headers,
    "SetIdentityMailFromDomain": set_mail_from_domain,
    "SetIdentityNotificationTopic": set_topic,
    "VerifyDomainDkim": verify_domain_dkim,
    "VerifyDomainIdentity": verify_domain_identity,
    "VerifyEmailAddress": verify_address,
    "VerifyEmailIdentity": verify_address,
}
