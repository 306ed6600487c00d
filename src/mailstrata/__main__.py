"""``python -m mailstrata`` and the ``mailstrata`` command: where errors become one clear line and an exit status.

0 healthy or done · 1 a problem was found · 2 the caller's mistake · 3 could not be determined · 4 a change was refused or
failed half-way (contract: "Conventions of every command").
"""

from __future__ import annotations

import sys

import click

from mailstrata.cli.main import commands
from mailstrata.model.errors import Malformed, Refusal

_LAB_PACKAGES = frozenset({"dkim", "httptools", "ministack", "spf", "trustme", "uvicorn"})
"""What the extra ``lab`` brings, by the names under which it is imported."""


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit status of the command that ``arguments`` name."""
    try:
        status = commands.main(args=arguments, prog_name="mailstrata", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _said("stopped", "", 130)
    except click.ClickException as error:
        return _said(error.format_message(), _usage(error), 2)
    except Refusal as refusal:
        return _said(refusal.message, refusal.hint, refusal.status)
    except Malformed as error:
        return _said(str(error), "", 2)
    except ModuleNotFoundError as error:
        return _without(error)
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _without(error: ModuleNotFoundError) -> int:
    """What to say when a package is missing; raises when it is none that the user could have left out."""
    if error.name not in _LAB_PACKAGES:
        raise error
    return _said(f"the lab needs packages that are not installed ({error.name})", "pip install 'mailstrata[lab]'", 2)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path} --help" if context is not None else ""


def _said(message: str, hint: str, status: int) -> int:
    from mailstrata.reports.safe import safe

    line = f"mailstrata: {safe(message)}" + (f" ({safe(hint)})" if hint else "")
    click.echo(line, err=True)
    return status


if __name__ == "__main__":
    main()
