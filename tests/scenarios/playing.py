"""A lab in this process for a test: its world, a diagnosis of it by the path that the commands take, and all its secrets.

async with played("two-faults") as lab:
    diagnosis, evidence, case = await examined(lab)
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from mailstrata.credentials.derivation import smtp_password
from mailstrata.credentials.mistakes import RECIPES, Material
from mailstrata.diagnosis.case import open_case
from mailstrata.diagnosis.diagnose import diagnose
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.lab.client import LabClient
from mailstrata.lab.living import Living
from mailstrata.model.attempt import Case
from mailstrata.model.diagnosis import Diagnosis
from mailstrata.repair.plan import planned
from mailstrata.wiring import Stage, on_lab

PATIENCE = 60.0
"""Seconds for one diagnosis: none is cut short on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A running lab: from outside (``client``, ``here``) and from inside (``living``)."""

    living: Living
    client: LabClient
    here: Stage


@contextlib.asynccontextmanager
async def played(scenario: str, *, probe_sends: bool = False) -> AsyncIterator[Lab]:
    """The lab of a scenario (a name or a file), its mails sent; one that runs elsewhere on this machine is not looked for."""
    async with Living.of(scenario) as living:
        administrator = living.parts.iam.administrator
        client = LabClient(living.url, (administrator.key_id, administrator.secret))
        async with on_lab(client, probe_sends=probe_sends) as here:
            yield Lab(living=living, client=client, here=here)


async def examined(lab: Lab) -> tuple[Diagnosis, Evidence, Case]:
    """The diagnosis of what the operator knows without being told, with its fixes."""
    case = open_case(lab.here.settings.setup, at=lab.here.clock.now(), attempts=await lab.here.attempts())
    found, evidence = await diagnose(case, lab.here.asker(), budget=PATIENCE)
    return planned(found), evidence, case


def secrets(living: Living) -> frozenset[str]:
    """Every secret of the world: secret access keys, and what each way of making a password makes of them."""
    parts = living.parts
    regions = {parts.region, "eu-west-1", *parts.endpoints}
    made = set()
    for name, secret in parts.secrets.items():
        for region in regions:
            material = Material(secret=secret, region=region, key_id=parts.keys[name])
            made |= {recipe.password(material) for way, recipe in RECIPES.items() if way != "access-key-id"}
            made.add(smtp_password(secret, region))
    return frozenset({*parts.secrets.values(), parts.iam.administrator.secret, *made} - {""})
