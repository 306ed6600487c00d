"""SES's SMTP endpoint does not answer on the alias's port, though SES is up.

What it sees
    The connection to host and port ends before a greeting. Then the other ports of the same host, and SES's API in the
    region, tell whether SES or the way to it is at fault. Where they are silent too, our own network may be, and
    nothing is said.
Why it matters
    Programs that send from this network can not send. Gmail connects from Google's network: its mail is lost only where its
    own bounces speak of the same trouble.
How to put it right
    Use another of SES's ports, or have the way opened: a firewall, a provider that blocks port 25, EC2's throttle of port
    25, a VPC without an endpoint for SES.
Read more
    facts.md A1; peers-diagnosis.md 2.1; https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import PORTS, Refusal, Trouble
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.question import Addresses, Endpoint, SesAccount
from mailstrata.model.setup import Alias

CODE = "endpoint-unreachable"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each endpoint that aliases use."""
    for question, aliases in relay_facts.endpoints(case):
        match evidence[question]:
            case Seen(value=facts) if relay_facts.trouble(facts) is Trouble.REACH:
                yield from _silent(case, evidence, question, aliases)
            case Seen():
                text = f"{question.host}:{question.port} answers"
                yield Fine(code=CODE, stratum=STRATUM, text=text)
            case Unknown() as unknown:
                yield _unknown(question, unknown)


def _silent(case: Case, evidence: Evidence, question: Endpoint, aliases: tuple[Alias, ...]) -> Iterator[Result]:
    """It did not answer: whether anything else of SES does."""
    account = SesAccount(relay_facts.region_of(case, aliases[0]))
    others = [
        Endpoint(question.host, port, security) for port, security in PORTS.items() if port not in (question.port, 25)
    ]
    evidence.want(Addresses(question.host), account, *others)
    open_ports = [str(other.port) for other in others if _greets(evidence, other)]
    match evidence[Addresses(question.host)]:
        case Absent():
            return
        case Unknown() as unknown:
            yield _unknown(question, unknown)
            return
    if not open_ports and not isinstance(evidence[account], Seen):
        reason = "neither its other ports nor SES's API answer from here: our own network may be at fault"
        yield _unknown(question, Unknown(reason=reason, needs="a diagnosis from another network"))
    else:
        yield _finding(case, evidence, (question, aliases), open_ports)


def _greets(evidence: Evidence, other: Endpoint) -> bool:
    match evidence[other]:
        case Seen(value=facts):
            return relay_facts.trouble(facts) is not Trouble.REACH
    return False


def _finding(
    case: Case, evidence: Evidence, endpoint: tuple[Endpoint, tuple[Alias, ...]], open_ports: list[str]
) -> Finding:
    question, aliases = endpoint
    answer = evidence[question]
    failure = answer.value.failure if isinstance(answer, Seen) else ""
    refused = relay_facts.standing(case, aliases, Refusal.CONNECT)
    stops = relay_facts.stopped_as_seen(case, aliases, Refusal.CONNECT)
    else_ = f"{_ports(open_ports)} the same host" if open_ports else "SES's API answers"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if stops else Gravity.NOTICE,
        confidence=Confidence.PROVEN,
        owner=Owner.NETWORK,
        subject=_subject(question),
        title=f"SES's endpoint does not answer on port {question.port} from here",
        because=(f"{question.host}:{question.port}: {failure}", f"{else_}, so SES itself is up"),
        evidence=(evidence.proof(question), *relay_facts.testimony(refused)),
        explains=paths.ids(refused),
        stops=stops,
        fixes=("use-other-port",) if open_ports else ("mend-endpoint-path",),
        target=relay_facts.target(case, aliases, ports=",".join(open_ports)),
    )


def _subject(question: Endpoint) -> str:
    return f"{question.host}:{question.port}"


def _unknown(question: Endpoint, unknown: Unknown) -> Undetermined:
    return Undetermined(
        code=CODE, stratum=STRATUM, subject=_subject(question), reason=unknown.reason, needs=unknown.needs
    )


def _ports(open_ports: Sequence[str]) -> str:
    """``port 465 answers on`` or ``ports 465, 2465 answer on``, for a sentence that ends with the host."""
    several = len(open_ports) > 1
    return f"{'ports' if several else 'port'} {', '.join(open_ports)} {'answer' if several else 'answers'} on"
