"""The changes at SES: the identity, its key, its MAIL FROM domain, its configuration set, its feedback; and the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.formats.ses_records import OWN_KEY
from mailstrata.model.facts import IdentityFacts, SesAccountFacts
from mailstrata.model.observation import Absent, Observation, Seen
from mailstrata.repair.domain.change import Change, Layer
from mailstrata.repair.domain.goal import KEY_LENGTH, Goal

_WEAK = "RSA_1024_BIT"


def changes(
    goal: Goal, identity: Observation[IdentityFacts], account: Observation[SesAccountFacts]
) -> Iterator[Change]:
    """What has to be done at SES; nothing where the identity could not be seen."""
    if isinstance(identity, Absent):
        yield _created(goal)
        yield from _settings(goal, IdentityFacts(mail_from=None))
    elif isinstance(identity, Seen):
        yield from _key(goal, identity.value)
        yield from _settings(goal, identity.value)
    if isinstance(account, Seen) and not account.value.production:
        yield _production(goal)


def _created(goal: Goal) -> Change:
    return Change(
        id="create-identity",
        layer=Layer.SES,
        title=f"make {goal.domain} an identity of SES in {goal.region}, with Easy DKIM of 2048 bits",
        why=f"{goal.region} has no identity of that name",
        steps=("SES then names the three DKIM records; they are published with the others",),
        verify="SES lists it and names its three DKIM records",
        undo="delete the identity",
    )


def _key(goal: Goal, facts: IdentityFacts) -> Iterator[Change]:
    if not facts.dkim.signing:
        yield Change(
            id="enable-dkim",
            layer=Layer.SES,
            title=f"turn DKIM signing of {goal.domain} on in {goal.region}",
            why="mail goes out without a signature of the domain",
            verify="SES reports that signing is on",
            undo="turn signing off again",
        )
    if facts.dkim.origin != OWN_KEY and facts.dkim.key_length == _WEAK:
        yield Change(
            id="renew-dkim",
            layer=Layer.SES,
            title=f"have SES make a DKIM key of {KEY_LENGTH.split('_')[1]} bits for {goal.domain} in {goal.region}",
            why="the key of now has 1024 bits (RFC 8301 3.2 asks for 2048)",
            safe=False,
            steps=("SES may name new records, and signs with the new key once it has found them",),
            verify="SES reports the new length",
            undo="have SES make a key of 1024 bits",
        )


def _settings(goal: Goal, facts: IdentityFacts) -> Iterator[Change]:
    there = facts.mail_from.domain if facts.mail_from else ""
    if goal.mail_from and there == goal.mail_from and facts.mail_from and facts.mail_from.status == "FAILED":
        yield _again(goal)
    if goal.mail_from and there != goal.mail_from:
        yield Change(
            id="set-mail-from",
            layer=Layer.SES,
            title=f"use {goal.mail_from} as the MAIL FROM domain of {goal.domain} in {goal.region}",
            why=f"SES uses {there or 'a name of its own'}, by which SPF "
            + ("passes for another name" if there else "never aligns"),
            steps=("until its records are found SES uses its own name, so no mail is lost",),
            verify="SES reports the MAIL FROM domain with status SUCCESS",
            undo=f"set it back to {there}" if there else "take the MAIL FROM domain away",
        )
    if goal.configuration_set and facts.configuration_set != goal.configuration_set:
        yield Change(
            id="set-configuration-set",
            layer=Layer.SES,
            title=f"make {goal.configuration_set} the default configuration set of {goal.domain} in {goal.region}",
            why="Gmail cannot name one in its mails (facts.md A8), so their events need a default",
            verify="SES reports it",
            undo=f"set it back to {facts.configuration_set}" if facts.configuration_set else "take the default away",
        )
    if goal.feedback_forwarding is not None and facts.feedback_forwarding != goal.feedback_forwarding:
        yield _feedback(goal, wanted=goal.feedback_forwarding)


def _again(goal: Goal) -> Change:
    return Change(
        id="set-mail-from",
        layer=Layer.SES,
        title=f"set the MAIL FROM domain {goal.mail_from} of {goal.domain} in {goal.region} again",
        why="SES has given up looking for its records (status FAILED); set again, it looks again (facts.md B3)",
        verify="SES reports the MAIL FROM domain with status SUCCESS",
        undo="nothing to undo: the setting stays the same",
    )


def _feedback(goal: Goal, *, wanted: bool) -> Change:
    on, off = ("on", "off") if wanted else ("off", "on")
    return Change(
        id="set-feedback",
        layer=Layer.SES,
        title=f"turn the forwarding of bounces by mail {on} for {goal.domain} in {goal.region}",
        why=f"the setup wants it {on}, it is {off}",
        safe=wanted,
        verify="SES reports it",
        undo=f"turn it {off} again",
    )


def _production(goal: Goal) -> Change:
    """The request is the operator's own word, so it is prepared and never sent."""
    return Change(
        id="request-production",
        layer=Layer.PERSON,
        title=f"ask AWS for production access in {goal.region}",
        why="the account is in the sandbox there: it may write to verified addresses only, 200 a day (facts.md A6)",
        steps=(
            f"SES console, region {goal.region}: Account dashboard, Request production access",
            "Mail type: Transactional, when people of the domain write to people",
            f"Website: https://{goal.domain}",
            f"Use case: “People of {goal.domain} write single mails through Gmail's alias and Amazon SES. "
            "Recipients are people who wrote to us or asked to be written to. The domain is verified with DKIM, has a "
            "DMARC record, and bounces and complaints are read and their addresses not written to again.” "
            "Say it as it is with you.",
        ),
        verify="GetAccount says ProductionAccessEnabled",
    )
