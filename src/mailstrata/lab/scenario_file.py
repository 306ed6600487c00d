"""Reads scenario files, strictly, and finds those that are shipped.

    load("two-faults")            # shipped with mailstrata
    load("incidents/june.toml")   # a file

``load`` gives the chain of scenarios to apply in order: the base first.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from mailstrata.formats import world
from mailstrata.formats.toml_table import Table
from mailstrata.lab import scenario as spec
from mailstrata.lab.receiver_policy import KINDS
from mailstrata.lab.voices import VOICES
from mailstrata.model import names
from mailstrata.model.attempt import Via
from mailstrata.model.diagnosis import Verdict
from mailstrata.model.errors import Malformed, Refusal

_DEPTH = 4
_SECURITY = ("starttls", "ssl", "none")
_STATUSES = ("PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE")
_DNS_FAULTS = ("servfail", "refused", "timeout", "nxdomain", "latency", "truncate")


def shipped() -> tuple[str, ...]:
    """The names of the scenarios that come with mailstrata."""
    folder = resources.files("mailstrata.lab") / "scenarios"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load(name: str, *, depth: int = 0) -> tuple[spec.Scenario, ...]:
    """The scenario ``name`` with the ones it stands on, base first. Raises ``Refusal`` or ``MalformedToml``."""
    if depth > _DEPTH:
        raise Refusal(f"scenario {name}: more than {_DEPTH} scenarios stand on each other")
    text, file = _text(name)
    read = parse(text, file)
    return (*load(read.base, depth=depth + 1), read) if read.base else (read,)


def _text(name: str) -> tuple[str, str]:
    path = Path(name)
    try:
        if path.suffix == ".toml" or len(path.parts) > 1:
            return path.read_text("utf-8"), str(path)
        return (resources.files("mailstrata.lab") / "scenarios" / f"{name}.toml").read_text("utf-8"), f"{name}.toml"
    except FileNotFoundError as error:
        raise Refusal(f"there is no scenario {name}", "mailstrata lab list names those that are shipped") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"the scenario {name} cannot be read: {error}") from error


def parse(text: str, file: str) -> spec.Scenario:
    """One scenario file; raises ``MalformedToml`` with file, line and key."""
    root = Table.parse(text, file)
    domain = root.table("domain")
    read = spec.Scenario(
        name=Path(file).stem,
        title=root.text("title"),
        story=root.text("story", "").strip(),
        base=root.text("base", "") or None,
        at=root.moment("at", None),
        account=_account(root),
        domain=_domain(domain) if "domain" in root else None,
        probe_sends=root.flag("probe_sends", default=None),  # type: ignore[arg-type]
        users=tuple(map(_user, root.tables("user"))),
        regions=tuple(map(_region, root.tables("region"))),
        identities=tuple(map(_identity, root.tables("identity"))),
        configuration_sets=tuple(map(_configuration_set, root.tables("configuration_set"))),
        suppressed=tuple(map(_suppressed, root.tables("suppressed"))),
        zones=tuple(map(_zone, root.tables("zone"))),
        dns_faults=tuple(map(_dns_fault, root.tables("dns_fault"))),
        lagging=tuple(map(_lagging, root.tables("lagging"))),
        recipients=tuple(map(_recipient, root.tables("recipient"))),
        aliases=tuple(map(_alias, root.tables("alias"))),
        mails=tuple(map(_mail, root.tables("mail"))),
        deny=root.texts("deny", ()),
        expect=_expect(root.table("expect")) if "expect" in root else None,
    )
    root.done()
    return read


def _account(root: Table) -> str | None:
    account = root.text("account", "")
    if account and not (account.isdigit() and len(account) == 12):
        raise root.bad("account", repr(account), "12 digits")
    return account or None


def _domain(table: Table) -> spec.DomainSpec:
    return spec.DomainSpec(
        name=_name(table, "name"),
        region=table.text("region"),
        mail_from=table.text("mail_from", "") or None,
        regions=table.texts("regions", ()),
    )


def _user(table: Table) -> spec.UserSpec:
    return spec.UserSpec(
        name=table.text("name"),
        keys=tuple(map(_key, table.tables("keys"))),
        allow=table.texts("allow", ()) if "allow" in table else None,
        policy=table.text("policy", "") or None,
    )


def _key(table: Table) -> spec.KeySpec:
    return spec.KeySpec(
        name=table.text("name"),
        id=table.text("id", "") or None,
        account=_account(table),
        temporary=table.flag("temporary", default=False),
        status=table.choice("status", ("Active", "Inactive"), "") or None,
        created=table.moment("created", None),
        last_used=table.moment("last_used", None),
        absent=table.flag("absent", default=False),
    )


def _region(table: Table) -> spec.RegionSpec:
    return spec.RegionSpec(
        name=table.text("name"),
        opened=table.flag("opened", default=None),  # type: ignore[arg-type]
        production=table.flag("production", default=None),  # type: ignore[arg-type]
        sending=table.flag("sending", default=None),  # type: ignore[arg-type]
        enforcement=table.choice("enforcement", ("HEALTHY", "PROBATION", "SHUTDOWN"), "") or None,
        daily_quota=table.number("daily_quota") if "daily_quota" in table else None,
        rate=table.number("rate") if "rate" in table else None,
        sent=table.integer("sent") if "sent" in table else None,
        vdm=table.flag("vdm", default=None),  # type: ignore[arg-type]
        bounce_rate=table.number("bounce_rate") if "bounce_rate" in table else None,
        complaint_rate=table.number("complaint_rate") if "complaint_rate" in table else None,
        suppresses=table.texts("suppresses") if "suppresses" in table else None,
        endpoint=table.text("endpoint", "") or None,
        closed_ports=_ports(table, "closed_ports") if "closed_ports" in table else None,
    )


def _ports(table: Table, key: str) -> tuple[int, ...]:
    ports = table.plain(key)
    if not isinstance(ports, list) or not all(type(port) is int and 1 <= port <= 65535 for port in ports):
        raise table.bad(key, repr(ports)[:60], "a list of ports, 1 to 65535")
    return tuple(ports)


def _identity(table: Table) -> spec.IdentitySpec:
    return spec.IdentitySpec(
        name=table.text("name"),
        region=table.text("region"),
        signing=table.flag("signing", default=None),  # type: ignore[arg-type]
        mail_from=table.text("mail_from", "") if "mail_from" in table else None,
        on_mail_from_failure=table.choice("on_mail_from_failure", ("USE_DEFAULT_VALUE", "REJECT_MESSAGE"), "") or None,
        configuration_set=table.text("configuration_set", "") if "configuration_set" in table else None,
        feedback=table.flag("feedback", default=None),  # type: ignore[arg-type]
        status=table.choice("status", _STATUSES, "") or None,
        mail_from_status=table.choice("mail_from_status", _STATUSES, "") or None,
        dkim_status=table.choice("dkim_status", _STATUSES, "") or None,
        key_length=table.choice("key_length", ("RSA_1024_BIT", "RSA_2048_BIT"), "") or None,
        absent=table.flag("absent", default=False),
    )


def _configuration_set(table: Table) -> spec.ConfigurationSetSpec:
    return spec.ConfigurationSetSpec(
        name=table.text("name"), region=table.text("region"), events=table.texts("events", ())
    )


def _suppressed(table: Table) -> spec.SuppressedSpec:
    return spec.SuppressedSpec(
        address=_address(table, "address"),
        region=table.text("region"),
        reason=table.choice("reason", ("BOUNCE", "COMPLAINT"), "BOUNCE"),
        at=table.moment("at", None),
        message_id=table.text("message_id", ""),
        shared=table.flag("shared", default=False),
        absent=table.flag("absent", default=False),
    )


def _zone(table: Table) -> spec.ZoneSpec:
    return spec.ZoneSpec(
        name=_name(table, "name"),
        host=table.text("host", "route53"),
        delegated=table.flag("delegated", default=None),  # type: ignore[arg-type]
        servers=table.texts("servers", ()),
        records=_records(table),
    )


def _records(table: Table) -> str:
    text = table.text("records", "")
    try:
        for line in text.splitlines():
            if line.strip():
                world.parse(line.strip(), "records")
    except Malformed as error:
        raise table.bad("records", error.found, error.expected) from error
    return text


def _dns_fault(table: Table) -> spec.DnsFaultSpec:
    return spec.DnsFaultSpec(
        name=table.text("name"),
        kind=table.choice("kind", _DNS_FAULTS),
        server=table.text("server", "") or None,
        milliseconds=table.integer("milliseconds", 0),
    )


def _lagging(table: Table) -> spec.LaggingSpec:
    return spec.LaggingSpec(server=table.text("server"), records=_records(table), ttl=table.integer("ttl", 900))


def _recipient(table: Table) -> spec.RecipientSpec:
    return spec.RecipientSpec(
        host=_name(table, "host"),
        domains=table.texts("domains", ()),
        voice=table.choice("voice", tuple(VOICES), "postfix"),
        mailboxes=tuple(map(_mailbox, table.tables("mailboxes"))),
    )


def _mailbox(table: Table) -> spec.MailboxSpec:
    return spec.MailboxSpec(
        address=_address(table, "address"),
        kind=table.choice("kind", KINDS, "exists"),
        reply=table.text("reply", ""),
        stage=table.choice("stage", ("rcpt", "data"), "rcpt"),
    )


def _alias(table: Table) -> spec.AliasSpec:
    return spec.AliasSpec(
        address=_address(table, "address"),
        account=table.text("account", "") or None,
        daily_limit=table.integer("daily_limit") if "daily_limit" in table else None,
        host=table.text("host", "") or None,
        port=table.integer("port") if "port" in table else None,
        security=table.choice("security", _SECURITY, "") or None,
        key=table.text("key", "") or None,
        username=table.text("username") if "username" in table else None,
        password=table.text("password", "") or None,
        secret=table.text("secret") if "secret" in table else None,
        keeps=table.texts("keeps") if "keeps" in table else None,
        typed_key=table.text("typed_key", "") or None,
    )


def _mail(table: Table) -> spec.MailSpec:
    return spec.MailSpec(
        sender=_address(table, "from"),
        recipient=_address(table, "to"),
        via=table.choice("via", tuple(Via), "gmail-alias"),
        subject=table.text("subject", "Quote for June"),
        at=table.moment("at", None),
        region=table.text("region", "") or None,
        events=table.flag("events", default=False),
    )


def _expect(table: Table) -> spec.Expect:
    return spec.Expect(
        verdict=table.choice("verdict", tuple(Verdict)),
        findings=table.texts("findings", ()),
        undetermined=table.texts("undetermined", ()),
        causes=table.texts("causes", ()),
    )


def _name(table: Table, key: str) -> str:
    return _checked(table, key, names.domain)


def _address(table: Table, key: str) -> str:
    return _checked(table, key, names.address)


def _checked(table: Table, key: str, check: Callable[[str], str]) -> str:
    text = table.text(key)
    try:
        return check(text)
    except Malformed as error:
        raise table.bad(key, error.found, error.expected) from error
