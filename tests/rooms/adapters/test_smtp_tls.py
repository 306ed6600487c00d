"""Certificates that prove nothing, told in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import trustme
from tests.rooms.adapters.submission import HOST, Authority, Ses, endpoint, made_authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the probes trust."""
    return made_authority(tmp_path_factory.mktemp("ca"))


def test_a_certificate_for_another_name_is_told_with_that_name(authority: Authority) -> None:
    """The facts are there though verification failed."""
    facts = endpoint(Ses(authority.context("other.example")), authority)
    assert facts.tls is not None
    assert facts.tls.problem == f"the certificate is for other.example, not {HOST}" == facts.failure
    assert facts.tls.names == ("other.example",)


def test_an_expired_certificate_is_told_with_its_day(authority: Authority) -> None:
    """Also on implicit TLS."""
    end = datetime(2021, 2, 3, tzinfo=UTC)
    context = authority.context(not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=end)
    facts = endpoint(Ses(context, implicit=True), authority, port=465, security="ssl")
    assert facts.tls is not None
    assert facts.tls.problem == "the certificate expired on 2021-02-03"
    assert facts.tls.not_after == end


def test_an_authority_that_is_not_trusted_is_told_by_its_name(authority: Authority) -> None:
    """A certificate of somebody else's authority."""
    stranger = Authority(ca=trustme.CA(organization_name="Strange Authority"), file="")
    facts = endpoint(Ses(stranger.context()), authority)
    assert facts.tls is not None
    assert facts.tls.problem == "the certificate is signed by an authority that is not trusted (Strange Authority)"
