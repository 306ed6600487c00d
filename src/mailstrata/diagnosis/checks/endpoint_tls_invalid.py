"""What answers at SES's SMTP endpoint has no good certificate, or offers no login under TLS.

What it sees
    The session with the endpoint up to the login: STARTTLS or TLS, the certificate's name, chain and dates, and whether AUTH is
    offered under it. SES itself does all of that well.
Why it matters
    Something between here and SES answers in its place: a proxy, a virus scanner, a captive network. No password should be
    shown to it, and none is. Gmail connects from Google's network: its mail is lost only where its own bounces speak of the
    same trouble.
How to put it right
    Take whatever opens TLS out of the way, or send from another network.
Read more
    facts.md A1, A2, C1, C3; https://docs.aws.amazon.com/ses/latest/dg/security-protocols.html
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.diagnosis import paths, relay_facts
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.diagnosis.relay_facts import Refusal, Trouble
from mailstrata.model.attempt import Case
from mailstrata.model.facts import EndpointFacts
from mailstrata.model.finding import Confidence, Finding, Fine, Gravity, Owner, Result, Stratum, Undetermined
from mailstrata.model.observation import Seen, Unknown
from mailstrata.model.question import Endpoint
from mailstrata.model.setup import Alias

CODE = "endpoint-tls-invalid"
STRATUM = Stratum.RELAY


def judge(case: Case, evidence: Evidence) -> Iterator[Result]:
    """One result for each endpoint that aliases use and that can be reached."""
    for question, aliases in relay_facts.endpoints(case):
        subject = f"{question.host}:{question.port}"
        match evidence[question]:
            case Seen(value=facts) if relay_facts.trouble(facts) is Trouble.TLS:
                yield _finding(case, evidence, (question, aliases), facts)
            case Seen(value=facts) if not relay_facts.trouble(facts):
                version = facts.tls.version if facts.tls else "TLS"
                text = f"{subject} offers AUTH {' '.join(facts.auth)} under {version} with a good certificate"
                yield Fine(code=CODE, stratum=STRATUM, text=text)
            case Seen(value=facts):
                reason = f"the session ended before TLS: {facts.failure}"
                needs = "an endpoint that answers"
                yield Undetermined(code=CODE, stratum=STRATUM, subject=subject, reason=reason, needs=needs)
            case Unknown(reason=reason, needs=needs):
                yield Undetermined(code=CODE, stratum=STRATUM, subject=subject, reason=reason, needs=needs)


def _finding(
    case: Case, evidence: Evidence, endpoint: tuple[Endpoint, tuple[Alias, ...]], facts: EndpointFacts
) -> Finding:
    question, aliases = endpoint
    refused = relay_facts.standing(case, aliases, Refusal.TLS, Refusal.NO_AUTH)
    stops = relay_facts.stopped_as_seen(case, aliases, Refusal.TLS, Refusal.NO_AUTH)
    what = (facts.tls.problem if facts.tls else "") or facts.failure or "no AUTH is offered under TLS"
    return Finding(
        code=CODE,
        stratum=STRATUM,
        gravity=Gravity.FAULT if stops else Gravity.WARNING,
        confidence=Confidence.PROVEN,
        owner=Owner.NETWORK,
        subject=f"{question.host}:{question.port}",
        title=f"What answers as {question.host} can not be trusted with a password",
        because=(what, "SES's own endpoints have good certificates and offer AUTH: something answers in their place"),
        evidence=(evidence.proof(question), *relay_facts.testimony(refused)),
        explains=paths.ids(refused),
        stops=stops,
        fixes=("mend-endpoint-path",),
        target=relay_facts.target(case, aliases),
    )
