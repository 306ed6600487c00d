r"""A list of domains, as people keep one: a name a line, with the region it sends from behind it where that differs.

    parse("sailing.example\ndock.example  eu-west-1   # since May\n", "domains.txt")

Empty lines and what stands behind ``#`` are left out; a name that stands twice is taken once, with the regions of both.
"""

from __future__ import annotations

from mailstrata.formats.ses_regions import is_region
from mailstrata.model import names
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

LIMIT = 100_000
"""Lines."""


class MalformedDomainList(Malformed):
    """A line that is no domain, or a list of none; ``where`` names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A domain of the list; ``regions`` is empty where none stands beside it."""

    domain: str
    regions: tuple[str, ...] = ()


def parse(text: str, name: str) -> tuple[Listed, ...]:
    """The domains in their order. Raises ``MalformedDomainList`` with file and line."""
    lines = text.splitlines()
    if len(lines) > LIMIT:
        raise MalformedDomainList(name, f"{len(lines)} lines", f"at most {LIMIT}")
    found: dict[str, Listed] = {}
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].replace(",", " ").split()
        if words:
            listed = _listed(words, f"{name}:{number}")
            before = found.get(listed.domain, listed)
            regions = tuple(dict.fromkeys(before.regions + listed.regions))
            found[listed.domain] = Listed(domain=listed.domain, regions=regions)
    if not found:
        raise MalformedDomainList(name, "no domain in it", "a domain a line")
    return tuple(found.values())


def _listed(words: list[str], where: str) -> Listed:
    try:
        domain = names.domain(words[0])
    except Malformed as error:
        raise MalformedDomainList(where, error.found, error.expected) from error
    if "." not in domain:
        raise MalformedDomainList(where, repr(words[0][:60]), "a domain such as sailing.example")
    if len(words) > 2 or (len(words) == 2 and not is_region(words[1])):
        raise MalformedDomainList(where, repr(" ".join(words[1:])[:60]), "nothing behind the domain but its region")
    return Listed(domain=domain, regions=tuple(words[1:]))
