"""What Gmail will see of a relay: at fault only where it was seen, and each fault with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.rooms.relay.directory import ANN
from tests.rooms.relay.talking import NOON

from mailstrata.model.facts import EndpointFacts, IdentityFacts, LoginFacts, TlsFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.reply import Reply
from mailstrata.relay.examination import Point, door, files, identity, login, reach, sender, status

NAME, ADDRESS = "smtp.sailing.example", "admin@sailing.example"
BLIND = Unknown(reason="timed out after 5 s")
TLS = TlsFacts(names=(NAME,), not_after=NOON + timedelta(days=60))
OPEN = EndpointFacts(tls=TLS)


def test_where_nothing_can_be_seen_nothing_is_at_fault() -> None:
    """Rule 1."""
    points = [reach(NAME, BLIND), *door(587, "starttls", BLIND, NOON), login("ann", BLIND)]
    points.append(identity(ADDRESS, "us-east-1", [BLIND, BLIND]))
    assert {point.state for point in points} == {"unknown"}
    assert status(points) == 3


@pytest.mark.parametrize(
    ("observed", "state", "words"),
    [
        (Seen(value=("198.51.100.7", "8.8.8.8")), "ok", "leads to 8.8.8.8"),
        (Seen(value=("10.0.0.7",)), "fault", "leads to 10.0.0.7, which is not public"),
        (Absent(how="NXDOMAIN"), "fault", "has no address in DNS"),
    ],
)
def test_the_name_has_to_lead_to_a_public_address(
    observed: Observation[tuple[str, ...]], state: str, words: str
) -> None:
    """Gmail connects over the internet."""
    point = reach(NAME, observed)
    assert (point.state, words in point.words, bool(point.do)) == (state, True, state == "fault")


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (OPEN, "ok", "TLS, TLSv1.3, login offered"),
        (EndpointFacts(failure="connection refused", stage="connect"), "fault", "no way in: connection refused"),
        (replace(OPEN, auth=()), "fault", "no login is offered under TLS"),
        (replace(OPEN, tls=replace(TLS, problem="it is for other.example")), "fault", "it is for other.example"),
    ],
)
def test_a_port_leads_to_a_login_under_a_good_certificate(facts: EndpointFacts, state: str, words: str) -> None:
    """Or says where it ends."""
    (point,) = door(587, "starttls", Seen(value=facts), NOON)
    assert (point.state, point.words) == (state, words)


def test_a_certificate_that_ends_soon_is_warned_about() -> None:
    """Before Gmail notices."""
    facts = replace(OPEN, tls=replace(TLS, not_after=NOON + timedelta(days=3)))
    assert [point.state for point in door(465, "ssl", Seen(value=facts), NOON)] == ["ok", "warning"]


def test_a_login_is_taken_or_refused_in_the_relays_words() -> None:
    """With the way to a new password."""
    assert login("ann", Seen(value=LoginFacts(reply=Reply(code=235, text="Yes")))).state == "ok"
    refused = login("ann", Seen(value=LoginFacts(reply=Reply(code=535, enhanced="5.7.8", text="No"))))
    assert (refused.state, refused.words) == ("fault", "ann is refused: 535 5.7.8 No")


def test_some_login_has_to_be_able_to_send_as_the_address() -> None:
    """One whose password ends soon is a warning, none is a fault."""
    ending = replace(ANN, secrets=(replace(ANN.secrets[0], expires=NOON + timedelta(days=2)),))
    assert sender(ADDRESS, (ANN,), NOON).state == "ok"
    assert sender(ADDRESS, (ending, ANN), NOON).state == "ok"
    assert sender(ADDRESS, (ending,), NOON).state == "warning"
    assert sender(ADDRESS, (replace(ANN, revoked=NOON),), NOON).state == "fault"
    assert sender("owner@bank.example", (ANN,), NOON).state == "fault"


@pytest.mark.parametrize(
    ("domain", "own", "state"),
    [
        (Seen(value=IdentityFacts()), Absent(), "ok"),
        (Absent(), Seen(value=IdentityFacts()), "ok"),
        (Seen(value=IdentityFacts()), Seen(value=IdentityFacts(verified=False)), "ok"),
        (Seen(value=IdentityFacts(verified=False)), Absent(), "fault"),
        (Absent(), Absent(), "fault"),
        (Absent(), BLIND, "unknown"),
        (Seen(value=IdentityFacts(verified=False)), BLIND, "unknown"),
    ],
)
def test_ses_has_to_send_for_the_address(
    domain: Observation[IdentityFacts], own: Observation[IdentityFacts], state: str
) -> None:
    """By the most specific verified identity (facts.md B2)."""
    assert identity(ADDRESS, "us-east-1", [own, domain]).state == state


def test_the_files_are_told_as_they_are() -> None:
    """Each problem is a point."""
    assert [point.state for point in files(())] == ["ok"]
    assert [point.words for point in files(("a", "b"))] == ["a", "b"]


def test_the_status_is_that_of_the_worst_point() -> None:
    """A fault before a doubt."""
    points = [Point(what="x", state=state, words="") for state in ("ok", "unknown", "warning")]
    assert [status(points[:count]) for count in (1, 2, 3)] == [0, 3, 1]
