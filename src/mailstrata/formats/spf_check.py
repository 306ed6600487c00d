"""What SPF concludes of one mail: check_host() of RFC 7208 4, over questions.

    check(evidence, Sender(ip="192.0.2.1", sender="bounces@sailing.example"))
    # Verdict(result="fail", domain="sailing.example", by="-all", …)

Nothing is looked up here. ``answers`` is read as checks read their evidence, so the same evaluation runs on recordings, in
the lab and against the world; all look-ups of one record are wanted together, so a verdict costs as many round trips as its
includes are deep. The evaluation is ours: pyspf passes the same suites and does its own look-ups one after another.

A time-out or SERVFAIL becomes ``temperror`` (4.4, 5); where the RFC lets an evaluation go on without an answer (``ptr``,
``%{p}``, ``exp``), ``unsure`` names it, so that no fault is found where nothing was seen.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import replace

from mailstrata.formats import spf, spf_macro
from mailstrata.formats.spf import Term
from mailstrata.formats.spf_names import Lookups, Stop, readable, validated_name, validated_names
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.question import Mx, Question, Txt
from mailstrata.model.values import dataclass

_MX_LIMIT = 10
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The mail as SPF knows it. ``sender`` is the MAIL FROM; empty, the HELO name stands for it (RFC 7208 2.4)."""

    ip: str
    sender: str = ""
    helo: str = ""
    receiver: str = "unknown"
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``result`` in the words of RFC 7208 2.6, and why.

    ``by`` is the term that matched and ``domain`` whose record it stands in; ``path`` are the records that led there.
    ``problem`` tells of a permerror, ``unknown`` of a temperror, ``unsure`` of answers that did not come and were passed over.
    """

    result: str
    domain: str
    by: str = ""
    path: tuple[str, ...] = ()
    problem: str = ""
    unknown: Unknown | None = None
    explanation: str = ""
    lookups: int = 0
    voids: int = 0
    unsure: tuple[str, ...] = ()


def check(answers: Answers, mail: Sender, domain: str = "") -> Verdict:
    """The verdict on ``mail`` by the record of ``domain``, the sender's where it is left out."""
    sender = mail.sender or mail.helo
    sender = sender if sender.rpartition("@")[0] else f"postmaster@{sender.rpartition('@')[2]}"  # RFC 7208 4.3
    name = (domain or sender.rpartition("@")[2]).removesuffix(".").lower()
    facts = spf_macro.Facts(
        sender=sender, domain=name, ip=_address(mail.ip), helo=mail.helo, receiver=mail.receiver, at=mail.at
    )
    run = _Run(answers, facts)
    try:
        verdict = run.record(name, ())
    except Stop as stop:
        verdict = Verdict(result=stop.result, domain=stop.domain or name, problem=stop.problem, unknown=stop.unknown)
    lookups = run.lookups
    return replace(verdict, lookups=lookups.terms, voids=lookups.voids, unsure=tuple(dict.fromkeys(lookups.unsure)))


def _address(text: str) -> _Address:
    """The client's address; an IPv4 address in IPv6 clothes is the IPv4 one (RFC 7208 5)."""
    ip = ipaddress.ip_address(text)
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


class _Run:
    """One evaluation: what it has counted, and the mechanisms by name."""

    def __init__(self, answers: Answers, facts: spf_macro.Facts) -> None:
        self._facts = facts
        self.lookups = Lookups(answers, facts.ip)
        self._matches: dict[str, Callable[[Term, spf_macro.Facts, tuple[str, ...]], bool]] = {
            "all": lambda *_: True,
            "ip4": self._network,
            "ip6": self._network,
            "a": self._a,
            "mx": self._mx,
            "ptr": self._ptr,
            "exists": self._exists,
            "include": self._include,
        }

    def record(self, domain: str, path: tuple[str, ...]) -> Verdict:
        """check_host() for ``domain``, reached through the records of ``path``."""
        if not readable(domain):  # RFC 7208 4.3
            return Verdict(result="none", domain=domain, path=path, problem=f"{domain[:80]!r} is no domain of mail")
        found = self._terms(domain)
        if found is None:
            return Verdict(result="none", domain=domain, path=path)
        facts = replace(self._facts, domain=domain)
        facts = replace(facts, validated=lambda: validated_name(self.lookups, domain))
        self.lookups.want(*self._ahead(found, facts))
        for term in found:
            if term.qualifier and self._matches[term.name](term, facts, (*path, domain)):
                return self._matched(term, found, facts, path)
        return self._unmatched(found, facts, path)

    def _terms(self, domain: str) -> tuple[Term, ...] | None:
        """The terms of the one record at ``domain`` (RFC 7208 4.5, 4.6), ``None`` where there is none."""
        match self.lookups.read(Txt(domain)):
            case Unknown() as unknown:
                raise Stop("temperror", domain, unknown=unknown)
            case Seen(value=texts):
                records = [text for text in texts if spf.is_record(text)]
            case Absent():
                records = []
        if len(records) > 1:
            raise Stop("permerror", domain, f"{len(records)} SPF records stand at {domain}")
        try:
            return spf.terms(records[0]) if records else None
        except spf.MalformedSpf as error:
            raise Stop("permerror", domain, f"the record of {domain} cannot be read: {error}") from error

    def _matched(self, term: Term, found: tuple[Term, ...], facts: spf_macro.Facts, path: tuple[str, ...]) -> Verdict:
        result = spf.RESULTS[term.qualifier]
        explanation = self._explanation(found, facts) if result == "fail" and path == _redirected(path) else ""
        return Verdict(result=result, domain=facts.domain, by=term.text, path=path, explanation=explanation)

    def _unmatched(self, found: tuple[Term, ...], facts: spf_macro.Facts, path: tuple[str, ...]) -> Verdict:
        """``redirect`` where there is one (RFC 7208 6.1), else neutral (4.7)."""
        redirect = next((term for term in found if term.name == "redirect" and not term.qualifier), None)
        if redirect is None:
            return Verdict(result="neutral", domain=facts.domain, path=path)
        self.lookups.count(redirect, facts.domain)
        target = spf_macro.expand_domain(redirect.value, facts)
        verdict = self.record(target, (*path, f"redirect={target}"))
        if verdict.result == "none":
            raise Stop("permerror", facts.domain, f"redirect={target} leads to no SPF record")
        return verdict

    def _include(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        """RFC 7208 5.2: its pass matches, its errors are ours, no record there is a permerror."""
        self.lookups.count(term, facts.domain)
        target = spf_macro.expand_domain(term.value, facts)
        verdict = self.record(target, (*path, f"include:{target}"))
        if verdict.result == "none":
            raise Stop("permerror", facts.domain, f"include:{target} leads to no SPF record")
        return verdict.result == "pass"

    def _network(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        network = ipaddress.ip_network(term.value, strict=False)
        return network.version == facts.ip.version and facts.ip in network

    def _a(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        self.lookups.count(term, facts.domain)
        return self._among(self.lookups.addresses(_target(term, facts)), term, facts)

    def _mx(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        self.lookups.count(term, facts.domain)
        name = _target(term, facts)
        hosts = [host.host for host in self.lookups.values(Mx(name))]
        if len(hosts) > _MX_LIMIT:  # RFC 7208 4.6.4
            raise Stop(
                "permerror", facts.domain, f"{name} has {len(hosts)} MX records, and SPF looks at no more than 10"
            )
        hosts = [host for host in hosts if host.strip(".")]
        self.lookups.want(*(self.lookups.address_question(host) for host in hosts))
        return any(self._among(self.lookups.addresses(host), term, facts) for host in hosts)

    def _ptr(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        self.lookups.count(term, facts.domain)
        return bool(validated_names(self.lookups, _target(term, facts)))

    def _exists(self, term: Term, facts: spf_macro.Facts, path: tuple[str, ...]) -> bool:
        self.lookups.count(term, facts.domain)
        return self.lookups.exists(spf_macro.expand_domain(term.value, facts))

    def _among(self, addresses: tuple[str, ...], term: Term, facts: spf_macro.Facts) -> bool:
        bits = term.prefixes[0 if facts.ip.version == 4 else 1]
        return any(facts.ip in ipaddress.ip_network(f"{address}/{bits}", strict=False) for address in addresses)

    def _explanation(self, found: tuple[Term, ...], facts: spf_macro.Facts) -> str:
        """What ``exp`` says to the sender; any trouble with it is passed over (RFC 7208 6.2)."""
        exp = next((term for term in found if term.name == "exp" and not term.qualifier), None)
        if exp is None:
            return ""
        name = spf_macro.expand_domain(exp.value, facts)
        texts = self.lookups.optional(Txt(name)) if readable(name) else ()
        try:
            text = spf_macro.expand(texts[0], facts, explaining=True) if len(texts) == 1 else ""
        except spf_macro.MalformedMacro:
            return ""
        return text if text.isascii() else ""

    def _ahead(self, found: tuple[Term, ...], facts: spf_macro.Facts) -> Iterator[Question[object]]:
        """What the terms will look up, those aside that need ``%{p}`` first; no more than the limit lets pass."""
        for term in [term for term in found if term.name in spf.LOOKUPS][: self.lookups.left]:
            if term.name == "ptr" or spf_macro.needs_validation(term.value):
                continue
            name = _target(term, facts)
            if readable(name):
                yield self.lookups.question(term, name)


def _target(term: Term, facts: spf_macro.Facts) -> str:
    return spf_macro.expand_domain(term.domain, facts) if term.domain else facts.domain


def _redirected(path: tuple[str, ...]) -> tuple[str, ...]:
    """The part of ``path`` that is no include: explanations of included records do not count (RFC 7208 6.2)."""
    return tuple(step for step in path if not step.startswith("include:"))
