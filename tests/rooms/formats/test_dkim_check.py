"""Whether signatures hold, by Mail::DKIM's corpus and the examples of RFC 6376 and RFC 8463."""

from __future__ import annotations

from typing import Any

import pytest
from tests.corpora import CORPORA, cases
from tests.paper_zone import Zone

from mailstrata.formats.dkim_check import Verdict, check
from mailstrata.model.observation import Unknown

FOLDER = CORPORA / "dkim"
NO_VERSION = {
    "mail-dkim/mine_ietf01_3.txt",
    "mail-dkim/mine_ietf01_4.txt",
    "mail-dkim/good_ietf01_1.txt",
    "mail-dkim/multiple_1.txt",
    "mail-dkim/bad_ietf01_1.txt",
    "mail-dkim/bad_ietf01_2.txt",
    "mail-dkim/bad_ietf01_3.txt",
    "mail-dkim/bad_1.txt",
}
"""Signatures from before the standard, without v=; docs/suite-deviations.md."""
MAILS = [case for case in cases("dkim", "expected.jsonl") if case["set"] == "mail-dkim"]
CURRENT = [case for case in MAILS if not case.get("historic")]
RSA = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi"
    "0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3Q"
    "IDAQAB"
)
"""The keys of RFC 8463 A.2."""
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
KEYS = Zone(
    {
        "test._domainkey.football.example.com": [{"TXT": RSA}],
        "brisbane._domainkey.football.example.com": [{"TXT": ED25519}],
    }
)
needs_corpus = pytest.mark.skipif(not MAILS, reason="the corpus dkim is not on this machine (set MAILSTRATA_CORPORA)")


def zone() -> Zone:
    """The corpus's DNS."""
    records: dict[str, list[Any]] = {}
    for line in (FOLDER / "mail-dkim" / "FAKE_DNS.dat").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, told = line.split(None, 1)
            records.setdefault(name, [])
            if told != "NXDOMAIN":
                records[name].append("TIMEOUT" if told.startswith("~~") else {"TXT": told.strip('"')})
    return Zone(records)


def summed(verdicts: tuple[Verdict, ...]) -> str:
    """One word for all signatures, in the suite's words."""
    results = {verdict.result for verdict in verdicts}
    return next((word for word in ("pass", "fail") if word in results), "invalid")


@pytest.mark.parametrize(
    "case",
    [case for case in CURRENT if case["file"] not in NO_VERSION],
    ids=lambda case: case["file"].partition("/")[2],
)
def test_the_suite_says_whether_a_mail_is_genuine(case: dict[str, Any]) -> None:
    """The cases that today's standards know."""
    assert summed(check(zone(), (FOLDER / case["file"]).read_bytes())) == case["expected"]


@pytest.mark.parametrize(
    "case", [case for case in CURRENT if case["file"] in NO_VERSION], ids=lambda case: case["file"].partition("/")[2]
)
def test_a_signature_without_a_version_is_none(case: dict[str, Any]) -> None:
    """RFC 6376 6.1.1: a required tag that is missing ends it."""
    verdicts = check(zone(), (FOLDER / case["file"]).read_bytes())
    assert {verdict.result for verdict in verdicts} == {"permerror"}


@needs_corpus
def test_what_older_standards_allowed_never_passes() -> None:
    """RFC 8301: rsa-sha1 and short keys; DomainKeys is no signature at all."""
    historic = [case for case in MAILS if case.get("historic")]
    results = {verdict.result for case in historic for verdict in check(zone(), (FOLDER / case["file"]).read_bytes())}
    assert results <= {"permerror", "temperror", "fail"}


@needs_corpus
def test_the_example_of_rfc_8463_holds_with_both_keys() -> None:
    """Ed25519 over the hash, RSA over the header; one octet more in the body and neither holds."""
    raw = (FOLDER / "rfc" / "rfc6376.signed.msg").read_bytes()
    assert [(one.result, one.bits) for one in check(KEYS, raw)] == [("pass", 256), ("pass", 1024)]
    assert [one.problem[:20] for one in check(KEYS, raw + b"x")] == ["the body was changed"] * 2
    changed = raw.replace(b"Subject: Is", b"Subject: is")
    assert {one.problem[:19] for one in check(KEYS, changed)} == {"signed header field"}


@needs_corpus
@pytest.mark.parametrize(
    ("entry", "result", "problem"),
    [
        ("TIMEOUT", "temperror", "timed out"),
        ({"TXT": "v=DKIM1; p="}, "permerror", "was revoked"),
        ({"TXT": "v=DKIM1; k=rsa; p=YWJj"}, "permerror", "is no rsa key"),
        ({"TXT": RSA.replace("k=rsa", "k=rsa; h=sha1")}, "permerror", "does not allow sha256"),
        ({"TXT": RSA.replace("k=rsa", "k=rsa; s=web")}, "permerror", "not for mail"),
        ({"TXT": ED25519}, "permerror", "the key is for ed25519"),
        ({"TXT": "hello"}, "permerror", "cannot be read"),
        ({"A": "192.0.2.1"}, "permerror", "there is no key"),
    ],
)
def test_a_key_that_does_not_do_is_told(entry: Any, result: str, problem: str) -> None:
    """RFC 6376 6.1.2; nobody's answer is a temperror and never a failure."""
    keys = Zone({"test._domainkey.football.example.com": [entry]})
    verdict = check(keys, (FOLDER / "rfc" / "rfc6376.signed.msg").read_bytes())[1]
    assert verdict.result == result
    assert problem in verdict.problem
    assert isinstance(verdict.unknown, Unknown) is (result == "temperror")


@pytest.mark.parametrize("raw", [b"", b"\n", b"DKIM-Signature:\n\n", b"DKIM-Signature: v=1; \xff\n\nx", b"\x00" * 100])
def test_nothing_is_thrown_for_broken_mail(raw: bytes) -> None:
    """It is the least trustworthy text there is."""
    assert all(one.result == "permerror" for one in check(Zone({}), raw))
