"""``mailstrata relay user list``: every login with its passwords and their last use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mailstrata.cli import options, relay_users

if TYPE_CHECKING:
    from mailstrata.relay.users import Secret, User


@click.command("list")
@options.world
@options.as_json
def command(setup: str | None, lab: str | None, *, as_json: bool) -> int:
    """Show every login of the relay: state, what it may send as, its passwords, when and from where they were used.

    A password that ends within 14 days makes its login "expiring", and the exit status 1; so does one that has ended.

    Exit status: 0, or 1 where a login is expiring or expired.
    """
    with relay_users.opened(setup, lab) as here:
        users, now = here.users.all(), here.now
    if as_json:
        _document(users, now)
    else:
        from mailstrata.reports.safe import safe

        for line in _lines(users, now):
            click.echo(safe(line))
    return 1 if any(user.state(now) in {"expiring", "expired"} for user in users) else 0


def _lines(users: tuple[User, ...], now: datetime) -> list[str]:
    from mailstrata.relay.users import matched

    lines: list[str] = []
    for user in users:
        lines.append(f"{user.name}  {user.state(now)}")
        lines.append(f"  sends as  {', '.join(matched(user.senders))}{_bounds(user)}")
        lines += [f"  password  {_told(secret, now)}" for secret in user.secrets]
    return lines or ["The relay has no users; `mailstrata relay user add` makes one."]


def _bounds(user: User) -> str:
    bounds = [f"{user.rate} recipients a minute"] if user.rate else []
    bounds += [f"{user.daily} recipients a day"] if user.daily else []
    return f"; at most {', '.join(bounds)}" if bounds else ""


def _told(secret: Secret, now: datetime) -> str:
    used = f"last used {_when(secret.used)} from {secret.used_from}" if secret.used else "never used"
    if secret.expires is None:
        return f"made {_when(secret.created)}, {used}"
    word = "ends" if secret.lives(now) else "ended"
    return f"made {_when(secret.created)}, {word} {_when(secret.expires)}, {used}"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _document(users: tuple[User, ...], now: datetime) -> None:
    from mailstrata.reports import document

    rows = [relay_users.described(user, now) for user in users]
    click.echo(document.dumps({"schema": "mailstrata.relay-users/1", "users": rows}), nl=False)
