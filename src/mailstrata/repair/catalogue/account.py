"""The fixes of the account: pause, sandbox, quota, events, and the suppression list."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import Remedy

MENDS = (
    "align-identity",
    "ask-aws-about-address",
    "ask-recipient-admin",
    "change-message",
    "clear-domain-name",
    "correct-sender",
    "enable-dkim",
    "mend-authentication",
    "publish-records",
    "set-mail-from-again",
)
"""What mends a refusal that makes an entry: taken off before, the next bounce puts it back (facts.md B5)."""

FIXES: Mapping[str, Remedy] = {
    "remove-suppression": Remedy(
        title="take the recipient off SES's suppression list",
        automatic=True,
        minutes=1,
        after=MENDS,
        steps=("make sure that the mailbox exists", "write the entry down in the ledger", "delete it from the list"),
        iam=("ses:GetEmailAddressInsights", "ses:GetSuppressedDestination", "ses:DeleteSuppressedDestination"),
        verify="SES no longer knows an entry for the address",
        undo="put the entry back (ses:PutSuppressedDestination); its date becomes that day",
    ),
    "resume-sending": Remedy(
        title="turn sending on again",
        minutes=2,
        steps=("find out who turned it off, and why", "aws sesv2 put-account-sending-attributes --sending-enabled"),
        iam=("ses:PutAccountSendingAttributes",),
        verify="SES reports sending enabled",
        undo="the same call with --no-sending-enabled",
    ),
    "ask-recipient-consent": Remedy(
        title="ask the recipient, by another way, whether they want the mail",
        minutes=10,
        wait="days",
        steps=("ask", "only on a yes take the entry off the list: it was made by their complaint"),
        iam=("ses:DeleteSuppressedDestination",),
        verify="SES no longer knows an entry for the address",
        undo="put the entry back",
    ),
    "request-production": Remedy(
        title="ask AWS to move the account out of the sandbox",
        minutes=15,
        wait="usually 24 hours",
        steps=("SES console, Account dashboard, Request production access: say what you send and to whom",),
        iam=("ses:PutAccountDetails",),
        verify="SES reports production access",
    ),
    "appeal-pause": Remedy(
        title="answer AWS's case about the pause",
        minutes=30,
        wait="days",
        steps=("read the mail to the account's address", "put right what it names", "answer in the support case"),
        verify="SES reports sending enabled",
    ),
    "wait-for-quota": Remedy(
        title="wait until the 24-hour quota has room, or ask for more",
        minutes=0,
        wait="up to 24 hours",
        steps=("the quota counts recipients over the last 24 hours",),
        verify="fewer sends in 24 hours than the quota",
    ),
    "record-events": Remedy(
        title="have SES's events recorded",
        cost="free for EventBridge and SNS; VDM about 0.07 USD per 1,000 mails",
        minutes=10,
        steps=("a configuration set with an event destination, as the identity's default", "or turn on VDM"),
        iam=("ses:CreateConfigurationSet", "ses:CreateConfigurationSetEventDestination"),
        verify="the next send leaves an event",
        undo="detach the configuration set from the identity",
    ),
    "use-own-suppression": Remedy(
        title="turn the account's own suppression list on for bounces, so that it overrides SES's shared one",
        automatic=True,
        minutes=1,
        steps=(
            "make sure that the mailbox exists",
            "write down in the ledger for which reasons the list is on",
            "turn it on for bounces as well",
        ),
        iam=("ses:GetEmailAddressInsights", "ses:GetAccount", "ses:PutAccountSuppressionAttributes"),
        verify="SES reports that the account's list is on for bounces",
        undo="aws sesv2 put-account-suppression-attributes with the reasons that the ledger names",
    ),
    "end-review": Remedy(
        title="do what AWS's review asks for",
        minutes=60,
        wait="until the review ends, usually weeks",
        steps=(
            "read AWS's mail to the account's address: it names the rate and the day",
            "send only to people who asked for it; take bounced and complaining addresses off every list",
            "tell AWS in the case what was changed",
        ),
        verify="SES reports the enforcement status HEALTHY",
    ),
    "ask-for-rate": Remedy(
        title="ask AWS for a higher sending rate",
        who="aws",
        minutes=10,
        wait="a day or two",
        steps=("AWS console, Service Quotas, Amazon Simple Email Service, Sending rate, in this region",),
        verify="SES reports the new rate (aws sesv2 get-account)",
    ),
}
"""By their ids."""
