"""Writes a ``mailstrata.toml`` that a person can go on with: every line it may hold, those not in use as a comment.

    render(Setup(domain="sailing.example", region="us-east-1"), notes=("found in us-east-1 and eu-west-1",))

What is rendered reads back as the same setup (`formats.settings`). ``notes`` become comments at the top, one line each.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from mailstrata.model.setup import Alias, Setup

_WIDTH = 110
_NEW_ALIAS = """\
# One for each address of Gmail's "Send mail as", as its dialogue shows it.
# [[alias]]
# address = "you@{domain}"
# host = "email-smtp.{region}.amazonaws.com"
# username = "AKIA…"                          # the access key id; it is no secret
# secret = "aws:mailstrata/smtp/you"          # the name of the place where the password is kept, never the password"""
_REST = """\
# [aws]
# profile = ""                                # a profile of ~/.aws/config; empty: boto3's own choice

# [network]
# probe_sends = false                         # true allows test messages to SES's own mailbox simulator"""


def render(setup: Setup, *, notes: Iterable[str] = ()) -> str:
    """The whole file, with a newline at its end."""
    blocks = ["\n".join(_head(notes)), "\n".join(_domain(setup))]
    blocks += ["\n".join(_alias(alias)) for alias in setup.aliases]
    if not setup.aliases:
        blocks.append(_NEW_ALIAS.format(domain=setup.domain, region=setup.region))
    return "\n\n".join((*blocks, _REST)) + "\n"


def _head(notes: Iterable[str]) -> Iterator[str]:
    yield "# What mailstrata knows of this domain. It holds no secret. docs/settings.md has every key."
    for note in notes:
        yield from textwrap.wrap(_plain(note), _WIDTH, initial_indent="# - ", subsequent_indent="#   ")


def _domain(setup: Setup) -> Iterator[str]:
    yield "[domain]"
    yield f"name = {_text(setup.domain)}"
    yield f"region = {_text(setup.region)}"
    if setup.mail_from:
        yield f"mail_from = {_text(setup.mail_from)}"
    else:
        yield f'# mail_from = "bounce.{setup.domain}"    # a custom MAIL FROM domain: SPF then aligns too'
    if setup.regions:
        yield f"regions = [{', '.join(_text(region) for region in setup.regions)}]"


def _alias(alias: Alias) -> Iterator[str]:
    yield "[[alias]]"
    yield f"address = {_text(alias.address)}"
    yield f"host = {_text(alias.host)}"
    if alias.port != 587:
        yield f"port = {alias.port}"
    if alias.security != "starttls":
        yield f"security = {_text(alias.security)}"
    for key in ("username", "secret", "mailbox"):
        value = getattr(alias, key)
        yield f"{key} = {_text(value)}" if value else _MISSING[key]


_MISSING = {
    "username": '# username = "AKIA…"                     # "Username" in Gmail\'s dialogue: the access key id, no secret',
    "secret": '# secret = "aws:NAME"                    # where the password is kept; without it the login is not tested',
    "mailbox": '# mailbox = "you@gmail.com"              # the Gmail account that holds the alias',
}


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's (TOML 1.0, String)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(note: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in note)
