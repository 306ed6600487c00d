"""How a command gets a secret: from a place by name, the environment, stdin or a prompt; never as an argument."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options
from mailstrata.model.errors import Refusal
from mailstrata.model.setup import PLACE_NAMES, PLACES

if TYPE_CHECKING:
    from mailstrata.model.ports import Secrets

SECRET, PASSWORD = "MAILSTRATA_SECRET", "MAILSTRATA_SMTP_PASSWORD"
_LIMIT = 65536
_SECRET_LIKE = re.compile(r"[A-Za-z0-9+/=_%-]{28,}\Z")


def none_as_argument(arguments: Sequence[str]) -> None:
    """Refuse what was given as an argument, without repeating it: it may be a secret."""
    if arguments:
        raise Refusal(
            "a secret is never given as an argument, where every program on this machine can read it",
            f"pipe it in, or name its place: --secret {PLACE_NAMES}",
        )


def place(name: str) -> str:
    """The name of a place; raises ``Refusal`` without repeating what is none."""
    if not name.startswith(PLACES):
        raise Refusal(
            "that is no place, and a secret is never given as an argument",
            f"name where it is kept: {PLACE_NAMES}",
        )
    return name


async def from_place(name: str, secrets: Secrets, *, field: str) -> str:
    """The field ``secret_access_key`` or ``password`` of a place, or the whole of a place that holds a bare text."""
    fields = await secrets.read(place(name))
    if fields.get(field):
        return fields[field]
    if set(fields) == {"password"}:
        return fields["password"]
    raise Refusal(f"{name} holds no {field}", f"store a JSON object with {field}, or the bare text")


def lines_of(file: str) -> tuple[str, ...]:
    """The candidates of a file, one a line, empty lines left out; white space at the ends of lines is kept."""
    try:
        text = options.read_text(file)
    except Refusal as refusal:
        if _SECRET_LIKE.fullmatch(file):
            raise Refusal(
                "the file cannot be read, and its name looks like a secret: give the name of a file"
            ) from None
        raise refusal from None
    return tuple(line for line in text.split("\n") if line.strip())


def whole_of(file: str) -> str:
    """The password in a file, exactly as it stands there but for the one line end that an editor adds."""
    return "\n".join(lines_of(file)) if file == "-" else _exact(file)


def _exact(file: str) -> str:
    lines_of(file)
    return options.read_text(file).removesuffix("\n").removesuffix("\r")


def asked(words: str) -> str:
    """What is piped in, or typed at a prompt that shows nothing; empty where neither is possible."""
    if not sys.stdin.isatty():
        return sys.stdin.read(_LIMIT).removesuffix("\n")
    text: str = click.prompt(words, hide_input=True, default="", show_default=False, err=True)
    return text


def environment(name: str) -> str:
    """A variable's value, empty where it is not set."""
    return os.environ.get(name, "")


def stripped(secret: str, *, what: str = "the secret") -> str:
    """Without the white space around it, which is said; so is what else speaks against its being a secret access key."""
    from mailstrata.credentials.shape import doubt

    bare = secret.strip()
    if bare != secret:
        click.echo(f"warning: {what} had white space around it, which is no part of it: it was left away", err=True)
    if bare and (doubtful := doubt(bare)):
        click.echo(f"warning: {what} does not look like a secret access key: {doubtful}", err=True)
    return bare


def usable(secret: str) -> str:
    """A secret access key that a password can be made of; raises ``Refusal`` for what can be none."""
    return checked(stripped(secret))


def checked(bare: str) -> str:
    """The same of a secret that was stripped already."""
    if not bare:
        raise Refusal("the secret is empty", "give the secret access key, which AWS shows once, at its creation")
    if not bare.isascii() or not bare.isprintable() or " " in bare:
        raise Refusal("the secret holds white space or characters that no secret access key has", "copy it once more")
    return bare
