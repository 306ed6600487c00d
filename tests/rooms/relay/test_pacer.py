"""How fast mails go to SES. The clock is simulated: a number that grows."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from mailstrata.relay.pacer import AIM, LEAST, Pacer, Ticket

TICKETS = st.lists(
    st.builds(Ticket, user=st.sampled_from("abc"), recipients=st.integers(1, 50), priority=st.sampled_from([0, 0, 1])),
    max_size=60,
)


def _run(pacer: Pacer, tickets: list[Ticket], *, start: float = 0.0) -> list[tuple[float, Ticket]]:
    """All tickets at once, and when each went."""
    now = start
    gone = [(now, ticket) for ticket in tickets if pacer.ask(ticket, now)]
    while (wait := pacer.wait(now)) is not None:
        now += max(wait, 1e-6)
        gone += [(now, ticket) for ticket in pacer.granted(now)]
    return gone


@given(TICKETS, st.floats(0.5, 200.0))
def test_the_accounts_rate_is_not_exceeded(tickets: list[Ticket], most: float) -> None:
    """In no stretch of time are there more recipients than the rate allows beside one full bucket and one mail's debt."""
    pacer = Pacer()
    pacer.limit(most, 0.0)
    gone = _run(pacer, tickets)
    assert sorted(map(id, tickets)) == sorted(id(ticket) for _, ticket in gone)
    for start in range(len(gone)):
        sent = 0
        for at, ticket in gone[start:]:
            allowed = max(1.0, most * AIM) + (at - gone[start][0]) * most * AIM
            assert sent <= allowed + 1e-3
            sent += ticket.recipients


@given(TICKETS)
def test_nobody_is_forgotten_and_a_users_own_order_is_kept(tickets: list[Ticket]) -> None:
    """Within one priority the mails of one user leave as they came."""
    pacer = Pacer()
    pacer.limit(10.0, 0.0)
    gone = [ticket for _, ticket in _run(pacer, tickets)]
    for user in "abc":
        for priority in (0, 1):
            mine = [t for t in tickets if (t.user, t.priority) == (user, priority)]
            assert [t for t in gone if (t.user, t.priority) == (user, priority)] == mine


def test_people_go_before_campaigns() -> None:
    """Also when the campaign was there first."""
    pacer = Pacer()
    pacer.limit(1.0, 0.0)
    campaign = [Ticket(user="c", recipients=1, priority=1) for _ in range(5)]
    person = Ticket(user="p", recipients=1)
    gone = [ticket for _, ticket in _run(pacer, [*campaign, person])]
    assert gone.index(person) <= 1


def test_one_user_cannot_keep_another_waiting() -> None:
    """A hundred mails of one, then one of another: it goes second, not last."""
    pacer = Pacer()
    pacer.limit(2.0, 0.0)
    many = [Ticket(user="many", recipients=10) for _ in range(100)]
    one = Ticket(user="one", recipients=1)
    gone = [ticket for _, ticket in _run(pacer, [*many, one])]
    assert gone.index(one) <= 2


def test_users_share_by_recipients() -> None:
    """Who writes to fifty at once gets fewer turns."""
    pacer = Pacer()
    pacer.limit(10.0, 0.0)
    mails = [Ticket(user=user, recipients=size) for _ in range(40) for user, size in (("wide", 10), ("narrow", 1))]
    gone = [ticket for _, ticket in _run(pacer, mails)][:30]
    shares = {user: sum(t.recipients for t in gone if t.user == user) for user in ("wide", "narrow")}
    assert 0.5 < shares["wide"] / shares["narrow"] < 2.5


def test_without_a_known_rate_nothing_waits() -> None:
    """The account may not be asked; SES itself says when it is too much."""
    assert [at for at, _ in _run(Pacer(), [Ticket(user="a", recipients=50)] * 100)] == [0.0] * 100


@given(st.floats(1.0, 500.0), st.floats(0.0, 1.5))
def test_a_throttle_halves_the_rate_once(most: float, later: float) -> None:
    """A second refusal of the same moment is the same throttle."""
    pacer = Pacer()
    pacer.limit(most, 0.0)
    pacer.throttled(1.0)
    pacer.throttled(1.0 + later)
    assert math.isclose(pacer.rate, max(most * AIM / 2, LEAST))


@given(st.floats(1.0, 500.0), st.integers(1, 8))
def test_the_rate_comes_back_and_not_beyond_its_ceiling(most: float, throttles: int) -> None:
    """Little by little, and never to nothing."""
    pacer = Pacer()
    pacer.limit(most, 0.0)
    rates = []
    for second in range(throttles * 10):
        if second % 10 == 0:
            pacer.throttled(float(second + 1))
        pacer.wait(second + 1.5)
        rates.append(pacer.rate)
    pacer.wait(second + 1000.0)
    assert min(rates) >= LEAST
    assert math.isclose(pacer.rate, most * AIM)


def test_an_unknown_rate_is_learnt_from_the_first_throttle() -> None:
    """Half of what was just reached; then slowly more."""
    pacer = Pacer()
    for tenth in range(100):
        pacer.ask(Ticket(user="a", recipients=10), tenth / 10)
    pacer.throttled(10.0)
    assert 25 < pacer.rate < 75
    before = pacer.rate
    pacer.wait(20.0)
    assert pacer.rate > before


def test_who_gives_up_does_not_hold_the_queue() -> None:
    """The next one's turn comes."""
    pacer = Pacer()
    pacer.limit(1.0, 0.0)
    first, second, third = (Ticket(user="a", recipients=1) for _ in range(3))
    assert [pacer.ask(ticket, 0.0) for ticket in (first, second, third)][1:] == [False, False]
    pacer.withdraw(second)
    assert third in pacer.granted(5.0)


def test_processes_share_the_rate() -> None:
    """Each aims at its part."""
    pacer = Pacer(share=0.5)
    pacer.limit(100.0, 0.0)
    assert pacer.rate == 45.0
