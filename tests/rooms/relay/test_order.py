"""The table of order, held whole: no way around TLS and login."""

from __future__ import annotations

import pytest

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
