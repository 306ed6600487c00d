"""The fixes of the identity at SES: signing, a new DKIM key, the MAIL FROM domain, the settings of an address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator

from mailstrata.formats import ses_records
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import IdentityFacts, MailFromFacts
from mailstrata.model.finding import Finding, Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import SesIdentity
from mailstrata.model.setup import Setup
from mailstrata.repair.appliers.applying import Step, Tools, settled
from mailstrata.repair.appliers.records import batch, put, zone_of

_LENGTH = "RSA_2048_BIT"
_LOOKS = 6
"""How often SES is asked whether it has seen the new records, five seconds apart."""


async def enable_dkim(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """Signing on, and seen to be on."""
    del setup
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    row = tools.ledger.begin("enable-dkim", name, {"region": region})
    await settled(row, tools.ses.enable_dkim(region, name), tools)
    await settled(row, _signing(region, name, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"DKIM signing of {name} is on in {region}")


async def renew_dkim(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """A new key of SES's own, its CNAMEs published, and SES's word for it (facts.md B3: only that makes SES look again).

    The zone is looked up first: without it the new tokens would be published by nobody. The records of before stay.
    """
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    zone = await zone_of(setup.domain, tools)
    row = tools.ledger.begin("renew-dkim", name, {"region": region, "key-length": _LENGTH})
    dkim = await settled(row, tools.ses.renew_dkim(region, name, _LENGTH), tools)
    yield Step(text=f"SES made a new key of 2048 bits for {name} in {region}: tokens {', '.join(dkim.tokens)}")
    change = await settled(row, batch(zone, ses_records.dkim(name, dkim), tools), tools)
    async for step in put(change, row, tools):
        yield step
    tools.ledger.finish(row, "done")
    yield Step(text=await _believed(region, name, tools))


async def set_mail_from(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """Its records first, so that SES finds them at its first look; then the setting. A name in use is left alone."""
    target = dict(finding.target)
    region, name, domain = target["region"], target["identity"], target["mail-from"]
    zone = await zone_of(setup.domain, tools)
    await _free(zone.id, finding.records, tools)
    change = await batch(zone, finding.records, tools)
    row = tools.ledger.begin("set-mail-from", name, {"region": region, "mail-from": domain, **change.details})
    async for step in put(change, row, tools):
        yield step
    await settled(row, tools.ses.set_mail_from(region, name, MailFromFacts(domain=domain)), tools)
    await settled(row, _returns(region, name, domain, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"{domain} is the MAIL FROM domain of {name} in {region}")


async def set_mail_from_again(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The same domain and behaviour once more, so that SES looks for the records anew."""
    del setup
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    mail_from = (await _identity(region, name, tools)).mail_from
    if mail_from is None:
        raise Refusal(f"{name} has no MAIL FROM domain in {region} any more", "run the diagnosis again", status=4)
    details = {"region": region, "mail-from": mail_from.domain, "on-failure": mail_from.on_failure}
    row = tools.ledger.begin("set-mail-from-again", name, details)
    await settled(row, tools.ses.set_mail_from(region, name, mail_from), tools)
    await settled(row, _returns(region, name, mail_from.domain, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"SES looks for the records of {mail_from.domain} again in {region}")


async def copy_domain_settings(finding: Finding, setup: Setup, tools: Tools) -> AsyncIterator[Step]:
    """The settings of the domain's identity at the address's; what the address had is in the ledger."""
    del setup
    target = dict(finding.target)
    region, name = target["region"], target["identity"]
    own, domain = await _identity(region, name, tools), await _identity(region, target["settings-of"], tools)
    row = tools.ledger.begin("copy-domain-settings", name, {"region": region, **_settings(own)})
    for work in _copied(region, name, (own, domain), tools):
        await settled(row, work, tools)
    await settled(row, _alike(region, name, domain, tools), tools)
    tools.ledger.finish(row, "done")
    yield Step(text=f"{name} has the settings of {target['settings-of']} in {region}; the ledger has its own")


async def _alike(region: str, name: str, domain: IdentityFacts, tools: Tools) -> None:
    if _settings(await _identity(region, name, tools)) != _settings(domain):
        raise Refusal(f"{name} still differs from its domain in {region}", "look again in a minute", status=4)


def _copied(
    region: str, name: str, facts: tuple[IdentityFacts, IdentityFacts], tools: Tools
) -> Iterator[Awaitable[None]]:
    """The changes, one for each setting that differs."""
    own, domain = facts
    if domain.dkim.signing and not own.dkim.signing:
        yield tools.ses.enable_dkim(region, name)
    if _settings(own)["mail-from"] != _settings(domain)["mail-from"]:
        yield tools.ses.set_mail_from(region, name, domain.mail_from)
    if own.configuration_set != domain.configuration_set:
        yield tools.ses.set_configuration_set(region, name, domain.configuration_set)
    if own.feedback_forwarding != domain.feedback_forwarding:
        yield tools.ses.set_feedback(region, name, forwarding=domain.feedback_forwarding)


def _settings(facts: IdentityFacts) -> dict[str, str]:
    return {
        "signing": "on" if facts.dkim.signing else "off",
        "mail-from": facts.mail_from.domain if facts.mail_from else "",
        "configuration-set": facts.configuration_set,
        "feedback": "on" if facts.feedback_forwarding else "off",
    }


async def _identity(region: str, name: str, tools: Tools) -> IdentityFacts:
    seen: Observation[IdentityFacts] = await tools.asker.ask(SesIdentity(region, name))
    match seen:
        case Seen(value=identity):
            return identity
        case Absent():
            raise Refusal(f"{name} is no identity of SES in {region}", "run the diagnosis again", status=4)
        case Unknown(reason=reason, needs=needs):
            raise Refusal(f"the identity {name} cannot be seen in {region}: {reason}", needs, status=4)


async def _free(zone_id: str, records: tuple[Record, ...], tools: Tools) -> None:
    """Refuses where the name is used for something else: its MX, or a CNAME in the way."""
    name = records[0].name
    mx, alias = await tools.dns.standing(zone_id, (records[0], Record(name=name, type="CNAME", values=())))
    others = [*(value for value in mx.values if value.rstrip(".") != records[0].values[0]), *alias.values]
    if others:
        raise Refusal(
            f"{name} is in use already: {', '.join(others)}",
            "name another subdomain as mail_from in mailstrata.toml",
            status=4,
        )


async def _returns(region: str, name: str, domain: str, tools: Tools) -> None:
    found = (await _identity(region, name, tools)).mail_from
    if found is None or found.domain != domain or found.status == "FAILED":
        state = found.status if found else "none"
        raise Refusal(f"SES does not show {domain} as the MAIL FROM domain of {name}: {state}", status=4)


async def _believed(region: str, name: str, tools: Tools) -> str:
    """What SES says of the new key, after a little while for its look."""
    for _ in range(_LOOKS):
        match await tools.asker.ask(SesIdentity(region, name)):
            case Seen(value=identity) if identity.dkim.status == "SUCCESS":
                return f"SES found the records: DKIM of {name} is SUCCESS in {region}"
        await tools.clock.sleep(5)
    return f"SES has not looked yet; it does within minutes to hours, and {name} is signed from then on"


async def _signing(region: str, name: str, tools: Tools) -> None:
    match await tools.asker.ask(SesIdentity(region, name)):
        case Seen(value=identity) if identity.dkim.signing:
            return
        case Unknown(reason=reason):
            why = reason
        case _:
            why = "SES reports that it is off"
    raise Refusal(f"DKIM signing of {name} was turned on but is not seen to be on: {why}", status=4)
