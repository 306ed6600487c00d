from __future__ import annotations

from dataclasses import replace

from tests.rooms.credentials.rotation_bench import ALIAS, AT, PLACE, REGION, TOLD, USER

from mailstrata.credentials.rotation import Step
from mailstrata.credentials.rotation_target import Target
from mailstrata.credentials.rotation_words import hand_over, hand_overs, plan, reading

TARGET = Target(user=USER, aliases=(ALIAS,), region=REGION)


def test_gmail_is_told_in_its_own_words_and_order() -> None:
    """Server, port, username, password, security; for the password its place and the command that reads it."""
    lines = hand_over(ALIAS, "AKIANEW", reading(PLACE, TARGET))
    assert [line.split(":")[0] for line in lines[1:5]] == ["SMTP Server", "Port", "Username", "Password"]
    assert lines[6] == "Secured connection using TLS"
    assert "Secured connection using SSL" in hand_over(replace(ALIAS, port=465, security="ssl"), "AKIANEW", "")
    assert PLACE in lines[4]
    assert "aws secretsmanager get-secret-value --region us-east-1 --secret-id mailstrata/smtp/admin" in lines[5]


def test_the_command_that_reads_a_password_is_quoted_for_a_shell() -> None:
    """A file with a blank in its name, one at home, a password that is named after its region."""
    assert reading("file:/home/ann/my mail.json", TARGET) == "jq -r .password '/home/ann/my mail.json'"
    assert reading("file:~/my mail.json", TARGET) == "jq -r .password ~/'my mail.json'"
    assert reading("file:a.json", TARGET, field="password.eu-west-1") == """jq -r '.["password.eu-west-1"]' a.json"""


def test_a_keyring_and_age_are_read_by_their_own_programs() -> None:
    """Age is told the identity that the setup names, in a form whose ~ the shell still knows."""
    assert reading("keyring:admin@sailing.example", TARGET) == (
        "keyring get mailstrata admin@sailing.example | jq -r .password"
    )
    target = replace(TARGET, age_identity="~/.config/mailstrata/age.txt")
    assert reading("age:/srv/admin.age", target) == (
        "age --decrypt --identity ~/.config/mailstrata/age.txt /srv/admin.age | jq -r .password"
    )


def test_an_alias_of_another_region_is_given_its_own_password() -> None:
    """Where two regions share a place."""
    other = replace(ALIAS, address="crew@sailing.example", host="email-smtp.eu-west-1.amazonaws.com")
    lines = list(hand_overs(replace(TARGET, aliases=(ALIAS, other)), "AKIANEW"))
    assert [line.rpartition("jq")[2] for line in lines if " jq " in line] == [
        """ -r '.["password.us-east-1"]'""",
        """ -r '.["password.eu-west-1"]'""",
    ]


def test_the_plan_has_only_the_steps_that_will_be_taken() -> None:
    """No test message without leave, no deletion without an old key, and every name is filled in."""
    steps = dict(plan(TARGET, TOLD, may_probe=False))
    assert Step.PROBE not in steps
    assert Step.MAKE_ROOM not in steps
    assert "AKIAOLD" in steps[Step.DELETE]
    assert Step.PROBE in dict(plan(TARGET, TOLD, may_probe=True))
    fresh = dict(plan(TARGET, replace(TOLD, old="", was=""), may_probe=False))
    assert Step.DELETE not in fresh
    assert Step.DEACTIVATE not in fresh
    back = replace(TOLD, done={**TOLD.done, Step.TURN_BACK: AT})
    assert [step for step, _ in plan(TARGET, back, may_probe=True)] == [Step.REACTIVATE, Step.RESTORE, Step.REMOVE]
