"""A Gmail mailbox by the Gmail API: paged, patient, bounded, and never changed."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.rooms.adapters.google import FIRST, MESSAGES, Google, Told, serving, trusting

from mailstrata.adapters.gmail_api import BOUNCES, GmailMailbox
from mailstrata.adapters.google_login import Bearer, login_of
from mailstrata.model.errors import Refusal

MAILS = {f"id{number:03}": b"Subject: %d\r\n\r\n\xff?\xfe>" % number for number in range(5)}
SLOWER: Told = (429, {"Retry-After": "7"}, b"{}")
USED_UP: Told = (403, {}, b'{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}')
BROKEN: Told = (503, {}, b"<html>")
NOT_ALLOWED: Told = (403, {}, b'{"error": {"message": "Insufficient \\u001b[2J scope"}}')


@pytest.fixture
def google() -> Iterator[Google]:
    """Five mails, two a page."""
    with serving(Google(mails=dict(MAILS), page=2)) as google:
        yield google


def _read(google: Google, *, token: str = FIRST, limit: int = 100) -> tuple[list[tuple[str, bytes]], list[float]]:
    """The mails, and how long was waited each time."""
    waits: list[float] = []
    bearer = Bearer(login_of({"password": token}, {}))
    with GmailMailbox(bearer, url=google.url, context=trusting(), pause=waits.append) as mailbox:
        return [(mail.name, mail.raw) for mail in mailbox.mails(BOUNCES, limit=limit)], waits


def test_every_page_of_what_the_search_finds_is_read(google: Google) -> None:
    """Bytes as they were received, of any charset."""
    assert _read(google)[0] == [(f"gmail:{name}", raw) for name, raw in MAILS.items()]
    lists = [parse_qs(urlsplit(target).query) for target in google.asked if urlsplit(target).path == MESSAGES]
    assert [query.get("pageToken") for query in lists] == [None, ["2"], ["4"]]
    assert {query["q"][0] for query in lists} == {BOUNCES}


def test_no_more_are_asked_for_than_wanted(google: Google) -> None:
    """The newest come first, so those are had."""
    assert [name for name, _ in _read(google, limit=2)[0]] == ["gmail:id000", "gmail:id001"]
    assert len(google.asked) <= 4


def test_when_google_is_busy_it_is_asked_again_later(google: Google) -> None:
    """As long as it wishes, else twice as long each time; a used-up quota comes as 429 or 403."""
    google.troubles = [SLOWER, USED_UP, BROKEN]
    found, waits = _read(google)
    assert len(found) == len(MAILS)
    assert waits == [7.0, 2.0, 4.0]


def test_a_server_that_stays_busy_is_given_up(google: Google) -> None:
    """It could not be determined: status 3."""
    google.troubles = [BROKEN] * 20
    with pytest.raises(Refusal, match="it is busy") as refused:
        _read(google)
    assert refused.value.status == 3
    assert len(google.asked) == 7


def test_a_mail_that_is_gone_meanwhile_is_passed_over(google: Google) -> None:
    """Somebody deleted it between the list and its reading."""
    google.troubles = [(200, {}, b'{"messages": [{"id": "gone"}, {"id": "id001"}]}')]
    assert [name for name, _ in _read(google)[0]] == ["gmail:id001"]


def test_a_refused_token_is_told_without_it(google: Google) -> None:
    """It is in no message."""
    with pytest.raises(Refusal, match="does not take the token") as refused:
        _read(google, token="ya29.secret-of-ann")
    assert refused.value.status == 3
    assert "secret-of-ann" not in f"{refused.value.message}{refused.value.hint}{refused.value!r}"


def test_googles_words_of_a_refusal_cannot_steer_a_terminal(google: Google) -> None:
    """They come from outside."""
    google.troubles = [NOT_ALLOWED]
    with pytest.raises(Refusal, match="Insufficient") as refused:
        _read(google)
    assert "\x1b" not in refused.value.message


@pytest.mark.parametrize("body", [b"", b"[]", b"{" * 100_000, b"\xff"])
def test_an_answer_that_is_none_is_refused(google: Google, body: bytes) -> None:
    """Nothing of it is believed."""
    google.troubles = [(200, {}, body)]
    with pytest.raises(Refusal, match="not what its documentation says"):
        _read(google)


def test_ids_that_are_none_are_not_asked_for(google: Google) -> None:
    """They become part of a path."""
    google.troubles = [(200, {}, b'{"messages": [{"id": "../../drafts"}, {"id": 7}, 8, {"id": "id002"}]}')]
    assert [name for name, _ in _read(google)[0]] == ["gmail:id002"]


def test_a_page_that_names_itself_as_the_next_ends_the_list(google: Google) -> None:
    """Reading ends whatever the server says."""
    google.troubles = [(200, {}, b'{"nextPageToken": "x"}'), (200, {}, b'{"nextPageToken": "x"}')]
    assert _read(google)[0] == []
    assert len(google.asked) == 2


def test_a_mail_cut_off_within_its_answer_is_read_as_far_as_it_goes(google: Google) -> None:
    """The beginning is enough to know a bounce."""
    google.troubles = [(200, {}, b'{"messages": [{"id": "id001"}]}'), (200, {}, b'{"raw": "U3ViamVjdDogeA')]
    assert _read(google)[0] == [("gmail:id001", b"Subject: x")]


def test_a_server_that_cannot_prove_its_name_gets_no_token(google: Google) -> None:
    """The connection ends in the handshake, and is not tried again."""
    waits: list[float] = []
    bearer = Bearer(login_of({"password": FIRST}, {}))
    with pytest.raises(Refusal, match="localhost"), GmailMailbox(bearer, url=google.url, pause=waits.append) as mailbox:
        list(mailbox.mails(BOUNCES, limit=1))
    assert (google.asked, waits) == ([], [])
