"""Every way in which the domain sends, and what a receiver concludes of each (facts.md B4, C1, G).

    for way in ways(case, evidence): way.name, way.dmarc.result, way.dmarc.why

Over evidence in which planned changes stand as if they were made, the same function tells what comes of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.paths import regions
from mailstrata.diagnosis.way import Part, Sending, Way, by_spf, judged, unknown
from mailstrata.diagnosis.way_by_ses import Passage, by_ses
from mailstrata.formats import dkim, dmarc_check, mx, spf_tree
from mailstrata.formats.dkim import MalformedDkim
from mailstrata.formats.ses_records import SES
from mailstrata.model.attempt import Case
from mailstrata.model.names import domain_of, is_within
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Mx, Question, SesIdentity, Txt
from mailstrata.model.setup import Alias

GOOGLE = "_spf.google.com"
GMAIL_HOSTS = ("smtp.gmail.com", "smtp.googlemail.com")
SENDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("spf.protection.outlook.com", "Microsoft 365", ("selector1", "selector2")),
    ("sendgrid.net", "SendGrid", ("s1", "s2")),
    ("servers.mcsv.net", "Mailchimp", ("k2", "k3")),
    ("spf.messagingengine.com", "Fastmail", ("fm1", "fm2", "fm3")),
    ("_spf.protonmail.ch", "Proton", ("protonmail", "protonmail2", "protonmail3")),
    ("mail.zendesk.com", "Zendesk", ("zendesk1", "zendesk2")),
)
"""Who stands behind an include, and the selectors that they have their customers publish."""
_MOST = 8
"""Other senders that are told."""


def ways(case: Case, evidence: Evidence) -> tuple[Way, ...]:
    """All of them: through SES first, then Gmail's own, then others that the SPF record names."""
    domain = case.setup.domain
    evidence.want(*questions(case))
    sendings = (
        *_through_ses(case, evidence),
        _app_password(case),
        _workspace(evidence, domain),
        *_others(evidence, domain),
    )
    return tuple(judged(evidence, sending) for sending in sendings)


def questions(case: Case) -> Iterator[Question[object]]:
    """What can be asked at once, before anything is known."""
    domain = case.setup.domain
    yield from (Txt(domain), Mx(domain), _google_key(domain), Txt(SES))
    yield from (dmarc_check.at(name) for name in dmarc_check.walk(domain))
    for region in regions(case):
        yield SesIdentity(region, domain)
        yield from (SesIdentity(region, alias.address.lower()) for alias in _aliases(case, region))


def _aliases(case: Case, region: str) -> tuple[Alias, ...]:
    """Gmail's aliases of the domain that go through ``region``, those of another server aside."""
    mine = (alias for alias in case.setup.aliases if is_within(domain_of(alias.address.lower()), case.setup.domain))
    return tuple(
        alias for alias in mine if _host(alias) not in GMAIL_HOSTS and (alias.region or case.setup.region) == region
    )


def _through_ses(case: Case, evidence: Evidence) -> Iterator[Sending]:
    """Per region: each alias; the API and the relay for the domain, and for addresses that are identities of their own."""
    domain = case.setup.domain
    for region in regions(case):
        aliases = dict.fromkeys(alias.address.lower() for alias in _aliases(case, region))
        passages = {address: by_ses(evidence, region, address) for address in aliases}
        for address, passage in passages.items():
            yield _ses("gmail-alias", f"Gmail as {address}, by SES's SMTP endpoint", region, (address, passage))
        own = {address: passage for address, passage in passages.items() if passage.own}
        for sender, passage in {domain: by_ses(evidence, region, domain), **own}.items():
            as_whom = f" as {sender}" if sender in own else ""
            yield _ses("ses-api", f"the SES API{as_whom}", region, (sender, passage))
            yield _ses("relay", f"mailstrata's relay, by the SES API{as_whom}", region, (sender, passage))


def _ses(kind: str, name: str, region: str, taken: tuple[str, Passage]) -> Sending:
    sender, passage = taken
    return Sending(
        id=kind,
        name=f"{name} (an identity of its own)" if passage.own else name,
        author=domain_of(sender),
        sender=sender if "@" in sender else "",
        spf=passage.spf,
        dkim=passage.dkim,
        region=region,
        blocked=passage.blocked,
        used=None if kind == "relay" else True,
    )


def _app_password(case: Case) -> Sending:
    """facts.md C1: return path and signature are those of the Gmail account."""
    mine = [alias for alias in case.setup.aliases if _host(alias) in GMAIL_HOSTS]
    account = domain_of(mine[0].mailbox.lower()) if mine and mine[0].mailbox else "gmail.com"
    part = Part(result="pass", domain=account, why="the account's own domain")
    return Sending(
        id="gmail-app-password",
        name="Gmail by smtp.gmail.com with an app password",
        author=case.setup.domain,
        spf=part,
        dkim=part,
        used=bool(mine),
    )


def _workspace(evidence: Evidence, domain: str) -> Sending:
    """facts.md C1: the domain's own return path; its signature once DKIM is turned on there."""
    return Sending(
        id="workspace",
        name="a Google Workspace mailbox of the domain",
        author=domain,
        spf=by_spf(evidence, domain, GOOGLE),
        dkim=_google_signature(evidence, domain),
        used=_read_at_google(evidence, domain),
    )


def _google_key(domain: str) -> Txt:
    return Txt(f"google._domainkey.{domain}")


def _google_signature(evidence: Evidence, domain: str) -> Part:
    match evidence[_google_key(domain)]:
        case Unknown() as reason:
            return unknown(domain, reason)
        case Seen(value=texts) if any(map(_is_key, texts)):
            return Part(result="pass", domain=domain, why="Google's key is published")
        case _:
            return Part(
                result="pass", domain="gappssmtp.com", why="Google's key is not published, so it signs as gappssmtp.com"
            )


def _read_at_google(evidence: Evidence, domain: str) -> bool | None:
    match evidence[Mx(domain)]:
        case Unknown():
            return None
        case Absent():
            return False
        case Seen(value=hosts):
            return mx.provider(hosts) == "Google"


def _others(evidence: Evidence, domain: str) -> Iterator[Sending]:
    """Each include at the top of the domain's SPF record that is neither SES's nor Google's."""
    tree = spf_tree.read(evidence, domain)
    names = [child.domain for child in tree.children if child.via.startswith("include:")] if tree else []
    others = [name for name in names if name not in (SES, GOOGLE) and not is_within(name, domain)][:_MOST]
    evidence.want(*(Txt(f"{one}._domainkey.{domain}") for name in others for one in _known(name)[1]))
    for name in others:
        title, selectors = _known(name)
        yield Sending(
            id=f"include:{name}",
            name=f"{title}, named in the SPF record",
            author=domain,
            spf=by_spf(evidence, domain, name),
            dkim=_signature(evidence, domain, selectors),
            used=None,
        )


def _known(include: str) -> tuple[str, tuple[str, ...]]:
    return next(((title, keys) for name, title, keys in SENDERS if is_within(include, name)), (include, ()))


def _signature(evidence: Evidence, domain: str, selectors: tuple[str, ...]) -> Part:
    seen = [evidence[Txt(f"{one}._domainkey.{domain}")] for one in selectors]
    if any(isinstance(one, Seen) and any(map(_is_key, one.value)) for one in seen):
        return Part(result="pass", domain=domain, why="its key is published")
    late = next((one for one in seen if isinstance(one, Unknown)), None)
    if late is not None:
        return unknown(domain, late)
    if not selectors:
        return Part(result="unknown", domain=domain, why="its DKIM selectors are not known here")
    return Part(result="none", domain=domain, why=f"no key at {', '.join(selectors)}")


def _is_key(text: str) -> bool:
    try:
        return not dkim.parse_key(text).revoked
    except MalformedDkim:
        return False


def _host(alias: Alias) -> str:
    return alias.host.lower().rstrip(".")
