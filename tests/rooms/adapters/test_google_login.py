"""Who may read a Gmail mailbox: access tokens, refresh tokens, and the client they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.rooms.adapters.google import FIRST, SECOND, Google, serving, trusting

from mailstrata.adapters.gmail_api import GmailMailbox
from mailstrata.adapters.google_login import Bearer, client_of, login_of
from mailstrata.model.errors import Refusal

REFRESH = {"refresh_token": "1//refresh-of-ann", "client_id": "7.apps.example", "client_secret": "GOCSPX-secret"}


@pytest.fixture
def google() -> Iterator[Google]:
    """A mailbox of one mail and a token endpoint."""
    with serving(Google(mails={"a": b"Subject: x\n\n"})) as google:
        yield google


def _bearer(google: Google, now: list[float]) -> Bearer:
    login = login_of({**REFRESH, "token_uri": f"{google.url}/token"}, {})
    return Bearer(login, context=trusting(), pause=lambda _: None, clock=lambda: now[0])


def test_a_refresh_token_gives_access_tokens_until_they_are_old(google: Google) -> None:
    """One for almost an hour; then the next (RFC 6749 6)."""
    now = [0.0]
    bearer = _bearer(google, now)
    assert bearer.header(fresh=False) == {"authorization": f"Bearer {SECOND}"}
    now[0] = 3500
    bearer.header(fresh=False)
    assert len(google.forms) == 1
    now[0] = 3540
    bearer.header(fresh=False)
    assert (
        google.forms
        == [
            {"grant_type": ["refresh_token"], **{name: [text] for name, text in REFRESH.items()}},
        ]
        * 2
    )


def test_a_token_refused_on_the_way_is_renewed(google: Google) -> None:
    """Google may end one early; the mailbox is read all the same."""
    bearer = _bearer(google, [0.0])
    bearer.header(fresh=False)
    google.troubles = [(401, {}, b"{}")]
    with GmailMailbox(bearer, url=google.url, context=trusting()) as mailbox:
        assert len(list(mailbox.mails("", limit=9))) == 1
    assert len(google.forms) == 2


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b'{"error": "invalid_grant"}', "get a new one"),
        (b'{"error": "invalid_client"}', "belong together"),
        (b"<", "docs/"),
    ],
)
def test_a_refresh_that_fails_says_why_and_nothing_secret(google: Google, body: bytes, hint: str) -> None:
    """In a project in testing, a refresh token ends after seven days."""
    google.given = [(400, {}, body)]
    with pytest.raises(Refusal, match="gives no access token") as refused:
        _bearer(google, [0.0]).header(fresh=False)
    assert hint in refused.value.hint
    assert refused.value.status == 3
    told = f"{refused.value!r}{refused.value.hint}"
    assert not [secret for secret in ("refresh-of-ann", "GOCSPX") if secret in told]


def test_the_clients_file_of_googles_console_is_understood() -> None:
    """For a program on a computer and for one on the web."""
    for kind in ("installed", "web"):
        text = json.dumps({kind: {"client_id": "7", "client_secret": "s", "token_uri": "https://t.example/", "x": [1]}})
        client = client_of(text, file="client.json")
        login = login_of({"refresh_token": "r"}, client)
        assert (login.client_id, login.client_secret, login.token_url) == ("7", "s", "https://t.example/")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"installed": []}', '{"web": {"client_id": 7}}', "[" * 100_000])
def test_a_file_that_is_no_client_is_named_and_not_quoted(text: str) -> None:
    """It may hold a secret."""
    with pytest.raises(Refusal, match=r"^client\.json is no file of an OAuth client$"):
        client_of(text, file="client.json")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "neither an access token nor a refresh token"),
        ({"refresh_token": "r"}, "needs the client"),
        ({"password": "two words"}, "holds no token"),
        ({"password": "line\nfeed"}, "holds no token"),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, str], said: str) -> None:
    """By the place, without what it holds."""
    with pytest.raises(Refusal, match=said):
        login_of(fields, {}, place="file:token.json")


def test_no_token_is_in_a_repr() -> None:
    """Nor is the client's secret."""
    shown = repr(login_of({**REFRESH, "token": FIRST}, {}))
    assert not [secret for secret in (FIRST, "refresh-of-ann", "GOCSPX") if secret in shown]
