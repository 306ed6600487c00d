"""Every fix there is, as data, one module a layer: who can do it, what it costs, how it is verified and undone.

A finding names the fixes that help it by id; `repair.plan` puts them in order. To add one: an entry in ``FIXES`` of its
layer, and an applier in `repair.appliers` when a machine can do it.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue import account, identity, other_ways, recipient, relay
from mailstrata.repair.catalogue.remedy import Remedy

CATALOGUE: Mapping[str, Remedy] = {
    **relay.FIXES,
    **identity.FIXES,
    **account.FIXES,
    **recipient.FIXES,
    **other_ways.FIXES,
}
"""Every fix by its id."""

__all__ = ["CATALOGUE", "Remedy"]
