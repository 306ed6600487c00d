"""Logins of the relay: guessed ones slowed and locked, right ones hashed once and then known by a digest in memory.

    logins = Logins(users, clock=clock, steady=time.monotonic)
    await logins.verify("ann", password, "203.0.113.9")      # ("ann", Reply(235, …), "$argon2id$…"), (None, Reply(535, …), "")

argon2id takes some 20 ms, and a client may log in for each mail. So a password that was right once is kept as an HMAC under a
random key of this process; it counts as long as the hash that it was compared with stands in the database. A wrong answer is
given after a time that depends on nothing but how many there were, so it tells nothing about who exists.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from mailstrata.adapters import relay_passwords
from mailstrata.adapters.relay_database import DatabaseUnavailable
from mailstrata.adapters.relay_users import RelayUsers
from mailstrata.model.ports import Clock
from mailstrata.model.reply import Reply
from mailstrata.relay.guessing import Guard
from mailstrata.relay.users import DirectoryUnavailable, Secret, User

WELCOME = Reply(code=235, enhanced="2.7.0", text="Authentication successful")
WRONG = Reply(code=535, enhanced="5.7.8", text="Username and password not accepted")
LATER = Reply(code=454, enhanced="4.7.0", text="Temporary authentication failure")
_WAITING = 64
"""Logins that may wait for a hash at a time."""
_KNOWN = 10_000
Verdict = tuple[str | None, Reply, str]


class Logins:
    """Compares passwords. ``flush`` writes down what was used since the last time; call it now and then, and at the end."""

    def __init__(self, users: RelayUsers, *, clock: Clock, steady: Callable[[], float]) -> None:
        self._users = users
        self._clock = clock
        self._steady = steady
        self._guard = Guard()
        self._key = secrets.token_bytes(32)
        self._known: dict[str, bytes] = {}
        self._used: dict[tuple[str, int], tuple[datetime, str]] = {}
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="relay-hash")
        self._under_way: dict[tuple[str, bytes], asyncio.Task[Secret | None]] = {}

    async def verify(self, username: str, password: str, address: str) -> Verdict:
        """The login's name when the password is right, what the client is told, and the hash that names the password."""
        began = self._steady()
        left = self._guard.locked(username, address, at=began)
        if left:
            return None, _locked(left), ""
        try:
            verdict = await self._judged(username, password, address)
        except DirectoryUnavailable:
            return None, LATER, ""
        if verdict[0] is None and verdict[1].code == WRONG.code:
            wait = self._guard.failed(username, address, at=self._steady())
            await asyncio.sleep(max(0.0, began + wait - self._steady()))
        return verdict

    async def _judged(self, username: str, password: str, address: str) -> Verdict:
        user, now = self._users.user(username), self._clock.now()
        if user is None or user.revoked:
            return None, WRONG, ""
        digest = hmac.digest(self._key, password.encode(), "sha256")
        secret = self._recognised(user, now, digest)
        if secret is None:
            if len(self._under_way) >= _WAITING:
                return None, LATER, ""
            secret = await self._once(user, password, digest, now=now)
        if secret is None:
            return None, WRONG, ""
        if not secret.lives(now):
            return None, _expired(user, secret), ""
        self._keep(secret.hash, digest)
        self._guard.succeeded(username, address)
        self._used[user.name, secret.number] = (now, address)
        return user.name, WELCOME, secret.hash

    def _recognised(self, user: User, now: datetime, digest: bytes) -> Secret | None:
        for secret in user.live(now):
            known = self._known.get(secret.hash)
            if known is not None and hmac.compare_digest(known, digest):
                return secret
        return None

    async def _once(self, user: User, password: str, digest: bytes, *, now: datetime) -> Secret | None:
        """Compare by hash; a client that opens many connections at once with one password makes it be hashed once."""
        key = (user.name, digest)
        if key not in self._under_way:
            task = asyncio.get_running_loop().create_task(self._hashed(user, password, now=now))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(self._under_way[key])

    async def _hashed(self, user: User, password: str, *, now: datetime) -> Secret | None:
        """The password that this is, compared by its hash in a thread: one that lives, else one that ended."""
        unknown = [secret for secret in user.live(now) if secret.hash not in self._known]
        ended = [secret for secret in user.secrets if not secret.lives(now)][-2:]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, _first_right, [*unknown, *ended], password)

    def _keep(self, hashed: str, digest: bytes) -> None:
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[hashed] = digest

    def flush(self) -> None:
        """Write down when each password was last used, and from where. What cannot be written now is tried again."""
        used, self._used = self._used, {}
        for (name, number), (at, address) in used.items():
            try:
                self._users.used(name, number, at=at, address=address)
            except DatabaseUnavailable:
                self._used.setdefault((name, number), (at, address))

    def close(self) -> None:
        """Write down what is left, and end the threads."""
        self.flush()
        self._workers.shutdown(wait=False, cancel_futures=True)


def _first_right(candidates: list[Secret], password: str) -> Secret | None:
    return next((secret for secret in candidates if relay_passwords.right(secret.hash, password)), None)


def _locked(seconds: float) -> Reply:
    minutes = max(1, round(seconds / 60))
    return Reply(code=454, enhanced="4.7.0", text=f"Too many wrong passwords: try again in {minutes} min")


def _expired(user: User, secret: Secret) -> Reply:
    when = secret.expires.strftime("%Y-%m-%d") if secret.expires else ""
    return Reply(
        code=535,
        enhanced="5.7.8",
        text=f"This password ended on {when}. Its operator makes another: mailstrata relay user rotate {user.name}",
    )
