"""The shipped scenarios, and the keys of a scenario file: from its reader, with `lab.scenario`'s docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from tools.docgen import key_tables, markdown
from tools.docgen.attributes import documented
from tools.docgen.keys import Key, keys
from tools.docgen.scenario_words import WORDS

from mailstrata.lab import scenario, scenario_file

_FIELDS = {"from": "sender", "to": "recipient"}
_CLASSES = {"": "Scenario", "user.keys": "KeySpec", "recipient.mailboxes": "MailboxSpec", "expect": "Expect"}


def render() -> str:
    """One table of keys for each table of the file."""
    found = keys(scenario_file.parse)
    told = {key.path: _told(key) for key in found}
    key_tables.check(found, WORDS, told)
    parts = []
    for name in dict.fromkeys(key.table for key in found):
        of_table = [key for key in found if key.table == name]
        parts += [_head(name), _summary(name)]
        parts.append(key_tables.render(of_table, lambda key: WORDS.get(key.path) or told[key.path]))
    return "\n\n".join(part for part in parts if part)


def shipped() -> str:
    """One line for each scenario that comes with mailstrata."""
    rows = [(f"`{name}`", markdown.prose(scenario_file.load(name)[-1].title)) for name in scenario_file.shipped()]
    return markdown.table(("Scenario", "What happened"), rows)


def _class(table: str) -> type[object]:
    """``configuration_set`` is read into ``ConfigurationSetSpec``."""
    name = _CLASSES.get(table, table.title().replace("_", "") + "Spec")
    found: type[object] = vars(scenario)[name]
    return found


def _told(key: Key) -> str:
    return documented(_class(key.table)).get(_FIELDS.get(key.name, key.name), "")


def _head(table: str) -> str:
    single: Mapping[str, str] = {"": "At the top of the file", "domain": "`[domain]`", "expect": "`[expect]`"}
    if table in single:
        return f"### {single[table]}"
    outer, _, inner = table.rpartition(".")
    return f"### `{inner}` of a `[[{outer}]]`" if outer else f"### `[[{table}]]`"


def _summary(table: str) -> str:
    return markdown.prose(" ".join(inspect.cleandoc(_class(table).__doc__ or "").split())) if table else ""
