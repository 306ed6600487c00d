"""A directory of users in memory, for the policy's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.rooms.relay.talking import NOON

from mailstrata.model.reply import Reply
from mailstrata.relay.share import Bounds, Share, drawn
from mailstrata.relay.users import DirectoryUnavailable, Secret, User

ANN = User(
    name="ann",
    senders=("admin@sailing.example", "@dock.example"),
    created=NOON,
    secrets=(Secret(number=1, hash="$argon2id$…", created=NOON),),
)


@dataclass
class Users:
    """Users by name; ``down``: the database cannot be reached."""

    users: dict[str, User] = field(default_factory=lambda: {"ann": ANN})
    down: bool = False
    shares: dict[str, Share] = field(default_factory=dict)

    def user(self, name: str) -> User | None:
        """Whoever has that name."""
        if self.down:
            raise DirectoryUnavailable
        return self.users.get(name)

    def draw(self, user: User, recipients: int, at: datetime) -> Reply | None:
        """As the database does it, in one step."""
        share = drawn(
            self.shares.get(user.name, Share()), Bounds(rate=user.rate, daily=user.daily), recipients=recipients, at=at
        )
        if isinstance(share, Reply):
            return share
        self.shares[user.name] = share
        return None
