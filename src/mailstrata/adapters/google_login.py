"""Who may read a Gmail mailbox: an access token, or a refresh token that gives access tokens (RFC 6749 6).

    bearer = Bearer(login_of({"refresh_token": "…", "client_id": "…", "client_secret": "…"}, client={}))
    bearer.header(fresh=False)      # {"authorization": "Bearer …"}

The fields are those of the file that Google's own libraries write (``token.json``) and of gcloud's application default
credentials; those of the client may come from the file that Google's console gives for download. No token is in a message,
a repr or a log.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from mailstrata.adapters.google_web import Web
from mailstrata.model.errors import Refusal

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - where tokens are had
HOW = "docs/tasks/read-bounces.md says how to get one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What the user gave. Either an access token or all that a refresh needs is there."""

    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token_url: str = TOKEN_URL


def login_of(fields: Mapping[str, str], client: Mapping[str, str], *, place: str = "the token") -> Login:
    """The login that a place holds, with the client's file beside it. Raises ``Refusal`` that names what is missing."""
    known = {**client, **{name: text for name, text in fields.items() if text}}
    login = Login(
        access_token=known.get("access_token") or known.get("token") or known.get("password", ""),
        refresh_token=known.get("refresh_token", ""),
        client_id=known.get("client_id", ""),
        client_secret=known.get("client_secret", ""),
        token_url=known.get("token_uri") or TOKEN_URL,
    )
    if not login.access_token and not login.refresh_token:
        raise Refusal(f"{place} holds neither an access token nor a refresh token", HOW)
    if login.refresh_token and not login.client_id:
        raise Refusal(
            f"{place} holds a refresh token, which needs the client that it was given to",
            "give the file that Google's console has for download: --client FILE",
        )
    for text in (login.access_token, login.refresh_token):
        if not text.isascii() or not text.replace("-", "").isprintable() or " " in text:
            raise Refusal(f"{place} holds no token: it has white space or other characters that none has", HOW)
    return login


def client_of(text: str, *, file: str) -> Mapping[str, str]:
    """The client in the file of Google's console. Raises ``Refusal`` that names the file, not what it holds."""
    try:
        found = json.loads(text)
        inner = found.get("installed") or found.get("web")
        return {
            name: inner[name] for name in ("client_id", "client_secret", "token_uri") if isinstance(inner[name], str)
        }
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise Refusal(f"{file} is no file of an OAuth client", "download it in Google's console: Clients") from None


class Bearer:
    """The header that lets a request in; renewed when it is old or refused."""

    def __init__(
        self,
        login: Login,
        *,
        context: ssl.SSLContext | None = None,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login = login
        self._context = context
        self._pause = pause
        self._clock = clock
        self._token = "" if login.refresh_token else login.access_token
        self._until = 0.0 if login.refresh_token else float("inf")

    @property
    def can_renew(self) -> bool:
        """Whether there is a refresh token."""
        return bool(self._login.refresh_token)

    def header(self, *, fresh: bool) -> Mapping[str, str]:
        """The header, with a new token when ``fresh`` is wished. Raises ``Refusal`` (status 3) when Google gives none."""
        if self.can_renew and (fresh or self._clock() >= self._until):
            self._renew()
        return {"authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        login = self._login
        form = {
            "grant_type": "refresh_token",
            "refresh_token": login.refresh_token,
            "client_id": login.client_id,
            "client_secret": login.client_secret,
        }
        web = Web(login.token_url, context=self._context, pause=self._pause)
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = web.ask("POST", urlsplit(login.token_url).path or "/", kind, urlencode(form).encode())
        web.close()
        told = _told(answer.body)
        token, lasts = told.get("access_token"), told.get("expires_in")
        if answer.status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            why = told.get("error") if isinstance(told.get("error"), str) else f"HTTP {answer.status}"
            raise Refusal(f"{web.host} gives no access token: {str(why)[:60]!r}", _hint(str(why)), status=3)
        self._token = token
        self._until = self._clock() + (max(float(lasts), 120.0) if isinstance(lasts, (int, float)) else 600.0) - 60.0


def _told(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body[:65536])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _hint(why: str) -> str:
    """RFC 6749 5.2 names the errors; Google ends refresh tokens of a project in testing after seven days."""
    if why == "invalid_grant":
        return f"the refresh token has ended or was revoked: get a new one; {HOW}"
    return "see that client and token belong together" if why in {"invalid_client", "unauthorized_client"} else HOW
