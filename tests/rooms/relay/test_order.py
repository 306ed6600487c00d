"""The table of order, held whole: no way around TLS and login."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.relay.talking import Talk

from mailstrata.adapters.relay_process import limits
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.relay.order import OUT_OF_TURN, VERBS, Stage

BEFORE_LOGIN = (Stage.GREETED, Stage.HELLO, Stage.SECURED, Stage.ANONYMOUS)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "VRFY"])
@pytest.mark.parametrize("stage", BEFORE_LOGIN)
def test_nothing_that_sends_is_taken_before_a_login(verb: str, stage: Stage) -> None:
    """RFC 6409 4.3."""
    assert OUT_OF_TURN[verb, stage].code in {503, 530}


@pytest.mark.parametrize("stage", [Stage.GREETED, Stage.HELLO])
def test_a_login_in_clear_is_not_taken(stage: Stage) -> None:
    """RFC 4954 4, RFC 8314 4.1."""
    assert ("AUTH", stage) in OUT_OF_TURN


def test_only_what_harms_nobody_is_taken_at_every_stage() -> None:
    """Whatever else there is has its turn."""
    always = {verb for verb in VERBS if not any((verb, stage) in OUT_OF_TURN for stage in Stage)}
    assert always == {"EHLO", "HELO", "RSET", "NOOP", "HELP", "QUIT"}


def test_every_refusal_of_order_is_permanent() -> None:
    """A client that comes out of turn need not try the same again."""
    assert all(500 <= reply.code < 600 and reply.enhanced.startswith("5.") for reply in OUT_OF_TURN.values())


SETTINGS = st.builds(
    RelaySettings,
    name=st.just("relay.sailing.example"),
    clients=st.sampled_from([(), ("google",), ("0.0.0.0/0",)]),
    mode=st.sampled_from(["through", "spool"]),
    size=st.integers(1, 10**9),
    recipients=st.integers(1, 1000),
    idle=st.floats(0.001, 10**6),
)


@given(SETTINGS, st.booleans(), st.sampled_from(["", "admin@sailing.example"]))
def test_no_configuration_takes_mail_without_a_login(settings: RelaySettings, implicit: bool, sender: str) -> None:
    """There is no setting of an open relay."""
    talk = Talk(limits=limits(settings), implicit=implicit)
    talk.lines("EHLO client", f"MAIL FROM:<{sender}>", "RCPT TO:<crew@dock.example>", "DATA")
    assert [line[:3] for line in talk.said()[-3:]] == ["530"] * 3
