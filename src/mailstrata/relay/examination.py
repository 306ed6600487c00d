"""What Gmail will see of a relay, judged from what was observed: each point well, at fault, or not known, and what to do.

    reach("smtp.sailing.example", Absent(how="NXDOMAIN"))
    # Point(what="name", state="fault", words="smtp.sailing.example has no address in DNS", do="publish an A record …")

What could not be observed is never a fault (design, rule 1). Gmail itself tells next to nothing: a wrong name in a certificate
is "Couldn't reach server" to its user, and nothing in the server's log (peers-sending 1.6).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailstrata.model.facts import EndpointFacts, IdentityFacts, LoginFacts
from mailstrata.model.observation import Observation, Seen, Unknown
from mailstrata.relay.users import User

RENEWAL = timedelta(days=14)
"""A certificate that ends sooner should have been renewed: authorities and their clients do it 30 days ahead."""
SECURITY = {"starttls": "TLS", "ssl": "SSL"}
"""The words of Gmail's API and of its dialogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at. ``state``: ok, warning, fault or unknown."""

    what: str
    state: str
    words: str
    do: str = ""


def reach(name: str, observed: Observation[tuple[str, ...]], *, lab: bool = False) -> Point:
    """Whether the name leads to an address that Gmail can connect to; that of a lab is on loopback itself."""
    if isinstance(observed, Unknown):
        return Point(what="name", state="unknown", words=f"the address of {name} is not known: {observed.reason}")
    addresses = observed.value if isinstance(observed, Seen) else ()
    if not addresses:
        do = f"publish an A record for {name} with the relay's public address"
        return Point(what="name", state="fault", words=f"{name} has no address in DNS", do=do)
    public = [one for one in addresses if _public(one, lab=lab)]
    if not public:
        do = "Gmail connects over the internet: publish the public address"
        return Point(what="name", state="fault", words=f"{name} leads to {addresses[0]}, which is not public", do=do)
    return Point(what="name", state="ok", words=f"{name} leads to {', '.join(public[:4])}")


def _public(address: str, *, lab: bool) -> bool:
    found = ipaddress.ip_address(address)
    return found.is_global or (lab and found.is_loopback)


def door(port: int, security: str, observed: Observation[EndpointFacts], now: datetime) -> list[Point]:
    """Whether Gmail gets as far as a login at a port, and whether it takes the certificate."""
    what = f"port {port}"
    if not isinstance(observed, Seen):
        reason = observed.reason if isinstance(observed, Unknown) else "nothing was seen"
        return [Point(what=what, state="unknown", words=f"it is not known how far one comes: {reason}")]
    facts = observed.value
    if facts.tls and facts.tls.problem:
        do = f"Gmail needs a certificate of a public authority for the name that is typed: {_certificate_do(facts)}"
        return [Point(what=what, state="fault", words=facts.tls.problem, do=do)]
    if facts.failure:
        do = "let the port through the firewall to the relay, or to the systemd socket in front of it"
        return [Point(what=what, state="fault", words=f"no way in: {facts.failure}", do=do)]
    if "PLAIN" not in facts.auth:
        do = "something else answers at this port"
        return [Point(what=what, state="fault", words="no login is offered under TLS", do=do)]
    words = f"{SECURITY[security]}, {facts.tls.version if facts.tls else ''}, login offered"
    return [Point(what=what, state="ok", words=words), *_ends(facts, now)]


def _certificate_do(facts: EndpointFacts) -> str:
    names = ", ".join(facts.tls.names[:4]) if facts.tls else ""
    return f"the one shown is for {names}" if names else "renew it"


def _ends(facts: EndpointFacts, now: datetime) -> list[Point]:
    end = facts.tls.not_after if facts.tls else None
    if end is None or end - now > RENEWAL:
        return []
    do = "renew it; the relay takes the new files up by itself"
    return [Point(what="certificate", state="warning", words=f"it ends on {end:%Y-%m-%d}", do=do)]


def files(problems: tuple[str, ...]) -> list[Point]:
    """What Gmail would not accept of the certificate's files."""
    do = "put the full chain of a public authority's certificate there, for the name that is typed into Gmail"
    if problems:
        return [Point(what="certificate", state="fault", words=words, do=do) for words in problems]
    return [Point(what="certificate", state="ok", words="its files are what Gmail accepts: name, chain, dates, key")]


def login(name: str, observed: Observation[LoginFacts]) -> Point:
    """Whether the password is taken."""
    if not isinstance(observed, Seen):
        reason = observed.reason if isinstance(observed, Unknown) else "nothing was seen"
        return Point(what="login", state="unknown", words=f"whether {name} gets in is not known: {reason}")
    if observed.value.accepted:
        return Point(what="login", state="ok", words=f"{name} gets in")
    do = f"mailstrata relay user rotate {name}, and type the new password into Gmail"
    return Point(what="login", state="fault", words=f"{name} is refused: {observed.value.reply}", do=do)


def sender(address: str, users: tuple[User, ...], now: datetime) -> Point:
    """Whether some login may send as the address."""
    able = [user for user in users if user.may_send_as(address) and user.live(now)]
    if not able:
        do = f"mailstrata relay user add NAME --from {address}"
        return Point(what=address, state="fault", words="no login may send as it", do=do)
    ending = [user for user in able if user.state(now) == "expiring"]
    if len(ending) == len(able):
        end = max(end for user in ending if (end := user.ends(now)))
        do = f"mailstrata relay user rotate {ending[0].name}"
        return Point(what=address, state="warning", words=f"the last password for it ends on {end:%Y-%m-%d}", do=do)
    return Point(what=address, state="ok", words=f"{', '.join(user.name for user in able)} may send as it")


def identity(sender: str, region: str, observed: Sequence[Observation[IdentityFacts]]) -> Point:
    """Whether SES sends for a sender: ``observed`` are its own identity and those of the domains above it.

    One verified identity is enough; one beside it that is not verified yet stops nothing (facts.md B2).
    """
    seen = [one.value for one in observed if isinstance(one, Seen)]
    if any(facts.verified for facts in seen):
        return Point(what=sender, state="ok", words=f"SES sends for it in {region}")
    if unknown := next((one for one in observed if isinstance(one, Unknown)), None):
        return Point(what=sender, state="unknown", words=f"whether SES sends for it is not known: {unknown.reason}")
    if seen:
        do = "mailstrata domain plan shows the records that verify it"
        return Point(what=sender, state="fault", words=f"its SES identity in {region} is not verified", do=do)
    do = f"make the domain an identity of SES in {region}: mailstrata domain plan"
    return Point(what=sender, state="fault", words=f"SES has no identity for it in {region}", do=do)


def status(points: list[Point]) -> int:
    """The exit status: 1 for a fault or a warning, else 3 where something is not known, else 0."""
    states = {point.state for point in points}
    return 1 if states & {"fault", "warning"} else 3 if "unknown" in states else 0
