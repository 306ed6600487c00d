"""The diagnosis as the JSON document of the contract, schema ``mailstrata.diagnosis/1``.

    render(diagnosis)      # '{"schema": "mailstrata.diagnosis/1", "at": "2026-05-12T18:43:00Z", …'

The order of keys is fixed, times are UTC, and the text is pure ASCII: what is foreign in it cannot steer a terminal.
"""

from __future__ import annotations

import json

from mailstrata.model.diagnosis import Attributed, Diagnosis, StratumReport
from mailstrata.model.finding import Finding, Fix, Letter, Proof, Undetermined
from mailstrata.reports.words import iso

SCHEMA = "mailstrata.diagnosis/1"

Json = dict[str, object]


def document(diagnosis: Diagnosis) -> Json:
    """The document as dictionaries, lists, texts, numbers and truth values."""
    setup = diagnosis.setup
    return {
        "schema": SCHEMA,
        "at": iso(diagnosis.at),
        "setup": {
            "domain": setup.domain,
            "alias": setup.aliases[0].address if setup.aliases else None,
            "region": setup.region,
        },
        "verdict": diagnosis.verdict.value,
        "strata": [_stratum(each) for each in diagnosis.strata],
        "findings": [_finding(each) for each in diagnosis.findings],
        "undetermined": [_undetermined(each) for each in diagnosis.undetermined],
        "attempts": [_attempt(each) for each in diagnosis.attempts],
        "fixes": [_fix(each) for each in diagnosis.fixes],
    }


def render(diagnosis: Diagnosis) -> str:
    """The document as text, indented, with a newline at its end."""
    return dumps(document(diagnosis))


def dumps(content: Json) -> str:
    """JSON in pure ASCII without any control character but its own newlines."""
    return json.dumps(content, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"


def _stratum(report: StratumReport) -> Json:
    return {
        "name": report.name.value,
        "state": report.state.value,
        "checked": report.checked,
        "fine": list(report.fine),
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "stratum": finding.stratum.value,
        "gravity": finding.gravity.value,
        "confidence": finding.confidence.value,
        "owner": finding.owner.value,
        "subject": finding.subject,
        "title": finding.title,
        "because": list(finding.because),
        "evidence": [_proof(each) for each in finding.evidence],
        "refines": finding.refines,
        "caused_by": finding.caused_by,
        "masks": list(finding.masks),
        "role": finding.role.value,
        "explains": list(finding.explains),
        "fixes": list(finding.fixes),
    }


def _proof(proof: Proof) -> Json:
    return {
        "question": proof.question,
        "grade": proof.grade.value,
        "source": proof.source,
        "at": iso(proof.at) if proof.at else None,
        "quote": proof.quote,
    }


def _undetermined(each: Undetermined) -> Json:
    told: Json = {"code": each.code, "subject": each.subject, "reason": each.reason, "needs": each.needs}
    return told | {"unasked": True} if each.unasked else told


def _attempt(each: Attributed) -> Json:
    attempt = each.attempt
    return {
        "id": attempt.id,
        "from": attempt.sender,
        "to": attempt.recipient,
        "at": iso(attempt.at) if attempt.at else None,
        "via": attempt.via.value,
        "outcome": attempt.outcome.value,
        "stratum": each.stratum.value if each.stratum else None,
        "cause": each.cause,
    }


def _fix(fix: Fix) -> Json:
    return {
        "id": fix.id,
        "rank": fix.rank,
        "title": fix.title,
        "for": list(fix.codes),
        "automatic": fix.automatic,
        "safe": fix.safe,
        "who": fix.who,
        "cost": fix.cost,
        "minutes": fix.minutes,
        "wait": fix.wait,
        "after": list(fix.after),
        "steps": [*fix.steps, *(letter.text for letter in fix.letters)],
        "iam": list(fix.iam),
        "verify": fix.verify,
        "undo": fix.undo,
        "letters": [_letter(each) for each in fix.letters],
    }


def _letter(letter: Letter) -> Json:
    return {"to": letter.to, "subject": letter.subject, "text": letter.text, "for": letter.code}
