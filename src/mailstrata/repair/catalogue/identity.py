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
}
"""By their ids."""
