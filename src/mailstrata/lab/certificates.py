"""The lab's certificate authority and the certificates of its servers.

certificates = Certificates(folder)
certificates.server("email-smtp.us-east-1.amazonaws.com")     # a server's context
certificates.client()                                        # a client's that trusts the lab's authority
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


class Certificates:
    """An authority whose certificate lies at ``ca_file`` in ``folder``; everything is made anew in each lab."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA(organization_name="mailstrata lab", organization_unit_name="not for real use")
        self.ca_file = folder / "lab-ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def server(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """A server's context with a certificate for ``names``; ``expired``: one that ended yesterday."""
        ended = datetime.now(UTC) - timedelta(days=1)
        leaf = self._ca.issue_cert(*names, not_before=ended - timedelta(days=90), not_after=ended if expired else None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context

    def write(self, path: Path, *names: str) -> None:
        """A certificate for ``names`` with its key, as a file for a server of another process."""
        path.touch(mode=0o600)
        self._ca.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(str(path))

    def client(self) -> ssl.SSLContext:
        """A client's context that trusts this authority only, and verifies names as Gmail does (facts.md C1)."""
        return ssl.create_default_context(cafile=str(self.ca_file))
