"""Domain names and mail addresses that cannot be wrong once they exist.

    domain("Sailing.Example.")        # "sailing.example"
    address("Ann <Ann@Sailing.example>")   # "Ann@sailing.example"

A domain is held as its A-labels in lower case without the last dot (RFC 5890 2.3.2.1); of an address the domain is folded
and the local part kept as it is, since SES's suppression list keeps it (facts.md B5; RFC 5321 2.4).
"""

from __future__ import annotations

import re

from mailstrata.model.errors import Malformed

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_LOCAL = re.compile(r"[^\s@<>\x00-\x1f\x7f]{1,64}\Z|\"[^\x00-\x1f\x7f]{1,62}\"\Z")


def domain(text: str) -> str:
    """The canonical form of a domain name; raises ``Malformed`` when it is none (RFC 1035 2.3.4: labels of 63, 253 in all)."""
    name = text.strip().removesuffix(".").lower()
    if not name.isascii():
        name = _a_labels(text, name)
    if not name or len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        raise Malformed(
            "domain name", repr(text[:80]), "labels of letters, digits and hyphens, such as sailing.example"
        )
    return name


def _a_labels(text: str, name: str) -> str:
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Malformed("domain name", repr(text[:80]), "a name that has an A-label form (RFC 5890)") from error


def address(text: str) -> str:
    """The canonical form of one mail address, display name dropped; raises ``Malformed`` when it is none."""
    bare = text.strip()
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1].strip()
    local, at, host = bare.rpartition("@")
    if not at or not _LOCAL.match(local):
        raise Malformed("mail address", repr(text[:80]), "local-part@domain, such as admin@sailing.example")
    return f"{local}@{domain(host)}"


def domain_of(mail_address: str) -> str:
    """The part behind the last ``@`` of an address that was made by ``address``."""
    return mail_address.rpartition("@")[2]


def parents(name: str) -> tuple[str, ...]:
    """The domains above ``name`` that can be identities of SES: of two labels or more."""
    labels = name.split(".")
    return tuple(".".join(labels[start:]) for start in range(1, len(labels) - 1))


def is_within(name: str, parent: str) -> bool:
    """Whether ``name`` is ``parent`` or lies below it, on whole labels."""
    return name == parent or name.endswith("." + parent)
