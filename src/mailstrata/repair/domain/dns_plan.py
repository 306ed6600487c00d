"""The changes in DNS: one batch of record sets, merged with what stands there; what no machine should touch is for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailstrata.formats.dns_record import txt
from mailstrata.formats.ses_records import SES
from mailstrata.model.finding import Record
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.repair.domain import merging, ramp
from mailstrata.repair.domain.change import Change, Gap, Layer
from mailstrata.repair.domain.goal import Goal, Purpose, Wanted, records
from mailstrata.repair.domain.merging import Conflict
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.state import Observed


@dataclass(slots=True)
class Batch:
    """What goes into the one change, and what does not."""

    records: list[Record] = field(default_factory=list)
    before: list[Record] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)
    safe: bool = True

    def put(self, record: Record, before: tuple[str, ...], why: str) -> None:
        """Add a record set with what stands in its place."""
        self.records.append(record)
        self.before.append(Record(name=record.name, type=record.type, values=before))
        self.whys.append(why)


def batch(goal: Goal, seen: Observed, evidence: Evidence) -> Batch:
    """All that DNS needs."""
    found = Batch()
    dkim = seen.identity.value.dkim if isinstance(seen.identity, Seen) else None
    for wanted in records(goal, dkim):
        _weighed(wanted, goal, seen, evidence=evidence, into=found)
    if isinstance(seen.identity, Unknown):
        reason, needs = seen.identity.reason, seen.identity.needs
        found.gaps.append(Gap(subject=f"DKIM records of {goal.domain}", reason=reason, needs=needs))
    return found


def change(found: Batch, seen: Observed) -> Iterator[Change]:
    """The batch as one change, by the machine where the zone is in its reach, and the conflicts for a person."""
    if found.records:
        by_machine = isinstance(seen.zone, Seen)
        count = sum(1 for record in found.records if record.values)
        yield Change(
            id="publish-records",
            layer=Layer.DNS if by_machine else Layer.PERSON,
            title=f"publish {count} record{'s' if count != 1 else ''}"
            + (" in one batch of Route 53" if by_machine else " where the DNS is"),
            why="; ".join(_counted(found.whys)) + (f" ({seen.elsewhere})" if seen.elsewhere else ""),
            safe=found.safe,
            records=tuple(found.records),
            before=tuple(found.before),
            verify="the zone's own name servers answer with them",
            undo="publish what stood there before; the ledger has it" if by_machine else "",
        )
    yield from found.conflicts


def _counted(whys: list[str]) -> Iterator[str]:
    """Each reason once, with the number of record sets that it holds for."""
    for why in dict.fromkeys(whys):
        count = whys.count(why)
        yield f"{why} ({count} names)" if count > 1 else why


def _weighed(wanted: Wanted, goal: Goal, seen: Observed, *, evidence: Evidence, into: Batch) -> None:
    record = wanted.record
    there = seen.at(record.name, record.type)
    if isinstance(there, Unknown):
        into.gaps.append(Gap(subject=f"{record.type} {record.name}", reason=there.reason, needs=there.needs))
        return
    standing = there.value if isinstance(there, Seen) else ()
    if record.type != "CNAME":
        _out_of_the_way(record, seen.at(record.name, "CNAME"), into)
    if wanted.exactly:
        _exact(wanted, standing, goal, into)
    else:
        _joined(wanted, standing, goal, evidence=evidence, into=into)


def _out_of_the_way(record: Record, alias: Observation[tuple[str, ...]], into: Batch) -> None:
    """A CNAME allows nothing beside it (RFC 1034 3.6.2); where one stands, it has to go first."""
    gone = Record(name=record.name, type="CNAME", values=())
    if isinstance(alias, Seen) and gone not in into.records:
        into.put(
            gone, alias.value, f"a CNAME to {alias.value[0]} stands at {record.name}, which allows nothing beside it"
        )
        into.safe = False


def _exact(wanted: Wanted, standing: tuple[str, ...], goal: Goal, into: Batch) -> None:
    record = wanted.record
    if {_folded(one) for one in standing} == {_folded(one) for one in record.values}:
        into.right.append(f"{wanted.purpose}: {record.type} {record.name}")
        return
    foreign = [one for one in standing if not _is_ses(one)]
    if record.type == "MX" and foreign:
        into.conflicts.append(_elsewhere(wanted, foreign, goal))
        return
    into.put(record, standing, f"{wanted.purpose}: not there" if not standing else f"{wanted.purpose}: leads elsewhere")


def _elsewhere(wanted: Wanted, foreign: list[str], goal: Goal) -> Change:
    """Mail that goes to somebody else's server today is nobody's to lead away unasked."""
    name, hosts = wanted.record.name, ", ".join(foreign)
    inbound = wanted.purpose is Purpose.INBOUND
    return Change(
        id="move-inbound-mx" if inbound else "choose-mail-from",
        layer=Layer.PERSON,
        title=f"decide where the mail of {goal.domain} is received"
        if inbound
        else f"choose another MAIL FROM name than {name}",
        why=f"the MX of {name} leads to {hosts}; mailstrata does not touch it",
        safe=False,
        records=(wanted.record,),
        steps=(
            (f"to receive by SES, replace the MX of {name} by {wanted.record.values[0]}",)
            if inbound
            else ("a MAIL FROM domain may not receive other mail (facts.md B3): set mail_from to a name without MX",)
        ),
    )


def _joined(wanted: Wanted, standing: tuple[str, ...], goal: Goal, *, evidence: Evidence, into: Batch) -> None:
    record, note = wanted.record, ""
    if wanted.purpose is Purpose.DMARC:
        next_step = ramp.step(merging.policy_of(standing), goal.dmarc, evidence)
        joined, note = merging.dmarc(standing, next_step.policy), next_step.why
    else:
        joined = merging.spf(standing, SES)
    if isinstance(joined, Conflict):
        into.conflicts.append(
            Change(
                id=f"mend-{'dmarc' if wanted.purpose is Purpose.DMARC else 'spf'}",
                layer=Layer.PERSON,
                title=f"mend the texts at {record.name}",
                why=joined.reason,
                steps=(joined.advice,),
            )
        )
    elif not joined.how:
        into.right.append(f"{wanted.purpose}: TXT {record.name}" + (f" ({note})" if note else ""))
    else:
        into.put(
            txt(record.name, joined.texts), standing, f"{wanted.purpose}: {joined.how}" + (f" ({note})" if note else "")
        )


def _is_ses(value: str) -> bool:
    """Whether an MX leads to SES, sending or receiving, of whatever region (facts.md B3)."""
    host = value.split(" ")[-1].rstrip(".").lower()
    return host.endswith((".amazonses.com", ".amazonaws.com")) and host.startswith(("feedback-smtp.", "inbound-smtp."))


def _folded(value: str) -> str:
    return value.rstrip(".").lower()
