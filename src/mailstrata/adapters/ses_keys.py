"""The AWS credentials that the relay signs with: boto's ordinary chain, looked after beside the work and not in it.

    keys = KeyChain(profile="")
    await keys.start()                 # imports botocore, in a thread
    keys.current                       # Key(id="ASIA…"), at once
    await keys.renew(refused)          # after AWS refused one: what the chain says now

botocore renews temporary credentials 15 minutes before they end, when it is asked for them; here it is asked once a minute.
A key in a file that was exchanged is only read again by a new session, which ``renew`` makes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from mailstrata.adapters.ses_signature import Key

log = logging.getLogger("mailstrata.relay")

EACH = 60.0
"""Seconds between two looks at the chain."""
REST = 5.0
"""Seconds after a new session within which no further one is made."""


class KeyChain:
    """The credentials of boto's chain. ``current`` is ``None`` as long as there are none."""

    def __init__(self, *, profile: str = "", each: float = EACH, rest: float = REST) -> None:
        self.current: Key | None = None
        self._profile = profile
        self._each = each
        self._rest = rest
        self._chain: Any = None
        self._made = float("-inf")
        self._lock = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look for credentials, and keep them fresh until ``stop``."""
        await self._look(anew=True)
        self._watch = asyncio.create_task(self._watched())

    async def stop(self) -> None:
        """Look no more."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch

    async def renew(self, refused: Key | None) -> Key | None:
        """The key to use in place of ``refused``; the same one when the chain has no other. Many may ask at once."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self.current == refused and now - self._made > self._rest:
                await self._look(anew=True)
            return self.current

    async def _watched(self) -> None:
        while True:
            await asyncio.sleep(self._each)
            await self._look(anew=self.current is None)

    async def _look(self, *, anew: bool) -> None:
        if anew:
            self._made = asyncio.get_running_loop().time()
        try:
            self._chain, found = await asyncio.to_thread(_looked, None if anew else self._chain, self._profile)
        except Exception as error:  # noqa: BLE001 - each provider of the chain has errors of its own; the old key stays
            log.error("no AWS credentials to be had: %s", type(error).__name__)  # noqa: TRY400 - a trace could hold one
            return
        if found is None:
            log.error("there are no AWS credentials: `aws configure`, AWS_PROFILE, or a role for this machine")
        self.current = found


def _looked(chain: Any, profile: str) -> tuple[Any, Key | None]:
    from botocore.session import Session

    if chain is None:
        chain = Session(profile=profile or None).get_credentials()
    if chain is None:
        return None, None
    frozen = chain.get_frozen_credentials()
    return chain, Key(id=frozen.access_key, secret=frozen.secret_key, token=frozen.token or "")
