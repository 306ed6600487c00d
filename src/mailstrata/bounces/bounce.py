"""What one bounce says about one recipient.

    Bounce(recipient="ann@harbor.example", action="failed", status="5.1.1", dialect="rfc3464",
           reply=Reply(code=550, enhanced="5.1.1", text="user unknown"))

A mail may speak of several recipients; each has its own Bounce. Texts are the mail's own and untrusted: whoever shows them
passes them through `reports.safe`.
"""

from __future__ import annotations

from datetime import datetime

from mailstrata.model.attempt import Via
from mailstrata.model.reply import Reply
from mailstrata.model.values import dataclass, maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One failed, delayed or otherwise reported recipient. An empty text says that the mail does not tell."""

    recipient: str
    original_recipient: str = ""
    """As the sender wrote it, where that differs (RFC 3464 2.3.1)."""
    action: str = "failed"
    """``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded`` (RFC 3464 2.3.3); ``complained`` in SES events."""
    status: str = ""
    """The enhanced status code as the mail states it (RFC 3463); SES's ``5.1.1`` of a suppressed recipient is no verdict
    about the mailbox (facts.md B5)."""
    reply: Reply | None = None
    diagnostic: str = ""
    """The last server's words, verbatim but for their line breaks."""
    context: str = ""
    """All that the notice says about this recipient, where that is more than the diagnostic."""
    dialect: str = "rfc3464"
    reporting_mta: str = ""
    remote_mta: str = ""
    """The server that answered, empty when none was asked."""
    at: datetime | None = None
    """When it failed: the recipient's Last-Attempt-Date, else the date of the bounce."""
    will_retry_until: datetime | None = None
    """Until when a delayed mail is tried (RFC 3464 2.3.9)."""
    final_log_id: str = ""
    """Under which name the last server's log has it: what its administrator looks for (RFC 3464 2.3.8)."""
    sent: datetime | None = None
    """When the mail that failed was written, by its own Date."""
    message_id: str = ""
    """The Message-ID of the mail that failed, without its angle brackets."""
    x_gmail_original_message_id: str = ""
    subject: str = ""
    sender: str = ""
    alias: str | None = None
    """The "Send mail as" address whose server refused, when this is Gmail's alias bounce (facts.md C3)."""
    provider: str = ""
    """Who answered, as far as it can be told: ``exchange-online``, ``gmail``, ``amazon-ses``, …"""
    suppressed: str = ""
    """``account`` or ``global`` when SES did not even try, for its suppression list (facts.md B5)."""
    via: Via = Via.SES_API
    """The way that the mail took to SES, by the traces in its headers."""
    source: str = ""
    """Where we have it from: the name of a file."""


bounce_of = maker(Bounce)
"""Makes a Bounce, as the class does, in less time."""
