"""The fixes of the relay: the credential, the alias in Gmail, the endpoint, the permission to send."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import LOGIN, Remedy

FIXES: Mapping[str, Remedy] = {
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
        verify=LOGIN,
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
        verify=LOGIN,
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
    "wait-for-gmail": Remedy(
        title="wait until Gmail's 24 hours have room; send what goes to many by another way",
        minutes=0,
        wait="up to 24 hours",
        steps=(
            "Gmail counts the mails of the last 24 hours, of all aliases together: 500, at Google Workspace 2,000",
            "what came back was not sent: send it again then",
        ),
        verify="a mail sent from the account does not come back",
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
        verify=LOGIN,
    ),
    "recreate-key-in-account": Remedy(
        title="make SMTP credentials in the account that holds the identity",
        minutes=10,
        steps=("create a user and a key in this account", "store its secret; derive the password; log in"),
        iam=("iam:CreateUser", "iam:CreateAccessKey", "iam:PutUserPolicy"),
        verify=LOGIN,
    ),
    "store-credential": Remedy(
        title="tell mailstrata where the credential is kept",
        minutes=2,
        steps=('secret = "aws:NAME" (or file:, keyring:, age:, env:) under the alias in mailstrata.toml',),
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
    "open-ses": Remedy(
        title="open SES in the region of the endpoint",
        minutes=10,
        wait="minutes; the domain has to be verified there as well",
        steps=("open the SES console in that region once, and follow its first steps", "verify the domain there"),
        iam=("ses:CreateEmailIdentity",),
        verify=LOGIN,
    ),
}
"""By their ids."""
