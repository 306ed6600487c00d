"""That dnspython behaves as it would, and a command starts without what it does not need."""

from __future__ import annotations

import subprocess
import sys

_SPARED = """
import sys
from mailstrata.adapters import dns_features
dns_features.spared()
import mailstrata.adapters.dns
import dns._features, dns.name
"""


def _holds(code: str) -> bool:
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own code


def test_nothing_that_is_installed_is_looked_through() -> None:
    """Neither by dnspython nor by us; without the stand-in it would be."""
    assert _holds(f"{_SPARED}\nsys.exit('importlib.metadata' in sys.modules)")
    assert not _holds("import sys, mailstrata.adapters.dns\nsys.exit('importlib.metadata' in sys.modules)")


def test_the_answers_are_the_library_s_own() -> None:
    """For each feature that it knows; what else the module has is its own, too."""
    real = "import importlib, sys\ndel sys.modules['dns._features']\nreal = importlib.import_module('dns._features')"
    same = "all(stands.have(one) == real.have(one) for one in real._requirements)"
    assert _holds(f"{_SPARED}\nstands = dns._features\n{real}\nassert {same} and real is not stands")
    assert _holds(f"{_SPARED}\nassert dns._features._version_check('idna>=1')")


def test_one_that_comes_too_late_changes_nothing() -> None:
    """The library has looked already."""
    assert _holds("import dns._features as real, sys" + _SPARED + "assert dns._features is real")
