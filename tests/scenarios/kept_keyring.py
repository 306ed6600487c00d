"""A keyring of another process, as $PYTHON_KEYRING_BACKEND names it: a JSON file that $KEPT_KEYRING names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class KeptKeyring(KeyringBackend):
    """Keeps in a file what it is given, so that several processes share it."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        """What is kept."""
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self._file().write_text(json.dumps({**self._kept(), f"{service}/{username}": password}))

    def _file(self) -> Path:
        return Path(os.environ["KEPT_KEYRING"])

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self._file().read_text()) if self._file().exists() else {}
        return kept
