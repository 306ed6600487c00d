"""The checks: one fault to a file, named after the fault, its docstring the page that ``mailstrata explain`` prints.

    CHECKS                      # every check, in the order of the strata and, within one, of the way a mail takes
    of(Stratum.IDENTITY)        # those of one stratum; only they are imported

To add one: a module here, its line in ``NAMES``, and its page in tests/pages. A check is imported when it is asked for: a look
at a domain alone needs neither the tables of bounces nor the checks of recipients.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from mailstrata.model.finding import Stratum

if TYPE_CHECKING:
    from mailstrata.diagnosis.engine import Check

    CHECKS: tuple[Check, ...]
    """Every check."""

NAMES: Mapping[Stratum, tuple[str, ...]] = {
    Stratum.RELAY: (
        "gmail_limit_reached",
        "alias_host_wrong",
        "alias_port_wrong",
        "endpoint_unreachable",
        "endpoint_tls_invalid",
        "username_not_a_key_id",
        "key_temporary",
        "key_of_another_account",
        "key_absent",
        "key_inactive",
        "password_malformed",
        "password_is_the_secret",
        "password_wrong_region",
        "password_wrong_derivation",
        "password_legacy",
        "account_not_subscribed",
        "login_refused",
        "send_not_authorized",
    ),
    Stratum.IDENTITY: (
        "nameserver_failing",
        "zone_not_authoritative",
        "published_differs_from_route53",
        "identity_absent",
        "identity_in_other_region",
        "identity_unverified",
        "address_identity_shadows_domain",
        "dkim_disabled",
        "dkim_record_absent",
        "dkim_record_differs",
        "dkim_failed",
        "dkim_key_weak",
        "mail_from_absent",
        "mail_from_failed",
        "mail_from_is_cname",
        "mail_from_mx_wrong",
        "mail_from_spf_absent",
        "spf_without_ses",
        "spf_multiple",
        "spf_malformed",
        "spf_too_many_lookups",
        "spf_without_provider",
        "dmarc_absent",
        "dmarc_multiple",
        "dmarc_malformed",
        "dmarc_unaligned",
        "dmarc_report_unauthorized",
    ),
    Stratum.ACCOUNT: (
        "account_sandboxed",
        "account_paused",
        "account_on_probation",
        "quota_exhausted",
        "rate_exceeded",
        "recipient_suppressed",
        "recipient_globally_suppressed",
        "suppression_hides_cause",
        "events_unrecorded",
    ),
    Stratum.RECIPIENT: (
        "recipient_domain_absent",
        "recipient_accepts_no_mail",
        "recipient_mx_failing",
        "recipient_unknown",
        "recipient_full",
        "recipient_refuses_policy",
        "recipient_refuses_authentication",
        "recipient_refuses_reputation",
        "recipient_refuses_content",
        "recipient_delays",
        "recipient_silent",
    ),
}
"""The modules of each stratum."""


def of(stratum: Stratum) -> tuple[Check, ...]:
    """The checks of one stratum, in their order."""
    return tuple(cast("Check", import_module(f"{__name__}.{name}")) for name in NAMES[stratum])


def __getattr__(name: str) -> tuple[Check, ...]:
    if name != "CHECKS":
        raise AttributeError(name)
    globals()["CHECKS"] = found = tuple(check for stratum in NAMES for check in of(stratum))
    return found
