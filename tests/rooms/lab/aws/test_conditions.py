from __future__ import annotations

import pytest

from mailstrata.lab.aws.conditions import Condition, MalformedPolicy, arn_matches, holds

FROM = "ses:fromaddress"


@pytest.mark.parametrize(
    ("operator", "values", "present", "met"),
    [
        ("StringEquals", ["a"], ["a"], True),
        ("StringEquals", ["a*"], ["ab"], False),
        ("StringEquals", ["a*"], ["a*"], True),
        ("StringEquals", ["A"], ["a"], False),
        ("StringEqualsIgnoreCase", ["A"], ["a"], True),
        ("StringEquals", ["a"], [], False),
        ("StringEqualsIfExists", ["a"], [], True),
        ("StringEqualsIfExists", ["a"], ["b"], False),
        ("StringNotEquals", ["a"], [], True),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", ["a", "b"], ["c"], True),
        ("StringLike", ["*@sailing.example"], ["x@sailing.example"], True),
        ("StringLike", ["*@sailing.example"], ["x@dock.example"], False),
        ("StringNotLike", ["*@dock.example"], ["x@dock.example"], False),
        ("StringNotLike", ["*@dock.example"], ["x@dock.example", "x@sailing.example"], False),
        ("ForAllValues:StringLike", ["*@a.example"], [], True),
        ("ForAllValues:StringLike", ["*@a.example"], ["x@a.example", "y@a.example"], True),
        ("ForAllValues:StringLike", ["*@a.example"], ["x@a.example", "y@b.example"], False),
        ("ForAnyValue:StringLike", ["*@a.example"], ["x@a.example", "y@b.example"], True),
        ("ForAnyValue:StringLike", ["*@a.example"], [], False),
        ("ForAnyValue:StringNotLike", ["*@a.example"], ["x@a.example", "y@b.example"], True),
        ("ForAllValues:StringNotLike", ["*@a.example"], ["x@a.example", "y@b.example"], False),
        ("IpAddress", ["192.0.2.0/24"], ["192.0.2.7"], True),
        ("IpAddress", ["192.0.2.0/24"], ["198.51.100.7"], False),
        ("IpAddress", ["192.0.2.7"], ["192.0.2.7"], True),
        ("IpAddress", ["2001:db8::/32"], ["2001:db8::1"], True),
        ("IpAddress", ["192.0.2.0/24"], ["2001:db8::1"], False),
        ("IpAddress", ["192.0.2.0/24"], ["no address"], False),
        ("NotIpAddress", ["192.0.2.0/24"], ["192.0.2.7"], False),
        ("NotIpAddress", ["192.0.2.0/24"], ["198.51.100.7"], True),
        ("Bool", ["true"], ["true"], True),
        ("Bool", ["true"], ["false"], False),
        ("BoolIfExists", ["true"], [], True),
        ("Null", ["true"], [], True),
        ("Null", ["true"], ["x"], False),
        ("Null", ["false"], ["x"], True),
        ("Null", ["false"], [], False),
        ("NumericLessThan", ["10"], ["9"], True),
        ("NumericLessThan", ["10"], ["nine"], False),
        ("DateGreaterThan", ["2026-05-01T00:00:00Z"], ["2026-05-12T18:43:00Z"], True),
        ("DateLessThan", ["1770000000"], ["2026-05-12T18:43:00Z"], False),
        ("ArnLike", ["arn:aws:ses:*:123456789012:identity/*"], ["arn:aws:ses:eu-west-1:123456789012:identity/a"], True),
        ("ArnNotLike", ["arn:aws:ses:*"], ["arn:aws:ses:eu-west-1:123456789012:identity/a"], False),
    ],
)
def test_operators(operator: str, values: list[str], present: list[str], met: bool) -> None:
    """Each operator holds as IAM's reference says, with the key present, absent and with several values."""
    condition = Condition(operator=operator, key="ses:FromAddress", values=tuple(values))
    assert holds(condition, {FROM: tuple(present)} if present else {}) is met


def test_the_key_is_case_insensitive() -> None:
    """A policy may spell a condition key in any case."""
    assert holds(Condition(operator="StringEquals", key="SES:fromADDRESS", values=("a",)), {FROM: ("a",)})


@pytest.mark.parametrize("operator", ["StringMatches", "ForSomeValues:StringLike", ""])
def test_an_unknown_operator_is_malformed(operator: str) -> None:
    """An operator that IAM does not have is refused when the policy is read."""
    with pytest.raises(MalformedPolicy, match="Invalid Condition type"):
        Condition(operator=operator, key="k", values=())


@pytest.mark.parametrize(
    ("arn", "wanted", "fits"),
    [
        ("*", "*", True),
        ("*", "arn:aws:ses:*", False),
        ("arn:aws:ses:eu-west-1:123456789012:identity/a", "arn:aws:ses:*", True),
        ("arn:aws:ses:eu-west-1:123456789012:identity/a", "arn:aws:ses:*:identity/a", False),
        ("arn:aws:ses:eu-west-1:123456789012:identity/a", "arn:aws:ses:us-*:123456789012:identity/a", False),
        ("arn:aws:sns:eu-west-1:123456789012:a:b", "arn:aws:sns:*:*:a:*", True),
        ("arn:aws:iam::123456789012:user/smtp", "arn:aws:iam::*:user/${aws:username}", True),
    ],
)
def test_arns_fit_field_by_field(arn: str, wanted: str, fits: bool) -> None:
    """A star stays within its field of an ARN, missing fields are stars, and variables are filled in."""
    assert arn_matches(arn, wanted, {"aws:username": ("smtp",)}) is fits
