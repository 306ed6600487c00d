"""Which sends go through which region."""

from __future__ import annotations

from datetime import UTC, datetime

from mailstrata.diagnosis.region_paths import authors, in_region, own_in_region, region_of, senders
from mailstrata.model.attempt import Attempt, Case, Via
from mailstrata.model.setup import Alias, Setup

AT = datetime(2026, 5, 12, tzinfo=UTC)


def _case(host: str) -> Case:
    alias = Alias(address="Admin@sailing.example", host=host)
    by_alias = Attempt(id="a", sender="admin@sailing.example", recipient="ann@harbor.example", via=Via.GMAIL_ALIAS)
    by_api = Attempt(id="b", sender="crew@news.sailing.example", recipient="ann@harbor.example", via=Via.SES_API)
    foreign = Attempt(id="c", sender="x@notsailing.example", recipient="ann@harbor.example", via=Via.SES_API)
    setup = Setup(domain="sailing.example", region="us-east-1", aliases=(alias,))
    return Case(setup=setup, attempts=(by_alias, by_api, foreign), at=AT)


def test_an_alias_goes_where_its_host_lies_and_the_api_where_the_setup_says() -> None:
    """Both are one domain's mail, in two regions."""
    case = _case("email-smtp.eu-west-1.amazonaws.com")
    assert [region_of(case, send) for send in case.attempts] == ["eu-west-1", "us-east-1", "us-east-1"]
    assert [send.id for send in in_region(case, "us-east-1")] == ["b", "c"]
    assert [send.id for send in own_in_region(case, "us-east-1")] == ["b"]


def test_an_alias_of_another_server_counts_for_the_region_of_the_setup() -> None:
    """There it goes once its host is right."""
    case = _case("smtp.harbor.example")
    assert region_of(case, case.attempts[0]) == "us-east-1"


def test_senders_and_authors_are_the_domains_own_on_whole_labels() -> None:
    """A look-alike domain is nobody of ours."""
    case = _case("email-smtp.us-east-1.amazonaws.com")
    assert senders(case, "us-east-1") == ("admin@sailing.example", "crew@news.sailing.example")
    assert senders(case, "eu-west-1") == ()
    assert authors(case) == ("sailing.example", "news.sailing.example")
