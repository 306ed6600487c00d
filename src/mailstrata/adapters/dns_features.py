"""What dnspython may do beyond DNS, told without looking through everything that is installed.

    dns_features.spared()           # before the first import of a module of dns
    import dns.name

It looks for the version of each package that it could use by `importlib.metadata`, whose import, with mail and zip files, takes
a tenth of a command's time. Of ours only ``idna`` counts, and whether that is there its finder knows. Whatever else is asked
of that module the library's own answers.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cached_property
from types import ModuleType
from typing import Any

_NAME = "dns._features"


class _Features(ModuleType):
    """Stands for ``dns._features`` until somebody wants more of it."""

    def have(self, feature: str) -> bool:
        """Whether an optional feature is there."""
        if feature == "idna":
            return importlib.util.find_spec(feature) is not None
        return bool(self._real.have(feature))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real, name)

    @cached_property
    def _real(self) -> ModuleType:
        spec = importlib.util.find_spec("dns")
        assert spec is not None
        assert spec.submodule_search_locations
        found = importlib.util.spec_from_file_location(_NAME, f"{spec.submodule_search_locations[0]}/_features.py")
        assert found is not None
        assert found.loader is not None
        real = importlib.util.module_from_spec(found)
        found.loader.exec_module(real)
        return real


def spared() -> None:
    """Spare the look; without effect when it was taken already."""
    if _NAME in sys.modules:
        return
    import dns

    stand_in = _Features(_NAME)
    sys.modules[_NAME] = stand_in
    setattr(dns, "_features", stand_in)  # noqa: B010 - it has no such attribute for a type checker
