"""``mailstrata credentials explain``: which mistake made a password that SES refuses."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, secret_input

if TYPE_CHECKING:
    from mailstrata.model.facts import PasswordFacts

STATUS = {"right": 0, "unknown": 3}
"""The exit status of a code; that of every named mistake is 1."""
_CHAIN = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
_NOT_HERE = "AWS credentials, to compare accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    id: str
    kind: str | None
    account: str | None
    here: str | None = None
    """The account of the AWS credentials at hand."""


@click.command("explain")
@click.argument("never", nargs=-1, metavar="")
@click.option("--region", default="", metavar="REGION", help="The region that it should be for; without it, any.")
@click.option("--key-id", default="", metavar="KEY", help="The user name that goes with it: the access key id.")
@click.option("--password-file", metavar="FILE", help="The refused password; - is stdin.")
@click.option("--secret-file", metavar="FILE", help="The secret access key; candidates may be several, one a line.")
@options.world
@options.as_json
def command(  # noqa: PLR0917 - click hands over one argument for each option
    never: tuple[str, ...],
    region: str,
    key_id: str,
    password_file: str | None,
    secret_file: str | None,
    setup: str | None,
    lab: str | None,
    as_json: bool,
) -> int:
    """Name the mistake behind a password that SES refuses, offline: each known one is made again and compared.

    The password comes from --password-file, $MAILSTRATA_SMTP_PASSWORD or a prompt; the secret from --secret-file,
    $MAILSTRATA_SECRET or a prompt. Without the secret only the shape is judged, which proves little. With
    a key id alone it says what kind it is and whose account it is of.

    Exit status: 0 the password is right, 1 a mistake is named, 3 none is known.
    """
    secret_input.none_as_argument(never)
    from mailstrata.credentials.shape import looks_right

    if (password_file, secret_file) == ("-", "-"):
        raise click.UsageError("only one of them can come from stdin")
    key = _key(key_id.strip())
    password = _password(password_file, needed=not (key_id and not secret_file))
    secrets = _secrets(secret_file, asked=password_file is None and not secret_input.environment(secret_input.PASSWORD))
    facts = _explained(password, secrets, region.strip(), key)
    if lab or key.account:
        key = options.run(_compared(key, setup=setup, lab=lab))
    found = _code(facts, key)
    shaped = None if password is None else looks_right(password)
    remedy = _remedy(found, facts, key, region.strip(), shaped=shaped)
    _print(found, facts, key, remedy=remedy, as_json=as_json)
    return STATUS.get(found, 1)


def _password(file: str | None, *, needed: bool) -> str | None:
    if file is not None:
        return secret_input.whole_of(file)
    given = os.environ.get(secret_input.PASSWORD)
    if given is not None or not needed:
        return given
    return secret_input.asked("SMTP password")


def _secrets(file: str | None, *, asked: bool) -> tuple[str, ...]:
    import sys

    if file is not None:
        found = secret_input.lines_of(file)
    else:
        given = secret_input.environment(secret_input.SECRET)
        if not given and asked and sys.stdin.isatty():
            given = secret_input.asked("Secret access key (empty: judge the shape alone)")
        found = tuple(line for line in given.split("\n") if line.strip())
    return tuple(dict.fromkeys(secret_input.stripped(one, what="a secret") for one in found))


def _key(key_id: str) -> _Key:
    from mailstrata.formats import key_id as ids

    return _Key(id=key_id, kind=ids.kind(key_id), account=ids.account(key_id))


def _explained(password: str | None, secrets: tuple[str, ...], region: str, key: _Key) -> PasswordFacts:
    from mailstrata.credentials import forensics
    from mailstrata.formats.ses_regions import doubt
    from mailstrata.model.facts import PasswordFacts

    if password is None:
        return PasswordFacts(mistake="unrecognised", proven=False)
    if region and (doubtful := doubt(region)):
        click.echo(f"warning: {doubtful}", err=True)
    return forensics.explain(password, secrets, region, key_id=key.id)


async def _compared(key: _Key, *, setup: str | None, lab: str | None) -> _Key:
    """With the account of the AWS credentials at hand, where there are any: they are not searched for in the network."""
    import dataclasses

    from mailstrata.adapters.aws_iam import IamAnswers
    from mailstrata.model.observation import Seen
    from mailstrata.model.question import Caller
    from mailstrata.wiring import surroundings

    if not (lab or any(name in os.environ for name in _CHAIN) or Path("~/.aws/credentials").expanduser().exists()):
        return key
    try:
        async with surroundings(setup=setup, lab=lab) as here, asyncio.timeout(5):
            answer = await IamAnswers(here.aws).caller(Caller())
    except TimeoutError:
        return key
    return dataclasses.replace(key, here=answer.value.account if isinstance(answer, Seen) else None)


def _code(facts: PasswordFacts, key: _Key) -> str:
    from mailstrata.diagnosis.password_words import code_of

    return code_of(facts.mistake) if facts.mistake != "right" or facts.proven else "unknown"


def _remedy(code: str, facts: PasswordFacts, key: _Key, region: str, *, shaped: bool | None) -> str:
    from mailstrata.diagnosis.password_words import words

    if code == "right":
        wrong_key = _key_fault(key)
        return f"nothing is wrong with the password{'; but ' + wrong_key if wrong_key else ''}"
    if code == "unknown":
        return _key_fault(key) or _unknown(facts, shaped=shaped)
    wanted = region or facts.derived_for
    where = f", for {wanted}" if wanted else ""
    if code == "password-wrong-region":
        return f"it is right for {facts.derived_for}: use that region's host, or derive it anew for the one you use"
    return f"{words(facts.mistake)[1]}: mailstrata credentials derive makes it{where}"


def _unknown(facts: PasswordFacts, *, shaped: bool | None) -> str:
    """What the shape proves, and what it cannot (facts.md A9, the shape table)."""
    if shaped is None:
        return "give the password to look at (--password-file), and the secret access key to compare it with (--secret-file)"
    if not shaped:
        return (
            "it has not the shape of an SMTP password of SES, 44 characters of base64 that begin with B: it is something else; "
            "mailstrata credentials derive makes one"
        )
    if facts.proven:
        return "no known mistake, nor two of them, makes this of the secrets at hand: it is of another secret; make a new key"
    return (
        "it has the shape of today's algorithm; whether its secret, its region or a step of its derivation is wrong cannot be "
        "told without the secret access key: give that to compare with (--secret-file)"
    )


def _key_fault(key: _Key) -> str:
    if not key.id:
        return ""
    if key.kind == "temporary access key":
        return f"{key.id} is a temporary key, which SMTP does not take: make an access key of an IAM user"
    if key.kind != "access key":
        what = f"the id of an {key.kind}" if key.kind else "no id of IAM"
        return f"{key.id} is {what}, and the user name has to be an access key id (AKIA…)"
    if key.account and key.here and key.account != key.here:
        return f"{key.id} belongs to account {key.account}, and the AWS credentials at hand to {key.here}"
    return ""


def _print(code: str, facts: PasswordFacts, key: _Key, *, remedy: str, as_json: bool) -> None:
    from mailstrata.reports import document
    from mailstrata.reports.safe import safe

    if as_json:
        content: dict[str, object] = {
            "schema": "mailstrata.explanation/1",
            "code": code,
            "mistake": None if facts.mistake in {"right", "unrecognised"} else facts.mistake,
            "derived_for": facts.derived_for or None,
            "proven": facts.proven,
            "remedy": remedy,
            "key": {"id": key.id or None, "kind": key.kind, "account": key.account, "account_at_hand": key.here},
        }
        click.echo(document.dumps(content), nl=False)
        return
    for line in (*_lines(code, facts), *_key_lines(key), remedy):
        click.echo(safe(line))


def _lines(code: str, facts: PasswordFacts) -> tuple[str, ...]:
    from mailstrata.diagnosis.password_words import words

    if code == "right":
        return (f"right: the password is what the secret gives for {facts.derived_for}",)
    if code == "unknown":
        return ("unknown: the password fits the secrets at hand in no known way" if facts.proven else "unknown",)
    how = "proven: computed anew from the secret, it is equal" if facts.proven else "likely: its shape gives that away"
    made = f", made for {facts.derived_for}" if facts.derived_for else ""
    return (f"{code}: {words(facts.mistake)[0]} ({facts.mistake}{made})", how)


def _key_lines(key: _Key) -> tuple[str, ...]:
    if not key.id:
        return ()
    account = f" of account {key.account}" if key.account else ""
    told = f"{key.id}: {key.kind or 'no id of IAM'}{account}"
    if key.account and key.here:
        told += ", the account at hand" if key.account == key.here else f"; the account at hand is {key.here}"
    elif key.account:
        told += f" (not compared: no {_NOT_HERE})"
    return (told,)
