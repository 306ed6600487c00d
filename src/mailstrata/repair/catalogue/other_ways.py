"""The fixes that mend nothing but go round it: the other ways to send, when the relay is broken."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import LOGIN, Remedy

FIXES: Mapping[str, Remedy] = {
    "use-console-credentials": Remedy(
        title="or: make SMTP credentials in the SES console, in the region of the host",
        minutes=5,
        steps=(
            "SES console of that region, SMTP settings, Create SMTP credentials: a new IAM user with a key of its own",
            "the downloaded file holds username and password, already derived; type both into Gmail",
        ),
        iam=("iam:CreateUser", "iam:CreateGroup", "iam:PutGroupPolicy", "iam:AddUserToGroup", "iam:CreateAccessKey"),
        verify=LOGIN,
        undo="delete the new IAM user",
    ),
    "use-own-relay": Remedy(
        title="or: let Gmail log in at a relay of your own, which sends by the SES API (mailstrata relay)",
        cost="a small server with a public name and certificate",
        minutes=45,
        steps=(
            "docs/tasks/let-gmail-send-through-your-own-relay.md: host name, certificate, [relay] in the setup",
            "mailstrata relay user add prints what to type into Gmail; no IAM key is behind that password any more",
            "mailstrata relay doctor says what Gmail will see, before Gmail sees it",
        ),
        iam=("ses:SendEmail", "ses:SendRawEmail", "ses:GetAccount"),
        verify="relay doctor finds nothing, and a mail from the alias arrives",
        undo="put SES's host, username and password back",
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
"""By their ids."""
