"""Where somebody deviates from RFC 3464. To add one: a module here with ``DIALECT`` and ``read``, and its line in the list.

``read(notice, standard)`` gets what the standard reader found, and gives its own reading instead, or ``None`` when the mail is
not its business. The first that answers is believed, so the more particular stands first and the generic reader last.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.bounces.dialects import (
    activehunter,
    bigfoot,
    biglobe,
    courier,
    domino,
    dovecot,
    dragonfly,
    exchange2003,
    exchange2007,
    exim,
    ezweb,
    failed_recipients,
    fml,
    generic,
    gmail,
    gmail_alias,
    gmx,
    google_groups,
    groupwise,
    imail,
    interscan,
    kddi,
    kundenserver,
    lsmtp,
    mailenable,
    mailfoundry,
    mailmarshal,
    mailru,
    mcafee,
    mdaemon,
    mfilter,
    mimecast,
    mxlogic,
    netscape,
    notes,
    opensmtpd,
    pmdf,
    postfix,
    postfix_session,
    qmail,
    sendmail,
    ses,
    smail,
    sns,
    surfcontrol,
    v5sendmail,
    verizon,
    x1,
    x2,
    x3,
    x6,
    yahoo,
    zoho,
)
from mailstrata.bounces.form import Form, FormReader, Reader

DIALECTS: tuple[tuple[str, Reader], ...] = (
    (gmail_alias.DIALECT, gmail_alias.read),
    (ses.DIALECT, ses.read),
    (sns.DIALECT, sns.read),
    (google_groups.DIALECT, google_groups.read),
    (gmail.DIALECT, gmail.read),
    (mailru.DIALECT, mailru.read),
    (yahoo.DIALECT, yahoo.read),
    (zoho.DIALECT, zoho.read),
    (gmx.DIALECT, gmx.read),
    (mxlogic.DIALECT, mxlogic.read),
    (exim.DIALECT, exim.read),
    (kundenserver.DIALECT, kundenserver.read),
    (opensmtpd.DIALECT, opensmtpd.read),
    (dragonfly.DIALECT, dragonfly.read),
    (postfix.DIALECT, postfix.read),
    (postfix_session.DIALECT, postfix_session.read),
    (activehunter.DIALECT, activehunter.read),
    (sendmail.DIALECT, sendmail.read),
    (v5sendmail.DIALECT, v5sendmail.read),
    (qmail.DIALECT, qmail.read),
    (x2.DIALECT, x2.read),
    (courier.DIALECT, courier.read),
    (domino.DIALECT, domino.read),
    (notes.DIALECT, notes.read),
    (exchange2007.DIALECT, exchange2007.read),
    (exchange2003.DIALECT, exchange2003.read),
    (groupwise.DIALECT, groupwise.read),
    (pmdf.DIALECT, pmdf.read),
    (netscape.DIALECT, netscape.read),
    (mimecast.DIALECT, mimecast.read),
    (mailmarshal.DIALECT, mailmarshal.read),
    (mailfoundry.DIALECT, mailfoundry.read),
    (mcafee.DIALECT, mcafee.read),
    (biglobe.DIALECT, biglobe.read),
    (ezweb.DIALECT, ezweb.read),
    (kddi.DIALECT, kddi.read),
    (mfilter.DIALECT, mfilter.read),
    (fml.DIALECT, fml.read),
    (verizon.DIALECT, verizon.read),
    (imail.DIALECT, imail.read),
    (interscan.DIALECT, interscan.read),
    (surfcontrol.DIALECT, surfcontrol.read),
    (smail.DIALECT, smail.read),
    (mdaemon.DIALECT, mdaemon.read),
    (lsmtp.DIALECT, lsmtp.read),
    (mailenable.DIALECT, mailenable.read),
    (dovecot.DIALECT, dovecot.read),
    (x1.DIALECT, x1.read),
    (x3.DIALECT, x3.read),
    (x6.DIALECT, x6.read),
    (bigfoot.DIALECT, bigfoot.read),
    (failed_recipients.DIALECT, failed_recipients.read),
    (generic.DIALECT, generic.read),
)
"""Every dialect: its name and its reader, from the most particular to the last resort."""

REFINERS = (gmail_alias.read, ses.read)
"""The readers that know better where the standard reader found something; all others are for where it found nothing."""

_EVERY_TEXT_HAS = ("",)
_FORMS: dict[Reader, Form] = {
    exim.read: exim.FORM,
    mailru.read: mailru.FORM,
    sendmail.read: sendmail.FORM,
    v5sendmail.read: v5sendmail.FORM,
}
"""The forms of the readers that are more than a form."""


def _openings(read: Reader) -> tuple[str, ...]:
    form = read.form if isinstance(read, FormReader) else _FORMS.get(read)
    return form.opening if form and form.opening else _EVERY_TEXT_HAS


_HEARD = tuple((read, _openings(read)) for _, read in DIALECTS if read is not ses.read)
"""Each reader and the phrases of which it needs one; SES's only refines what the standard reader found."""


def candidates(lower: str) -> Iterator[Reader]:
    """The readers whose opening phrase the words (in lower case) have, and those that look at other signs, in their order."""
    for read, openings in _HEARD:
        for phrase in openings:
            if phrase in lower:
                yield read
                break
