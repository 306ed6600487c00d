"""Every text of the fact sheet (docs/facts.md A5, B5, C3, C4, D2, E) in the right layer, with the right owner and code.

The expectations are the sheet's own columns "meaning" and "fix by": S is ``you``, RA and RU the recipient, P and M whoever
runs the sending platform, which is AWS for SES's shared addresses.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.pasted import pasted

RELAY = """
421 Too many concurrent SMTP connections | relay | you |
421 Connection closed by server. Maximum message count per session reached. | relay | you |
421 Timeout waiting for data from client. | relay | you |
451 4.4.2 Timeout waiting for data from client. | relay | you |
451 Timeout waiting for data from client | relay | you |
451 Temporary service failure | relay | aws |
454 Temporary service failure | relay | aws |
454 Temporary authentication failure | relay | aws |
454 Throttling failure: Daily message quota exceeded | account | you | quota-exhausted
454 Throttling failure: Maximum sending rate exceeded | account | you | rate-exceeded
454 Throttling failure: Maximum SigV2 SMTP sending rate exceeded | account | you | rate-exceeded
501 Invalid MAIL FROM address provided | relay | you |
501 Invalid RCPT TO address provided | relay | you |
530 Authentication required | relay | you |
530 Must issue a STARTTLS command first | relay | you |
535 Authentication Credentials Invalid | relay | you | login-refused
535 Account not subscribed to SES | relay | you | account-not-subscribed
535 Signature Version 2 is deprecated for use with SES from March 26, 2021. From that date on, we are | relay | you | \
password-legacy
552 Message is too long. | relay | you |
553 <ann@dock.example> Invalid email address | relay | you |
553 <ann@dock.example> address unknown | relay | you |
554 Access denied: User `arn:aws:iam::123456789012:user/NAME' is not authorized to perform `ses:SendRawEmail' \
on resource `arn:aws:ses:us-east-1:123456789012:identity/x' | relay | you | send-not-authorized
554 Message rejected: Email address is not verified. The following identities failed the check in region \
EU-WEST-1: a@sailing.example, b@sailing.example | identity | you | identity-unverified
554 Message rejected: Email address is not verified. | identity | you | identity-unverified
554 Message rejected: Sending paused for this account. For more information, please check the inbox of the email \
address associated with your AWS account. | account | aws | account-paused
554 Transaction failed: Duplicate header 'DKIM-Signature'. | relay | you |
554 Transaction failed: Illegal header 'Old-Return-Path'. | relay | you |
554 Transaction failed: Missing final '@domain' | relay | you |
554 Transaction failed: Domain contains illegal character | relay | you |
554 Transaction failed: Expected disposition, got = | relay | you |
554 Transaction failed: Recipient count exceeds 50. | relay | you |
"""

SUPPRESSION = """
Amazon SES did not send the message to this address because it is on the suppression list for your account. For \
more information about removing addresses | account | you | recipient-suppressed
Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid \
address. | account | you | recipient-globally-suppressed
"""

GMAIL = """
550-5.7.26 This mail is unauthenticated, senders to authenticate with either SPF or DKIM - gsmtp | recipient | you | \
recipient-refuses-authentication
421-4.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp | recipient | you | \
recipient-refuses-authentication
550-5.7.26 Unauthenticated email from sailing.example is not accepted due to domain's DMARC policy. - gsmtp | \
recipient | you | recipient-refuses-authentication
550-5.7.26 The MAIL FROM domain [sailing.example] has an SPF record with a hard fail policy (-all) - gsmtp | \
recipient | you | recipient-refuses-authentication
550 5.7.1 This message fails to pass authentication checks - gsmtp | recipient | you | recipient-refuses-authentication
421 4.7.27 Gmail requires bulk senders to authenticate their email with SPF - gsmtp | recipient | you | \
recipient-refuses-authentication
550 5.7.30 Gmail requires bulk senders to authenticate with DKIM - gsmtp | recipient | you | recipient-refuses-authentication
421 4.7.32 From: header isn't aligned with either the authenticated SPF or DKIM - gsmtp | recipient | you | \
recipient-refuses-authentication
550-5.7.25 The IP address sending this message does not have a PTR record - gsmtp | recipient | aws | \
recipient-refuses-reputation
421 4.7.23 the sending IP address does not have a PTR record - gsmtp | recipient | aws | \
recipient-refuses-reputation
550 5.7.24 The SPF record of the sending domain has one or more suspicious entries - gsmtp | recipient | you | \
recipient-refuses-authentication
421-4.7.28 Our system has detected an unusual rate of unsolicited mail from your IP - gsmtp | recipient | you | recipient-delays
550 5.7.29 senders to use a TLS connection - gsmtp | recipient | aws |
421-4.7.0 due to the very low reputation of the sending domain - gsmtp | recipient | you | recipient-refuses-reputation
550-5.7.1 due to the very low reputation of the sending IP address - gsmtp | recipient | aws | recipient-refuses-reputation
550-5.7.1 Our system has detected that this message is likely unsolicited mail - gsmtp | recipient | you | \
recipient-refuses-content
550-5.7.1 This message is not RFC 5322 compliant - gsmtp | recipient | you | recipient-refuses-content
550-5.7.1 Messages missing a valid address in the From: header are not accepted - gsmtp | recipient | you | \
recipient-refuses-content
550-5.7.1 Messages missing a valid message-id are not accepted - gsmtp | recipient | you | recipient-refuses-content
552-5.7.0 Our system detected an illegal attachment on your message - gsmtp | recipient | you | recipient-refuses-content
552-5.7.0 This message was blocked because its content presents a potential security issue - gsmtp | recipient | you \
| recipient-refuses-content
550-5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail - gsmtp | \
recipient | recipient | recipient-refuses-policy
550-5.1.1 The email account that you tried to reach does not exist ?p=NoSuchUser - gsmtp | recipient | you | recipient-unknown
550-5.2.1 The email account that you tried to reach is disabled - gsmtp | recipient | recipient | \
recipient-unknown
550-5.2.1 The email account that you tried to reach is inactive - gsmtp | recipient | recipient | \
recipient-unknown
450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents - gsmtp | recipient | \
recipient | recipient-delays
550-5.2.1 prevents additional messages ?p=ReceivingRatePerm - gsmtp | recipient | recipient | recipient-delays
452-4.2.2 The email account that you tried to reach is over quota - gsmtp | recipient | recipient | recipient-full
552-5.2.2 The recipient's inbox is out of storage space - gsmtp | recipient | recipient | recipient-full
552-5.3.4 Your message exceeded Google's message size limits - gsmtp | recipient | you | recipient-refuses-content
552-5.2.3 Your message exceeded Google's message size limits - gsmtp | recipient | you | recipient-refuses-content
554 5.4.6 Message exceeded 50 hops - gsmtp | inbound | you | forwarder-loop
535-5.7.8 Username and Password not accepted ?p=BadCredentials - gsmtp | relay | you | login-refused
534-5.7.9 Application-specific password required - gsmtp | relay | you | login-refused
534-5.7.14 Please log in via your web browser - gsmtp | relay | you | login-refused
530-5.7.0 Authentication Required - gsmtp | relay | you |
550 5.4.5 Daily user sending limit exceeded - gsmtp | relay | you | gmail-limit-reached
"""

EXCHANGE = """
550 5.1.1 Bad destination mailbox address | recipient | you | recipient-unknown
550 5.1.1 RESOLVER.ADR.RecipNotFound; not found | recipient | you | recipient-unknown
550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup | recipient | you | recipient-unknown
550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors | \
recipient | you | recipient-unknown
550 5.4.1 All recipient addresses rejected : Access denied | recipient | you | recipient-unknown
550 5.4.1 Relay Access Denied | recipient | recipient | recipient-mx-failing
550 5.5.0 Requested action not taken: mailbox unavailable | recipient | you | recipient-unknown
550 5.7.504 [a@dock.example]: Recipient address rejected: Access denied | recipient | you | recipient-unknown
550 5.7.505 Access denied, banned recipient | recipient | you | recipient-refuses-policy
554 5.2.2 mailbox full | recipient | recipient | recipient-full
554 5.2.121 The sender has exceeded the per hour message receive limit | recipient | you | recipient-delays
554 5.2.122 The recipient has exceeded their per hour message receive limit | recipient | you | recipient-delays
432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded | recipient | recipient | recipient-delays
550 4.4.7 Message expired | recipient | recipient | recipient-mx-failing
550 5.4.300 Message expired | recipient | recipient | recipient-mx-failing
452 4.5.3 Too many recipients | recipient | you | recipient-delays
450 4.7.26 must pass either SPF or DKIM validation, this message is not signed | recipient | you | \
recipient-refuses-authentication
451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (AS761) | recipient | aws | recipient-delays
451 4.7.599 Access denied, please try again later | recipient | aws | recipient-delays
451 4.7.851 Access denied, please try again later | recipient | aws | recipient-delays
451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. (S775) | recipient | \
aws | recipient-delays
451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35 | recipient | recipient | recipient-delays
550 5.4.14 Hop count exceeded - possible mail loop | recipient | recipient | recipient-mx-failing
554 5.4.6 Routing loop detected | recipient | recipient | recipient-mx-failing
550 5.6.11 Invalid characters | recipient | you | recipient-refuses-content
550 5.7.1 Delivery not authorized | recipient | recipient | recipient-refuses-policy
550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy | recipient | recipient | \
recipient-refuses-policy
550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized | recipient | recipient | recipient-refuses-policy
550 5.7.1 Client was not authenticated | recipient | recipient | recipient-refuses-policy
550 5.7.1 Unable to relay | recipient | recipient | recipient-refuses-policy
550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since \
part of their network is on our block list (S3150). | recipient | aws | recipient-refuses-reputation
550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. (AS16012611) | recipient | aws | \
recipient-refuses-reputation
550 5.7.1 Service unavailable, MailFrom domain is listed in Spamhaus. (S8002) | recipient | you | recipient-refuses-reputation
550 5.7.1 Service unavailable, Helo domain is listed in Spamhaus. (S8001) | recipient | you | recipient-refuses-reputation
550 5.7.12 Sender was not authenticated by organization | recipient | recipient | recipient-refuses-policy
550 5.7.124 Sender not in allowed-senders list | recipient | recipient | recipient-refuses-policy
550 5.7.124 RESOLVER.RST.RestrictedToGroupPermission | recipient | recipient | recipient-refuses-policy
550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission | recipient | recipient | recipient-refuses-policy
550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup | recipient | recipient | recipient-refuses-policy
550 5.7.133 Sender not authenticated for group | recipient | recipient | recipient-refuses-policy
550 5.7.134 RESOLVER.RST.SenderNotAuthenticatedForMailbox | recipient | recipient | recipient-refuses-policy
550 5.7.136 Sender was not authenticated | recipient | recipient | recipient-refuses-policy
550 5.7.193 UnifiedGroupAgent; Delivery failed because the sender isn't a group member or external senders aren't \
permitted to send to this group. | recipient | recipient | recipient-refuses-policy
550 5.7.23 The message was rejected because of Sender Policy Framework violation | recipient | you | \
recipient-refuses-authentication
550 5.7.25 must have a reverse DNS record | recipient | aws | recipient-refuses-reputation
550 5.7.501 Access denied, spam abuse detected | recipient | you | recipient-refuses-reputation
550 5.7.502 Access denied, banned sender | recipient | you | recipient-refuses-reputation
550 5.7.503 Access denied, banned sender | recipient | you | recipient-refuses-reputation
550 5.7.506 Access Denied, Bad HELO | recipient | aws | recipient-refuses-reputation
550 5.7.507 Access denied, rejected by recipient | recipient | recipient | recipient-refuses-policy
550 5.7.509 Access denied, sending domain [SAILING.EXAMPLE] does not pass DMARC verification and has a DMARC policy of \
reject. | recipient | you | recipient-refuses-authentication
550 5.7.511 Access denied, banned sender | recipient | aws | recipient-refuses-reputation
550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant | recipient | you | recipient-refuses-content
550 5.7.513 Service unavailable, Client host [192.0.2.7] blocked by dock.example using Customer Block list \
(AS16012607) | recipient | recipient | recipient-refuses-reputation
550 5.7.515 Access denied, sending domain sailing.example does not meet the required authentication level. | \
recipient | you | recipient-refuses-authentication
550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit \
https://sender.office.com/ (AS16012609) | recipient | aws | recipient-refuses-reputation
550 5.7.649 Access denied, banned sending IP [192.0.2.7] | recipient | aws | recipient-refuses-reputation
550 5.7.703 Your message can't be delivered because messages to admin@sailing.example are blocked by your organization \
using Tenant Allow Block List. | recipient | recipient | recipient-refuses-policy
550 5.7.705 Access denied, tenant has exceeded threshold | recipient | you | recipient-refuses-reputation
550 5.7.708 Access denied, traffic not accepted from this IP | recipient | you | recipient-refuses-reputation
550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains | recipient | you | \
recipient-refuses-reputation
550 5.7.800 Access denied, banned sender | recipient | you | recipient-refuses-reputation
550 5.0.350 Requested action not taken: policy violation detected (AS345) | recipient | recipient | recipient-refuses-policy
550 5.7.901 Refused by a rule of ours | recipient | recipient | recipient-refuses-policy
"""

OTHERS = """
550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550 [id] | recipient \
| recipient | recipient-refuses-policy
550 Envelope blocked - User Entry | recipient | recipient | recipient-refuses-policy
550 Rejected by header based Anti-Spoofing policy: a@sailing.example | recipient | recipient | recipient-refuses-policy
550 Rejected by header based manually Blocked Senders: a@sailing.example | recipient | recipient | recipient-refuses-policy
550 Anti-Spoofing policy - Inbound not allowed | recipient | recipient | recipient-refuses-policy
550 DMARC Sender Invalid - envelope rejected | recipient | you | recipient-refuses-authentication
550 SPF Sender Invalid - envelope rejected | recipient | you | recipient-refuses-authentication
550 local CT IP reputation - (reject) | recipient | aws | recipient-refuses-reputation
554 Email rejected due to security policies - https://community.mimecast.com/ | recipient | you | recipient-refuses-content
451 Internal resources are temporarily unavailable - https://community.mimecast.com/ | recipient | recipient | recipient-delays
550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 | recipient | you | recipient-unknown
550 5.7.0 Email rejected per sender's DMARC policy | recipient | you | recipient-refuses-authentication
550 5.7.1 Service unavailable; client [192.0.2.7] blocked using prs.proofpoint.com | recipient | aws | \
recipient-refuses-reputation
550 5.7.1 Service unavailable; client [192.0.2.7] blocked using Cloudmark Sender Intelligence (Visit \
http://csi.cloudmark.com/reset-request/ ) | recipient | aws | recipient-refuses-reputation
554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7 | recipient | aws | recipient-refuses-reputation
550 5.1.1 <a@dock.example> User unknown | recipient | you | recipient-unknown
550 permanent failure for one or more recipients (a@dock.example:blocked) | recipient | recipient | recipient-refuses-policy
550 rejecting spoofed message | recipient | recipient | recipient-refuses-policy
554 rejected due to spam URL in content | recipient | you | recipient-refuses-content
554 rejecting banned content | recipient | you | recipient-refuses-content
450 cuda_nsu 4.7.1 <a@dock.example>: Recipient address rejected: Policy Rejection- Abuse. Go away. | recipient | \
recipient | recipient-refuses-policy
421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints | \
recipient | aws | recipient-delays
553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed | recipient | \
aws | recipient-refuses-reputation
553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list | recipient | \
aws | recipient-refuses-reputation
554 5.7.9 Message not accepted for policy reasons | recipient | you | recipient-refuses-content
554 Message not allowed - [PH01] Email not accepted for policy reasons | recipient | you | recipient-refuses-content
550 5.7.9 This mail has been blocked because the sender is unauthenticated | recipient | you | recipient-refuses-authentication
554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.example) | recipient | you | recipient-unknown
554 delivery error: dd Sorry, your message cannot be delivered. This mailbox is disabled (554.30). | recipient | recipient | \
recipient-unknown
554 Message not allowed - Headers are not RFC compliant[291] | recipient | you | recipient-refuses-content
554 5.7.1 Your message was rejected due to sailing.example's DMARC policy. See \
https://support.apple.com/en-us/HT204137 | recipient | you | recipient-refuses-authentication
554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks. | recipient | you | \
recipient-refuses-authentication
550 5.7.1 [CS01] Message rejected due to local policy. | recipient | recipient | recipient-refuses-policy
550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.7 | recipient | aws | \
recipient-refuses-reputation
552 5.2.2 <a@dock.example>: user is over quota | recipient | recipient | recipient-full
421 4.7.1 Messages to a@dock.example deferred due to excessive volume | recipient | you | recipient-delays
550 5.1.1 unknown or illegal alias: a@dock.example | recipient | you | recipient-unknown
550 5.1.6 inactive email address | recipient | you | recipient-unknown
550 5.7.1 Email rejected per DMARC policy for sailing.example | recipient | you | recipient-refuses-authentication
554 5.2.3 MailPolicy violation Error delivering to mailboxes | recipient | recipient | recipient-refuses-policy
452 <a@dock.example> Mailbox delivery restricted by policy error | recipient | recipient | recipient-refuses-policy
554 5.7.1 Email cannot be delivered. Reason: Email flagged as Spam. | recipient | you | recipient-refuses-content
541 5.4.1 Mail rejected by destination domain | recipient | recipient | recipient-refuses-policy
550 5.1.0 192.0.2.7 is not allowed to send from <sailing.example> per it's SPF Record. Please inspect your SPF settings, \
and try again. IB508 | recipient | you | recipient-refuses-authentication
554 RBL Reject. IB103 | recipient | aws | recipient-refuses-reputation
552 Message rejected for spam or virus content. IB212 | recipient | you | recipient-refuses-content
550 5.7.1 Rejected by spam filter (in reply to end of DATA command) | recipient | you | recipient-refuses-content
550 Reject due to policy restrictions | recipient | recipient | recipient-refuses-policy
550 <a@dock.example>: Reject due to SPF policy | recipient | you | recipient-refuses-authentication
550 Bad DNS PTR resource record | recipient | aws | recipient-refuses-reputation
550 Requested action not taken: mailbox unavailable | recipient | you | recipient-unknown
550 5.7.1 <a@dock.example>: Recipient address rejected: ERS-Customized-Block. | recipient | recipient | recipient-refuses-policy
554 5.7.1 <a@dock.example>: Recipient address rejected: BLOCK-SEND-ER | recipient | recipient | recipient-refuses-policy
554 5.7.1 <a@dock.example>: Recipient address rejected: BLOCK-RCPT | recipient | recipient | recipient-refuses-policy
550 No Such User Here | recipient | you | recipient-unknown
550-SPF-check failed | recipient | you | recipient-refuses-authentication
"""


def _rows(table: str) -> list[tuple[str, ...]]:
    rows = [tuple(cell.strip() for cell in line.rsplit("|", 3)) for line in table.strip().splitlines()]
    assert all(len(row) == 4 for row in rows)
    return rows


@pytest.mark.parametrize(
    ("text", "stratum", "owner", "code"),
    [*_rows(RELAY), *_rows(SUPPRESSION), *_rows(GMAIL), *_rows(EXCHANGE), *_rows(OTHERS)],
)
def test_a_text_of_the_fact_sheet_has_its_layer_owner_and_code(text: str, stratum: str, owner: str, code: str) -> None:
    """Read from the pasted text alone, as nobody says who answered. An empty code: the contract has none for it."""
    said = classify(pasted(text))
    assert (said.stratum.value, said.owner.value) == (stratum, owner), said
    assert (said.code or "") == code, said


@pytest.mark.parametrize(("text", "stratum", "owner", "code"), _rows(EXCHANGE))
def test_exchange_means_the_same_when_it_is_known_to_have_answered(
    text: str, stratum: str, owner: str, code: str
) -> None:
    """The host in the bounce changes nothing about the meaning."""
    said = classify(replace(pasted(text), provider="exchange-online"))
    assert (said.stratum.value, said.owner.value) == (stratum, owner), said
    assert (said.code or "") == code, said


@pytest.mark.parametrize(("text", "stratum", "owner", "code"), _rows(GMAIL)[:32])
def test_gmail_means_the_same_over_its_mx(text: str, stratum: str, owner: str, code: str) -> None:
    """The queue id at the end of a reply may be cut off."""
    said = classify(replace(pasted(text.removesuffix(" - gsmtp")), provider="gmail"))
    assert (said.stratum.value, said.owner.value) == (stratum, owner), said
    assert (said.code or "") == code, said


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("535 Authentication Credentials Invalid", "login-refused"),
        ("535 5.7.0 Too many authentication failures", "login-refused"),
        ("TLS Negotiation failed, the certificate doesn't match the host., code: 0", "alias-host-wrong"),
        ("Unspecified Error (SENT_SECOND_EHLO): Smtp server does not advertise AUTH capability", "alias-host-wrong"),
        ("550 5.1.1 user unknown", None),
    ],
)
def test_what_the_server_of_an_alias_says_is_about_the_relay(answer: str, code: str | None) -> None:
    """Facts.md C3: the recipient's server was never asked."""
    said = classify(replace(pasted(answer), dialect="gmail-alias", provider="gmail"))
    assert (said.stratum.value, said.owner.value, said.code) == ("relay", "you", code)


def test_the_recipient_among_the_unverified_ones_means_the_sandbox() -> None:
    """Facts.md A4: SES names who failed the check; a recipient only fails it in the sandbox."""
    failed = "The following identities failed the check in region US-EAST-1: ann@dock.example"
    text = f"554 Message rejected: Email address is not verified. {failed}"
    said = classify(replace(pasted(text), recipient="ann@dock.example"))
    assert (said.stratum.value, said.code) == ("account", "account-sandboxed")
