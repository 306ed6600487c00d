"""The Gmail of the lab: accounts with mailboxes, and "Send mail as" aliases that log in to another SMTP server.

    gmail = Gmail(clock=clock, ids=ids, tls=context, connect_to=reach)
    gmail.add_account("skipper@gmail.example")
    gmail.add_alias("skipper@gmail.example", Alias(address="admin@sailing.example", host="email-smtp.…", …))
    sent = await gmail.send("skipper@gmail.example", "admin@sailing.example", ["crew@dock.example"], subject="…", body="…")
    sent.response, gmail.mailbox("skipper@gmail.example")

Whatever the alias's server refuses comes back as Gmail's real bounce (facts.md C1, C3). Where Gmail would try for days
(a busy server, no connection), the lab's Gmail bounces at once.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from mailstrata.lab.clock import LabClock
from mailstrata.lab.gmail_bounce import ALIAS, LIMIT, LIMIT_RESPONSE, Failure, Why, alias_bounce
from mailstrata.lab.gmail_submission import Alias, ConnectTo, Submission, log_in, submit
from mailstrata.lab.ids import Ids
from mailstrata.model.errors import Refusal

_RECIPIENTS = 100
"""Recipients of one message."""
DAILY_LIMIT = 500
"""Messages of a consumer's account in 24 hours (facts.md C1)."""
_ADDRESS = re.compile(r"[^@\s<>\x00-\x1f\x7f]{1,64}@[^@\s<>\x00-\x1f\x7f]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One message in a mailbox: ``folder`` is inbox or sent."""

    number: int
    folder: str
    at: datetime
    raw: bytes

    def as_json(self) -> dict[str, object]:
        """Its summary, for a list."""
        head = message_from_bytes(self.raw, policy=policy.compat32)
        fields = {
            name: str(head.get(name, "")) for name in ("From", "To", "Subject", "Message-ID", "X-Failed-Recipients")
        }
        named = {name.lower().replace("-", "_"): value for name, value in fields.items()}
        return {"number": self.number, "folder": self.folder, "at": self.at.isoformat(), "size": len(self.raw), **named}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a message: ``accepted`` and ``refused`` recipients, and the server's last word, verbatim."""

    message_id: str
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What Gmail's dialogue says to new alias settings: saved or not, and the server's answer, verbatim."""

    saved: bool
    response: str
    shown: str
    """The text that the person sees."""


@dataclass(slots=True, kw_only=True)
class Account:
    """One Gmail account."""

    address: str
    name: str = ""
    daily_limit: int = DAILY_LIMIT
    """Messages that it may send in 24 hours, from all its addresses together."""
    aliases: dict[str, Alias] = field(default_factory=dict)
    messages: list[Kept] = field(default_factory=list)


class Gmail:
    """All accounts. ``tls`` decides which certificates are trusted; names are always checked (facts.md C1).

    ``connect_to`` says where a host name and port lead, (address, port), or ``None``: nowhere. ``timeout`` is seconds
    for each step with a server.
    """

    def __init__(
        self, *, clock: LabClock, ids: Ids, tls: ssl.SSLContext, connect_to: ConnectTo, timeout: float = 5.0
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self._clock = clock
        self._ids = ids
        self._submission = Submission(tls=tls, connect_to=connect_to, timeout=timeout)

    def add_account(self, address: str, *, name: str = "") -> Account:
        """Open an account."""
        account = Account(address=address.lower(), name=name)
        self.accounts[account.address] = account
        return account

    def add_alias(self, account: str, alias: Alias) -> Alias:
        """Let an alias be there, untested, as when it was set up long ago."""
        self._account(account).aliases[alias.address.lower()] = alias
        return alias

    async def set_alias(self, account: str, alias: Alias) -> SetUp:
        """The person types host, port, user name and password into Gmail's dialogue.

        Gmail logs in at once and saves only what works. A new address is then unverified; an edited one keeps its state.
        """
        owner = self._account(account)
        known = owner.aliases.get(alias.address.lower())
        tested = replace(alias, verified=known.verified if known else False)
        failed = await log_in(self._submission, tested)
        if failed is not None:
            return SetUp(saved=False, response=failed.response, shown=failed.shown)
        owner.aliases[alias.address.lower()] = tested
        if known is None:
            self._confirm_by_mail(owner, tested)
        return SetUp(saved=True, response="", shown="Your changes have been saved.")

    def confirm_alias(self, account: str, alias: str, code: str | None = None) -> None:
        """The person types the code of Gmail's verification mail, or follows its link (``None``).

        Raises ``Refusal`` if there is no such alias, or it is another's code.
        """
        owner = self._account(account)
        found = self._alias(owner, alias)
        if code is not None and code != self._code(found):
            raise Refusal("the confirmation code is not right", "Gmail's mail to the address has it")
        owner.aliases[alias.lower()] = replace(found, verified=True)

    def _code(self, alias: Alias) -> str:
        """Nine digits, as Gmail's are, from the address alone: the same in each lab."""
        return str(int.from_bytes(hashlib.sha256(alias.address.lower().encode()).digest()[:8]) % 10**9).zfill(9)

    def _confirm_by_mail(self, owner: Account, alias: Alias) -> None:
        """The code goes to the new address: into its own account, else into the owner's, where its mail is read too."""
        fields = {
            "From": "Gmail Team <gmail-noreply@google.com>",
            "Date": format_datetime(self._clock.now()),
            "Subject": f"Gmail Confirmation - Send Mail as {alias.address}",
            "To": alias.address,
        }
        body = f"You have requested to add {alias.address} to your Gmail account.\nConfirmation code: {self._code(alias)}\n"
        self._keep(self.accounts.get(alias.address.lower(), owner), "inbox", _written(fields, body))

    async def send(self, account: str, alias: str, recipients: Sequence[str], *, subject: str, body: str) -> Sent:
        """Send a text from an alias; what fails is bounced into the account's inbox.

        Raises ``Refusal`` for an unknown account or alias, an unverified alias, and no or too many recipients.
        """
        owner = self._account(account)
        sender = self._alias(owner, alias)
        if not sender.verified:
            raise Refusal(
                f"{sender.address} is not verified, so Gmail does not send as it",
                "Follow the link in the verification mail",
            )
        if not 1 <= len(recipients) <= _RECIPIENTS:
            raise Refusal(f"{len(recipients)} recipients: Gmail takes 1 to {_RECIPIENTS}")
        for recipient in recipients:
            if not _ADDRESS.fullmatch(recipient):
                raise Refusal(f"{recipient!r} is no address", "Give it as local@domain")
        message_id = f"<CAF{self._ids.hex(length=48)}@mail.gmail.com>"
        fields = {
            # facts.md C3: the id is kept in a field of its own, since the alias's server may replace it
            "X-Gmail-Original-Message-ID": message_id,
            "From": formataddr((owner.name, sender.address)),
            "Date": format_datetime(self._clock.now()),
            "Message-ID": message_id,
            "Subject": subject,
            "To": ", ".join(recipients),
        }
        raw = _written(fields, body)
        full = self._sent_lately(owner) >= owner.daily_limit
        self._keep(owner, "sent", raw)
        if full:
            refused, response = tuple(recipients), LIMIT_RESPONSE
        else:
            refused, response = await submit(self._submission, sender, tuple(recipients), raw)
        accepted = tuple(recipient for recipient in recipients if recipient not in refused)
        sent = Sent(message_id=message_id, accepted=accepted, refused=refused, response=response)
        self._bounce(owner, sent, raw, LIMIT if full else ALIAS)
        return sent

    def deliver(self, address: str, raw: bytes) -> bool:
        """Inbound mail for an account; ``False`` if there is no such account."""
        account = self.accounts.get(address.lower())
        if account is None:
            return False
        self._keep(account, "inbox", raw)
        return True

    def mailbox(self, address: str) -> list[dict[str, object]]:
        """The messages of an account, oldest first, as JSON. Raises ``Refusal`` if there is no such account."""
        return [kept.as_json() for kept in self._account(address).messages]

    def message(self, address: str, number: int) -> bytes | None:
        """One message as it is, by its number in the mailbox."""
        return next((kept.raw for kept in self._account(address).messages if kept.number == number), None)

    def _bounce(self, owner: Account, sent: Sent, raw: bytes, why: Why) -> None:
        """What failed of a mail comes back into the account's inbox."""
        if not sent.refused:
            return
        failure = Failure(
            account=owner.address,
            recipients=sent.refused,
            response=sent.response,
            original=raw,
            message_id=sent.message_id,
            why=why,
        )
        self._keep(owner, "inbox", alias_bounce(failure, at=self._clock.now(), ids=self._ids))

    def _sent_lately(self, account: Account) -> int:
        since = self._clock.now() - timedelta(days=1)
        return sum(kept.folder == "sent" and kept.at > since for kept in account.messages)

    def _keep(self, account: Account, folder: str, raw: bytes) -> None:
        number = len(account.messages) + 1
        account.messages.append(Kept(number=number, folder=folder, at=self._clock.now(), raw=raw))

    def _account(self, address: str) -> Account:
        account = self.accounts.get(address.lower())
        if account is None:
            raise Refusal(
                f"the lab's Gmail has no account {address}", f"There are: {', '.join(self.accounts) or 'none'}"
            )
        return account

    def _alias(self, account: Account, address: str) -> Alias:
        alias = account.aliases.get(address.lower())
        if alias is None:
            known = ", ".join(account.aliases) or "none"
            raise Refusal(f"{account.address} has no alias {address}", f"Its aliases: {known}")
        return alias


def _written(fields: Mapping[str, str], body: str) -> bytes:
    """The message as it goes out. Raises ``Refusal`` for what no message can carry."""
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=120))  # Gmail does not fold the id
    try:
        for name, value in fields.items():
            mail[name] = value
        mail.set_content(body)
        return mail.as_bytes()
    except (ValueError, UnicodeError) as error:
        raise Refusal(f"this mail cannot be written: {error}") from None
