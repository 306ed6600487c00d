"""The relay's TLS: no client certificate, nothing before TLS 1.2, no tickets; files that are followed."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme

from mailstrata.adapters.relay_tls import RelayTls
from mailstrata.model.errors import Refusal

NAME = "smtp.sailing.example"


@pytest.fixture
def authority() -> trustme.CA:
    """Who signs."""
    return trustme.CA()


def written(folder: Path, authority: trustme.CA) -> Path:
    """A certificate with its key in one file."""
    path = folder / "relay.pem"
    authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


def shaken(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLObject:
    """A client's side of a handshake in memory."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there, server_hostname=NAME)
    theirs = server.wrap_bio(there, back, server_side=True)
    for side in (ours, theirs, ours, theirs, ours):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ours


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_client_certificate_is_not_asked_for(tmp_path: Path, authority: trustme.CA) -> None:
    """Gmail shows one, and a server that verifies it refuses Gmail."""
    context = RelayTls(certificate=written(tmp_path, authority)).context
    assert context.verify_mode == ssl.CERT_NONE
    assert (context.minimum_version, context.num_tickets) == (ssl.TLSVersion.TLSv1_2, 0)
    assert shaken(context, trusting(authority)).version() == "TLSv1.3"


def test_a_client_before_tls_1_2_gets_no_connection(tmp_path: Path, authority: trustme.CA) -> None:
    """RFC 8996."""
    client = trusting(authority)
    with pytest.warns(DeprecationWarning, match="deprecated"):
        client.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="deprecated"):
        client.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        shaken(RelayTls(certificate=written(tmp_path, authority)).context, client)


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path, authority: trustme.CA) -> None:
    """And files that did, are; the context of sessions that are open is another object."""
    tls = RelayTls(certificate=written(tmp_path, authority))
    before = tls.context
    assert not tls.refresh()
    assert tls.context is before
    renewed = written(tmp_path, authority)
    os.utime(renewed, ns=(1, 1))
    assert tls.refresh()
    assert tls.context is not before


def test_a_pair_that_does_not_fit_is_refused_at_the_start_and_ignored_later(
    tmp_path: Path, authority: trustme.CA
) -> None:
    """A renewal writes two files, and for a moment they do not belong together."""
    path = written(tmp_path, authority)
    tls = RelayTls(certificate=path)
    path.write_text("half of it")
    assert not tls.refresh()
    assert tls.problem
    with pytest.raises(Refusal, match="cannot be used"):
        RelayTls(certificate=path)
    written(tmp_path, authority)
    assert tls.refresh()
    assert tls.problem == ""


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what the setup has to say."""
    with pytest.raises(Refusal, match=r"cannot be used: .*none\.pem: No such file"):
        RelayTls(certificate=tmp_path / "none.pem")
