"""The fixes of the identity: SES's identity of the domain, its records, and its zone."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import Remedy

FIXES: Mapping[str, Remedy] = {
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
        automatic=True,
        minutes=1,
        wait="minutes to hours",
        steps=("set the same domain and behaviour once more",),
        iam=("ses:GetEmailIdentity", "ses:PutEmailIdentityMailFromAttributes"),
        verify="SES no longer reports the MAIL FROM domain as FAILED",
        undo="nothing to undo: the values are the same",
    ),
    "set-mail-from": Remedy(
        title="give the identity the custom MAIL FROM domain of the setup",
        automatic=True,
        minutes=1,
        wait="until SES has looked, minutes to hours",
        steps=(
            "make sure that the name is used for nothing else",
            "publish its MX and its SPF record in one change",
            "set it in SES; mail goes out as before while SES does not find it",
        ),
        iam=(
            "route53:ListResourceRecordSets",
            "route53:ChangeResourceRecordSets",
            "ses:PutEmailIdentityMailFromAttributes",
        ),
        verify="SES names it as the MAIL FROM domain",
        undo="set an empty MAIL FROM domain, and publish what stood there before; the ledger has it",
    ),
    "choose-mail-from": Remedy(
        title="choose a custom MAIL FROM domain",
        minutes=5,
        steps=(
            "take a subdomain that is used for nothing else, such as bounce.DOMAIN",
            "write it as mail_from under [domain] in mailstrata.toml; fix then sets it up",
        ),
        verify="the diagnosis offers set-mail-from",
    ),
    "replace-mail-from-cname": Remedy(
        title="put MX and SPF record in the place of the CNAME at the MAIL FROM domain",
        automatic=True,
        minutes=1,
        wait="until the CNAME's time to live has run out; then SES looks again",
        steps=(
            "make sure that it is the CNAME that was seen",
            "delete it and publish MX and TXT, all in one atomic change",
            "ask for them anew",
        ),
        iam=("route53:ListResourceRecordSets", "route53:ChangeResourceRecordSets"),
        verify="the MX is SES's feedback host",
        undo="publish the CNAME again; the ledger has it",
    ),
    "renew-dkim": Remedy(
        title="have SES make a new DKIM key of 2048 bits, and publish its records",
        automatic=True,
        minutes=2,
        wait="until SES has looked, minutes to hours",
        steps=(
            "make sure that the zone is in this account",
            "have SES make the key: it gives new tokens and looks for them",
            "publish their three CNAMEs in one change; those of before stay",
        ),
        iam=("ses:PutEmailIdentityDkimSigningAttributes", "route53:ChangeResourceRecordSets"),
        verify="SES reports DKIM SUCCESS",
        undo="none is needed: the records of before still stand; a key once replaced does not come back",
    ),
    "give-dkim-key-again": Remedy(
        title="give SES your own DKIM key once more, so that it looks again",
        minutes=10,
        wait="minutes to hours",
        steps=("aws sesv2 put-email-identity-dkim-signing-attributes with the same selector and private key",),
        iam=("ses:PutEmailIdentityDkimSigningAttributes",),
        verify="SES reports DKIM SUCCESS",
        undo="nothing to undo: the key is the same",
    ),
    "make-longer-own-key": Remedy(
        title="make your own DKIM key anew, with 2048 bits",
        minutes=15,
        wait="minutes to hours",
        steps=(
            "make a key of 2048 bits under a new selector, and publish its public half",
            "give it to SES; take the old selector's record away when no mail signed by it is on its way",
        ),
        iam=("ses:PutEmailIdentityDkimSigningAttributes",),
        verify="SES reports DKIM SUCCESS, and the published key is of 2048 bits",
        undo="give SES the old key again",
    ),
    "copy-domain-settings": Remedy(
        title="give the address's identity the settings of its domain",
        automatic=True,
        minutes=1,
        steps=(
            "write the address's own settings into the ledger",
            "set DKIM signing, MAIL FROM, configuration set and feedback as at the domain",
            "or, by hand: delete the address's identity, which its domain covers",
        ),
        iam=(
            "ses:GetEmailIdentity",
            "ses:PutEmailIdentityDkimAttributes",
            "ses:PutEmailIdentityMailFromAttributes",
            "ses:PutEmailIdentityConfigurationSetAttributes",
            "ses:PutEmailIdentityFeedbackAttributes",
        ),
        verify="SES reports the same settings for both",
        undo="set the former values again; the ledger has them",
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
}
"""By their ids."""
