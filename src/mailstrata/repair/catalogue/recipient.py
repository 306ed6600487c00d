"""The fixes at the recipient: what they, their administrator or the address must change."""

from __future__ import annotations

from collections.abc import Mapping

from mailstrata.repair.catalogue.remedy import Remedy

FIXES: Mapping[str, Remedy] = {
    "ask-for-ndr": Remedy(
        title="ask for the refusal itself: the NDR, or the recipient's message trace",
        who="recipient",
        minutes=5,
        wait="a day or two",
        steps=(
            "look for a mail from a mailer-daemon of that day, and give it to `mailstrata diagnose --bounce FILE`",
            "or send the recipient's administrator the letter that asks for it (mailstrata diagnose --letter)",
        ),
        verify="the refusal's code is known",
    ),
    "correct-recipient": Remedy(
        title="correct the recipient's address",
        minutes=2,
        steps=(
            "compare it letter by letter with an address that the person wrote themselves",
            "ask the recipient by another way for the right one; take the wrong one off your lists",
        ),
        verify="a mail to the corrected address is delivered",
    ),
    "ask-recipient-admin": Remedy(
        title="tell the recipient's administrator",
        who="recipient",
        minutes=10,
        wait="days",
        steps=(
            "send them the letter (mailstrata diagnose --letter prints it), and not to the domain that refuses you",
        ),
        verify="the next mail is delivered",
    ),
    "make-room": Remedy(
        title="have the recipient make room, then send again",
        who="recipient",
        minutes=5,
        wait="days",
        steps=(
            "tell the recipient by another way that the mailbox is full",
            "then send again; a mailbox that stays full for weeks is one that nobody reads",
        ),
        verify="the next mail is delivered",
    ),
    "relax-tls": Remedy(
        title="or let this mail go without TLS, where your own settings insist on it",
        minutes=5,
        safe=False,
        steps=(
            "aws sesv2 get-configuration-set: with TlsPolicy REQUIRE SES bounces what it cannot send by TLS",
            "aws sesv2 put-configuration-set-delivery-options with OPTIONAL: such mail then crosses the network in clear",
        ),
        iam=("ses:PutConfigurationSetDeliveryOptions",),
        verify="the next mail is delivered",
        undo="the same call with REQUIRE",
    ),
    "correct-sender": Remedy(
        title="correct the sender that the answer names",
        minutes=5,
        steps=(
            "look at the address and domain in the answer: it may have a typing error, or take no mail itself",
            "send from an address of the domain that exists and can be answered",
        ),
        verify="the next mail is delivered",
    ),
    "mend-authentication": Remedy(
        title="find the way on which SPF and DKIM are lost",
        minutes=20,
        steps=(
            "see where the refused mail was sent: only mail through SES is signed as your domain; a web server, a printer "
            "or a mailing service that writes in its name needs its own SPF and DKIM",
            "see who refused: a server that the recipient forwards to gets the mail from another address",
            "send one to a mailbox that shows headers (Gmail: Show original) and read Authentication-Results",
        ),
        verify="Authentication-Results at the recipient says dmarc=pass",
    ),
    "clear-domain-name": Remedy(
        title="clear your domain's name with the list that the answer names",
        minutes=30,
        wait="days",
        steps=(
            "find out what was sent in the domain's name: SES's events, DMARC reports, a form on the web site",
            "end it; take addresses that bounce or complain off every list",
            "then ask for removal at the address that the answer names",
        ),
        verify="the list no longer has the domain, and the next mail is delivered",
    ),
    "change-message": Remedy(
        title="change what the answer objects to, and send again",
        minutes=10,
        steps=(
            "attachment: send a link to it instead; link: leave it out or write out the domain; size: make it smaller",
            "called spam: plain words, a real subject, no shortened links, no picture in place of text",
            "malformed: the answer names the header; mend the program that wrote it",
        ),
        verify="the changed mail is delivered",
    ),
    "send-again-later": Remedy(
        title="wait, and send again",
        minutes=1,
        wait="hours",
        steps=("send it again once, some hours later; it may leave from another of SES's addresses",),
        verify="the mail is delivered",
    ),
    "let-ses-try": Remedy(
        title="let SES try on",
        minutes=1,
        wait="minutes to hours",
        steps=("SES tries again by itself, for up to 14 hours: send nothing twice",),
        verify="the mail is delivered",
    ),
    "send-once-more": Remedy(
        title="send the mail once more",
        minutes=1,
        steps=("what stood in its way is gone by now: send it again, once",),
        verify="the mail is delivered",
    ),
    "send-slower": Remedy(
        title="send more slowly",
        minutes=15,
        steps=(
            "let the program send fewer mails a second and hold fewer connections; what was refused it tries again after "
            "5, 10, 30 seconds, then 20 minutes",
            "to one provider a few mails a minute at first, more when none is refused",
        ),
        verify="no answer speaks of rate or volume any more",
    ),
    "ask-aws-about-address": Remedy(
        title="have AWS see to the address that is refused",
        who="aws",
        minutes=10,
        wait="days",
        steps=(
            "only worth it when sending again some hours later failed as well",
            "open a case in AWS's support centre, about Simple Email Service, with the letter (mailstrata diagnose --letter)",
            "if your mail must not depend on others: dedicated addresses (SES, Dedicated IPs), which cost extra",
        ),
        verify="the next mail to that provider is delivered",
    ),
}
"""By their ids."""
