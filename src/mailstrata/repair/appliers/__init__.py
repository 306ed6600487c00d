"""Carries out the automatic fixes: each step written down before it is done, and the whole proven by looking again.

    async for step in apply("remove-suppression", finding, setup, tools):
        ...                      # Step(text="…", done=True)

An applier is an asynchronous generator of steps over the Protocols of `model.ports`. It refuses (exit status 4) rather than
go on when a step's precondition does not hold, and says what was done and what was not. Secrets pass through it
but into nothing that it says.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.appliers import account, identity, records, relay
from mailstrata.repair.appliers.applying import Applier, Step, Tools

APPLIERS: Mapping[str, Applier] = {
    "rederive-password": relay.rederive_password,
    "rotate-credentials": relay.rotate_credentials,
    "remove-suppression": account.remove_suppression,
    "use-own-suppression": account.use_own_suppression,
    "enable-dkim": identity.enable_dkim,
    "publish-records": records.publish_records,
    "replace-mail-from-cname": records.replace_mail_from_cname,
    "renew-dkim": identity.renew_dkim,
    "set-mail-from": identity.set_mail_from,
    "set-mail-from-again": identity.set_mail_from_again,
    "copy-domain-settings": identity.copy_domain_settings,
}
"""The fixes that a machine can carry out; exactly the automatic ones of the catalogue."""

__all__ = ["APPLIERS", "Step", "Tools"]
