"""sesv2: identities, their DKIM and MAIL FROM, their policies.

``GetEmailIdentity`` looks at DNS again as long as something is not settled, as SES does in the background.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailstrata.lab.aws.request import AwsError
from mailstrata.lab.ses.authorising import checked_policy
from mailstrata.lab.ses.call import Answer, Call, Handler
from mailstrata.lab.ses.identities import (
    add,
    begin_easy_dkim,
    begin_own_key,
    effective_dkim,
    found,
    hosted_zone,
    normalised,
)
from mailstrata.lab.ses.state import Dkim, Identity, MailFrom, SesRegion
from mailstrata.lab.ses.suppression import page


async def create(call: Call) -> Answer:
    """``CreateEmailIdentity``."""
    name = normalised(call["EmailIdentity"])
    if name in call.region.identities:
        raise AwsError("AlreadyExistsException", f"Email identity {name} already exist.")
    if call.get("ConfigurationSetName"):
        _set_exists(call.region, call["ConfigurationSetName"])
    identity = add(call.region, name, now=call.now)
    identity.tags = {tag["Key"]: tag["Value"] for tag in call.get("Tags", ())}
    identity.configuration_set = call.get("ConfigurationSetName", "")
    if identity.is_domain:
        _begin_dkim(call, identity.dkim, call.get("DkimSigningAttributes", {}))
    await call.verify(identity)
    return {
        "IdentityType": kind_of(identity),
        "VerifiedForSendingStatus": identity.verified,
        "DkimAttributes": dkim_attributes(call.region, identity),
    }


async def get(call: Call) -> Answer:
    """``GetEmailIdentity``."""
    identity = found(call.region, call["EmailIdentity"])
    if looks_now(identity, call.now):
        await call.verify(identity)
    answer: Answer = {
        "IdentityType": kind_of(identity),
        "FeedbackForwardingStatus": identity.feedback_forwarding,
        "VerifiedForSendingStatus": identity.verified,
        "VerificationStatus": identity.status,
        "DkimAttributes": dkim_attributes(call.region, identity),
        "MailFromAttributes": _mail_from(identity.mail_from),
        "Policies": dict(identity.policies),
        "Tags": [{"Key": key, "Value": value} for key, value in identity.tags.items()],
        "VerificationInfo": _verification(identity),
    }
    return answer | ({"ConfigurationSetName": identity.configuration_set} if identity.configuration_set else {})


async def delete(call: Call) -> Answer:
    """``DeleteEmailIdentity``."""
    del call.region.identities[found(call.region, call["EmailIdentity"]).name]
    return {}


async def list_all(call: Call) -> Answer:
    """``ListEmailIdentities``, by either of its routes; the newer one can filter by type."""
    identities, token = page(
        sorted(call.region.identities.values(), key=lambda one: one.name),
        size=call.get("PageSize", 1000),
        token=call.get("NextToken"),
    )
    summaries = [
        {
            "IdentityType": kind_of(one),
            "IdentityName": one.name,
            "SendingEnabled": one.verified,
            "VerificationStatus": one.status,
        }
        for one in identities
    ]
    return {"EmailIdentities": summaries, "NextToken": token}


async def put_mail_from(call: Call) -> Answer:
    """``PutEmailIdentityMailFromAttributes``: the domain must be a true subdomain of the identity's."""
    identity = found(call.region, call["EmailIdentity"])
    set_mail_from(call, identity, call.get("MailFromDomain", ""), call.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE"))
    await call.verify(identity)
    return {}


def set_mail_from(call: Call, identity: Identity, domain: str, on_mx_failure: str) -> None:
    """Give ``identity`` a MAIL FROM domain to be searched for, or take it away (empty ``domain``)."""
    parent = identity.name.rpartition("@")[2]
    if domain and not normalised(domain).endswith(f".{parent}"):
        text = f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{identity.name}>."
        raise AwsError("BadRequestException", text)
    identity.mail_from = MailFrom(
        domain=normalised(domain), on_mx_failure=on_mx_failure, searched_since=call.now if domain else None
    )


async def put_dkim(call: Call) -> Answer:
    """``PutEmailIdentityDkimAttributes``: signing on or off; an address may differ from its domain."""
    identity = found(call.region, call["EmailIdentity"])
    enabled = bool(call.get("SigningEnabled", False))
    if identity.is_domain:
        identity.dkim.signing_enabled = enabled
    else:
        identity.signing_override = enabled
    return {}


async def put_dkim_signing(call: Call) -> Answer:
    """``PutEmailIdentityDkimSigningAttributes``: new tokens or a customer's own key."""
    identity = found(call.region, call["EmailIdentity"])
    if not identity.is_domain:
        raise AwsError("BadRequestException", "DKIM signing attributes can be set for a domain identity only.")
    _begin_dkim(call, identity.dkim, call.get("SigningAttributes", {}))
    await call.verify(identity)
    zone = {"SigningHostedZone": hosted_zone(call.region.name)} if identity.dkim.origin == "AWS_SES" else {}
    return {"DkimStatus": identity.dkim.status, "DkimTokens": list(identity.dkim.tokens), **zone}


async def put_configuration_set(call: Call) -> Answer:
    """``PutEmailIdentityConfigurationSetAttributes``; without a name the default is taken away."""
    identity, name = found(call.region, call["EmailIdentity"]), call.get("ConfigurationSetName", "")
    if name:
        _set_exists(call.region, name)
    identity.configuration_set = name
    return {}


async def put_feedback(call: Call) -> Answer:
    """``PutEmailIdentityFeedbackAttributes``."""
    found(call.region, call["EmailIdentity"]).feedback_forwarding = bool(call.get("EmailForwardingEnabled", False))
    return {}


async def create_policy(call: Call) -> Answer:
    """``CreateEmailIdentityPolicy``."""
    identity, name = found(call.region, call["EmailIdentity"]), call["PolicyName"]
    if name in identity.policies:
        raise AwsError("AlreadyExistsException", f"Policy {name} already exists.")
    identity.policies[name] = checked_policy(call["Policy"], code="BadRequestException")
    return {}


async def update_policy(call: Call) -> Answer:
    """``UpdateEmailIdentityPolicy``."""
    identity = found(call.region, call["EmailIdentity"])
    if call["PolicyName"] not in identity.policies:
        raise AwsError("NotFoundException", f"Policy {call['PolicyName']} does not exist.", status=404)
    identity.policies[call["PolicyName"]] = checked_policy(call["Policy"], code="BadRequestException")
    return {}


async def get_policies(call: Call) -> Answer:
    """``GetEmailIdentityPolicies``."""
    return {"Policies": dict(found(call.region, call["EmailIdentity"]).policies)}


async def delete_policy(call: Call) -> Answer:
    """``DeleteEmailIdentityPolicy``; deleting what is not there succeeds."""
    found(call.region, call["EmailIdentity"]).policies.pop(call["PolicyName"], None)
    return {}


def kind_of(identity: Identity) -> str:
    """``IdentityType``."""
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def looks_now(identity: Identity, now: datetime) -> bool:
    """Whether SES would look at DNS again: something is not settled, and its next look is due."""
    return not settled(identity) and (identity.next_look is None or now >= identity.next_look)


def settled(identity: Identity) -> bool:
    """Whether SES has found everything that it searches for in DNS, or has given up after its 72 hours (facts.md B3)."""
    given_up = identity.dkim.status == "FAILED"
    found_all = identity.verified and identity.dkim.status in {"SUCCESS", "NOT_STARTED"}
    dkim_done = not identity.is_domain or given_up or found_all
    return dkim_done and (not identity.mail_from.domain or identity.mail_from.status in {"SUCCESS", "FAILED"})


def dkim_attributes(region: SesRegion, identity: Identity) -> Answer:
    """``DkimAttributes`` as they hold for ``identity``."""
    dkim = effective_dkim(region, identity)
    easy = {
        "SigningHostedZone": hosted_zone(region.name),
        "NextSigningKeyLength": dkim.key_length,
        "CurrentSigningKeyLength": dkim.key_length,
        "LastKeyGenerationTimestamp": dkim.generated_at,
    }
    return {
        "SigningEnabled": dkim.signing_enabled,
        "Status": dkim.status,
        "Tokens": list(dkim.tokens),
        "SigningAttributesOrigin": dkim.origin,
        **(easy if dkim.origin == "AWS_SES" else {}),
    }


def _begin_dkim(call: Call, dkim: Dkim, attributes: dict[str, Any]) -> None:
    private = attributes.get("DomainSigningPrivateKey")
    if private:
        begin_own_key(dkim, attributes.get("DomainSigningSelector", ""), private, now=call.now)
        return
    begin_easy_dkim(dkim, call.around.ids, now=call.now, key_length=attributes.get("NextSigningKeyLength", ""))


def _set_exists(region: SesRegion, name: str) -> None:
    if name not in region.configuration_sets:
        raise AwsError("NotFoundException", f"Configuration set <{name}> does not exist.", status=404)


def _mail_from(mail_from: MailFrom) -> Answer:
    behaviour = {"BehaviorOnMxFailure": mail_from.on_mx_failure}
    if not mail_from.domain:
        return behaviour
    return {"MailFromDomain": mail_from.domain, "MailFromDomainStatus": mail_from.status, **behaviour}


def _verification(identity: Identity) -> Answer:
    seen = identity.verification
    soa = seen.soa and {"PrimaryNameServer": seen.soa[0], "AdminEmail": seen.soa[1], "SerialNumber": seen.soa[2]}
    return {
        "LastCheckedTimestamp": seen.checked_at,
        "LastSuccessTimestamp": seen.succeeded_at,
        "ErrorType": seen.error_type,
        "SOARecord": soa,
    }


OPERATIONS: dict[str, Handler] = {
    "CreateEmailIdentity": create,
    "CreateEmailIdentityPolicy": create_policy,
    "DeleteEmailIdentity": delete,
    "DeleteEmailIdentityPolicy": delete_policy,
    "GetEmailIdentity": get,
    "GetEmailIdentityPolicies": get_policies,
    "ListEmailIdentities": list_all,
    "PutEmailIdentityConfigurationSetAttributes": put_configuration_set,
    "PutEmailIdentityDkimAttributes": put_dkim,
    "PutEmailIdentityDkimSigningAttributes": put_dkim_signing,
    "PutEmailIdentityFeedbackAttributes": put_feedback,
    "PutEmailIdentityMailFromAttributes": put_mail_from,
    "UpdateEmailIdentityPolicy": update_policy,
}
