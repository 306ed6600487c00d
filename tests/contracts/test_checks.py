"""The list of checks: everything is in it, each code is the contract's, each has its page and fixes that exist."""

from __future__ import annotations

import pkgutil
from functools import cache
from pathlib import Path

import pytest
from tests.pages.page import judge, sections

from mailstrata.diagnosis import checks
from mailstrata.diagnosis.checks import CHECKS
from mailstrata.diagnosis.engine import Check
from mailstrata.diagnosis.evidence import Evidence, NotYet
from mailstrata.model.attempt import Case
from mailstrata.model.finding import Finding, Stratum
from mailstrata.repair.appliers import APPLIERS
from mailstrata.repair.catalogue import CATALOGUE

PAGES = Path(__file__).parents[1] / "pages"

CODES = {
    Stratum.RELAY: """alias-host-wrong alias-port-wrong alias-unverified endpoint-unreachable endpoint-tls-invalid
        username-not-a-key-id key-absent key-inactive key-of-another-account key-temporary password-malformed
        password-is-the-secret password-wrong-region password-wrong-derivation password-legacy login-refused
        account-not-subscribed send-not-authorized relay-tls-demands-client-cert gmail-limit-reached""",
    Stratum.IDENTITY: """identity-absent identity-in-other-region identity-unverified address-identity-shadows-domain
        dkim-disabled dkim-record-absent dkim-record-differs dkim-failed dkim-key-weak mail-from-absent mail-from-failed
        mail-from-mx-wrong mail-from-spf-absent mail-from-is-cname spf-multiple spf-malformed spf-too-many-lookups
        spf-without-ses spf-without-provider dmarc-absent dmarc-multiple dmarc-malformed dmarc-unaligned
        dmarc-report-unauthorized
        zone-not-authoritative published-differs-from-route53 nameserver-failing""",
    Stratum.ACCOUNT: """account-sandboxed account-paused account-on-probation quota-exhausted rate-exceeded
        events-unrecorded recipient-suppressed recipient-globally-suppressed suppression-hides-cause""",
    Stratum.RECIPIENT: """recipient-domain-absent recipient-accepts-no-mail recipient-mx-failing recipient-unknown
        recipient-full recipient-refuses-policy recipient-refuses-authentication recipient-refuses-reputation
        recipient-refuses-content recipient-delays recipient-silent""",
    Stratum.INBOUND: """inbound-mx-absent inbound-mx-elsewhere rule-set-inactive rule-absent rule-disabled
        bucket-unwritable forwarder-failing forwarder-sender-unverified forwarder-loop destination-refuses""",
}
"""The contract's table "Codes": stable for ever."""

HEADINGS = ("What it sees", "Why it matters", "How to put it right", "Read more")

TARGETS = {
    "rotate-credentials": {"alias", "user", "region"},
    "rederive-password": {"alias"},
    "remove-suppression": {"region", "address"},
    "use-own-suppression": {"region", "address"},
    "enable-dkim": {"region", "identity"},
    "publish-records": set(),
    "replace-mail-from-cname": {"name", "cname"},
    "renew-dkim": {"region", "identity"},
    "set-mail-from": {"region", "identity", "mail-from"},
    "set-mail-from-again": {"region", "identity"},
    "copy-domain-settings": {"region", "identity", "settings-of"},
}
"""What each automatic fix takes out of the target of its finding."""

each = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.CODE)


@cache
def _findings() -> tuple[Finding, ...]:
    """Every finding of every section of every page."""
    found = []
    for check in CHECKS:
        for section in sections(PAGES / f"{check.CODE}.md"):
            found += [one for one in judge(check, section.case(), section.facts()) if isinstance(one, Finding)]
    return tuple(found)


def test_every_module_of_checks_is_in_the_list_once() -> None:
    """A check that is not in ``CHECKS`` would never run."""
    modules = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    assert sorted(check.CODE.replace("-", "_") for check in CHECKS) == modules


@each
def test_a_check_is_named_after_its_code(check: Check) -> None:
    """The file of a code is found without looking."""
    assert getattr(check, "__name__", "").rpartition(".")[2] == check.CODE.replace("-", "_")


@each
def test_a_code_is_one_of_the_contract_in_its_stratum(check: Check) -> None:
    """People script against the codes."""
    assert check.CODE in CODES[check.STRATUM].split()


def test_the_list_goes_along_the_way_of_a_mail() -> None:
    """The checks stand in the order of the strata."""
    order = [list(Stratum).index(check.STRATUM) for check in CHECKS]
    assert order == sorted(order)


@each
def test_the_docstring_of_a_check_is_its_page(check: Check) -> None:
    """``mailstrata explain`` prints it: a sentence, then four headings, each with something under it."""
    text = (check.__doc__ or "").strip()
    lines = text.splitlines()
    assert lines[0].endswith(".")
    assert [line for line in lines if line in HEADINGS] == list(HEADINGS)
    for heading in HEADINGS:
        assert lines[lines.index(heading) + 1].startswith("    ")


@each
def test_a_check_has_pages_of_its_own(check: Check) -> None:
    """They show the fault, and, where the check asks anything, a world in which nobody can say."""
    pages = list(sections(PAGES / f"{check.CODE}.md"))
    said = "".join(section.findings for section in pages)
    assert f" {check.CODE} [" in said
    assert f"? {check.CODE}: " in said or not any(_asks(check, section.case()) for section in pages)


def _asks(check: Check, case: Case) -> bool:
    try:
        tuple(check.judge(case, Evidence()))
    except NotYet:
        return True
    return False


def test_no_page_is_without_its_check() -> None:
    """A page of a check that does not exist specifies nothing."""
    assert {page.stem for page in PAGES.glob("*.md")} == {check.CODE for check in CHECKS}


def test_a_check_speaks_of_its_own_fault_only() -> None:
    """The code and the stratum of a finding are those of its check."""
    strata = {check.CODE: check.STRATUM for check in CHECKS}
    assert {(one.code, one.stratum) for one in _findings()} == set(strata.items())


def test_edges_lead_to_codes_that_exist() -> None:
    """What a finding refines or is caused by is a check's code."""
    codes = {check.CODE for check in CHECKS}
    assert {one.refines for one in _findings()} - {None} <= codes
    assert {one.caused_by for one in _findings()} - {None} <= codes
    named = {code for one in _findings() for code in one.mechanisms}
    assert named <= {code for listed in CODES.values() for code in listed.split()}


def test_every_fix_of_a_finding_is_in_the_catalogue() -> None:
    """A fix that nobody describes cannot be shown."""
    assert {fix for one in _findings() for fix in one.fixes} <= CATALOGUE.keys()


def test_the_automatic_fixes_are_those_with_an_applier() -> None:
    """What is called automatic can be carried out, and nothing else is."""
    automatic = {name for name, remedy in CATALOGUE.items() if remedy.automatic}
    assert automatic == APPLIERS.keys() == TARGETS.keys()


def test_a_finding_tells_its_automatic_fix_what_it_needs() -> None:
    """An applier reads alias, user, region, address or identity from the target."""
    for one in _findings():
        for fix in TARGETS.keys() & set(one.fixes):
            assert TARGETS[fix] <= dict(one.target).keys(), f"{one.code} names {fix}"


def test_records_to_publish_are_of_kinds_that_can_be_seen_again() -> None:
    """TXT, MX and CNAME can be asked for; a finding that names the fix has records."""
    for one in _findings():
        assert {record.type for record in one.records} <= {"TXT", "MX", "CNAME"}
        assert all(record.values for record in one.records)
        assert one.records or "publish-records" not in one.fixes


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_remedy_says_what_to_do_and_how_to_see_that_it_worked(name: str) -> None:
    """Steps, a proof, somebody who can do it; and what comes before it exists."""
    remedy = CATALOGUE[name]
    assert all(remedy.steps)
    assert remedy.steps
    assert remedy.verify
    assert remedy.who in {"you", "aws", "recipient", "google"}
    assert set(remedy.after) <= CATALOGUE.keys()
    assert remedy.undo or not remedy.automatic
    assert remedy.iam or not remedy.automatic


def test_no_two_remedies_wait_for_each_other() -> None:
    """Some order works for any choice of fixes."""
    done: set[str] = set()
    while ready := {name for name, remedy in CATALOGUE.items() if name not in done and set(remedy.after) <= done}:
        done |= ready
    assert done == CATALOGUE.keys()
