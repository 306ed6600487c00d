"""``mailstrata.toml`` of a lab: what its operator would have written, and the addresses of this world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailstrata.lab.living import Living
    from mailstrata.lab.parts import AliasState


def setup_text(lab: Living) -> str:
    """The whole file. ``hosts`` leads every other host and port to a port on which nothing listens."""
    parts = lab.parts
    lines = ["# The setup of a mailstrata lab: valid while it runs.", "[domain]"]
    lines += _keys({"name": parts.domain.name, "region": parts.domain.region, "mail_from": parts.domain.mail_from})
    if parts.domain.regions:
        lines.append(f"regions = {json.dumps(list(parts.domain.regions))}")
    for alias in parts.aliases.values():
        lines += ["", "[[alias]]", *_alias(alias)]
    hosts = {name: f"{ip}:{port}" for name, (ip, port) in lab.hosts().items()}
    nowhere = {"*": "127.0.0.1:9"}
    lines += ["", "[aws]", *_keys({"endpoint": lab.url}), "requests_per_second = 1000"]
    lines += ["", "[network]", f'dns_servers = ["127.0.0.1:{parts.dns.port}"]', f"dns_port = {parts.dns.port}"]
    lines += _keys({"ca_file": str(parts.certificates.ca_file)})
    lines += ["timeout = 10", "budget = 60", f"probe_sends = {str(parts.probe_sends).lower()}"]
    lines += ["", "[network.hosts]", *(f'"{name}" = "{where}"' for name, where in (hosts | nowhere).items())]
    lines += ["", "[state]", *_keys({"ledger": str(lab.folder / "ledger.sqlite3")})]
    return "\n".join(lines) + "\n"


def _alias(alias: AliasState) -> Iterator[str]:
    fields = {
        "address": alias.address,
        "host": alias.host,
        "security": alias.security,
        "username": alias.username,
        "secret": alias.secret,
        "mailbox": alias.account,
    }
    yield from _keys(fields)
    yield f"port = {alias.port}"


def _keys(values: Mapping[str, str | None]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items() if value]
