"""What an SPF record costs and reaches, whoever sends: the tree of its includes, over questions.

    tree = read(evidence, "sailing.example")
    tree.lookups                       # 12: more than ten, so some mail ends in permerror (RFC 7208 4.6.4)
    tree.lets_pass("amazonses.com")    # True

`formats.spf_check` tells what becomes of one mail; this tells the worst that can become of any, which is what somebody who
publishes the record has to keep below ten. All records of one depth are wanted together.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailstrata.formats import spf
from mailstrata.formats.spf import Term
from mailstrata.formats.spf_macro import Macro, domain_spec
from mailstrata.formats.spf_names import TERMS, readable
from mailstrata.model.names import is_within
from mailstrata.model.observation import Absent, Seen, Unknown
from mailstrata.model.ports import Answers
from mailstrata.model.question import Txt
from mailstrata.model.values import dataclass

_DEEPEST = 10
_MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The record of ``domain``, reached by ``via`` (``include:x``, ``redirect=x``; empty at the top).

    ``problem`` says why evaluating it ends in permerror; ``unknown`` that nobody could read it; ``unseen`` are includes
    whose names hold macros, so that they depend on the mail; ``all_qualifier`` is that of its ``all``, empty without one.
    """

    domain: str
    via: str = ""
    qualifier: str = "+"
    terms: tuple[Term, ...] = ()
    children: tuple[Node, ...] = ()
    unseen: tuple[str, ...] = ()
    problem: str = ""
    unknown: Unknown | None = None
    all_qualifier: str = ""

    @property
    def lookups(self) -> int:
        """How many terms look something up until nothing has matched (RFC 7208 4.6.4)."""
        own = sum(_looks_up(term) for term in self.terms)
        return own + sum(child.lookups for child in self.children)

    @property
    def too_many(self) -> bool:
        """Whether some mail meets the limit."""
        return self.lookups > TERMS

    def nodes(self) -> Iterator[Node]:
        """This one and all below, in the order of evaluation."""
        yield self
        for child in self.children:
            yield from child.nodes()

    def lets_pass(self, domain: str) -> bool | Unknown:
        """Whether what ``domain`` lets pass passes here; ``Unknown`` where a record on the way could not be read."""
        if self.domain == domain:
            return True
        below = [child.lets_pass(domain) for child in self.children if child.qualifier == "+"]
        if any(answer is True for answer in below):
            return True
        return self.unknown or next((answer for answer in below if isinstance(answer, Unknown)), False)


def read(answers: Answers, domain: str) -> Node | None:
    """The tree of ``domain``'s record; ``None`` where there is none."""
    reader = _Reader(answers)
    return reader.node(domain, "", "+", ())


class _Reader:
    """Follows includes, each record once on a way and not more than ``_MOST`` in all."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._count = 0

    def node(self, domain: str, via: str, qualifier: str, above: tuple[str, ...]) -> Node | None:
        self._count += 1
        match self._answers[Txt(domain)]:
            case Unknown() as unknown:
                return Node(domain=domain, via=via, qualifier=qualifier, unknown=unknown)
            case Absent():
                records = []
            case Seen(value=texts):
                records = [text for text in texts if spf.is_record(text)]
        if not records:
            return Node(domain=domain, via=via, qualifier=qualifier, problem="there is no SPF record") if via else None
        if len(records) > 1:
            problem = f"{len(records)} SPF records stand there"
            return Node(domain=domain, via=via, qualifier=qualifier, problem=problem)
        return self._of(records[0], Node(domain=domain, via=via, qualifier=qualifier), above)

    def _of(self, text: str, bare: Node, above: tuple[str, ...]) -> Node:
        try:
            every = spf.terms(text)
        except spf.MalformedSpf as error:
            return Node(domain=bare.domain, via=bare.via, qualifier=bare.qualifier, problem=str(error))
        reached = spf.reached(text)
        leads = [(term, name_of(term.value, bare.domain)) for term in reached if _leads(term)]
        path = (*above, bare.domain)
        names = [name for _, name in leads if name]
        circle = next((name for name in names if name in path), "")
        if circle or len(path) > _DEEPEST or self._count > _MOST:
            problem = f"its includes come back to {circle}" if circle else f"its includes lead deeper than {_DEEPEST}"
            return Node(domain=bare.domain, via=bare.via, qualifier=bare.qualifier, terms=reached, problem=problem)
        self._answers.want(*(Txt(name) for name in names))
        children = (self.node(name, term.text, term.qualifier or "+", path) for term, name in leads if name)
        return Node(
            domain=bare.domain,
            via=bare.via,
            qualifier=bare.qualifier,
            terms=reached,
            children=tuple(child for child in children if child is not None),
            unseen=tuple(term.text for term, name in leads if not name),
            all_qualifier=next((term.qualifier for term in every if term.name == "all" and term.qualifier), ""),
        )


def _leads(term: Term) -> bool:
    return term.name == ("include" if term.qualifier else "redirect")


def _looks_up(term: Term) -> bool:
    return term.name in spf.LOOKUPS and bool(term.qualifier) is (term.name != "redirect")


def name_of(value: str, domain: str) -> str:
    """The name that ``value`` means in the record of ``domain``, where it does not depend on the mail; else empty."""
    parts = domain_spec(value)
    if any(isinstance(part, Macro) and (part.letter != "d" or part.keep or part.reverse) for part in parts):
        return ""
    name = "".join(part if isinstance(part, str) else domain for part in parts).rstrip(".").lower()
    return name if readable(name) else ""


def shortest_ways(tree: Node) -> tuple[tuple[str, int], ...]:
    """What each include at the top costs, the dearest first: where to save look-ups."""
    costs = [(child.via, child.lookups + 1) for child in tree.children]
    return tuple(sorted(costs, key=lambda cost: -cost[1]))


def foreign(tree: Node, owner: str) -> tuple[str, ...]:
    """The domains beyond ``owner`` that the record hands its word to: who else may send as it."""
    return tuple(dict.fromkeys(node.domain for node in tree.nodes() if not is_within(node.domain, owner)))
