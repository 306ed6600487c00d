"""Refusals as servers, filters and providers document them, beyond the fact sheet: reason, layer, code and owner of each.

Quoted singly, each from the page or source that is named above it; addresses and names are ours.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailstrata.bounces.classification.classify import classify
from mailstrata.bounces.pasted import pasted
from mailstrata.bounces.provider import provider_of

FILTERS = """
554 5.6.3 Spam Body rejected | spamdetected | recipient | recipient-refuses-content | you
554 5.5.4 Spam IP rejected | blocked | recipient | recipient-refuses-reputation | aws
550 5.5.3 <ann@dock.example>: Recipient address rejected: Multi-recipient bounce | rejected | identity |  | you
550 5.7.1 UUCP addressing denied #132 | norelaying | recipient | recipient-mx-failing | recipient
550 5.7.1 sender <admin@sailing.example> black listed #127 | rejected | identity |  | you
550 5.7.1 host mail.sailing.example [192.0.2.1] from unknown TLD #122 | blocked | recipient | \
recipient-refuses-reputation | aws
550 The domain sailing.example is banned | rejected | identity |  | you
550 Dictionary attack detected | blocked | recipient | recipient-refuses-reputation | aws
550 Restricted characters in address | syntaxerror | recipient |  | you
552 MS-Office file containing VBA macros found inside of the email | policyviolation | recipient | \
recipient-refuses-content | you
550 domain of forward-path is not allowed | norelaying | recipient | recipient-mx-failing | recipient
Mail from 192.0.2.1 deferred using Trend Micro Email Reputation database | blocked | recipient | \
recipient-refuses-reputation | aws
554 5.7.1 spamdefang score exceeds maximum | spamdetected | recipient | recipient-refuses-content | you
"""
"""Filters: Hornetsecurity (classification codes), smtpf (SMTP replies), Baruwa, Broadcom, Trend Micro, MIMEDefang."""

SERVERS = """
550 very bad karma: -8 | badreputation | recipient | recipient-refuses-reputation | aws
552 Mail unqueuable | systemerror | recipient | recipient-delays | recipient
550 We do not accept password-protected zip files! | policyviolation | recipient | recipient-refuses-content | you
450 Server load too high, please try again later. | systemerror | recipient | recipient-delays | recipient
450 Unable to scan for viruses | systemerror | recipient | recipient-delays | recipient
550 mailing lists do not accept null senders | rejected | identity |  | you
501 Could not parse your RCPT TO command | syntaxerror | recipient |  | you
550 5.7.0 Multiple From addresses are not allowed | notcompliantrfc | recipient | recipient-refuses-content | you
550 5.7.7 Failed to parse message. | contenterror | recipient | recipient-refuses-content | you
455 4.3.0 Too many authentication errors, disconnecting. | securityerror | recipient | recipient-refuses-policy | \
recipient
554 Rejected - Message containing bare LF's. | notcompliantrfc | recipient | recipient-refuses-content | you
554 Your message was received but it could not be saved. Please retry later. | systemerror | recipient | \
recipient-delays | recipient
553 sorry, helo domain must exist (#5.1.8) | blocked | recipient | recipient-refuses-reputation | aws
553 sorry, your host has been denied (#5.7.1) | blocked | recipient | recipient-refuses-reputation | aws
501 invalid parameter syntax (in reply to MAIL FROM command) | syntaxerror | recipient | | you
454 TLS currently unavailable | failedstarttls | recipient |  | recipient
452 Space shortage, please try later | mailboxfull | recipient | recipient-delays | recipient
554 SMTP synchronization error | syntaxerror | recipient |  | you
501 NUL characters are not allowed in SMTP commands | syntaxerror | recipient |  | you
lowest numbered MX record points to local host | systemerror | recipient | recipient-mx-failing | recipient
unable to forward message | systemerror | recipient | recipient-delays | recipient
554 5.7.1 <ann@dock.example>: Recipient address rejected: Throttling quota exceeded | speeding | recipient | \
recipient-delays | you
550 5.7.27 mailfrom domain not configured for mail | rejected | identity |  | you
523 Message length (20000000 bytes) exceeds administrative limit (10000000). | mesgtoobig | recipient | \
recipient-refuses-content | you
450 4.2.0 <ann@dock.example>: Recipient address rejected: Delayed by postgrey | speeding | recipient | \
recipient-delays | recipient
"""
"""Mail servers, as their own sources and manuals word it: qpsmtpd, Haraka, maddy, hMailServer, Courier, Exim, Postfix, mox."""

PROVIDERS = """
550 unauthorized interface for 192.0.2.1 | blocked | recipient | recipient-refuses-reputation | aws
550 192.0.2.1 blocked by ldap:ou=rblmx, dc=bellsouth, dc=net | blocked | recipient | recipient-refuses-reputation | \
aws
421 HL:ICC 192.0.2.1 | toomanyconn | recipient | recipient-delays | you
451 MI:SFQ | speeding | recipient | recipient-delays | you
550 MI:SPF mx14, http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1 | authfailure | recipient | \
recipient-refuses-authentication | you
451 DT:SPM 126 mx1, please try again | spamdetected | recipient | recipient-refuses-content | you
450 database temporary error. | systemerror | recipient | recipient-delays | recipient
450 queue unavailable. | systemerror | recipient | recipient-delays | recipient
550 black ip. | blocked | recipient | recipient-refuses-reputation | aws
552 too many same size mails. | spamdetected | recipient | recipient-refuses-content | you
554 attachment is too long. | mesgtoobig | recipient | recipient-refuses-content | you
550 Requested action not taken: Local user only | norelaying | recipient | recipient-mx-failing | recipient
sending quota exceeded | speeding | recipient | recipient-delays | you
451 4.3.0 <mail.sailing.example[192.0.2.1]>: Client host rejected: Throttled - Too much spam from your mail server. \
| speeding | recipient | recipient-delays | you
450 4.2.1 <ann@dock.example>: Mailbox received too much email in a short period of time (G30) | speeding | \
recipient | recipient-delays | you
451 VS1-IP Excessive unknown recipients - possible Open Relay (#4.1.8) | toomanyconn | recipient | recipient-delays \
| you
452 temporary domain failure <ann@dock.example> | networkerror | recipient | recipient-silent | recipient
550 5.7.0 (COL004-MC1F52) Unfortunately, messages from (192.0.2.1) on behalf of (sailing.example) could not be \
delivered due to domain owner policy restrictions. | authfailure | recipient | recipient-refuses-authentication | you
"""
"""Providers, as their postmaster pages word it: AT&T, NetEase, Sina, Coremail, Rackspace, Yahoo, Outlook.com."""

LANGUAGES = """
550 Boîte aux lettres pleine (in reply to RCPT TO command) | mailboxfull | recipient | recipient-full | recipient
550 Boite aux lettres pleine (in reply to RCPT TO command) | mailboxfull | recipient | recipient-full | recipient
550 Buzón lleno (in reply to RCPT TO command) | mailboxfull | recipient | recipient-full | recipient
550 Usuário desconhecido (in reply to RCPT TO command) | userunknown | recipient | recipient-unknown | you
550 Utilisateur introuvable (in reply to RCPT TO command) | userunknown | recipient | recipient-unknown | you
550 Empfängeradresse existiert nicht (in reply to RCPT TO command) | userunknown | recipient | recipient-unknown | you
552 Speicherplatz überschritten | mailboxfull | recipient | recipient-full | recipient
550 Benutzer hat das Speichervolumen ueberschritten. | mailboxfull | recipient | recipient-full | recipient
550 Casella di posta non disponibile (in reply to RCPT TO command) | userunknown | recipient | recipient-unknown | you
550 收件人空间不足 | mailboxfull | recipient | recipient-full | recipient
550 该用户未开通QQ邮箱 | suspend | recipient | recipient-unknown | recipient
"""
"""Accents as they are written, and without."""


def _rows(table: str) -> list[list[str]]:
    """The cells of each line: text, reason, layer, code and owner."""
    return [[cell.strip() for cell in line.rsplit("|", 4)] for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    "row",
    [*_rows(FILTERS), *_rows(SERVERS), *_rows(PROVIDERS), *_rows(LANGUAGES)],
    ids=lambda row: row[0][:60],
)
def test_a_documented_refusal_has_its_reason_layer_code_and_owner(row: list[str]) -> None:
    """Read from the pasted text alone, as nobody says who answered."""
    text, *wanted = row
    said = classify(pasted(text))
    assert [said.reason, said.stratum.value, said.code or "", said.owner.value] == wanted, said


@pytest.mark.parametrize(
    ("host", "text", "reason"),
    [
        (
            "mx1.comcast.net",
            "554 mx1 comcast 192.0.2.1 Blocked for spam. Please see smtp-error-codes.php#BL000001",
            "blocked",
        ),
        ("mx1.comcast.net", "421 Too many sessions opened", "toomanyconn"),
        ("mx0.charter.net", "550 5.1.0 <admin@sailing.example> sender rejected. AUP#In-1310", "rejected"),
        ("mx0.charter.net", "421 cmsmtp 192.0.2.1 blocked. AUP#In-1340", "toomanyconn"),
        ("mx0.charter.net", "554 ERROR: Mail Refused - 192.0.2.1 - AUP#I-1010", "rejected"),
        ("163mx01.mxmail.netease.com", "450 DT:RBL", "blocked"),
    ],
)
def test_numbers_of_a_provider_are_read_over_its_mx(host: str, text: str, reason: str) -> None:
    """The words around them may say something else."""
    assert classify(replace(pasted(text), provider=provider_of(host, text, ""))).reason == reason
