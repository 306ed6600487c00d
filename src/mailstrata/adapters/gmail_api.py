"""A Gmail mailbox read by the Gmail API, and never changed: the scope ``gmail.readonly`` is enough.

    with GmailMailbox(bearer) as mailbox:
        for mail in mailbox.mails(BOUNCES, limit=1000):
            mail.name, mail.raw

``users.messages.list`` names the mails that a search finds, 500 a page, the newest first; ``users.messages.get`` gives each as
it was received. Both cost 5 of the 15,000 units that a user has in a minute: one connection with one request after the other
stays below that, and when Google says "slower" we wait (`google_web`). A mail that is gone meanwhile is passed over.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from urllib.parse import quote, urlencode

from mailstrata.adapters.google_login import HOW, Bearer
from mailstrata.adapters.google_web import Answer, Web
from mailstrata.adapters.mail_files import SIZE_LIMIT, Mail
from mailstrata.model.errors import Refusal

URL = "https://gmail.googleapis.com"
BOUNCES = (
    "from:(mailer-daemon OR postmaster OR microsoftexchange OR mail-daemon)"
    ' OR subject:("delivery status notification" OR undeliverable OR undelivered OR "returned mail" OR "failure notice")'
)
"""The search that finds bounces, as Gmail's search box takes it."""
PAGE = 500
"""Messages a page; the API gives no more."""
PAGES = 1000
LIST_LIMIT = 4 * 1024 * 1024
"""Bytes of a page that are read."""

_MESSAGES = "/gmail/v1/users/me/messages"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_RAW = re.compile(rb'"raw"\s*:\s*"([A-Za-z0-9_=-]*)')


class GmailMailbox:
    """One mailbox: that of the person who gave the token. Use as a context manager."""

    def __init__(
        self,
        bearer: Bearer,
        *,
        url: str = URL,
        context: ssl.SSLContext | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bearer = bearer
        self._web = Web(url, context=context, pause=pause)

    def __enter__(self) -> GmailMailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._web.close()

    def mails(self, search: str, *, limit: int) -> Iterator[Mail]:
        """The newest ``limit`` mails that ``search`` finds, newest first. Raises ``Refusal`` (status 3)."""
        for number, name in enumerate(self._names(search)):
            if number >= limit:
                return
            answer = self._get(f"{_MESSAGES}/{quote(name, safe='')}", {"format": "raw", "fields": "raw"})
            if answer.status != 404:
                yield Mail(f"gmail:{name}", _raw(answer, name))

    def _names(self, search: str) -> Iterator[str]:
        """The ids of what the search finds, a page at a time; a page token that comes again ends it."""
        page, seen = "", {""}
        while True:
            query = {"q": search, "maxResults": str(PAGE), "fields": "messages/id,nextPageToken"}
            answer = self._get(_MESSAGES, query | ({"pageToken": page} if page else {}))
            told = _told(answer)
            messages = told.get("messages")
            for message in messages[:PAGE] if isinstance(messages, list) else ():
                name = message.get("id") if isinstance(message, dict) else None
                if isinstance(name, str) and _ID.match(name):
                    yield name
            following = told.get("nextPageToken")
            page = following if isinstance(following, str) else ""
            if page in seen or len(page) > 4000 or len(seen) > PAGES:
                return
            seen.add(page)

    def _get(self, path: str, query: dict[str, str]) -> Answer:
        """The answer, with a new token when the old one is refused; 200 or 404."""
        target = f"{path}?{urlencode(query)}"
        answer = self._web.ask("GET", target, self._bearer.header(fresh=False))
        if answer.status == 401 and self._bearer.can_renew:
            answer = self._web.ask("GET", target, self._bearer.header(fresh=True))
        if answer.status == 401:
            raise Refusal("Gmail does not take the token: it has ended or is another's", HOW, status=3)
        if answer.status not in {200, 404}:
            hint = (
                "the token needs the scope gmail.readonly, its project the Gmail API" if answer.status == 403 else HOW
            )
            raise Refusal(f"Gmail refuses (HTTP {answer.status}): {_said(answer)}", hint, status=3)
        return answer


def _told(answer: Answer) -> dict[str, object]:
    try:
        found = json.loads(answer.body[: LIST_LIMIT + 1])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal("Gmail's answer is not what its documentation says", "try again later", status=3)
    return found


def _raw(answer: Answer, name: str) -> bytes:
    """The mail in base64 with the alphabet for addresses (RFC 4648 5); of one that is too large the beginning."""
    match = _RAW.search(answer.body)
    if match is None:
        raise Refusal(f"Gmail's answer for {name} holds no mail", "try again later", status=3)
    letters = match[1].rstrip(b"=")[: SIZE_LIMIT * 4 // 3]
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return base64.urlsafe_b64decode(letters + b"=" * (-len(letters) % 4))


def _said(answer: Answer) -> str:
    """Google's own words of an error, shortened, as Python shows a text: no control character steers a terminal."""
    try:
        words = str(json.loads(answer.body[:65536])["error"]["message"])
    except (ValueError, RecursionError, KeyError, TypeError):
        words = ""
    return repr(words[:200])
