"""Another server's dialogues (albertito/chasquid): the same class of answer at each step, as far as they apply here."""

from __future__ import annotations

import ast
import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.corpora import CORPORA
from tests.rooms.relay.talking import Talk

from mailstrata.model.reply import Reply
from mailstrata.relay.limits import Limits
from mailstrata.relay.offer import Offer

INDEX = CORPORA / "smtp-dialogs" / "dialogs.jsonl"
OTHERWISE = {
    "auth_too_many_failures": "it hangs up after two unreadable logins, the relay after ten errors of any kind",
    "auth_multi_dialog": "it knows another user and another password",
    "bad_data": "it judges the syntax of every header field, which is SES's matter here",
    "sendmail": "it takes a path without angle brackets, which RFC 5321 4.1.2 does not know",
    "message_too_big": "it takes a path without angle brackets",
    "data_dot_stuffing": "it takes a path without angle brackets",
    "bad_data_dot": "it takes a path without angle brackets",
    "bad_data_dot_2": "it takes a path without angle brackets",
    "bad_data_dot_on_message_too_big": "it takes a path without angle brackets",
}
"""What differs, and why. The recipient gets brackets and a domain with a dot, so that the rest of a dialogue is played."""
NOT_PLAYED = {"auth_too_many_failures", "auth_multi_dialog", "bad_data"}


class Anybody:
    """No policy: these dialogues are about the protocol."""

    def sender(self, login: str, address: str, *, secret: str) -> Reply | None:
        """Every address."""
        return None

    def message(self, offer: Offer) -> Offer | Reply:
        """Every message."""
        return offer


def dialogues() -> Iterator[Any]:
    """Each that applies."""
    if not INDEX.exists():
        yield pytest.param({}, marks=pytest.mark.skip(reason=f"the corpus smtp-dialogs is not at {CORPORA}"))
        return
    for line in INDEX.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["name"] not in NOT_PLAYED:
            yield pytest.param(entry, id=entry["name"])


@pytest.mark.parametrize("dialogue", list(dialogues()))
def test_each_step_has_an_answer_of_the_same_class(dialogue: dict[str, Any]) -> None:
    """2, 3, 4 or 5; where mail is sent, a login went before, since the relay takes none without."""
    needs_login = any(step.get("line", "").startswith("MAIL") for step in dialogue["steps"])
    talk, heard = Talk(), [""]
    for step in dialogue["steps"]:
        if step["op"] in {"tcp_connect", "tls_connect"}:
            talk, heard = connected(needs_login)
        elif step["op"].startswith("send") and not talk.closed:
            talk.send(sent(step))
            heard += talk.said()
        elif step["op"] == "expect_until":
            while heard[0][3:4] == "-":
                heard.pop(0)
            assert heard.pop(0)[:3] == step["code"]
        elif step["op"] == "expect":
            assert heard, f"nothing was said where {step['text']} is expected"
            assert heard.pop(0)[0] == step["code"][0]


def connected(needs_login: bool) -> tuple[Talk, list[str]]:
    """A session of one MiB at most, as chasquid's is in its tests."""
    talk = Talk(limits=Limits(size=1024 * 1024), implicit=needs_login, rules=Anybody())
    if not needs_login:
        return talk, talk.said()
    greeting = talk.said()
    return talk.logged_in(), greeting


def sent(step: dict[str, Any]) -> bytes:
    """The bytes of a step."""
    if step["op"] == "send":
        line = str(step["line"])
        if line.startswith("RCPT TO: user@"):
            line = "RCPT TO: <user@testserver.example>"
        return line.encode() + b"\r\n"
    if "data" in step:
        return base64.b64decode(step["data"])
    return repeated(step["repeat_of"])


def repeated(expression: str) -> bytes:
    r"""``('a' * 899 + '\r\n') * 1165``: read, not evaluated."""
    tree = ast.parse(expression, mode="eval").body

    def value(node: ast.expr) -> Any:
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            return left * right if isinstance(node.op, ast.Mult) else left + right
        assert isinstance(node, ast.Constant)
        return node.value

    return str(value(tree)).encode()


def test_every_difference_is_said() -> None:
    """A dialogue that is not played has its reason."""
    assert set(OTHERWISE) >= NOT_PLAYED
