"""The changes in DNS: batches of record sets, merged with what stands there; what no machine should touch is for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mailstrata.formats.dns_record import folded, txt
from mailstrata.formats.ses_records import SES
from mailstrata.model.finding import Record
from mailstrata.model.observation import Absent, Observation, Seen, Unknown
from mailstrata.repair.domain import merging, ramp
from mailstrata.repair.domain.change import Change, Gap, Layer
from mailstrata.repair.domain.goal import Goal, Purpose, Wanted, records
from mailstrata.repair.domain.merging import Conflict
from mailstrata.repair.domain.ramp import Evidence
from mailstrata.repair.domain.state import Observed

PUBLISH, UNALIAS, HARDEN = "publish-records", "replace-cname", "harden-dmarc"
"""The changes in DNS. Only the first is safe: a CNAME that goes, and a harder policy, may cost mail that arrives today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record set of a change, what stands in its place, and why."""

    change: str
    record: Record
    before: Record
    why: str


@dataclass(slots=True)
class Batch:
    """What goes into the changes, and what does not."""

    entries: list[Entry] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    conflicts: list[Change] = field(default_factory=list)

    def put(self, record: Record, before: tuple[str, ...], why: str, *, into: str = PUBLISH) -> None:
        """Add a record set with what stands in its place."""
        standing = Record(name=record.name, type=record.type, values=before)
        self.entries.append(Entry(change=into, record=record, before=standing, why=why))


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
    """Each batch as one change, by the machine where the zone is in its reach, and the conflicts for a person."""
    for name in (PUBLISH, UNALIAS, HARDEN):
        entries = [entry for entry in found.entries if entry.change == name]
        if entries:
            yield _change(name, entries, seen)
    yield from found.conflicts


def _change(name: str, entries: list[Entry], seen: Observed) -> Change:
    by_machine = isinstance(seen.zone, Seen)
    whys = "; ".join(_counted([entry.why for entry in entries]))
    return Change(
        id=name,
        layer=Layer.DNS if by_machine else Layer.PERSON,
        title=_title(name, entries) + (" in one batch of Route 53" if by_machine else " where the DNS is"),
        why=whys + (f" ({seen.elsewhere})" if seen.elsewhere else ""),
        safe=name == PUBLISH,
        records=tuple(entry.record for entry in entries),
        before=tuple(entry.before for entry in entries),
        verify="the zone's own name servers answer with them",
        undo="publish what stood there before; the ledger has it" if by_machine else "",
    )


def _title(name: str, entries: list[Entry]) -> str:
    if name == HARDEN:
        return f"publish a harder policy at {entries[0].record.name}"
    count = sum(1 for entry in entries if entry.record.values)
    records_ = f"{count} record{'s' if count != 1 else ''}"
    return f"publish {records_}" if name == PUBLISH else f"put {records_} in the place of a CNAME"


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
    alias: Observation[tuple[str, ...]] = seen.at(record.name, "CNAME") if record.type != "CNAME" else Absent()
    if isinstance(alias, Seen) and wanted.purpose is Purpose.DMARC:
        _led_on(wanted, standing, alias.value[0].rstrip("."), into)
        return
    change = PUBLISH
    if isinstance(alias, Seen):
        _out_of_the_way(record, alias, into)
        change, standing = UNALIAS, ()  # what public DNS shows there stands where the CNAME leads
    if wanted.exactly:
        _exact(wanted, standing, goal, into, change=change)
    elif wanted.purpose is Purpose.DMARC:
        _policy(wanted.record.name, standing, ramp.step(merging.policy_of(standing), goal.dmarc, evidence), into)
    else:
        _joined(wanted.record.name, standing, into, change=change)


def _led_on(wanted: Wanted, standing: tuple[str, ...], target: str, into: Batch) -> None:
    """A DMARC record may stand where a CNAME leads, at who collects the reports, say: it is theirs to change."""
    name = wanted.record.name
    if merging.policy_of(standing):
        into.right.append(f"{wanted.purpose}: TXT {name}, by a CNAME to {target}")
        return
    into.conflicts.append(
        Change(
            id="mend-dmarc",
            layer=Layer.PERSON,
            title=f"mend the DMARC record that {name} leads to",
            why=f"a CNAME leads from {name} to {target}, where no DMARC record that can be read stands",
            steps=(f"have it published at {target}, or take the CNAME away and publish a record at {name}",),
        )
    )


def _out_of_the_way(record: Record, alias: Seen[tuple[str, ...]], into: Batch) -> None:
    """A CNAME allows nothing beside it (RFC 1034 3.6.2); where one stands, it has to go first."""
    gone = Record(name=record.name, type="CNAME", values=())
    if gone not in [entry.record for entry in into.entries]:
        why = f"a CNAME to {alias.value[0].rstrip('.')} stands at {record.name}, which allows nothing beside it"
        into.put(gone, alias.value, why, into=UNALIAS)


def _exact(wanted: Wanted, standing: tuple[str, ...], goal: Goal, into: Batch, *, change: str) -> None:
    record = wanted.record
    if {folded(one) for one in standing} == {folded(one) for one in record.values}:
        into.right.append(f"{wanted.purpose}: {record.type} {record.name}")
        return
    foreign = [one for one in standing if wanted.purpose is Purpose.INBOUND or not _takes_feedback(one)]
    if record.type == "MX" and foreign:
        into.conflicts.append(_elsewhere(wanted, foreign, goal))
        return
    why = f"{wanted.purpose}: {'leads elsewhere' if standing else 'not there'}"
    into.put(record, standing, why, into=change)


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


def _policy(name: str, standing: tuple[str, ...], step: ramp.Step, into: Batch) -> None:
    joined = merging.dmarc(standing, step.policy)
    if isinstance(joined, Conflict):
        into.conflicts.append(_mended("mend-dmarc", name, joined))
    elif joined.how:
        why = f"{Purpose.DMARC}: {joined.how} ({step.why})"
        into.put(txt(name, joined.texts), standing, why, into=HARDEN if step.harder else PUBLISH)
    else:
        into.right.append(f"{Purpose.DMARC}: TXT {name} ({step.why})")


def _joined(name: str, standing: tuple[str, ...], into: Batch, *, change: str) -> None:
    joined = merging.spf(standing, SES)
    if isinstance(joined, Conflict):
        into.conflicts.append(_mended("mend-spf", name, joined))
    elif joined.how:
        into.put(txt(name, joined.texts), standing, f"{Purpose.SPF}: {joined.how}", into=change)
    else:
        into.right.append(f"{Purpose.SPF}: TXT {name}")


def _mended(change: str, name: str, why: Conflict) -> Change:
    title = f"mend the texts at {name}"
    return Change(id=change, layer=Layer.PERSON, title=title, why=why.reason, steps=(why.advice,))


def _takes_feedback(value: str) -> bool:
    """Whether an MX leads to where SES takes bounces, of whatever region, the slip amazonaws included (facts.md B3)."""
    host = value.split(" ")[-1].rstrip(".").lower()
    return host.startswith("feedback-smtp.") and host.endswith((".amazonses.com", ".amazonaws.com"))
