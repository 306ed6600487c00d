"""The relay's table of the setup: three lines suffice, and every mistake is named with its place."""

from __future__ import annotations

import pytest

from mailstrata.formats.relay_settings import RelaySettings, host_and_port
from mailstrata.formats.settings import parse
from mailstrata.formats.toml_table import MalformedToml

DOMAIN = '[domain]\nname = "sailing.example"\nregion = "us-east-1"\n'


def relay(lines: str) -> RelaySettings:
    """A setup's relay."""
    settings = parse(f"{DOMAIN}[relay]\n{lines}").relay
    assert settings is not None
    return settings


def test_a_setup_without_a_relay_has_none() -> None:
    """Nothing is assumed."""
    assert parse(DOMAIN).relay is None


def test_three_lines_are_a_relay() -> None:
    """Unprivileged ports, a SQLite file, nothing sent on that SES has not accepted."""
    found = relay('name = "SMTP.sailing.example"\ncertificate = "a.pem"\nkey = "b.pem"')
    assert (found.name, found.listen, found.listen_tls) == (
        "smtp.sailing.example",
        ("0.0.0.0:2587",),
        ("0.0.0.0:2465",),
    )
    assert (found.mode, found.processes, found.metrics, found.clients) == ("through", 1, "127.0.0.1:9587", ())


def test_each_process_of_each_host_takes_its_share_of_the_rate() -> None:
    """SES counts what an account sends, whoever of them sends it."""
    lines = 'name = "smtp.sailing.example"\nprocesses = 2\nhosts = 3'
    assert (relay(lines).share, relay('name = "smtp.sailing.example"').share) == (1 / 6, 1.0)


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('listen = ["localhost:587"]', "listen", "IP:PORT"),
        ('listen_tls = ["0.0.0.0"]', "listen_tls", "IP:PORT"),
        ('metrics = "0.0.0.0:9587"', "metrics", "an address of this machine only"),
        ('clients = ["anywhere"]', "clients", "a network such as"),
        ('clients = ["203.0.113.9/24"]', "clients", "a network such as"),
        ("recipients = 0", "recipients", "a whole number from 1 on"),
        ("processes = 65", "processes", "a whole number from 1 to 64"),
        ("hosts = 0", "hosts", "a whole number from 1 to 100"),
        ("size = 40000000", "size", "a whole number from 1 to 31457280"),
        ('mode = "queue"', "mode", "one of through, spool"),
        ('regions = ["Virginia"]', "regions", "the name of an AWS region"),
        ("idle = 0", "idle", "above 0"),
        ('open_relay = "yes"', "open_relay", "nobody knows this key"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(line: str, key: str, said: str) -> None:
    """The operator finds it at once."""
    with pytest.raises(MalformedToml) as raised:
        relay(f'name = "smtp.sailing.example"\n{line}')
    assert f"mailstrata.toml:6: relay.{key}" in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("203.0.113.9:587", ("203.0.113.9", 587)),
        ("[::]:0", ("::", 0)),
        ("127.0.0.1:65536", ("127.0.0.1", None)),
        ("127.0.0.1:", ("127.0.0.1", None)),
    ],
)
def test_an_address_and_its_port_come_apart(text: str, apart: tuple[str, int | None]) -> None:
    """IPv6 in brackets."""
    assert host_and_port(text) == apart
