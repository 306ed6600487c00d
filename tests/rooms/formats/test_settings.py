from __future__ import annotations

import pytest

from mailstrata.formats.settings import LEDGER, parse
from mailstrata.formats.toml_table import MalformedToml
from mailstrata.model.setup import Alias, Network

LEAST = '[domain]\nname = "sailing.example"\nregion = "us-east-1"\n'
WHOLE = """
[domain]
name = "Sailing.Example."
region = "us-east-1"
mail_from = "bounce.sailing.example"
regions = ["eu-west-1"]

[[alias]]
address = "Admin <admin@Sailing.example>"
host = "email-smtp.us-east-1.amazonaws.com"
port = 465
security = "ssl"
username = "AKIA2EXAMPLE00000001"
secret = "file:/home/ann/smtp.json"
mailbox = "ann@harbor.example"

[aws]
endpoint = "http://127.0.0.1:4566"
profile = "mail"
requests_per_second = 5

[network]
dns_servers = ["127.0.0.1:5353"]
dns_port = 5353
ca_file = "ca.pem"
timeout = 2
budget = 7.5
probe_sends = true

[network.hosts]
"Mail.sailing.example:587" = "127.0.0.1:2587"
"*" = "127.0.0.1:9"

[state]
ledger = "here.sqlite3"
"""


def test_eight_lines_are_enough() -> None:
    """Everything else has the default of the real world."""
    settings = parse(LEAST)
    assert (settings.setup.domain, settings.setup.region) == ("sailing.example", "us-east-1")
    assert (settings.setup.aliases, settings.setup.mail_from, settings.setup.regions) == ((), None, ())
    assert settings.network == Network()
    assert settings.ledger == LEDGER


def test_every_key_is_read() -> None:
    """Names in their canonical form."""
    settings = parse(WHOLE)
    assert settings.setup.domain == "sailing.example"
    assert (settings.setup.mail_from, settings.setup.regions) == ("bounce.sailing.example", ("eu-west-1",))
    assert settings.setup.aliases == (
        Alias(
            address="admin@sailing.example",
            host="email-smtp.us-east-1.amazonaws.com",
            port=465,
            security="ssl",
            username="AKIA2EXAMPLE00000001",
            secret="file:/home/ann/smtp.json",
            mailbox="ann@harbor.example",
        ),
    )
    assert settings.network == Network(
        aws_endpoint="http://127.0.0.1:4566",
        aws_profile="mail",
        dns_servers=("127.0.0.1:5353",),
        dns_port=5353,
        hosts=(("mail.sailing.example:587", "127.0.0.1:2587"), ("*", "127.0.0.1:9")),
        ca_file="ca.pem",
        requests_per_second=5.0,
        timeout=2.0,
        budget=7.5,
        probe_sends=True,
    )
    assert settings.ledger == "here.sqlite3"


def test_a_host_is_found_without_regard_to_case() -> None:
    """Whatever the setup and the alias wrote; the others go where ``*`` says."""
    network = parse(WHOLE).network
    assert network.connect_to("MAIL.Sailing.example", 587) == ("127.0.0.1", 2587)
    assert network.connect_to("other.example", 25) == ("127.0.0.1", 9)
    assert Network().connect_to("other.example", 25) == ("other.example", 25)


ALIAS = '[[alias]]\naddress = "a@sailing.example"\nhost = "h.example"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[domain]\nregion = "us-east-1"', "mine.toml:1: domain.name: missing"),
        (
            LEAST.replace("sailing.example", "sailing..example"),
            "mine.toml:2: domain.name: 'sailing..example'; expected labels",
        ),
        (
            LEAST.replace("us-east-1", "Virginia"),
            "mine.toml:3: domain.region: 'Virginia'; expected the name of an AWS region",
        ),
        (LEAST + 'regions = ["eu-west-1", ""]', "mine.toml:4: domain.regions: ''; expected the name of an AWS region"),
        (LEAST + 'mail_from = "a b"', "mine.toml:4: domain.mail_from: 'a b'; expected labels"),
        (
            LEAST + 'mail_form = "x"',
            "mine.toml:4: domain.mail_form: nobody knows this key; expected 'mail_from' perhaps",
        ),
        (LEAST + '[[alias]]\naddress = "nobody"', "mine.toml:5: alias.address: 'nobody'; expected local-part@domain"),
        (LEAST + '[[alias]]\naddress = "a@b.example"', "mine.toml:4: alias.host: missing"),
        (LEAST + ALIAS + "port = 70000", "mine.toml:7: alias.port: 70000; expected a port"),
        (LEAST + ALIAS + 'security = "tls"', "mine.toml:7: alias.security: 'tls'; expected one of starttls, ssl, none"),
        (LEAST + "[network]\ntimeout = 0", "mine.toml:5: network.timeout: 0.0; expected a number above 0"),
        (LEAST + "[network]\nbudget = inf", "mine.toml:5: network.budget: inf; expected a number"),
        (LEAST + "[network]\ndns_port = 0", "mine.toml:5: network.dns_port: 0; expected a port"),
        (
            LEAST + '[network.hosts]\n"h.example" = "127.0.0.1:1"',
            "mine.toml:5: network.hosts.h.example: no host with its port",
        ),
        (
            LEAST + '[network.hosts]\n"h.example:25" = "127.0.0.1"',
            "mine.toml:5: network.hosts.h.example:25: '127.0.0.1'",
        ),
        (
            LEAST + "[aws]\nrequests_per_second = -1",
            "mine.toml:5: aws.requests_per_second: -1.0; expected a number above 0",
        ),
        (LEAST + "[domian]", "mine.toml:4: domian: nobody knows this key; expected 'domain' perhaps"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(text: str, message: str) -> None:
    """And with what belongs there."""
    with pytest.raises(MalformedToml) as error:
        parse(text, "mine.toml")
    assert str(error.value).startswith(message)


def test_a_secret_is_never_written_here_nor_repeated() -> None:
    """Whoever puts the password itself into the setup is told so, without reading it back."""
    with pytest.raises(MalformedToml) as error:
        parse(LEAST + ALIAS + 'secret = "BCanaryPassword"', "mine.toml")
    assert "mine.toml:7: alias.secret" in str(error.value)
    assert "Canary" not in str(error.value)
