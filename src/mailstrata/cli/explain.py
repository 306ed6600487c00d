"""``mailstrata explain CODE``: the page of a check, made of its docstring."""

from __future__ import annotations

import difflib
import sys

import click

from mailstrata.model.errors import Refusal


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Print what a fault code means, why it matters and how to put it right; without CODE, the list of codes."""
    from mailstrata.diagnosis.checks import CHECKS
    from mailstrata.reports import explain, terminal

    pages = {check.CODE: check for check in CHECKS}
    if code is None:
        for check in CHECKS:
            title = (check.__doc__ or "").strip().splitlines()[0]
            click.echo(f"{check.STRATUM:<10} {check.CODE:<27} {title}")
        return 0
    if code not in pages:
        near = difflib.get_close_matches(code, pages, n=1)
        raise Refusal(
            f"there is no code {code}", f"did you mean {near[0]}?" if near else "mailstrata explain lists them"
        )
    check = pages[code]
    page = check.__doc__ or ""
    terminal.show(lambda width: explain.page(code, page, stratum=check.STRATUM, width=min(width, 100)), sys.stdout)
    return 0
