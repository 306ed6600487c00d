r"""The DNS part of a scenario: lines of the ``.world`` notation to record sets.

read("mx sailing.example = 10 mx.sailing.example\ntxt old.sailing.example -")
{("sailing.example", "MX"): ("10 mx.sailing.example.",), ("old.sailing.example", "TXT"): ()}
"""

from __future__ import annotations

from mailstrata.formats import world
from mailstrata.model.errors import Malformed
from mailstrata.model.observation import Absent, Seen
from mailstrata.model.question import Addresses, Cname, Mx, Txt

_STRING = 255


def read(text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Values in presentation format by owner name and type; no values where the set is to be absent."""
    wanted: dict[tuple[str, str], tuple[str, ...]] = {}
    lines = "\n".join(line.strip() for line in text.splitlines())
    for question, observation in world.parse(lines, "records").facts.items():
        match question, observation:
            case Txt(name=name), Seen(value=texts):
                wanted[name, "TXT"] = tuple(_quoted(one) for one in texts)
            case Mx(name=name), Seen(value=hosts):
                wanted[name, "MX"] = tuple(f"{one.preference} {one.host.rstrip('.')}." for one in hosts)
            case Cname(name=name), Seen(value=target):
                wanted[name, "CNAME"] = (f"{target.rstrip('.')}.",)
            case Addresses(host=name), Seen(value=addresses):
                wanted[name, "A"] = tuple(one for one in addresses if ":" not in one)
                if v6 := tuple(one for one in addresses if ":" in one):
                    wanted[name, "AAAA"] = v6
            case (Txt() | Mx() | Cname()) as gone, Absent():
                wanted[gone.name, gone.word.upper()] = ()
            case Addresses(host=name), Absent():
                wanted[name, "A"] = ()
            case _:
                raise Malformed("records", world.render_question(question), "txt, mx, cname or address with = or -")
    return wanted


def _quoted(text: str) -> str:
    """A TXT value as strings of at most 255 octets (RFC 1035 3.3), quoted and escaped (RFC 1035 5.1)."""
    data = text.encode()
    parts = [data[start : start + _STRING] for start in range(0, len(data), _STRING)] or [b""]
    escaped = ("".join(chr(c) if 32 <= c < 127 and c not in b'"\\' else f"\\{c:03d}" for c in part) for part in parts)
    return " ".join(f'"{part}"' for part in escaped)
