"""The way out of the relay, put together: ledger, pace, SES, delivery and spool, opened and closed in the right order.

async with opened(Outlet(ledger="relay.sqlite3", regions=(Region(name="us-east-1"),))) as way:
    reply = await way.delivery.deliver(offer)
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from mailstrata.adapters.aws import Aws
from mailstrata.adapters.clock import SystemClock
from mailstrata.adapters.http_pool import Patience
from mailstrata.adapters.relay_database import Database
from mailstrata.adapters.relay_database import opened as opened_database
from mailstrata.adapters.relay_delivery import RelayDelivery
from mailstrata.adapters.relay_dispatch import Dispatch, Habits
from mailstrata.adapters.relay_ledger import RelayLedger
from mailstrata.adapters.relay_spool import LEASE, Spool
from mailstrata.adapters.send_pace import SendPace
from mailstrata.adapters.ses_keys import KeyChain
from mailstrata.adapters.ses_sender import Region, SesSender
from mailstrata.model.setup import Network
from mailstrata.relay.pacer import Pacer

log = logging.getLogger("mailstrata.relay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """How mails leave. ``network`` has the profile and the authorities; ``share`` is this process's part of the rate."""

    ledger: str
    """A path, or a ``postgresql:`` URL."""
    regions: tuple[Region, ...]
    """In the order of preference."""
    habits: Habits = field(default_factory=Habits)
    network: Network = field(default_factory=Network)
    rate: float = 0.0
    """Recipients a second; 0: as the account allows, asked of SES."""
    share: float = 1.0
    connections: int = 256
    patience: Patience = field(default_factory=Patience)
    lease: int = LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An open way out. The sender and the pace are for campaigns too."""

    delivery: RelayDelivery
    sender: SesSender
    pace: SendPace
    base: Database


@contextlib.asynccontextmanager
async def opened(outlet: Outlet) -> AsyncIterator[Way]:
    """Open all of it. At the end mails under way get their outcome first. Raises ``Refusal`` for what cannot be opened."""
    async with contextlib.AsyncExitStack() as stack:
        base = opened_database(outlet.ledger)
        stack.callback(base.close)
        keys = KeyChain(profile=outlet.network.aws_profile)
        ca_file = outlet.network.ca_file
        sender = SesSender(outlet.regions, keys, ca_file=ca_file, limit=outlet.connections, patience=outlet.patience)
        stack.callback(sender.close)
        ledger = RelayLedger(base)
        ledger.start()
        stack.push_async_callback(ledger.stop)
        await keys.start()
        stack.push_async_callback(keys.stop)
        pace = _pace(outlet, stack)
        dispatch = Dispatch(ledger=ledger, sender=sender, pace=pace, habits=outlet.habits)
        spool = Spool(dispatch, lease=outlet.lease)
        spool.start()
        stack.push_async_callback(spool.stop)
        yield Way(delivery=RelayDelivery(dispatch, spool, keys), sender=sender, pace=pace, base=base)


def _pace(outlet: Outlet, stack: contextlib.AsyncExitStack) -> SendPace:
    pace = SendPace(Pacer(share=outlet.share))
    stack.callback(pace.stop)
    if outlet.rate:
        pace.limit(outlet.rate)
        return pace
    first = outlet.regions[0]
    network = Network(
        aws_endpoint=first.endpoint, aws_profile=outlet.network.aws_profile, ca_file=outlet.network.ca_file
    )
    aws = Aws(network, SystemClock(), region=first.name)
    stack.callback(aws.close)
    pace.watch(aws, first.name)
    return pace
