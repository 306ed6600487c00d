"""What stands at the DKIM names, against what SES wants there."""

from __future__ import annotations

from mailstrata.diagnosis.dkim_facts import questions, read, wanted
from mailstrata.diagnosis.evidence import Evidence
from mailstrata.formats import world
from mailstrata.model.facts import DkimFacts, PublishedFacts
from mailstrata.model.observation import Seen
from mailstrata.model.question import Cname, Published, Txt, ZoneOf

EASY = DkimFacts(tokens=("aaaa", "bbbb", "cccc", "dddd"), zone="dkim.eu-south-1.amazonses.com")
OWN = DkimFacts(tokens=("mail",), origin="EXTERNAL")


def _evidence(text: str) -> Evidence:
    """The facts of a resolver, where no name server can be asked directly."""
    facts = dict(world.parse(text).facts)
    silent = [Published("sailing.example", q.name, "TXT" if isinstance(q, Txt) else "CNAME") for q in facts]  # type: ignore[attr-defined]
    return Evidence(
        facts
        | {ZoneOf("sailing.example"): Seen(value="sailing.example")}
        | dict.fromkeys(silent, Seen(value=PublishedFacts()))
    )


def test_the_wanted_names_follow_the_zone_that_ses_tells() -> None:
    """facts.md B3: in newer regions it is another than dkim.amazonses.com."""
    assert wanted("sailing.example", EASY)["aaaa._domainkey.sailing.example"] == "aaaa.dkim.eu-south-1.amazonses.com"
    assert questions("sailing.example", EASY)[0] == Cname("aaaa._domainkey.sailing.example")


def test_a_key_of_ones_own_is_a_text_and_no_alias() -> None:
    """No CNAME is asked for."""
    assert wanted("sailing.example", OWN) == {}
    assert questions("sailing.example", OWN) == (Txt("mail._domainkey.sailing.example"),)


def test_each_name_is_right_missing_differing_or_unknown() -> None:
    """Capitals and last dots are no difference."""
    reading = read(
        _evidence(
            "cname aaaa._domainkey.sailing.example = AAAA.dkim.eu-south-1.amazonses.com.\n"
            "cname bbbb._domainkey.sailing.example - NXDOMAIN\n"
            "cname cccc._domainkey.sailing.example = cccc.dkim.amazonses.com\n"
            "cname dddd._domainkey.sailing.example ? SERVFAIL\n"
        ),
        "sailing.example",
        EASY,
    )
    assert reading.right == ("aaaa._domainkey.sailing.example",)
    assert reading.missing == ("bbbb._domainkey.sailing.example",)
    assert reading.differing == (("cccc._domainkey.sailing.example", "cccc.dkim.amazonses.com"),)
    assert [name for name, _ in reading.unknown] == ["dddd._domainkey.sailing.example"]
    assert reading.count == 4


def test_a_revoked_key_is_missing() -> None:
    """RFC 6376 3.6.1: an empty p= is no key."""
    name = "txt mail._domainkey.sailing.example"
    revoked = _evidence(f"{name} = v=DKIM1; p=")
    present = _evidence(f"{name} = v=DKIM1; k=rsa; p=MIIB")
    assert read(revoked, "sailing.example", OWN).missing
    assert read(present, "sailing.example", OWN).right
