"""``mailstrata.toml``: what the operator tells us, and how the world is reached.

    [domain]
    name = "sailing.example"
    region = "us-east-1"
    mail_from = "bounce.sailing.example"

    [[alias]]
    address = "admin@sailing.example"
    host = "email-smtp.us-east-1.amazonaws.com"
    username = "AKIA2EXAMPLE00000001"
    secret = "aws:mailstrata/smtp/admin"

No secret is ever written here: ``secret`` names the place where one is kept. docs/settings.md lists every key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from mailstrata.formats import relay_settings
from mailstrata.formats.dmarc import POLICIES
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.formats.ses_regions import region_key
from mailstrata.formats.toml_table import MalformedToml, Table
from mailstrata.model import names
from mailstrata.model.errors import Malformed
from mailstrata.model.setup import PLACE_NAMES, PLACES, Alias, Network, Setup
from mailstrata.model.values import dataclass

LEDGER = "~/.local/state/mailstrata/ledger.sqlite3"
"""Where the ledger lies when the setup names no other place."""

AGE_IDENTITY = "~/.config/mailstrata/age.txt"
"""Where the private key of age lies when the setup names no other file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A read setup file. Paths are as they stand there, ``~`` not yet expanded."""

    setup: Setup
    network: Network = field(default_factory=Network)
    ledger: str = LEDGER
    relay: RelaySettings | None = None
    age_identity: str = AGE_IDENTITY
    """The file with the private key that reads every ``age:PATH`` (``AGE-SECRET-KEY-1…``, made by ``age-keygen``)."""
    age_recipients: tuple[str, ...] = ()
    """Public keys (``age1…``) that may read it besides, such as a colleague's or one kept for the worst case."""


def parse(text: str, name: str = "mailstrata.toml") -> Settings:
    """Read a setup; raises ``MalformedToml`` with file, line and key."""
    root = Table.parse(text, name)
    age = root.table("age")
    settings = Settings(
        setup=read_setup(root),
        network=read_network(root.table("network"), root.table("aws")),
        ledger=root.table("state").text("ledger", LEDGER),
        relay=relay_settings.read(root.table("relay")) if "relay" in root else None,
        age_identity=age.text("identity", AGE_IDENTITY),
        age_recipients=age.texts("recipients", ()),
    )
    root.done()
    return settings


def read_setup(root: Table) -> Setup:
    """The ``[domain]`` table and the ``[[alias]]`` tables of ``root``."""
    domain = root.table("domain")
    mail_from = domain.text("mail_from", "")
    return Setup(
        domain=_domain(domain, "name"),
        region=region_key(domain, "region", domain.text("region")),
        mail_from=_domain(domain, "mail_from") if mail_from else None,
        regions=tuple(region_key(domain, "regions", region) for region in domain.texts("regions", ())),
        aliases=tuple(_alias(table) for table in root.tables("alias")),
        dmarc=domain.choice("dmarc", POLICIES, "") if "dmarc" in domain else "",
        configuration_set=domain.text("configuration_set", ""),
        feedback_forwarding=domain.flag("feedback_forwarding", default=False)
        if "feedback_forwarding" in domain
        else None,
        receives=domain.flag("receives", default=False),
    )


def _domain(table: Table, key: str) -> str:
    text = table.text(key)
    try:
        return names.domain(text)
    except Malformed as error:
        raise table.bad(key, error.found, error.expected) from error


def _alias(table: Table) -> Alias:
    try:
        address = names.address(table.text("address"))
    except MalformedToml:
        raise
    except Malformed as error:
        raise table.bad("address", error.found, error.expected) from error
    secret = table.text("secret", "")
    if secret and not secret.startswith(PLACES):
        raise table.bad("secret", "what is no name of a place", f"{PLACE_NAMES}, never the secret itself")
    return Alias(
        address=address,
        host=table.text("host"),
        port=table.port("port", 587),
        security=table.choice("security", ("starttls", "ssl", "none"), "starttls"),
        username=table.text("username", ""),
        secret=secret,
        mailbox=table.text("mailbox", ""),
    )


def read_network(table: Table, aws: Table) -> Network:
    """The ``[network]`` and ``[aws]`` tables."""
    known = Network()
    return Network(
        aws_endpoint=aws.text("endpoint", known.aws_endpoint),
        aws_profile=aws.text("profile", known.aws_profile),
        requests_per_second=aws.above_zero("requests_per_second", known.requests_per_second),
        dns_servers=table.texts("dns_servers", known.dns_servers),
        dns_port=table.port("dns_port", known.dns_port),
        hosts=tuple(_hosts(table.table("hosts"))),
        ca_file=table.text("ca_file", known.ca_file),
        timeout=table.above_zero("timeout", known.timeout),
        budget=table.above_zero("budget", known.budget),
        probe_sends=table.flag("probe_sends", default=known.probe_sends),
    )


def _hosts(table: Table) -> Iterator[tuple[str, str]]:
    for host in table.keys():  # noqa: SIM118 - a Table is no mapping
        target = table.text(host)
        if host != "*" and not _with_port(host):
            raise table.bad(host, "no host with its port", "host:port, or * for every other one")
        if not _with_port(target):
            raise table.bad(host, repr(target[:60]), "ip:port")
        yield host.lower(), target


def _with_port(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535
