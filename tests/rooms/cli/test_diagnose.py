"""``mailstrata diagnose``: what an operator sees, what a script gets, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.rooms.cli.cli import command, golden

from mailstrata.diagnosis.checks import CHECKS

BOUNCES = Path(__file__).parents[2] / "bounces"
_MOMENT = re.compile(r"18:4\d:\d\d")


def _steady(text: str) -> str:
    """Text without the seconds that a machine needs."""
    return _MOMENT.sub("18:43:00", text)


@pytest.mark.lab
def test_the_report_of_the_two_faults(capsys: pytest.CaptureFixture[str], bless: bool) -> None:
    """The whole report, as a pipe gets it, and exit status 1: a problem was found."""
    ran = command(capsys, "diagnose", "--lab", "two-faults")

    golden("diagnose-two-faults.txt", _steady(ran.out), bless=bless)
    assert (ran.status, ran.err) == (1, "")


@pytest.mark.lab
def test_a_healthy_world_ends_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing wrong, nothing unknown, exit status 0, and the document alone on stdout."""
    ran = command(capsys, "diagnose", "--lab", "healthy", "--json")

    document = json.loads(ran.out)
    assert (ran.status, document["schema"], document["verdict"]) == (0, "mailstrata.diagnosis/1", "healthy")
    assert (document["findings"], document["undetermined"]) == ([], [])


@pytest.mark.lab
def test_a_recording_replays_byte_for_byte(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What --save wrote gives the same document without the world, and holds no secret."""
    recording = str(tmp_path / "case.world")
    seen = command(capsys, "diagnose", "--lab", "two-faults", "--json", "--save", recording)

    replayed = command(capsys, "diagnose", "--evidence", recording, "--json")

    assert (replayed.out, replayed.status) == (seen.out, seen.status)
    assert "secret_access_key" not in Path(recording).read_text("utf-8")


@pytest.mark.lab
def test_offline_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """With --offline only what is given is judged; all else is undetermined, with exit status 3."""
    ran = command(capsys, "diagnose", "--lab", "healthy", "--offline", "--json", "--to", "ann@harbor.example")

    document = json.loads(ran.out)
    assert ran.status == 3
    assert {entry["reason"] for entry in document["undetermined"]} >= {"asking is off (--offline)"}
    assert len({entry["code"] for entry in document["undetermined"]}) > len(CHECKS) / 2


@pytest.mark.lab
def test_the_letter_stands_alone_and_in_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """What is sent to the recipient's administrator is plain text; the document has the same under its fix."""
    alone = command(capsys, "diagnose", "--lab", "recipient-refuses-policy", "--letter")
    document = json.loads(command(capsys, "diagnose", "--lab", "recipient-refuses-policy", "--json").out)

    (letter,) = document["fixes"][0]["letters"]
    assert document["fixes"][0]["steps"][-1] == letter["text"]
    assert alone.out == f"To: {letter['to']}\nSubject: {letter['subject']}\n\n{letter['text']}\n"
    assert (alone.status, alone.err) == (1, "")


@pytest.mark.lab
def test_where_nobody_has_to_be_written_to_that_is_said_beside(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing on stdout that could be sent by mistake."""
    ran = command(capsys, "diagnose", "--lab", "healthy", "--letter")

    assert (ran.status, ran.out) == (0, "")
    assert "nobody has to be written to" in ran.err


@pytest.mark.lab
def test_an_event_of_ses_is_a_bounce_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What an application keeps of its events can be handed in as it is."""
    event = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [
                {"emailAddress": "pete@dock.example", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
            ],
        },
        "mail": {"timestamp": "2026-05-12T18:02:00Z", "source": "admin@sailing.example", "messageId": "0100-zz"},
    }
    (tmp_path / "event.json").write_text(json.dumps(event), "utf-8")

    ran = command(capsys, "diagnose", "--lab", "healthy", "--bounce", str(tmp_path / "event.json"), "--json")

    document = json.loads(ran.out)
    assert [(one["to"], one["cause"]) for one in document["attempts"]] == [("pete@dock.example", "recipient-unknown")]


@pytest.mark.lab
def test_every_bounce_of_an_mbox_and_of_a_folder_is_an_attempt(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As a mailbox is exported, other mails among them; none is passed over in silence."""
    names = ("gmail-alias-535", "not-a-bounce-ticket", "exchange-ndr")
    mails = [(BOUNCES / f"{name}.eml").read_bytes() for name in names]
    (tmp_path / "box.mbox").write_bytes(b"".join(b"From - Tue May 12 18:43:00 2026\n" + mail + b"\n" for mail in mails))
    (tmp_path / "folder").mkdir()
    for name, mail in zip(names, mails, strict=True):
        (tmp_path / "folder" / name).write_bytes(mail)

    for place in ("box.mbox", "folder"):
        ran = command(
            capsys, "diagnose", "--lab", "two-faults", "--offline", "--bounce", str(tmp_path / place), "--json"
        )
        attempts = json.loads(ran.out)["attempts"]
        assert [one["outcome"] for one in attempts] == ["bounced", "refused-at-relay"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--lab", "healthy", "--bounce", str(BOUNCES / "not-a-bounce-ticket.eml")),
            f"{BOUNCES}/not-a-bounce-ticket.eml: no",
        ),
        (("--setup", "nowhere.toml"), "there is no setup file nowhere.toml"),
        (("--lab", "no-such-scenario"), "there is no scenario no-such-scenario"),
        (("--lab", "healthy", "--bounce", "nowhere.eml"), "nowhere.eml: No such file or directory"),
        (("--lab", "healthy", "--to", "no address"), "mail address: 'no address'; expected local-part@domain"),
        (("--evidence", "nowhere.world"), "nowhere.world: No such file or directory"),
        (("--lab", "healthy", "--letter", "--json"), "--letter prints plain text"),
    ],
)
def test_the_callers_mistakes(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    """One line on stderr that names the thing, nothing on stdout, exit status 2."""
    ran = command(capsys, "diagnose", *arguments)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"mailstrata: {said}")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[domain]\nname = 1\nregion = 'us-east-1'\n", ":2: domain.name: 1; expected a string in quotes"),
        ("[domain]\nname = 'sailing.example'\n", ":1: domain.region: missing; expected a string in quotes"),
        ("[domain\n", ":1: Expected ']' at the end of a table declaration; expected TOML"),
    ],
)
def test_a_broken_setup_is_told_by_file_line_and_key(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    """The line says where the mistake is and what belongs there."""
    setup = tmp_path / "mailstrata.toml"
    setup.write_text(text)

    ran = command(capsys, "diagnose", "--setup", str(setup))

    assert (ran.status, ran.err) == (2, f"mailstrata: {setup}{said}\n")


@pytest.mark.lab
def test_an_error_text_opens_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    """A pasted 535 becomes an attempt through the alias, and is attributed."""
    error = "535 Authentication Credentials Invalid"
    ran = command(capsys, "diagnose", "--lab", "key-inactive", "--json", "--error", error, "--to", "ann@harbor.example")

    told = [attempt for attempt in json.loads(ran.out)["attempts"] if attempt["via"] == "gmail-alias"]
    assert {(attempt["outcome"], attempt["cause"]) for attempt in told} == {("refused-at-relay", "key-inactive")}


@pytest.mark.lab
def test_a_recording_that_cannot_be_written_is_told_behind_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2 and one line; what was found is not lost for it."""
    place = tmp_path / "none" / "case.world"
    ran = command(capsys, "diagnose", "--lab", "healthy", "--save", str(place))
    assert ran.status == 2
    assert ran.err == f"mailstrata: {place}: No such file or directory (name a file that can be written)\n"
    assert "HEALTHY" in ran.out
