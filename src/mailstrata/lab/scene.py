"""Makes a world be as a scenario says: only what it names is touched.

    await apply(parts, scenario)

The same function builds a world from nothing and injects a fault into one that runs.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.mistakes import RECIPES, Material
from mailstrata.lab import record_lines
from mailstrata.lab import scenario as spec
from mailstrata.lab.gmail_submission import Alias
from mailstrata.lab.parts import AliasState, Parts
from mailstrata.lab.receiver_policy import House
from mailstrata.lab.ses.identities import normalised
from mailstrata.lab.ses.state import ConfigurationSet, Suppressed
from mailstrata.lab.ses.suppression import put
from mailstrata.lab.zones import RESOLVER
from mailstrata.model.errors import Malformed, Refusal

T = TypeVar("T")

_UNTIL_SES_LOOKS = timedelta(days=1)


async def apply(parts: Parts, scenario: spec.Scenario) -> None:
    """Apply one scenario; those it stands on were applied before. Raises ``Refusal`` for names that nothing has."""
    parts.domain = scenario.domain or parts.domain
    parts.probe_sends = parts.probe_sends if scenario.probe_sends is None else scenario.probe_sends
    await _each(_user, parts, scenario.users)
    await _each(_region, parts, scenario.regions)
    await _each(_configuration_set, parts, scenario.configuration_sets)
    await _each(_identity, parts, scenario.identities)
    await _each(_recipient, parts, scenario.recipients)
    await _each(_zone, parts, scenario.zones)
    await _each(_dns_fault, parts, scenario.dns_faults)
    await _each(_lagging, parts, scenario.lagging)
    await parts.republish()
    await parts.ses.recheck()
    await _each(_believed, parts, scenario.identities)
    await _each(_suppressed, parts, scenario.suppressed)
    await _each(_alias, parts, scenario.aliases)
    _deny(parts, scenario)
    parts.mails = scenario.mails or parts.mails


async def _each(make: Callable[[Parts, T], Awaitable[None]], parts: Parts, wanted: Iterable[T]) -> None:
    for one in wanted:
        await make(parts, one)


async def _user(parts: Parts, user: spec.UserSpec) -> None:
    if user.name not in {known.name for known in parts.iam.entities()}:
        parts.iam.add_user(user.name)
    if user.allow is not None:
        statement = {"Effect": "Allow", "Action": list(user.allow), "Resource": "*"}
        statements = [statement] if user.allow else []
        parts.iam.put_user_policy(
            user.name, "AmazonSesSendingAccess", {"Version": "2012-10-17", "Statement": statements}
        )
    if user.policy is not None:
        parts.iam.put_user_policy(user.name, "AmazonSesSendingAccess", json.loads(user.policy))
    for key in user.keys:
        _key(parts, user.name, key)


def _key(parts: Parts, user: str, key: spec.KeySpec) -> None:
    if key.account is not None or key.temporary:
        account = key.account or parts.account
        made = parts.ids.access_key_id(f"key/{key.name}", account=account, temporary=key.temporary)
        parts.keys[key.name] = key.id or made
        parts.secrets[key.name] = parts.ids.secret_access_key(f"key/{key.name}")
        return
    known = parts.iam.key(parts.keys.get(key.name, ""))
    if known is None:
        key_id = key.id or parts.ids.access_key_id(f"key/{key.name}", account=parts.account)
        known = parts.iam.add_key(
            user, key_id=key_id, secret=parts.ids.secret_access_key(f"key/{key.name}"), created=key.created
        )
        parts.keys[key.name], parts.secrets[key.name] = key_id, known.secret
    if key.status is not None:
        parts.iam.set_status(known.key_id, key.status)
    if key.last_used is not None:
        known.last_used, known.last_service, known.last_region = key.last_used, "ses", parts.region
    if key.absent:
        parts.iam.delete_key(known.key_id)


async def _region(parts: Parts, region: spec.RegionSpec) -> None:
    state = parts.ses.region(region.name)
    state.opened = state.opened if region.opened is None else region.opened
    state.production_access = state.production_access if region.production is None else region.production
    state.sending_enabled = state.sending_enabled if region.sending is None else region.sending
    state.enforcement = region.enforcement or state.enforcement
    state.daily_quota = state.daily_quota if region.daily_quota is None else region.daily_quota
    state.rate = state.rate if region.rate is None else region.rate
    if region.sent is not None:
        state.tally.add(parts.clock.now(), region.sent)
    if region.vdm is not None:
        state.vdm = {"VdmEnabled": "ENABLED" if region.vdm else "DISABLED"}
    if region.closed_ports is not None:
        parts.closed_ports[region.name] = region.closed_ports
    for metric, share in (("BounceRate", region.bounce_rate), ("ComplaintRate", region.complaint_rate)):
        if share is not None:
            parts.rates[region.name, f"Reputation.{metric}"] = share
    if region.suppresses is not None:
        state.suppressed_reasons = region.suppresses
    if region.endpoint is not None:
        await parts.break_endpoint(region.name, region.endpoint)


async def _configuration_set(parts: Parts, configuration_set: spec.ConfigurationSetSpec) -> None:
    bus = f"arn:aws:events:{configuration_set.region}:{parts.account}:event-bus/default"
    destination = {
        "Enabled": True,
        "MatchingEventTypes": list(configuration_set.events),
        "EventBridgeDestination": {"EventBusArn": bus},
    }
    destinations = {"events": destination} if configuration_set.events else {}
    made = ConfigurationSet(name=configuration_set.name, destinations=destinations)
    parts.ses.region(configuration_set.region).configuration_sets[made.name] = made


async def _identity(parts: Parts, identity: spec.IdentitySpec) -> None:
    region = parts.ses.region(identity.region)
    if identity.absent:
        region.identities.pop(identity.name, None)
        return
    known = region.identities.get(identity.name) or await parts.ses.add_identity(identity.region, identity.name)
    known.dkim.key_length = identity.key_length or known.dkim.key_length
    if identity.signing is not None:
        known.dkim.signing_enabled = identity.signing
        known.signing_override = None if known.is_domain else identity.signing
    if identity.mail_from is not None:
        known.mail_from.domain = identity.mail_from
    if identity.on_mail_from_failure is not None:
        known.mail_from.on_mx_failure = identity.on_mail_from_failure
    if identity.configuration_set is not None:
        known.configuration_set = identity.configuration_set
    if identity.feedback is not None:
        known.feedback_forwarding = identity.feedback


async def _believed(parts: Parts, identity: spec.IdentitySpec) -> None:
    """What SES believes of an identity in spite of the DNS, because it has not looked again: that it does a day later."""
    known = parts.ses.region(identity.region).identities.get(identity.name)
    if known is None or not (identity.status or identity.mail_from_status or identity.dkim_status):
        return
    known.next_look = parts.clock.now() + _UNTIL_SES_LOOKS
    if identity.status is not None:
        known.status = known.dkim.status = identity.status
    known.dkim.status = identity.dkim_status or known.dkim.status
    known.mail_from.status = identity.mail_from_status or known.mail_from.status


async def _recipient(parts: Parts, recipient: spec.RecipientSpec) -> None:
    server = parts.houses.get(recipient.host)
    if server is None:
        if not recipient.domains:
            raise Refusal(f"recipient {recipient.host}: a new server needs its domains")
        house = House.of(recipient.host, domains=recipient.domains, voice=recipient.voice)
        server = parts.recipients.add(
            house, address=f"127.0.3.{len(parts.houses) + 1}", tls=parts.certificates.server(recipient.host)
        )
        parts.houses[recipient.host] = server
        parts.registry.publish(recipient.host, "A", server.address)
        await parts.recipients.start()
    for box in recipient.mailboxes:
        server.policy.add_mailbox(box.address, box.kind, reply=box.reply, stage=box.stage)


async def _zone(parts: Parts, zone: spec.ZoneSpec) -> None:
    wanted = record_lines.read(parts.filled(zone.records))
    if zone.host == "route53":
        if zone.delegated is False:  # before its records: they are not to be seen even once
            parts.registry.delegate_away(zone.name, zone.servers)
        await parts.registry.hosted(zone.name)
        await parts.registry.change(zone.name, wanted)
        await parts.registry.mirror()
        if zone.delegated:
            parts.registry.delegate_home(zone.name)
        return
    held = parts.registry.elsewhere(zone.name, zone.servers)
    for (name, rtype), values in wanted.items():
        held.replace(name, rtype, *values)


async def _dns_fault(parts: Parts, fault: spec.DnsFaultSpec) -> None:
    server = min(parts.zones.delegation(fault.name)) if fault.server == "first" else fault.server
    parts.zones.fault(parts.filled(fault.name), fault.kind, server=server, milliseconds=fault.milliseconds)


async def _lagging(parts: Parts, behind: spec.LaggingSpec) -> None:
    for (name, rtype), values in record_lines.read(parts.filled(behind.records)).items():
        if behind.server == RESOLVER:
            parts.zones.remember(name, rtype, *values, ttl=behind.ttl)
        else:
            zone = parts.zones.zone(name)
            ends = {"first": min(zone.servers), "last": max(zone.servers)}
            server = ends.get(behind.server, behind.server)
            zone.replace(name, rtype, *values, ttl=behind.ttl, server=server)


async def _suppressed(parts: Parts, entry: spec.SuppressedSpec) -> None:
    region = parts.ses.region(entry.region)
    if entry.shared:
        change = region.globally_suppressed.discard if entry.absent else region.globally_suppressed.add
        change(normalised(entry.address))
        return
    if entry.absent:
        region.suppressed.pop(entry.address, None)
        return
    at: datetime = entry.at or parts.clock.now()
    message_id = entry.message_id or parts.ids.message_id(f"suppressed/{entry.address}")
    put(region, Suppressed(address=entry.address, reason=entry.reason, at=at, message_id=message_id))


async def _alias(parts: Parts, alias: spec.AliasSpec) -> None:
    state = _alias_state(parts, alias)
    parts.aliases[state.address] = state
    username, secret, password = _credential(parts, state)
    typed = state if alias.typed_key is None else _with_key(parts, state, alias.typed_key)
    typed_username, _, typed_password = _credential(parts, typed)
    if state.account not in parts.gmail.accounts:
        parts.gmail.add_account(state.account)
    if alias.daily_limit is not None:
        parts.gmail.accounts[state.account.lower()].daily_limit = alias.daily_limit
    parts.gmail.add_alias(
        state.account,
        Alias(
            address=state.address,
            host=state.host,
            port=state.port,
            security=state.security,
            username=typed_username,
            password=typed_password,
        ),
    )
    await parts.store(state, {"username": username, "password": password, "secret_access_key": secret})


def _with_key(parts: Parts, state: AliasState, key: str) -> AliasState:
    if key not in parts.keys:
        raise Refusal(f"alias {state.address}: typed_key {key!r} is no key of this scenario")
    return replace(state, key=key, username=parts.keys[key])


def _credential(parts: Parts, state: AliasState) -> tuple[str, str, str]:
    """Username, secret access key, and the password that is made of it."""
    secret = parts.secrets.get(state.key, "")
    material = Material(secret=secret, region=state.region or parts.region, key_id=state.username)
    return state.username, secret, _password(state.password, material)


def _alias_state(parts: Parts, alias: spec.AliasSpec) -> AliasState:
    known = parts.aliases.get(alias.address) or AliasState(address=alias.address)
    key = alias.key or known.key
    given = {
        "account": alias.account,
        "host": alias.host,
        "port": alias.port,
        "security": alias.security,
        "password": alias.password,
        "secret": alias.secret,
        "keeps": alias.keeps,
        "key": key,
        "username": alias.username if alias.username is not None else parts.keys.get(key, known.username),
    }
    return replace(known, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _password(how: str, material: Material) -> str:
    """A password as ``how`` makes it: ``right``, ``region:REGION``, or a mistake of `credentials.mistakes`."""
    if how == "right":
        return smtp_password(material.secret, material.region)
    if how.startswith("region:"):
        return smtp_password(material.secret, how.removeprefix("region:"))
    if how not in RECIPES:
        raise Malformed("alias: password", repr(how), "right, region:REGION or one of " + ", ".join(RECIPES))
    return RECIPES[how].password(material)


def _deny(parts: Parts, scenario: spec.Scenario) -> None:
    if scenario.deny:
        user = parts.iam.administrator.user
        statement = {"Effect": "Deny", "Action": list(scenario.deny), "Resource": "*"}
        parts.iam.put_user_policy(user, "lab-denied", {"Version": "2012-10-17", "Statement": [statement]})
