"""Keys, users and permissions, asked of IAM."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_iam import IamAnswers
from mailstrata.model.facts import AccessKeyFacts, CallerFacts, SimulationFacts
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import AccessKey, Caller, MaySend, Question

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import Asked, Reply, Script, ScriptedAws

    AwsTo = Callable[..., Aws]

KEY = "AKIA2EXAMPLE00000001"
SEND = MaySend(user="ses-smtp-relay", region="us-east-1", sender="admin@sailing.example")
USED = (
    "<UserName>ses-smtp-relay</UserName><AccessKeyLastUsed><LastUsedDate>2026-05-01T08:00:00Z</LastUsedDate>"
    "<ServiceName>ses</ServiceName><Region>us-east-1</Region></AccessKeyLastUsed>"
)
ARN = "arn:aws:iam::123456789012:user/mail/ses-smtp-relay"


def _ask(aws: Aws, question: Question[Any]) -> Observation[Any]:
    return asyncio.run(World(answerers=IamAnswers(aws).answerers()).ask(question))


def _keys(user: str, *ids: str, status: str = "Inactive") -> str:
    members = "".join(
        f"<member><UserName>{user}</UserName><AccessKeyId>{key}</AccessKeyId><Status>{status}</Status>"
        "<CreateDate>2026-01-01T00:00:00Z</CreateDate></member>"
        for key in ids
    )
    return f"<AccessKeyMetadata>{members}</AccessKeyMetadata><IsTruncated>false</IsTruncated>"


def _users(*names: str) -> str:
    members = "".join(f"<member><UserName>{name}</UserName></member>" for name in names)
    return f"<Users>{members}</Users><IsTruncated>false</IsTruncated>"


def test_whose_credentials_are_used(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Account and ARN."""
    inside = f"<Arn>{ARN}</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    scripted.script["GetCallerIdentity"] = script.xml("GetCallerIdentity", inside)
    seen = _ask(aws_to(scripted.url), Caller())
    assert isinstance(seen, Seen)
    assert seen.value == CallerFacts(account="123456789012", arn=ARN)


def test_a_key_with_its_user_status_and_last_use(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Two calls: whose it is, then what state it is in."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml("GetAccessKeyLastUsed", USED)
    scripted.script["ListAccessKeys"] = script.xml("ListAccessKeys", _keys("ses-smtp-relay", "AKIAOTHER", KEY))
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert seen == Seen(
        value=AccessKeyFacts(
            user="ses-smtp-relay",
            status="Inactive",
            created=datetime(2026, 1, 1, tzinfo=UTC),
            last_used=datetime(2026, 5, 1, 8, tzinfo=UTC),
            last_service="ses",
            last_region="us-east-1",
        ),
        source="AWS iam",
        at=script.start,
    )


def test_a_key_that_was_never_used_has_no_last_use(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS writes N/A for service and region."""
    never = (
        "<UserName>ses-smtp-relay</UserName><AccessKeyLastUsed><ServiceName>N/A</ServiceName>"
        "<Region>N/A</Region></AccessKeyLastUsed>"
    )
    scripted.script["GetAccessKeyLastUsed"] = script.xml("GetAccessKeyLastUsed", never)
    scripted.script["ListAccessKeys"] = script.xml("ListAccessKeys", _keys("ses-smtp-relay", KEY))
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Seen)
    assert (seen.value.last_used, seen.value.last_service, seen.value.last_region) == (None, "", "")


def test_a_key_that_its_user_no_longer_has_is_absent(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS may remember the last use of a key that was deleted since."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml("GetAccessKeyLastUsed", USED)
    scripted.script["ListAccessKeys"] = script.xml("ListAccessKeys", _keys("ses-smtp-relay", "AKIAOTHER"))
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Absent)
    assert seen.how == "not among the keys of ses-smtp-relay"


def test_a_denied_key_is_looked_for_among_all_users(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS says "denied" for keys of other accounts too, so it is found where it is."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml_error("AccessDenied", "not authorized")
    scripted.script["ListUsers"] = script.xml("ListUsers", _users(*(f"user-{number}" for number in range(20))))
    scripted.script["ListAccessKeys"] = lambda asked: _keys_of(asked, script, owner="user-13")
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Seen)
    assert (seen.value.user, seen.value.status, seen.value.last_used) == ("user-13", "Inactive", None)


def test_a_key_of_no_user_is_absent(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """All were looked through, one of whom went away meanwhile."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml_error("AccessDenied", "not authorized")
    scripted.script["ListUsers"] = script.xml("ListUsers", _users("ann", "gone"))
    scripted.script["ListAccessKeys"] = lambda asked: _keys_of(asked, script, owner="nobody")
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert seen == Absent(how="not among the keys of the account's 2 users", source="AWS iam", at=script.start)


@pytest.mark.parametrize("key_id", ["ses-smtp-relay", "AKIA", "AKIAIOSFODNN7EXAMP1E", "x" * 200])
def test_what_is_no_key_id_is_absent_once_all_keys_were_seen(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, key_id: str
) -> None:
    """A mistyped id, which AWS or boto3 refuse to look up, is the key of no user either."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml_error("ValidationError", "not an access key id", 400)
    scripted.script["ListUsers"] = script.xml("ListUsers", _users("ann"))
    scripted.script["ListAccessKeys"] = lambda asked: _keys_of(asked, script, owner="nobody")
    assert isinstance(_ask(aws_to(scripted.url), AccessKey(key_id=key_id)), Absent)


def test_a_key_is_not_absent_when_one_user_could_not_be_looked_at(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """It may be that one's."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml_error("AccessDenied", "not authorized")
    scripted.script["ListUsers"] = script.xml("ListUsers", _users("ann", "secret"))
    scripted.script["ListAccessKeys"] = lambda asked: _keys_of(asked, script, owner="nobody")
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Unknown)


def test_without_any_permission_both_ways_are_named(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """Whoever gives the permission knows which."""
    scripted.script["*"] = script.xml_error("AccessDenied", "not authorized")
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Unknown)
    assert seen.needs == "the permission iam:GetAccessKeyLastUsed, and the permission iam:ListUsers"


def test_a_key_without_a_user_may_be_roots(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """AWS knows it, and no user has it: Unknown, since a root key is in no list."""
    scripted.script["GetAccessKeyLastUsed"] = script.xml(
        "GetAccessKeyLastUsed", "<AccessKeyLastUsed><ServiceName>N/A</ServiceName></AccessKeyLastUsed>"
    )
    scripted.script["ListUsers"] = script.xml("ListUsers", _users("ann"))
    scripted.script["ListAccessKeys"] = lambda asked: _keys_of(asked, script, owner="nobody")
    seen = _ask(aws_to(scripted.url), AccessKey(key_id=KEY))
    assert isinstance(seen, Unknown)
    assert "root" in seen.reason


def test_a_time_out_starts_no_search(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """An answer that did not come is no reason to ask a thousand more."""
    scripted.script["*"] = script.xml_error("InternalFailure", "", 500)
    assert isinstance(_ask(aws_to(scripted.url), AccessKey(key_id=KEY)), Unknown)
    assert scripted.names() == ["GetAccessKeyLastUsed"]


def test_a_permission_is_simulated_on_the_identity_of_the_senders_domain(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script
) -> None:
    """With the sender as ``ses:FromAddress``, and the user's own ARN, which may have a path."""
    _simulated(scripted, script, "<EvalDecision>explicitDeny</EvalDecision>")
    seen = _ask(aws_to(scripted.url), SEND)
    assert isinstance(seen, Seen)
    assert seen.value == SimulationFacts(decision="explicitDeny", statements=("NoMail",))
    fields = scripted.asked[-1].fields
    assert fields["PolicySourceArn"] == ARN
    assert fields["ActionNames.member.1"] == "ses:SendRawEmail"
    assert fields["ResourceArns.member.1"] == "arn:aws:ses:us-east-1:123456789012:identity/sailing.example"
    assert fields["ContextEntries.member.1.ContextKeyName"] == "ses:FromAddress"
    assert fields["ContextEntries.member.1.ContextKeyValues.member.1"] == "admin@sailing.example"


@pytest.mark.parametrize("decision", ["allowed", "implicitDeny", "explicitDeny"])
def test_a_decision_that_depends_on_the_real_send_is_unknown(
    scripted: ScriptedAws, aws_to: AwsTo, script: Script, decision: str
) -> None:
    """The simulator calls a policy on ``aws:SourceIp`` a denial, since it has no address."""
    missing = "<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>"
    _simulated(scripted, script, f"<EvalDecision>{decision}</EvalDecision>{missing}")
    seen = _ask(aws_to(scripted.url), SEND)
    assert isinstance(seen, Unknown)
    assert "aws:SourceIp" in seen.reason
    assert seen.needs == "a test message"


def test_a_user_that_does_not_exist_is_absent(scripted: ScriptedAws, aws_to: AwsTo, script: Script) -> None:
    """And nothing is simulated."""
    scripted.script["GetUser"] = script.xml_error("NoSuchEntity", "no such user", 404)
    assert isinstance(_ask(aws_to(scripted.url), SEND), Absent)
    assert scripted.names() == ["GetUser"]


def _simulated(scripted: ScriptedAws, script: Script, decision: str) -> None:
    user = f"<User><Path>/mail/</Path><UserName>ses-smtp-relay</UserName><UserId>A</UserId><Arn>{ARN}</Arn></User>"
    matched = "<MatchedStatements><member><SourcePolicyId>NoMail</SourcePolicyId></member></MatchedStatements>"
    result = f"<member><EvalActionName>ses:SendRawEmail</EvalActionName>{decision}{matched}</member>"
    inside = f"<EvaluationResults>{result}</EvaluationResults><IsTruncated>false</IsTruncated>"
    scripted.script["GetUser"] = script.xml("GetUser", user)
    scripted.script["SimulatePrincipalPolicy"] = script.xml("SimulatePrincipalPolicy", inside)


def _keys_of(asked: Asked, script: Script, *, owner: str) -> Reply:
    user = asked.fields["UserName"]
    if user == "gone":
        return script.xml_error("NoSuchEntity", "gone", 404)
    if user == "secret":
        return script.xml_error("AccessDenied", "not authorized")
    return script.xml("ListAccessKeys", _keys(user, KEY if user == owner else f"AKIA-{user}"))
