"""Every fix there is, as data: who can do it, what it costs, how it is verified and undone.

A finding names the fixes that help it by id; `repair.plan` puts them in order. To add one: an entry in ``CATALOGUE``, and an
applier in `repair.appliers` when a machine can do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A fix before it has a rank. ``after`` names fixes that must stand before it wherever both are wanted."""

    title: str
    who: str = "you"
    automatic: bool = False
    safe: bool = True
    cost: str = "free"
    minutes: int = 5
    wait: str = "at once"
    after: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    iam: tuple[str, ...] = ()
    verify: str = ""
    undo: str = ""


_LOGIN = "a real login at the SMTP endpoint is answered 235"

CATALOGUE: Mapping[str, Remedy] = {
    "rederive-password": Remedy(
        title="derive the SMTP password anew from the stored secret, for the right region",
        automatic=True,
        minutes=1,
        steps=(
            "read the stored secret",
            "derive the password for the region of the host",
            "log in with it",
            "store it",
        ),
        iam=("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        verify=_LOGIN,
        undo="the stored password before it is kept as the previous version",
    ),
    "rotate-credentials": Remedy(
        title="make a new key for the SMTP user, derive its password, test it and store it",
        automatic=True,
        minutes=1,
        steps=(
            "create a second access key; the old one is not touched",
            "store its secret at once: AWS shows it only now",
            "derive the SMTP password for the region of the host",
            "log in with it until the answer is 235 (seconds; at most 2 minutes)",
        ),
        iam=("iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey", "secretsmanager:PutSecretValue"),
        verify=_LOGIN,
        undo="delete the new key; the stored credential before it is kept as the previous version",
    ),
    "retype-in-gmail": Remedy(
        title="type the stored username and password into Gmail's alias",
        minutes=3,
        after=("rederive-password", "rotate-credentials", "recreate-key-in-account"),
        steps=(
            "Gmail, Settings, See all settings, Accounts and Import, Send mail as: edit info",
            "SMTP server: the host of the region; port 587; Secured connection using TLS",
            "Username: the access key id (it changes with the key)",
            "Password: the stored one; Gmail logs in when you save",
            "then write the new username into mailstrata.toml",
        ),
        verify="a mail sent through the alias is delivered, and no new bounce says 535",
        undo="nothing to undo: the old password did not work",
    ),
    "remove-suppression": Remedy(
        title="take the recipient off SES's suppression list",
        automatic=True,
        minutes=1,
        steps=("make sure that the mailbox exists", "write the entry down in the ledger", "delete it from the list"),
        iam=("ses:GetEmailAddressInsights", "ses:GetSuppressedDestination", "ses:DeleteSuppressedDestination"),
        verify="SES no longer knows an entry for the address",
        undo="put the entry back (ses:PutSuppressedDestination); its date becomes that day",
    ),
    "enable-dkim": Remedy(
        title="turn DKIM signing on for the identity",
        automatic=True,
        minutes=1,
        steps=("turn signing on",),
        iam=("ses:PutEmailIdentityDkimAttributes",),
        verify="SES reports that signing is on",
        undo="turn signing off again",
    ),
    "publish-records": Remedy(
        title="publish the wanted DNS records in Route 53",
        automatic=True,
        minutes=1,
        wait="until the records' time to live has run out, usually 5 to 15 minutes",
        steps=(
            "write the records that stand there into the ledger",
            "publish all in one atomic change",
            "ask for them anew",
        ),
        iam=("route53:ListHostedZonesByName", "route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets"),
        verify="the zone's own name servers answer with the wanted records",
        undo="publish the records that stood there before; the ledger has them",
    ),
    "correct-alias-host": Remedy(
        title="correct the SMTP server in Gmail's alias",
        minutes=3,
        steps=("use email-smtp.REGION.amazonaws.com itself, never a name of your own: Gmail verifies the certificate",),
        verify="Gmail saves the alias, and a mail through it is delivered",
    ),
    "correct-alias-port": Remedy(
        title="correct port and security in Gmail's alias",
        minutes=3,
        steps=("port 587 with TLS, or port 465 with SSL",),
        verify="Gmail saves the alias, and a mail through it is delivered",
    ),
    "use-other-port": Remedy(
        title="use another of SES's ports",
        minutes=3,
        steps=("587, 2587 or 25 with STARTTLS; 465 or 2465 with TLS from the start",),
        verify="the endpoint answers on that port",
    ),
    "mend-endpoint-path": Remedy(
        title="have the way to SES's SMTP endpoint opened",
        minutes=15,
        steps=("find what blocks the port: a firewall, the provider, a VPC without an endpoint",),
        verify="the endpoint's banner arrives",
    ),
    "give-key-id": Remedy(
        title="use the access key id as the username",
        minutes=3,
        steps=("the SMTP username is the access key id (AKIA…), not the IAM user's name",),
        verify=_LOGIN,
    ),
    "recreate-key-in-account": Remedy(
        title="make SMTP credentials in the account that holds the identity",
        minutes=10,
        steps=("create a user and a key in this account", "store its secret; derive the password; log in"),
        iam=("iam:CreateUser", "iam:CreateAccessKey", "iam:PutUserPolicy"),
        verify=_LOGIN,
    ),
    "store-credential": Remedy(
        title="tell mailstrata where the credential is kept",
        minutes=2,
        steps=('secret = "aws:NAME" (or file:, env:) under the alias in mailstrata.toml',),
        verify="the diagnosis tests the login itself",
    ),
    "allow-send": Remedy(
        title="allow the SMTP user to send",
        minutes=5,
        steps=("allow ses:SendRawEmail on * with a StringLike condition on ses:FromAddress",),
        iam=("iam:PutUserPolicy",),
        verify="a test message to SES's simulator is accepted after DATA",
        undo="remove the policy again",
    ),
    "verify-identity": Remedy(
        title="make the domain an identity of SES in this region",
        minutes=10,
        wait="minutes after the records are published; SES gives up after 72 hours",
        steps=("create the identity with Easy DKIM", "publish its three CNAME records"),
        iam=("ses:CreateEmailIdentity",),
        verify="SES reports the identity verified",
        undo="delete the identity",
    ),
    "use-identity-region": Remedy(
        title="send through the region in which the domain is verified",
        minutes=5,
        steps=("change the host in Gmail to that region's; the password must be derived for it as well",),
        verify="a mail is accepted after DATA",
    ),
    "wait-for-ses": Remedy(
        title="let SES look again",
        who="aws",
        minutes=0,
        wait="SES looks again by itself, usually within the hour",
        steps=("change nothing meanwhile: the records are right",),
        verify="SES reports the status SUCCESS",
    ),
    "delegate-zone": Remedy(
        title="point the domain's delegation at the zone that you edit",
        minutes=10,
        wait="until the old delegation's time to live has run out, up to 2 days",
        steps=("at the registrar, enter the name servers of the hosted zone", "or edit the zone that is delegated to"),
        verify="the public delegation names the zone's servers",
    ),
    "repair-nameserver": Remedy(
        title="mend or drop the name server that fails",
        minutes=20,
        steps=("have its operator serve the zone, or take it out of the delegation",),
        verify="each delegated server answers with authority",
    ),
    "publish-own-dkim-key": Remedy(
        title="publish the public half of your own DKIM key",
        minutes=10,
        wait="minutes to an hour",
        steps=(
            "derive the public key from the private one",
            "publish it as TXT p=… at SELECTOR._domainkey of the domain",
        ),
        verify="SES reports DKIM SUCCESS",
        undo="delete the TXT record",
    ),
    "set-mail-from-again": Remedy(
        title="set the MAIL FROM domain once more, so that SES looks again",
        minutes=2,
        wait="minutes to hours",
        steps=("aws sesv2 put-email-identity-mail-from-attributes with the same domain and behaviour",),
        iam=("ses:PutEmailIdentityMailFromAttributes",),
        verify="SES reports the MAIL FROM status SUCCESS",
        undo="the same call with the former values",
    ),
    "align-identity": Remedy(
        title="verify the domain of the author itself, with Easy DKIM",
        minutes=15,
        wait="minutes after the records are published; SES gives up after 72 hours",
        steps=(
            "create an identity for the domain (or subdomain) that stands in From",
            "publish its three CNAME records",
            "delete an address identity that overrides the domain's",
        ),
        iam=("ses:CreateEmailIdentity", "ses:DeleteEmailIdentity"),
        verify="DKIM's d= or the MAIL FROM aligns with the author's domain",
        undo="delete the identity",
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
    "open-ses": Remedy(
        title="open SES in the region of the endpoint",
        minutes=10,
        wait="minutes; the domain has to be verified there as well",
        steps=("open the SES console in that region once, and follow its first steps", "verify the domain there"),
        iam=("ses:CreateEmailIdentity",),
        verify=_LOGIN,
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
    "ask-for-ndr": Remedy(
        title="ask for the refusal itself: the NDR, or the recipient's message trace",
        who="recipient",
        minutes=5,
        wait="a day or two",
        steps=(
            "look for a mail from a mailer-daemon of that day, and give it to `mailstrata diagnose --bounce FILE`",
            "or ask the recipient's administrator for the message trace of that day: sender, recipient, time",
        ),
        verify="the refusal's code is known",
    ),
    "correct-recipient": Remedy(
        title="correct the recipient's address",
        minutes=2,
        steps=("ask the recipient by another way for the right address",),
        verify="the domain takes mail",
    ),
    "ask-recipient-admin": Remedy(
        title="tell the recipient's administrator",
        who="recipient",
        minutes=10,
        wait="days",
        steps=("say what was tried, when, and what answered", "only they can change it"),
        verify="the next mail is delivered",
    ),
    "look-up-message-trace": Remedy(
        title="have the recipient's administrator look up the message",
        who="recipient",
        minutes=10,
        wait="a day or two",
        steps=("give them the message id, the time and the sending host",),
        verify="they know where the mail went",
    ),
    "use-console-credentials": Remedy(
        title="or: make SMTP credentials in the SES console, in the region of the host",
        minutes=5,
        steps=(
            "SES console of that region, SMTP settings, Create SMTP credentials: a new IAM user with a key of its own",
            "the downloaded file holds username and password, already derived; type both into Gmail",
        ),
        iam=("iam:CreateUser", "iam:CreateGroup", "iam:PutGroupPolicy", "iam:AddUserToGroup", "iam:CreateAccessKey"),
        verify=_LOGIN,
        undo="delete the new IAM user",
    ),
    "send-by-api": Remedy(
        title="or: send by the SES API, from a program and not from Gmail",
        minutes=30,
        steps=("Gmail speaks SMTP only: this is for mail that a program can send",),
        iam=("ses:SendEmail",),
        verify="the API answers with a message id, and the recipient has the mail",
    ),
    "use-gmail-app-password": Remedy(
        title="or: let Gmail's own server send the alias (smtp.gmail.com with an app password)",
        minutes=10,
        safe=False,
        steps=(
            "turn 2-step verification on; make an app password (16 letters, typed without spaces)",
            "in the alias: smtp.gmail.com, port 587, TLS, your own Gmail address, the app password",
        ),
        verify="a mail to another provider arrives, and not in spam",
        undo="put SES's host, username and password back",
    ),
    "use-mailbox-provider": Remedy(
        title="or: a mailbox of the domain at Google Workspace or another provider",
        cost="a monthly fee for each mailbox",
        minutes=60,
        wait="until the old MX's time to live has run out, up to a day",
        steps=("open the mailbox, prove the domain, move MX, SPF and DKIM as the provider says",),
        verify="mail arrives there and leaves from there",
        undo="put the MX records back",
    ),
}
"""Every fix by its id."""
