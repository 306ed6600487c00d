"""Each automatic fix mends, in the lab, what it is named for: the next mails go through and the finding is gone."""

from __future__ import annotations

import asyncio

import pytest
from tests.scenarios.playing import PATIENCE, Lab, examined, played

from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.model.diagnosis import Diagnosis, Verdict
from mailstrata.repair.appliers import APPLIERS
from mailstrata.wiring import on_lab

REPAIRS = (
    ("key-inactive", "rotate-credentials"),
    ("two-faults", "rotate-credentials"),
    ("password-is-the-secret", "rederive-password"),
    ("password-wrong-region", "rederive-password"),
    ("password-wrong-derivation", "rederive-password"),
    ("wrong-derivation", "rederive-password"),
    ("suppression-hides-cause", "remove-suppression"),
    ("recipient-globally-suppressed", "use-own-suppression"),
    ("dkim-disabled", "enable-dkim"),
    ("recipient-refuses-authentication", "enable-dkim"),
    ("dkim-record-absent", "publish-records"),
    ("dkim-record-differs", "publish-records"),
    ("mail-from-mx-wrong", "publish-records"),
    ("mail-from-spf-absent", "publish-records"),
    ("dmarc-absent", "publish-records"),
    ("address-identity-shadows-domain", "copy-domain-settings"),
    ("dkim-failed", "renew-dkim"),
    ("dkim-key-weak", "renew-dkim"),
    ("mail-from-absent", "set-mail-from"),
    ("mail-from-failed", "set-mail-from-again"),
    ("mail-from-is-cname", "replace-mail-from-cname"),
    ("spf-multiple", "publish-records"),
    ("spf-dead-lookups", "publish-records"),
    ("dmarc-multiple", "publish-records"),
    ("spf-without-ses", "publish-records"),
    ("spf-without-provider", "publish-records"),
    ("spf-malformed", "publish-records"),
    ("dmarc-malformed", "publish-records"),
    ("dmarc-report-unauthorized", "publish-records"),
)


@pytest.mark.lab
@pytest.mark.parametrize(("scenario", "fix"), REPAIRS)
def test_a_fix_takes_its_finding_away(scenario: str, fix: str) -> None:
    """What named the fix is found before, and neither it nor what it caused is found of the mails sent after."""
    before, after = asyncio.run(_repaired(scenario, fix))
    mended = {finding.code for finding in before.findings if fix in finding.fixes}
    effects = {
        finding.code for finding in before.findings if finding.caused_by in mended and finding.gravity != "notice"
    }
    assert mended
    assert (mended | effects) & {finding.code for finding in after.findings} == set()


@pytest.mark.lab
def test_a_whole_incident_is_mended_by_its_automatic_fixes_and_one_human_step() -> None:
    """Two faults, both fixes, the password typed into Gmail: the same mails are all delivered."""
    _, after = asyncio.run(_repaired("two-faults", "rotate-credentials", "remove-suppression"))
    assert [one.attempt.delivered for one in after.attempts] == [True, True, True]
    assert after.verdict is Verdict.HEALTHY
    assert [finding.code for finding in after.findings] == ["suppression-hides-cause"]


def test_every_automatic_fix_is_tried() -> None:
    """The list above leaves out no applier."""
    assert {fix for _, fix in REPAIRS} == set(APPLIERS)


async def _repaired(scenario: str, *fixes: str) -> tuple[Diagnosis, Diagnosis]:
    async with played(scenario) as lab:
        before, _, _ = await examined(lab)
        for fix in fixes:
            for finding in (one for one in before.findings if fix in one.fixes):
                steps = [step async for step in APPLIERS[fix](finding, lab.here.settings.setup, lab.here.tools(False))]
                assert steps
        await _retyped(lab)
        return before, await _sent_again(lab)


async def _retyped(lab: Lab) -> None:
    """The human step: what is stored now is typed into Gmail, which logs in with it before it saves."""
    async with on_lab(lab.client) as here:
        for alias in here.settings.setup.aliases:
            stored = await here.tools(False).secrets.read(alias.secret)
            shown = await lab.client.retype(alias.address, username=stored["username"], password=stored["password"])
            assert shown["saved"]


async def _sent_again(lab: Lab) -> Diagnosis:
    """The same mails once more, and a diagnosis of these alone, by the setup as it is now."""
    since = lab.here.clock.now()
    assert await lab.client.resend() > 0
    async with on_lab(lab.client) as here:
        tried = [one for one in await here.attempts() if one.at is not None and one.at >= since]
        case = open_case(here.settings.setup, at=await lab.client.now(), attempts=tried)
        found, _ = await diagnose(case, here.asker(), budget=PATIENCE)
        return found
