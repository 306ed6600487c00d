"""The ``[relay]`` table of ``mailstrata.toml``: where the relay listens, with which certificate, and what it lets through.

    [relay]
    name = "smtp.sailing.example"
    certificate = "/etc/letsencrypt/live/smtp.sailing.example/fullchain.pem"
    key = "/etc/letsencrypt/live/smtp.sailing.example/privkey.pem"

No password is written here: users live in the relay's database, as hashes.
"""

from __future__ import annotations

import ipaddress

from mailstrata.formats.ses_regions import region_key
from mailstrata.formats.toml_table import Table
from mailstrata.model import names
from mailstrata.model.errors import Malformed
from mailstrata.model.values import dataclass

DATABASE = "~/.local/state/mailstrata/relay.sqlite3"
"""Where users and deliveries are kept when the setup names no other place."""
SIZE = 40 * 1024 * 1024 // 4 * 3
"""Bytes of a message that is 40 MB as base64, the most that SES takes (facts.md A6)."""
PROCESSES = 64
"""Most processes of one relay."""
HOSTS = 100
"""Most hosts that share an account."""
GOOGLE = "google"
"""Stands for the networks that Google publishes in the SPF record of _spf.google.com."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """How the relay runs."""

    name: str
    """The host name that Gmail connects to, as in its certificate and its DNS record."""
    certificate: str = ""
    """PEM file of the certificate with its chain."""
    key: str = ""
    """PEM file of the certificate's private key; empty when it is in the same file."""
    listen: tuple[str, ...] = ("0.0.0.0:2587",)
    """Addresses for STARTTLS, as `IP:PORT`, IPv6 as `[::]:2587` beside it. systemd can pass the privileged port 587 on."""
    listen_tls: tuple[str, ...] = ("0.0.0.0:2465",)
    """Addresses for TLS from the first byte on, as `IP:PORT`; the privileged port is 465."""
    metrics: str = "127.0.0.1:9587"
    """Where `/metrics` (Prometheus) and `/healthz` are served; empty for nowhere."""
    database: str = DATABASE
    """Users and deliveries: a SQLite file, a `postgresql:` URL, or `env:NAME` of a variable that holds one."""
    processes: int = 1
    """Processes that share the ports."""
    hosts: int = 1
    """Hosts on which a relay sends for the same AWS account; each takes its share of the account's rate."""
    clients: tuple[str, ...] = ()
    """Networks that may connect, as `203.0.113.0/24`, and `google` for those that Google publishes; empty for all."""
    regions: tuple[str, ...] = ()
    """SES regions in order of preference; empty for the domain's."""
    mode: str = "through"
    """`through`: 250 only after SES accepted. `spool`: on throttle or outage kept safely, and retried."""
    configuration_set: str = ""
    """SES configuration set that mails are sent with; empty for the identity's own."""
    size: int = 31_000_000
    """Largest message in bytes; SES takes 40 MB of its base64 form, which is a third larger, so at most 31457280."""
    recipients: int = 100
    """Most recipients of one message."""
    connections: int = 2000
    """Most connections at a time, for each process."""
    connections_per_address: int = 100
    """Most connections at a time from one address, for each process."""
    idle: float = 300.0
    """Seconds that a client may be silent after its login."""

    @property
    def share(self) -> float:
        """The part of the account's rate that each process of each host takes."""
        return 1.0 / (self.processes * self.hosts)


def read(table: Table) -> RelaySettings:
    """The ``[relay]`` table."""
    known = RelaySettings(name="")
    return RelaySettings(
        name=_name(table),
        certificate=table.text("certificate", known.certificate),
        key=table.text("key", known.key),
        listen=_addresses(table, "listen", known.listen),
        listen_tls=_addresses(table, "listen_tls", known.listen_tls),
        metrics=_metrics(table, known.metrics),
        database=table.text("database", known.database),
        processes=_count(table, "processes", known.processes, most=PROCESSES),
        hosts=_count(table, "hosts", known.hosts, most=HOSTS),
        clients=_clients(table),
        regions=tuple(region_key(table, "regions", one) for one in table.texts("regions", known.regions)),
        mode=table.choice("mode", ("through", "spool"), known.mode),
        configuration_set=table.text("configuration_set", known.configuration_set),
        size=_count(table, "size", known.size, most=SIZE),
        recipients=_count(table, "recipients", known.recipients),
        connections=_count(table, "connections", known.connections),
        connections_per_address=_count(table, "connections_per_address", known.connections_per_address),
        idle=table.above_zero("idle", known.idle),
    )


def _name(table: Table) -> str:
    text = table.text("name")
    try:
        return names.domain(text)
    except Malformed as error:
        raise table.bad("name", error.found, error.expected) from error


def _count(table: Table, key: str, default: int, *, most: int = 0) -> int:
    value = table.integer(key, default)
    if value < 1 or (most and value > most):
        raise table.bad(
            key, str(value)[:60], f"a whole number from 1 to {most}" if most else "a whole number from 1 on"
        )
    return value


def _addresses(table: Table, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    given = table.texts(key, default)
    for one in given:
        _address(table, key, one)
    return given


def _metrics(table: Table, default: str) -> str:
    given = table.text("metrics", default)
    if given and not _address(table, "metrics", given).is_loopback:
        raise table.bad("metrics", repr(given[:60]), "an address of this machine only, such as 127.0.0.1:9587")
    return given


def _address(table: Table, key: str, text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    host, port = host_and_port(text)
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        ip = None
    if ip is None or port is None:
        raise table.bad(key, repr(text[:60]), "IP:PORT, such as 0.0.0.0:2587 or [::]:2587")
    return ip


def host_and_port(text: str) -> tuple[str, int | None]:
    """``IP:PORT`` or ``[IP]:PORT`` apart; no port when there is none that can be one. Port 0 is the system's choice."""
    host, _, port = text.rpartition(":")
    valid = port.isascii() and port.isdigit() and int(port[:6]) <= 65535
    return host.removeprefix("[").removesuffix("]"), int(port) if valid else None


def _clients(table: Table) -> tuple[str, ...]:
    given = table.texts("clients", ())
    for one in given:
        if one == GOOGLE:
            continue
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise table.bad("clients", repr(one[:60]), "a network such as 203.0.113.0/24, or google") from error
    return given
