"""Who an SMTP server proves to be: its certificate's facts, and in words what is wrong with it.

    problem(error, facts, "email-smtp.us-east-1.amazonaws.com")
    "the certificate is for other.example, not email-smtp.us-east-1.amazonaws.com"

Verification itself is OpenSSL's; here its verdict is only told so that a person understands it.
"""

from __future__ import annotations

import ssl
from dataclasses import replace

from cryptography import x509
from cryptography.x509.oid import NameOID

from mailstrata.adapters.smtp_conversation import escaped
from mailstrata.model.facts import TlsFacts

_NAMES = 20
_LENGTH = 200
_EXPIRED, _NOT_YET, _NAME, _ADDRESS = 10, 9, 62, 64  # X509_V_ERR_* of OpenSSL's x509_vfy.h
_UNTRUSTED = frozenset({2, 18, 19, 20, 21, 27})


def trusting(ca_file: str = "") -> ssl.SSLContext:
    """Verify against the authorities of the system and those of ``ca_file`` (PEM). TLS 1.2 or later (facts.md A1).

    Raises ``OSError`` (``ssl.SSLError`` is one) when ``ca_file`` cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def unverified() -> ssl.SSLContext:
    """Take any certificate: only to read one that was refused, never to say anything that matters."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def facts_of(session: ssl.SSLObject) -> TlsFacts:
    """Version, names, issuer and end of a TLS session's certificate; what cannot be read of it stays empty."""
    facts = TlsFacts(version=session.version() or "")
    encoded = session.getpeercert(binary_form=True)
    if encoded is None:
        return replace(facts, problem="the server shows no certificate")
    try:
        certificate = x509.load_der_x509_certificate(encoded)
        return replace(
            facts, names=_names(certificate), issuer=_issuer(certificate), not_after=certificate.not_valid_after_utc
        )
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return replace(facts, problem="the certificate cannot be read")


def problem(error: ssl.SSLCertVerificationError, facts: TlsFacts, host: str) -> str:
    """Why the certificate of ``facts`` was refused, in words."""
    code = error.verify_code
    if code in {_NAME, _ADDRESS}:
        return f"the certificate is for {', '.join(facts.names[:3]) or 'nobody'}, not {host}"
    if code == _EXPIRED:
        when = f" on {facts.not_after:%Y-%m-%d}" if facts.not_after else ""
        return f"the certificate expired{when}"
    if code == _NOT_YET:
        return "the certificate is not valid yet"
    if code in _UNTRUSTED:
        by = f" ({facts.issuer})" if facts.issuer else ""
        return f"the certificate is signed by an authority that is not trusted{by}"
    return f"the certificate was refused: {error.verify_message}"


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names it is for (RFC 9525 6.3: subject alternative names only)."""
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = alternative.get_values_for_type(x509.DNSName)
    addresses = [str(address) for address in alternative.get_values_for_type(x509.IPAddress)]
    return tuple(_bounded(name) for name in [*hosts, *addresses][:_NAMES])


def _issuer(certificate: x509.Certificate) -> str:
    """Common name or else organisation of the issuer."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in certificate.issuer.get_attributes_for_oid(oid):
            value = attribute.value
            return _bounded(value if isinstance(value, str) else value.decode("utf-8", "backslashreplace"))
    return ""


def _bounded(text: str) -> str:
    return escaped(text[:_LENGTH])
