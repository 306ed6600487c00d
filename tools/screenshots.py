"""Draws the pictures of the README: the terminal's report of the scenario two-faults, diagnosed and then repaired.

    python tools/screenshots.py            # make docs
    python tools/screenshots.py --check    # says whether a picture is out of date; exit status 1

The lab is deterministic but for the time that its answers take, so a picture shows whole minutes, and the same code draws the
same picture. No picture refers to another host: whatever monospaced font the reader has is used.
"""

from __future__ import annotations

import asyncio
import dataclasses
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich._export_format import CONSOLE_SVG_FORMAT

from mailstrata.cli.fix import carried_out, examined, first_case
from mailstrata.diagnosis.case import open_case
from mailstrata.lab.client import opened
from mailstrata.model.finding import Stratum
from mailstrata.reports import fixes, human, terminal
from mailstrata.reports.page import BLANK, Page, Style
from mailstrata.wiring import on_lab

if TYPE_CHECKING:
    from mailstrata.lab.client import LabClient
    from mailstrata.model.diagnosis import Diagnosis

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SCENARIO = "two-faults"
_WIDTH = 100
_FONTS = "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_ASPECT = 0.602
"""Width to height of the usual monospaced fonts."""
_FONT_FACE = re.compile(r"\s*@font-face \{\{.*?\}\}", re.DOTALL)
_SECTIONS = frozenset(stratum.value.upper() for stratum in Stratum)


async def pictures() -> Mapping[str, str]:
    """Every picture by its file name."""
    async with opened(SCENARIO) as lab:
        async with on_lab(lab) as here:
            found = await examined(here, await first_case(here))
            automatic = [fix for fix in found.fixes if fix.automatic]
            run, _ = await carried_out(here, found, automatic, confirmed=False)
        after = await _after(lab)
    repair = (*fixes.page(run, width=_WIDTH), *BLANK, *_first_screen(after))
    return {
        "diagnosis.svg": drawn(_first_screen(found), f"mailstrata diagnose --lab {SCENARIO}"),
        "repair.svg": drawn(repair, "mailstrata fix --apply, and the same mails once more"),
    }


async def _after(lab: LabClient) -> Diagnosis:
    """A person types the new password into the lab's Gmail, the mails are sent again, and these are diagnosed."""
    async with on_lab(lab) as here:
        since = here.clock.now()
        for alias in here.settings.setup.aliases:
            stored = await here.tools(False).secrets.read(alias.secret)
            await lab.retype(alias.address, username=stored["username"], password=stored["password"])
    await lab.resend()
    async with on_lab(lab) as here:
        tried = [attempt for attempt in await here.attempts() if attempt.at is not None and attempt.at >= since]
        return await examined(here, open_case(here.settings.setup, at=await lab.now(), attempts=tried))


def _first_screen(diagnosis: Diagnosis) -> Page:
    """The report up to the evidence: the answer, the way of the mail, the mails."""
    whole = dataclasses.replace(diagnosis, at=diagnosis.at.replace(second=0, microsecond=0))
    page = human.page(whole, width=_WIDTH)
    ends = (
        number for number, line in enumerate(page) if line and line[0].style is Style.HEADING and _ends(line[0].text)
    )
    return page[: next(ends, len(page)) - 1]


def _ends(heading: str) -> bool:
    return heading in _SECTIONS or heading == "FINE"


def drawn(page: Page, title: str) -> str:
    """The page as SVG, with the reader's own fonts."""
    template = _FONT_FACE.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code, monospace", _FONTS)
    template = template.replace("font-family: arial", "font-family: system-ui, sans-serif")
    template = template.replace("    <!-- Generated with Rich https://www.textualize.io -->\n", "")
    console = terminal.recorded(page, width=_WIDTH)
    svg = console.export_svg(title=title, code_format=template, unique_id="mailstrata", font_aspect_ratio=_ASPECT)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def main(arguments: list[str]) -> int:
    """Draw all; with ``--check`` only compare."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python tools/screenshots.py [--check]\n")
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    changed = 0
    for name, svg in asyncio.run(pictures()).items():
        path = PICTURES / name
        if path.exists() and path.read_text("utf-8") == svg:
            continue
        changed += 1
        sys.stderr.write(f"docs/pictures/{name} is out of date\n" if arguments else f"drew docs/pictures/{name}\n")
        if not arguments:
            path.write_text(svg, "utf-8")
    return 1 if changed and arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
