"""What Gmail would not accept of a certificate, each in words."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mailstrata.adapters.relay_certificate import problems

NAME = "smtp.sailing.example"
NOW = datetime.now(UTC)


@pytest.fixture
def authority() -> trustme.CA:
    """An authority that the client trusts."""
    return trustme.CA()


def judged(folder: Path, leaf: trustme.LeafCert, authority: trustme.CA, *, now: datetime = NOW) -> tuple[str, ...]:
    """What is found about a certificate in a file."""
    path, trust = folder / "relay.pem", ssl.create_default_context()
    leaf.private_key_and_cert_chain_pem.write_to_path(str(path))
    authority.configure_trust(trust)
    return problems(path, path, NAME, now=now, trust=trust)


def test_a_good_one_has_no_problem(tmp_path: Path, authority: trustme.CA) -> None:
    """Its name, and a star in its place."""
    assert judged(tmp_path, authority.issue_cert(NAME), authority) == ()
    assert judged(tmp_path, authority.issue_cert("*.sailing.example"), authority) == ()


def test_another_name_is_told(tmp_path: Path, authority: trustme.CA) -> None:
    """Which Gmail's user hears as "Couldn't reach server"."""
    leaf = authority.issue_cert("mail.sailing.example")
    assert judged(tmp_path, leaf, authority) == ("it is for mail.sailing.example, not for smtp.sailing.example",)


def test_the_dates_are_told(tmp_path: Path, authority: trustme.CA) -> None:
    """Ended, or not begun."""
    leaf = authority.issue_cert(NAME, not_before=NOW - timedelta(days=9), not_after=NOW + timedelta(days=9))
    assert judged(tmp_path, leaf, authority, now=NOW + timedelta(days=10))[0].startswith("it ended on ")
    assert judged(tmp_path, leaf, authority, now=NOW - timedelta(days=10))[0].startswith("it counts only from ")


def test_an_authority_that_nobody_knows_is_told(tmp_path: Path, authority: trustme.CA) -> None:
    """Self-made ones are refused by Gmail."""
    (words,) = judged(tmp_path, trustme.CA().issue_cert(NAME), authority)
    assert words.startswith("its chain does not lead to a public authority (")


def test_a_weak_key_is_told(tmp_path: Path, authority: trustme.CA) -> None:
    """Public authorities issue none."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    for key, words in (
        (rsa.generate_private_key(65537, 1024), "its RSA key has 1024 bits, fewer than 2048"),  # noqa: S505 - that is what is told
        (ec.generate_private_key(ec.SECP521R1()), "its key is neither RSA nor on P-256 or P-384"),
    ):
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        built = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        built = (
            built.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
        )
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        path = tmp_path / "weak.pem"
        path.write_bytes(
            built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        assert problems(path, path, NAME, now=NOW, trust=ssl.create_default_context()) == (words,)


def test_a_file_without_a_certificate_is_told(tmp_path: Path) -> None:
    """Whatever it holds."""
    path = tmp_path / "none.pem"
    path.write_text("nothing")
    found = problems(path, path, NAME, now=NOW, trust=ssl.create_default_context())
    assert found == ("the file holds no certificate that can be read",)
