"""All adapters of AWS against the lab's AWS: real signatures, real policies, real state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from mailstrata.adapters.asker import World
from mailstrata.adapters.aws import Aws
from mailstrata.adapters.aws_faults import Call
from mailstrata.adapters.aws_iam import IamAnswers
from mailstrata.adapters.aws_iam_keys import IamKeys
from mailstrata.adapters.aws_permissions import PERMISSIONS
from mailstrata.adapters.aws_route53 import Route53Answers, Route53Changes
from mailstrata.adapters.aws_secrets import SecretsManager
from mailstrata.adapters.aws_ses import SesAnswers, SesChanges
from mailstrata.adapters.secrets import SecretPlaces
from mailstrata.model.errors import Refusal
from mailstrata.model.facts import CallerFacts, SuppressionFacts
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.model.question import (
    AccessKey,
    ApiSend,
    Caller,
    EventRecording,
    HostedZone,
    MailboxExists,
    MaySend,
    MessageEvents,
    Question,
    SesAccount,
    SesIdentity,
    Suppression,
)
from mailstrata.model.setup import Network

if TYPE_CHECKING:
    from tests.rooms.adapters.conftest import LivingAws, Script

T = TypeVar("T")
REGION = "us-east-1"
RELAY = "ses-smtp-relay"
PETER = "peter@dock.example"
SENDER = "admin@sailing.example"

pytestmark = pytest.mark.lab


def _world(aws: Aws) -> World:
    network = Network(probe_sends=True)
    answers = (SesAnswers(aws, network), IamAnswers(aws), Route53Answers(aws))
    return World(answerers={kind: answer for it in answers for kind, answer in it.answerers().items()})


@pytest.fixture(scope="module")
def aws(lab: LivingAws, script: Script) -> Iterator[Aws]:
    """The administrator's way to the lab, with an account in which something stands."""
    network = Network(aws_endpoint=lab.url, requests_per_second=1000)
    own = Aws(network, script.clock, region=REGION, own_key=lab.administrator)
    _furnish(lab, own)
    yield own
    own.close()


def _furnish(lab: LivingAws, aws: Aws) -> None:
    lab.user(RELAY, "ses:SendRawEmail")
    params = {"Name": "sailing.example", "CallerReference": "one"}
    calls = (
        Call(service="sesv2", operation="CreateEmailIdentity", region=REGION, params={"EmailIdentity": SENDER}),
        Call(
            service="sesv2", operation="CreateEmailIdentity", region=REGION, params={"EmailIdentity": "sailing.example"}
        ),
        Call(
            service="sesv2", operation="CreateConfigurationSet", region=REGION, params={"ConfigurationSetName": "main"}
        ),
        Call(service="route53", operation="CreateHostedZone", params=params),
    )
    for call in calls:
        _run(aws.do(call))
    _run(SesChanges(aws).restore_suppression(REGION, PETER, SuppressionFacts(updated=lab.start)))


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def _ask(aws: Aws, question: Question[Any]) -> Observation[Any]:
    return _run(_world(aws).ask(question))


def test_who_we_are(aws: Aws) -> None:
    """The lab's administrator."""
    seen = _ask(aws, Caller())
    assert isinstance(seen, Seen)
    assert seen.value == CallerFacts(account="123456789012", arn="arn:aws:iam::123456789012:user/lab-administrator")


def test_a_key_through_its_life(aws: Aws) -> None:
    """Made, switched off, deleted; each state is seen, and the last is absent."""
    keys = IamKeys(aws)
    key_id, secret = _run(keys.create(RELAY))
    assert len(secret) == 40
    assert _state(aws, key_id) == (RELAY, "Active")
    _run(keys.set_status(RELAY, key_id, "Inactive"))
    assert _state(aws, key_id) == (RELAY, "Inactive")
    with pytest.raises(Refusal, match="two access keys already"):
        _run(keys.create(RELAY))
    assert key_id in dict(_run(keys.of_user(RELAY)))
    _run(keys.delete(RELAY, key_id))
    assert isinstance(_ask(aws, AccessKey(key_id=key_id)), Absent)


def _state(aws: Aws, key_id: str) -> tuple[str, str]:
    seen = _ask(aws, AccessKey(key_id=key_id))
    assert isinstance(seen, Seen)
    return seen.value.user, seen.value.status


def test_what_the_relay_may_send(lab: LivingAws, aws: Aws) -> None:
    """Allowed, then denied by a policy, then depending on where it sends from."""
    question = MaySend(user=RELAY, region=REGION, sender=SENDER)
    assert _decision(aws, question) == "allowed"
    deny = {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}
    lab.iam.put_user_policy(RELAY, "quiet", {"Version": "2012-10-17", "Statement": [deny]})
    assert _decision(aws, question) == "explicitDeny"
    deny["Condition"] = {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}  # type: ignore[assignment]
    lab.iam.put_user_policy(RELAY, "quiet", {"Version": "2012-10-17", "Statement": [deny]})
    seen = _ask(aws, question)
    assert isinstance(seen, Unknown)
    assert "aws:SourceIp" in seen.reason
    lab.iam.remove_user_policy(RELAY, "quiet")


def _decision(aws: Aws, question: MaySend) -> str:
    seen = _ask(aws, question)
    assert isinstance(seen, Seen)
    return str(seen.value.decision)


def test_ses_account_and_identities(aws: Aws) -> None:
    """A production account; an identity that waits for its DNS records; none of another name or region."""
    account = _ask(aws, SesAccount(region=REGION))
    assert isinstance(account, Seen)
    assert account.value.production
    identity = _ask(aws, SesIdentity(region=REGION, name="sailing.example"))
    assert isinstance(identity, Seen)
    assert (identity.value.kind, identity.value.verified, len(identity.value.dkim.tokens)) == ("DOMAIN", False, 3)
    assert isinstance(_ask(aws, SesIdentity(region=REGION, name="harbor.example")), Absent)
    assert isinstance(_ask(aws, SesIdentity(region="eu-west-1", name="sailing.example")), Absent)


def test_a_suppression_is_removed_and_put_back(lab: LivingAws, aws: Aws) -> None:
    """Also by another spelling of the address; twice is no error."""
    question = Suppression(region=REGION, address=PETER)
    assert isinstance(_ask(aws, question), Seen)
    changes = SesChanges(aws)
    _run(changes.remove_suppression(REGION, "Peter@dock.example"))
    _run(changes.remove_suppression(REGION, PETER))
    assert isinstance(_ask(aws, question), Absent)
    _run(changes.restore_suppression(REGION, PETER, SuppressionFacts(reason="COMPLAINT", updated=lab.start)))
    seen = _ask(aws, question)
    assert isinstance(seen, Seen)
    assert seen.value.reason == "COMPLAINT"


def test_dkim_is_turned_on(lab: LivingAws, aws: Aws) -> None:
    """The fix of ``dkim-disabled``, seen by asking again."""
    off = {"EmailIdentity": "sailing.example", "SigningEnabled": False}
    _run(aws.do(Call(service="sesv2", operation="PutEmailIdentityDkimAttributes", region=REGION, params=off)))
    question = SesIdentity(region=REGION, name="sailing.example")
    assert not _signing(aws, question)
    _run(SesChanges(aws).enable_dkim(REGION, "sailing.example"))
    assert _signing(aws, question)


def _signing(aws: Aws, question: SesIdentity) -> bool:
    seen = _ask(aws, question)
    assert isinstance(seen, Seen)
    return bool(seen.value.dkim.signing)


def test_a_test_message_is_accepted_or_judged(aws: Aws) -> None:
    """From a verified address, and from an unverified domain in SES's own words."""
    accepted = _ask(aws, ApiSend(region=REGION, sender=SENDER))
    assert isinstance(accepted, Seen)
    assert accepted.value.accepted
    rejected = _ask(aws, ApiSend(region=REGION, sender="ann@harbor.example"))
    assert isinstance(rejected, Seen)
    assert not rejected.value.accepted
    assert rejected.value.answer.startswith("MessageRejected: Email address is not verified")


def test_records_are_published_and_unpublished(aws: Aws) -> None:
    """What stood there comes back, and publishing that undoes it."""
    zone = _ask(aws, HostedZone(name="_dmarc.sailing.example"))
    assert isinstance(zone, Seen)
    assert zone.value.name == "sailing.example"
    assert zone.value.nameservers
    long = Record(name="k._domainkey.sailing.example", type="TXT", values=("v=DKIM1; p=" + "A" * 392,))
    dmarc = Record(name="_dmarc.sailing.example", type="TXT", values=("v=DMARC1; p=none",))
    changes = Route53Changes(aws)
    first = _run(changes.publish(zone.value.id, (dmarc, long)))
    assert [record.values for record in first] == [(), ()]
    strict = Record(name=dmarc.name, type="TXT", values=("v=DMARC1; p=reject",))
    assert _run(changes.publish(zone.value.id, (strict, long))) == (dmarc, long)
    assert _run(changes.publish(zone.value.id, first)) == (strict, long)
    assert [record.values for record in _run(changes.publish(zone.value.id, first))] == [(), ()]
    assert isinstance(_ask(aws, HostedZone(name="harbor.example")), Absent)


def test_a_cname_in_the_way_changes_nothing(aws: Aws) -> None:
    """All or none: the record beside it is not published either."""
    zone = _ask(aws, HostedZone(name="sailing.example"))
    assert isinstance(zone, Seen)
    cname = Record(name="bounce.sailing.example", type="CNAME", values=("elsewhere.example",))
    mx = Record(name="bounce.sailing.example", type="MX", values=("10 feedback-smtp.us-east-1.amazonses.com",))
    other = Record(name="other.sailing.example", type="TXT", values=("x",))
    changes = Route53Changes(aws)
    _run(changes.publish(zone.value.id, (cname,)))
    with pytest.raises(Refusal, match="InvalidChangeBatch"):
        _run(changes.publish(zone.value.id, (other, mx)))
    gone = Record(name=other.name, type="TXT", values=())
    assert _run(changes.publish(zone.value.id, (gone,))) == (gone,)


def test_a_credential_keeps_its_previous_version(aws: Aws) -> None:
    """Written twice: the second is read, the first is AWSPREVIOUS."""
    places = SecretPlaces({"aws": SecretsManager(aws, region=REGION)})
    name = "aws:mailstrata/smtp/admin"
    with pytest.raises(Refusal, match="there is no secret"):
        _run(places.read(name))
    _run(places.write(name, {"password": "one"}))
    _run(places.write(name, {"password": "two"}))
    assert _run(places.read(name)) == {"password": "two"}
    params = {"SecretId": "mailstrata/smtp/admin", "VersionStage": "AWSPREVIOUS"}
    call = Call(service="secretsmanager", operation="GetSecretValue", region=REGION, params=params)
    assert '"one"' in _run(aws.do(call))["SecretString"]


QUESTIONS: tuple[Question[Any], ...] = (
    Caller(),
    AccessKey(key_id="AKIAIOSFODNN7EXAMPLE"),
    MaySend(user=RELAY, region=REGION, sender=SENDER),
    SesAccount(region=REGION),
    SesIdentity(region=REGION, name="sailing.example"),
    Suppression(region=REGION, address=PETER),
    MessageEvents(region=REGION, message_id="0100-1"),
    EventRecording(region=REGION, configuration_set="main"),
    MailboxExists(region=REGION, address=PETER),
    ApiSend(region=REGION, sender=SENDER),
    HostedZone(name="sailing.example"),
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.word)
def test_the_listed_permissions_are_enough(
    lab: LivingAws, aws: Aws, aws_to: Callable[..., Aws], question: Question[Any]
) -> None:
    """A user with these and no other gets an answer, and nothing that is forbidden is tried."""
    user = lab.user(f"reader-of-{question.word}", *PERMISSIONS[type(question)])
    seen = _ask(aws_to(lab.url, own_key=user), question)
    assert not (isinstance(seen, Unknown) and "not allowed" in seen.reason), seen


@pytest.mark.parametrize("question", QUESTIONS[1:], ids=lambda question: question.word)
def test_what_is_forbidden_is_unknown_and_names_a_listed_permission(
    lab: LivingAws, aws: Aws, aws_to: Callable[..., Aws], question: Question[Any]
) -> None:
    """A user with no permission at all gets no finding out of it."""
    seen = _ask(aws_to(lab.url, own_key=lab.user(f"stranger-to-{question.word}")), question)
    assert isinstance(seen, Unknown)
    assert any(f"the permission {action}" in seen.needs for action in PERMISSIONS[type(question)])


def test_credentials_that_are_not_valid_are_ours(lab: LivingAws, aws: Aws, aws_to: Callable[..., Aws]) -> None:
    """A key that the account does not know, and a wrong secret: both are told as mailstrata's own."""
    known = lab.administrator
    for own_key in (
        type(known)(key_id="AKIAIOSFODNN7EXAMPLE", secret="x"),
        type(known)(key_id=known.key_id, secret="x"),
    ):
        for question in (SesAccount(region=REGION), Caller(), HostedZone(name="sailing.example")):
            seen = _ask(aws_to(lab.url, own_key=own_key), question)
            assert isinstance(seen, Unknown)
            assert "the credentials that mailstrata itself uses" in seen.reason
