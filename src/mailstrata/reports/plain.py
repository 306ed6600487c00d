"""The report as text: what a pipe, a file or a terminal without colour gets.

render(diagnosis, width=80)
"""

from __future__ import annotations

from mailstrata.model.diagnosis import Diagnosis
from mailstrata.reports import human
from mailstrata.reports.page import text_of


def render(diagnosis: Diagnosis, *, width: int = human.WIDTH) -> str:
    """The report, each line ending in a newline."""
    return text_of(human.page(diagnosis, width=width))
