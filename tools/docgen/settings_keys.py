"""The keys of ``mailstrata.toml``: from its reader, with the docstrings of `model.setup`."""

from __future__ import annotations

from collections.abc import Mapping

from tools.docgen import key_tables
from tools.docgen.attributes import documented
from tools.docgen.keys import ANY_NAME, Key, keys

from mailstrata.formats import settings
from mailstrata.formats.relay_settings import RelaySettings
from mailstrata.model.setup import Alias, Network, Setup

_TABLES: Mapping[str, tuple[str, str, type[object]]] = {
    "domain": ("[domain]", "The domain whose mail is looked after.", Setup),
    "alias": ("[[alias]]", 'One for each "Send mail as" address, with what Gmail\'s dialogue shows of it.', Alias),
    "aws": ("[aws]", "How AWS is reached. Credentials come from boto3's usual chain, never from this file.", Network),
    "network": ("[network]", "How everything else is reached. All defaults are the real world.", Network),
    "network.hosts": ("[network.hosts]", "What is connected to elsewhere than its name says.", Network),
    "age": ("[age]", "Who can read credentials that are kept at `age:PATH`.", settings.Settings),
    "relay": (
        "[relay]",
        "The relay that Gmail logs in to and that sends by the SES API; only `mailstrata relay` reads it.",
        RelaySettings,
    ),
    "state": ("[state]", "What mailstrata itself keeps.", settings.Settings),
}
_WORDS = {
    "domain.name": "The domain that mail is sent from.",
    "domain.region": "The SES region that it is sent from.",
    "domain.mail_from": "The custom MAIL FROM domain that is wanted; without one SES's own is meant.",
    "alias.address": "The address that Gmail sends as.",
    "alias.host": '"SMTP server" in Gmail\'s dialogue.',
    "alias.port": '"Port" in Gmail\'s dialogue.',
    "alias.username": '"Username" in Gmail\'s dialogue: the access key id. It is no secret.',
    "aws.profile": "A profile of `~/.aws/config`; empty for the chain's own choice.",
    f"network.hosts.{ANY_NAME}": 'The key is `"HOST:PORT"`, or `"*"` for every other one; the value `"IP:PORT"`. TLS still '
    "verifies the name.",
    "state.ledger": "The ledger: what fixes did, and what stood there before. SQLite.",
}
_FIELDS = {
    "aws.endpoint": "aws_endpoint",
    "aws.profile": "aws_profile",
    "age.identity": "age_identity",
    "age.recipients": "age_recipients",
}


def render() -> str:
    """One table of keys for each table of the file."""
    found = keys(settings.parse)
    told = {key.path: _told(key) for key in found}
    key_tables.check(found, _WORDS, told)
    parts = []
    for name, (head, summary, _) in _TABLES.items():
        of_table = [key for key in found if key.table == name]
        parts += [
            f"### `{head}`",
            summary,
            key_tables.render(of_table, lambda key: _WORDS.get(key.path) or told[key.path]),
        ]
    left = {key.table for key in found} - set(_TABLES)
    if left:
        raise ValueError(f"tools/docgen/settings_keys.py does not know the tables {', '.join(sorted(left))}")
    return "\n\n".join(parts)


def _told(key: Key) -> str:
    known = _TABLES.get(key.table)
    return documented(known[2]).get(_FIELDS.get(key.path, key.name), "") if known else ""
