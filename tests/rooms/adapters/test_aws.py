"""Calls to AWS as values, against a server that answers in every way there is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mailstrata.adapters.aws import Aws, OwnKey
from mailstrata.adapters.aws_faults import Call, Failure
from mailstrata.model.errors import Refusal
from mailstrata.model.observation import Absent, Observation, Seen, Unknown

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Asked, Reply, Script, ScriptedAws

    AwsTo = Callable[..., Aws]

ACCOUNT = Call(service="sesv2", operation="GetAccount", region="us-east-1")
LIST = Call(service="iam", operation="ListUsers")
SUPPRESSED = Call(
    service="sesv2",
    operation="GetSuppressedDestination",
    region="us-east-1",
    params={"EmailAddress": "ann@harbor.example"},
)


def _asked(aws: Aws, call: Call = ACCOUNT) -> Observation[Any]:
    return asyncio.run(aws.ask(call, lambda answer: answer["SendingEnabled"]))


def test_an_answer_is_seen_with_its_source_and_moment(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """``source`` names service and region, and nothing that differs from run to run."""
    scripted.script["GET /v2/email/account"] = script.reply({"SendingEnabled": True})
    assert _asked(aws_to(scripted.url)) == Seen(value=True, source="AWS sesv2 us-east-1", at=script.start)


def test_no_such_thing_is_absent_in_the_words_of_aws(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """``how`` is AWS's error code."""
    scripted.script["*"] = script.error("NotFoundException", "does not exist on your suppression list", 404)
    seen = _asked(aws_to(scripted.url), SUPPRESSED)
    assert seen == Absent(how="NotFoundException", source="AWS sesv2 us-east-1", at=script.start)


def test_a_404_that_is_not_of_aws_is_no_absence(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A proxy's page does not make an address unsuppressed."""
    scripted.script["*"] = replace(script.reply("<h1>Not here</h1>"), status=404)
    assert isinstance(_asked(aws_to(scripted.url), SUPPRESSED), Unknown)


def test_a_missing_permission_is_unknown_and_named(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The permission of SES's API v2 begins with ``ses:``."""
    scripted.script["*"] = script.error("AccessDeniedException", "User is not authorized", 403)
    assert _asked(aws_to(scripted.url)) == Unknown(
        reason="not allowed: sesv2 GetAccount in us-east-1", needs="the permission ses:GetAccount"
    )


def test_a_throttled_call_is_tried_once_more(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """The second answer counts."""
    replies = [script.error("TooManyRequestsException", "Rate exceeded", 429), script.reply({"SendingEnabled": True})]
    scripted.script["*"] = lambda _: replies.pop(0)
    seen = _asked(aws_to(scripted.url))
    assert isinstance(seen, Seen)
    assert len(scripted.asked) == 2


def test_a_call_throttled_twice_is_unknown(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """There is no third try: the time budget belongs to other questions too."""
    scripted.script["*"] = script.error("TooManyRequestsException", "Rate exceeded", 429)
    seen = _asked(aws_to(scripted.url))
    assert isinstance(seen, Unknown)
    assert "asked too often" in seen.reason
    assert len(scripted.asked) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("reset", "closed the connection"),
        ("silence", "did not answer GetAccount within 2 s"),
        ("endless", "without an end"),
        ("trickle", "did not answer GetAccount within 2 s"),
        ("garbage", "closed the connection"),
    ],
)
def test_each_fault_of_the_line_is_unknown_in_its_time(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, *, fault: str, words: str
) -> None:
    """A person can tell from the reason what happened, and soon."""
    aws = aws_to(scripted.url, timeout=2.0)
    scripted.script["GET /v2/email/account"] = script.reply({"SendingEnabled": True})
    assert isinstance(_asked(aws), Seen)  # boto3 is loaded and the client made
    scripted.script["GET /v2/email/account"] = script.fault(fault)
    before = time.monotonic()
    seen = _asked(aws)
    assert isinstance(seen, Unknown)
    assert words in seen.reason
    assert time.monotonic() - before < 20  # ten times the time-out


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "not JSON at all", '{"SendingEnabled": ', "<html>Welcome</html>", "null"]
)
def test_an_answer_that_is_not_of_aws_is_unknown(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, body: str
) -> None:
    """A captive portal says 200 to everything; that says nothing of the account."""
    scripted.script["*"] = script.reply(body)
    seen = _asked(aws_to(scripted.url))
    assert isinstance(seen, Unknown)
    assert "AWS" in seen.reason


@pytest.mark.parametrize("body", ["", "no XML", "<html><body>Welcome</body></html>", "<a><b></a>"])
def test_a_listing_that_is_not_of_aws_is_no_empty_listing(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, body: str
) -> None:
    """Else a captive portal would prove that a key does not exist."""
    scripted.script["*"] = script.reply(body)
    assert isinstance(asyncio.run(aws_to(scripted.url).pages(LIST, "Users")), Failure)


def test_a_fault_of_aws_is_unknown(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """500 and its kin, tried once."""
    scripted.script["*"] = script.error("InternalFailure", "", 500)
    seen = _asked(aws_to(scripted.url))
    assert seen == Unknown(
        reason="AWS failed at sesv2 GetAccount in us-east-1 (HTTP 500, InternalFailure)", needs="a new try later"
    )
    assert len(scripted.asked) == 1


def test_a_port_where_nobody_listens_is_unknown(aws_to: AwsTo) -> None:
    """The reason says that there was no connection."""
    seen = _asked(aws_to("http://127.0.0.1:9"))
    assert isinstance(seen, Unknown)
    assert "could not be reached" in seen.reason


def test_credentials_that_are_missing_are_named(
    scripted: ScriptedAws, aws_to: AwsTo, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Nothing was sent; the reason is ours and not the account's."""
    _no_credentials(monkeypatch, tmp_path)
    seen = _asked(aws_to(scripted.url, own_key=None))
    assert isinstance(seen, Unknown)
    assert "no AWS credentials of its own" in seen.reason
    assert "aws configure" in seen.needs
    assert scripted.asked == []


def test_a_profile_that_does_not_exist_is_named(
    scripted: ScriptedAws, aws_to: AwsTo, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The name that was wanted stands in the reason."""
    _no_credentials(monkeypatch, tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "harbour-master")
    seen = _asked(aws_to(scripted.url, own_key=None))
    assert isinstance(seen, Unknown)
    assert "harbour-master" in seen.reason


def test_the_ordinary_chain_finds_credentials(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the environment, for instance."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    scripted.script["*"] = script.reply({"SendingEnabled": True})
    assert isinstance(_asked(aws_to(scripted.url, own_key=None)), Seen)


def test_ses_is_asked_no_faster_than_its_limit(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Three questions at 10 a second take two tenths at least; sends and IAM are not held back."""
    scripted.script["*"] = script.reply({"SendingEnabled": True, "MessageId": "1"})
    aws = aws_to(scripted.url, rate=10)
    _asked(aws)

    async def thrice() -> float:
        before = time.monotonic()
        await asyncio.gather(*(aws.reply(ACCOUNT) for _ in range(3)))
        return time.monotonic() - before

    assert asyncio.run(thrice()) >= 0.2


def test_pages_are_followed_to_the_end(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A listing is all of its pages."""

    def page(asked: Asked) -> Reply:
        if asked.fields.get("Marker") == "two":
            return script.xml("ListUsers", _users("ben") + "<IsTruncated>false</IsTruncated>")
        return script.xml("ListUsers", _users("ann") + "<IsTruncated>true</IsTruncated><Marker>two</Marker>")

    scripted.script["ListUsers"] = page
    users = asyncio.run(aws_to(scripted.url).pages(LIST, "Users"))
    assert isinstance(users, list)
    assert [user["UserName"] for user in users] == ["ann", "ben"]


def test_a_listing_without_an_end_is_cut_off(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A server that always names another page does not keep us for ever."""
    scripted.script["*"] = script.xml("ListUsers", "<Users/><IsTruncated>true</IsTruncated><Marker>again</Marker>")
    users = asyncio.run(aws_to(scripted.url).pages(LIST, "Users"))
    assert isinstance(users, Failure)
    assert "more than 100 pages" in users.message


def test_a_change_that_was_refused_is_a_refusal(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Its status is that of a change that could not be made."""
    scripted.script["*"] = script.error("AccessDeniedException", "no", 403)
    with pytest.raises(Refusal, match="was not done: not allowed") as raised:
        asyncio.run(aws_to(scripted.url).do(ACCOUNT))
    assert raised.value.status == 4
    assert raised.value.hint == "the permission ses:GetAccount"


def test_a_change_without_an_answer_may_have_been_made(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Silence after the request is not told as a failure to do it."""
    scripted.script["*"] = script.fault("reset")
    with pytest.raises(Refusal, match="may or may not have been done"):
        asyncio.run(aws_to(scripted.url).do(ACCOUNT))


def test_a_secret_is_not_shown_by_repr() -> None:
    """Neither that of our own key nor the parameters of a call."""
    shown = repr(OwnKey(key_id="AKIA", secret="canary")) + repr(replace(ACCOUNT, params={"SecretString": "canary"}))
    assert "canary" not in shown


def test_asking_works_in_one_event_loop_after_another(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """A diagnosis and the repair after it may each have their own."""
    scripted.script["*"] = script.reply({"SendingEnabled": True})
    aws = aws_to(scripted.url)
    assert _asked(aws) == _asked(aws)


def _users(*names: str) -> str:
    members = "".join(f"<member><UserName>{name}</UserName></member>" for name in names)
    return f"<Users>{members}</Users>"


def _no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
