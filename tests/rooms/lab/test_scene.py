"""A scenario changes what it names in a world, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from mailstrata.formats import key_id
from mailstrata.lab import scene
from mailstrata.lab.living import Living
from mailstrata.lab.parts import Parts
from mailstrata.lab.scenario_file import parse
from mailstrata.model.errors import Malformed, Refusal

pytestmark = pytest.mark.lab

HEAD = 'title = "A change"\n'
RELAY = '[[user]]\nname = "ses-smtp-relay"\n'
ADMIN = '[[alias]]\naddress = "admin@sailing.example"\n'
DOMAIN = '[[identity]]\nname = "sailing.example"\nregion = "us-east-1"\n'


def after(tables: str, look: Callable[[Parts], object]) -> object:
    """What ``look`` sees in the healthy world once ``tables`` were applied to it."""

    async def inside() -> object:
        async with Living.of("healthy") as lab:
            await scene.apply(lab.parts, parse(HEAD + tables, "change.toml"))
            return look(lab.parts)

    return asyncio.run(inside())


def refused(tables: str, error: type[Exception]) -> str:
    """The text of the refusal of ``tables``."""
    with pytest.raises(error) as raised:
        after(tables, lambda parts: parts)
    return str(raised.value)


def test_a_key_of_another_account_is_known_to_nobody_here() -> None:
    """Its id tells whose it is, and IAM has no such key."""

    def look(parts: Parts) -> tuple[str | None, bool]:
        made = parts.keys["theirs"]
        return key_id.account(made), parts.iam.key(made) is None

    assert after(RELAY + 'keys = [{ name = "theirs", account = "210987654321" }]\n', look) == ("210987654321", True)


def test_one_server_can_have_something_else_than_its_zone() -> None:
    """The resolver by what it remembers, a name server since it did not follow; the others have what is published."""

    def look(parts: Parts) -> list[tuple[str, ...]]:
        zone = parts.zones.zone("sailing.example")
        held = [
            record.values for server in sorted(zone.servers) for record in zone.records(server) if record.name == name
        ]
        return [parts.zones.lookup_now(name, "TXT"), *held[:2], held[-1]]

    name = "_dmarc.sailing.example"
    records = "records = 'txt _dmarc.sailing.example = v=DMARC1; p={}'\n"
    lagging = "[[lagging]]\nserver = '{}'\n" + records
    found = after(
        lagging.format("resolver", "none") + lagging.format("first", "reject") + lagging.format("last", "refuse"), look
    )
    assert isinstance(found, list)
    assert [one[0].strip('"') for one in found[:2]] == ["v=DMARC1; p=none", "v=DMARC1; p=reject"]
    assert "quarantine" in found[2][0]
    assert "refuse" in found[3][0]


def test_a_temporary_key_is_no_key_of_the_user() -> None:
    """It begins with ASIA and belongs to this account."""

    def look(parts: Parts) -> tuple[str | None, str | None, bool]:
        made = parts.keys["session"]
        return key_id.kind(made), key_id.account(made), parts.iam.key(made) is None

    expected = (key_id.TEMPORARY_KEY, "123456789012", True)
    assert after(RELAY + 'keys = [{ name = "session", temporary = true }]\n', look) == expected


def test_gmail_can_hold_another_key_than_the_setup_knows() -> None:
    """``typed_key`` is what Gmail logs in with; the alias of the setup keeps its own."""
    tables = RELAY + 'keys = [{ name = "new" }]\n' + ADMIN + 'key = "new"\ntyped_key = "gmail"\n'

    def look(parts: Parts) -> tuple[bool, bool]:
        typed = parts.gmail.accounts["skipper@gmail.example"].aliases["admin@sailing.example"]
        return typed.username == parts.keys["gmail"], parts.aliases["admin@sailing.example"].username == parts.keys[
            "new"
        ]

    assert after(tables, look) == (True, True)


def test_a_key_that_nobody_made_cannot_be_typed() -> None:
    """The alias and the name are told."""
    assert "typed_key 'lost' is no key of this scenario" in refused(ADMIN + 'typed_key = "lost"\n', Refusal)


def test_a_password_is_made_right_or_by_a_known_mistake() -> None:
    """Any other word is refused, with those that there are."""
    assert "date-step-missing" in refused(ADMIN + 'password = "by-guess"\n', Malformed)


def test_what_ses_believes_stands_for_a_day() -> None:
    """``status`` is what SES thinks although the DNS is otherwise; it looks again by itself later."""

    def look(parts: Parts) -> tuple[str, str, float]:
        known = parts.ses.region("us-east-1").identities["sailing.example"]
        assert known.next_look is not None
        return known.status, known.mail_from.status, round((known.next_look - parts.clock.now()).total_seconds() / 3600)

    assert after(DOMAIN + 'status = "PENDING"\nmail_from_status = "FAILED"\n', look) == ("PENDING", "FAILED", 24)


def test_a_region_can_have_sent_much_already() -> None:
    """``sent`` counts against the quota of the last 24 hours."""
    sent = '[[region]]\nname = "us-east-1"\nsent = 200\n'

    def look(parts: Parts) -> float:
        return parts.ses.region("us-east-1").tally.since(parts.clock.now() - timedelta(minutes=5))

    assert after(sent, look) == 200.0


def test_a_zone_can_be_held_and_not_delegated() -> None:
    """Route 53 has it, the registry names others."""
    away = '[[zone]]\nname = "sailing.example"\ndelegated = false\nservers = ["ns1.old-host.example"]\n'

    def look(parts: Parts) -> list[str]:
        return sorted(parts.zones.delegation("sailing.example"))

    assert after(away, look) == ["ns1.old-host.example"]


def test_an_unknown_fault_of_an_endpoint_is_refused() -> None:
    """With those that there are."""
    assert "endpoint 'sulks'" in refused('[[region]]\nname = "us-east-1"\nendpoint = "sulks"\n', Refusal)


def test_an_address_can_stand_on_the_list_that_all_accounts_share() -> None:
    """Beside the account's own list, which is turned off for what it does not name."""
    tables = (
        '[[region]]\nname = "us-east-1"\nsuppresses = ["COMPLAINT"]\n'
        '[[suppressed]]\naddress = "peter@dock.example"\nregion = "us-east-1"\nshared = true\n'
    )

    def look(parts: Parts) -> tuple[set[str], tuple[str, ...], bool]:
        region = parts.ses.region("us-east-1")
        return region.globally_suppressed, region.suppressed_reasons, bool(region.suppressed)

    assert after(tables, look) == ({"peter@dock.example"}, ("COMPLAINT",), False)
    assert after(tables + "absent = true\n", look) == (set(), ("COMPLAINT",), False)
