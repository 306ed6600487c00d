"""The policies that docs/permissions.md prints are enough, and no more than they say."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from tools.reference import ROOT

from mailstrata.cli.fix import carried_out, examined, first_case
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.reports.fixes import FixRun
from mailstrata.wiring import on_lab

_NAMES = {"REGION": "us-east-1", "ACCOUNT": "*", "SMTP-USER": "ses-smtp-relay", "ZONE-ID": "*"}


def policies() -> list[Mapping[str, Any]]:
    """The documents of the page, for the lab's account: for diagnose, and what fix needs beside it."""
    text = (ROOT / "docs" / "permissions.md").read_text("utf-8")
    for name, value in _NAMES.items():
        text = text.replace(name, value)
    return [json.loads(document) for document in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


async def repaired(documents: list[Mapping[str, Any]]) -> tuple[Diagnosis, FixRun]:
    """Diagnosis and automatic fixes of two-faults by an operator who may do what ``documents`` allow."""
    async with Living.of("two-faults") as lab:
        iam = lab.parts.iam
        iam.add_user("operator")
        for number, document in enumerate(documents):
            iam.put_user_policy("operator", f"policy-{number}", document)
        key = iam.add_key("operator")
        async with on_lab(LabClient(lab.url, (key.key_id, key.secret))) as here:
            found = await examined(here, await first_case(here))
            automatic = [fix for fix in found.fixes if fix.automatic]
            run, _ = await carried_out(here, found, automatic, confirmed=False)
    return found, run


@pytest.mark.lab
def test_the_read_only_policy_is_enough_for_the_whole_diagnosis_and_for_no_change() -> None:
    """Nothing is unknown for want of a permission, and each fix is refused without having changed anything."""
    found, run = asyncio.run(repaired(policies()[:1]))
    assert [one.code for one in found.undetermined] == ["suppression-hides-cause"]
    assert {"key-inactive", "recipient-suppressed"} <= {finding.code for finding in found.findings}
    assert [fix.state for fix in run.fixes] == ["failed", "failed"]


@pytest.mark.lab
def test_both_policies_together_are_enough_for_the_automatic_fixes() -> None:
    """A new key and the suppression entry, by an operator who is no administrator."""
    _, run = asyncio.run(repaired(policies()))
    assert [(fix.id, fix.state) for fix in run.fixes] == [
        ("rotate-credentials", "done"),
        ("remove-suppression", "done"),
    ]
