"""What a check says: a finding, or that it could not be determined; and what can be done about it.

Gravity, confidence and owner are three things: how much mail is lost, how sure we are, and *who can put it right*.
A finding also says what it explains (attempts that failed by it) and what it stops (sends that would fail by it next);
`diagnosis.attribution` makes roles, causes and effects of that.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailstrata.model.values import dataclass


class Stratum(StrEnum):
    """The layers a mail crosses, in the order in which it crosses them; inbound is the way back."""

    RELAY = "relay"
    IDENTITY = "identity"
    ACCOUNT = "account"
    RECIPIENT = "recipient"
    INBOUND = "inbound"


class Gravity(StrEnum):
    """``fault``: mail is lost or refused. ``warning``: it will be, or some is. ``notice``: worth knowing."""

    FAULT = "fault"
    WARNING = "warning"
    NOTICE = "notice"


class Confidence(StrEnum):
    """``proven``: seen, and nothing else explains it. ``likely``: the best reading. ``possible``: one of several."""

    PROVEN = "proven"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Owner(StrEnum):
    """Who can put it right."""

    YOU = "you"
    AWS = "aws"
    RECIPIENT = "recipient"
    NETWORK = "network"
    GOOGLE = "google"


class Role(StrEnum):
    """``primary``: where the next send stops. ``secondary``: where it stops once that is mended. ``effect``: exists
    because of another finding. ``side``: explains no failed attempt."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    EFFECT = "effect"
    SIDE = "side"


class Grade(StrEnum):
    """``observed``: we saw the answer. ``reported``: a bounce, a console or a person says so. ``inferred``: a rule."""

    OBSERVED = "observed"
    REPORTED = "reported"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One piece of evidence: the question in the notation of `formats.world`, who answered, and what, verbatim."""

    question: str
    grade: Grade
    source: str
    at: datetime | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A DNS record that should be published: presentation format, ``name`` without the last dot."""

    name: str
    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault by its stable ``code``, of one ``subject``.

    ``refines`` names the code of a finding whose mechanism this is; it takes its place as the cause. ``caused_by`` names
    the code that made this exist. ``target`` holds what a fix needs to know, as name and value pairs; ``records`` what
    should be published.
    """

    code: str
    stratum: Stratum
    gravity: Gravity
    confidence: Confidence
    owner: Owner
    subject: str
    title: str
    because: tuple[str, ...] = ()
    evidence: tuple[Proof, ...] = ()
    refines: str | None = None
    caused_by: str | None = None
    masks: tuple[str, ...] = ()
    role: Role = Role.SIDE
    explains: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    target: tuple[tuple[str, str], ...] = ()
    records: tuple[Record, ...] = ()
    lasting: bool = False
    """Whether it outlives what caused it: as an effect it keeps its fixes, to be done after those of the cause."""
    mechanisms: tuple[str, ...] = ()
    """Codes of which the first that was found, of the same sender, is the mechanism of this finding and refines it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undetermined:
    """A check that could not know: why, and what would settle it. It is shown and counted, and is not "ok"."""

    code: str
    stratum: Stratum
    subject: str
    reason: str
    needs: str = ""
    past: bool = False
    """About something that is over, such as why a server refused a mail then: it keeps nothing from being healthy now."""
    unasked: bool = False
    """Left unasked, as the operator wanted: it is told, and the verdict is over what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """A check that looked and found its part to be well: what it saw, in one line."""

    code: str
    stratum: Stratum
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to somebody who must act, ready to send. ``fix`` is what it belongs to, ``code`` the finding it speaks of.

    The words of servers in it are untrusted, as everywhere.
    """

    fix: str
    code: str
    to: str
    """Whom it is for, in words."""
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Something that can be done. ``rank`` 1 comes first; none stands before what it names in ``after``."""

    id: str
    rank: int
    title: str
    codes: tuple[str, ...]
    automatic: bool
    safe: bool
    who: str
    """``you``, ``aws``, ``recipient`` or ``google``."""
    cost: str
    minutes: int
    wait: str
    after: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    iam: tuple[str, ...] = ()
    verify: str = ""
    undo: str = ""
    letters: tuple[Letter, ...] = ()


Result = Finding | Undetermined | Fine
"""What a check may yield. A check that has nothing to look at yields nothing."""
