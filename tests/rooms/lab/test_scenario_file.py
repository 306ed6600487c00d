"""Scenario files are read strictly: file, line, key and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailstrata.lab.scenario_file import load, parse, shipped
from mailstrata.model.errors import Malformed, Refusal

HEAD = 'title = "A fault"\n'


def test_a_scenario_stands_on_its_base() -> None:
    """The chain begins with what everything stands on."""
    assert [scenario.name for scenario in load("two-faults")] == ["healthy", "two-faults"]


def test_every_shipped_scenario_can_be_read() -> None:
    """They are found by their names, sorted."""
    assert [load(name)[-1].name for name in shipped()] == sorted(shipped())


def test_an_unknown_name_is_refused() -> None:
    """With a hint where names are listed."""
    with pytest.raises(Refusal, match="there is no scenario nowhere"):
        load("nowhere")


def test_scenarios_that_stand_on_each_other_in_a_ring_are_refused(tmp_path: Path) -> None:
    """At most four deep."""
    path = tmp_path / "ring.toml"
    path.write_text(f'{HEAD}base = "{path}"\n', "utf-8")
    with pytest.raises(Refusal, match="stand on each other"):
        load(str(path))


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        ("[[region]]\nname = 'us-east-1'\nclosed_ports = [587, 0]\n", "a list of ports, 1 to 65535"),
        ("[[region]]\nname = 'us-east-1'\nclosed_ports = 587\n", "a list of ports, 1 to 65535"),
        ("[[region]]\nname = 'us-east-1'\nclosed_ports = [true]\n", "a list of ports, 1 to 65535"),
        ("[[user]]\nname = 'relay'\nkeys = [{ name = 'k', account = '12' }]\n", "12 digits"),
        ("[[user]]\nname = 'relay'\nkeys = [{ name = 'k', status = 'Dead' }]\n", "Inactive"),
        ("[[user]]\nname = 'relay'\nkeys = [{ name = 'k', temporary = 1 }]\n", "true or false"),
        ("[[zone]]\nname = 'sailing.example'\nrecords = 'mx sailing.example'\n", "records"),
        ("[[dns_fault]]\nname = 'sailing.example'\nkind = 'sulks'\n", "servfail"),
        ("[[lagging]]\nrecords = 'txt sailing.example -'\n", "server"),
        ("[[mail]]\nfrom = 'nobody'\nto = 'ann@harbor.example'\n", "from"),
        ("colour = 'red'\n", "colour"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tables: str, found: str) -> None:
    """The message says which file, and what was expected."""
    with pytest.raises(Malformed) as error:
        parse(HEAD + tables, "june.toml")
    assert "june.toml" in str(error.value)
    assert found in str(error.value)
